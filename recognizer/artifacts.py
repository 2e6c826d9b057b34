"""Model artifacts in the `artifacts` storage: written whole, or not at all; loaded by hash."""

from __future__ import annotations

import hashlib
import json
import uuid
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from recognizer.exceptions import BadArtifact
from recognizer.glyph import NORMALISATION, SIZE
from recognizer.models import LABELS

FORMAT = 1
MANIFEST = "manifest.json"


def storage() -> Storage:
    return storages["artifacts"]


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an artifact on local disk, checked for what this site can serve."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise BadArtifact(f"{folder} holds no readable {MANIFEST}: {error}") from error
    check_manifest(manifest)
    return dict(manifest)


def check_manifest(manifest: Any) -> None:
    """Raises `BadArtifact` unless this site knows how to serve such an artifact."""
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BadArtifact("The manifest is of an unknown format.")
    if manifest.get("normalisation") != NORMALISATION:
        raise BadArtifact(
            f"The network was trained on normalisation {manifest.get('normalisation')}, "
            f"this site draws normalisation {NORMALISATION}."
        )
    if manifest.get("input") != [SIZE, SIZE, 1]:
        raise BadArtifact(f"The network wants {manifest.get('input')} as input.")
    if manifest.get("labels") != LABELS:
        raise BadArtifact(f"The network answers with the labels {manifest.get('labels')}.")
    _check_thresholds(manifest.get("thresholds", {}))
    _check_files(manifest.get("files", {}))


def _check_thresholds(thresholds: Any) -> None:
    if not isinstance(thresholds, dict) or not all(map(_is_probability, thresholds.values())):
        raise BadArtifact("The manifest's thresholds are no probabilities.")


def _is_probability(value: Any) -> bool:
    return isinstance(value, (int, float)) and 0 <= value <= 1


def _check_files(files: Any) -> None:
    if not isinstance(files, dict) or not {"model.keras", "model.tflite"} <= set(files):
        raise BadArtifact("The manifest names no model.keras or no model.tflite.")
    for name, facts in files.items():
        known = isinstance(facts, dict) and isinstance(facts.get("sha256"), str)
        if "/" in name or name.startswith(".") or not known:
            raise BadArtifact(f"The manifest's entry for {name!r} is not valid.")


def verified(content: bytes, name: str, manifest: dict[str, Any]) -> bytes:
    """The content itself, if its SHA-256 is the manifest's; raises `BadArtifact` otherwise."""
    expected = manifest["files"].get(name, {}).get("sha256")
    if hashlib.sha256(content).hexdigest() != expected:
        raise BadArtifact(f"{name} is not the file its manifest describes.")
    return content


def complete(folder: Path, **entries: Any) -> None:
    """Adds entries to the manifest of an artifact that is still being built."""
    manifest = read_manifest(folder)
    (folder / MANIFEST).write_text(json.dumps({**manifest, **entries}, indent=1) + "\n")


def store(folder: Path) -> tuple[str, dict[str, Any]]:
    """Copies an artifact from local disk into the storage; returns its place and manifest.

    Each copy gets a fresh place, so nothing that is live is ever written over.
    On an error what was already copied is removed.
    """
    manifest = read_manifest(folder)
    place = uuid.uuid4().hex
    try:
        for name in manifest["files"]:
            content = verified((folder / name).read_bytes(), name, manifest)
            storage().save(f"{place}/{name}", ContentFile(content))
        storage().save(f"{place}/{MANIFEST}", ContentFile(json.dumps(manifest, indent=1)))
    except BaseException as error:
        remove(place, manifest)
        if isinstance(error, OSError):
            raise BadArtifact(f"The artifact cannot be copied: {error}") from error
        raise
    return place, manifest


def load(place: str, name: str, manifest: dict[str, Any]) -> bytes:
    """One file of a stored artifact, checked by hash. Raises `BadArtifact`."""
    check_manifest(manifest)
    try:
        with storage().open(f"{place}/{name}") as file:
            content = file.read()
    except OSError as error:
        raise BadArtifact(f"{name} of artifact {place} cannot be read: {error}") from error
    return verified(content, name, manifest)


def remove(place: str, manifest: dict[str, Any]) -> None:
    """Deletes a stored artifact, whole or half; what is not there is no error."""
    for name in [*manifest["files"], MANIFEST]:
        storage().delete(f"{place}/{name}")
    storage().delete(place)


def write(place: str, manifest: dict[str, Any], folder: Path) -> None:
    """Copies a stored artifact to local disk, the manifest last. Raises `BadArtifact`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in manifest["files"]:
        (folder / name).write_bytes(load(place, name, manifest))
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
