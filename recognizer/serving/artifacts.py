"""Model artifacts in the `artifacts` storage: written whole or not at all, checked by hash."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from recognizer.exceptions import BadArtifact
from recognizer.serving import manifests
from recognizer.serving.manifests import MANIFEST, check_manifest


def storage() -> Storage:
    """Django's storage for artifacts, the setting `STORAGES["artifacts"]`."""
    return storages["artifacts"]


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an artifact on local disk.

    Raises `BadArtifact` where it cannot be read or describes what this site cannot serve.
    """
    try:
        content = _read(folder / MANIFEST, manifests.MAX_BYTES)
    except OSError as error:
        raise BadArtifact(f"{folder} holds no readable {MANIFEST}: {error}") from error
    return manifests.parsed(content)


def _read(path: Path, most: int) -> bytes:
    """The content of a plain file of at most `most` bytes.

    Raises `BadArtifact` for a larger one, a link and whatever else is no plain file, and
    `OSError` where it cannot be read.
    """
    # A link is not followed, and a pipe that nobody writes into is not waited for.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise BadArtifact(f"{path.name} is no plain file.")
        content = file.read(most + 1)
    if len(content) > most:
        raise BadArtifact(f"{path.name} has more than {most} bytes.")
    return content


def read(folder: Path, name: str, manifest: dict[str, Any]) -> bytes:
    """The content of file `name` of an artifact on local disk, checked by size and hash.

    Raises `BadArtifact`.
    """
    try:
        content = _read(folder / name, manifest["files"][name]["bytes"])
    except OSError as error:
        raise BadArtifact(f"{name} cannot be read: {error}") from error
    return verified(content, name, manifest)


def check_folder(folder: Path) -> None:
    """Raises `BadArtifact` where something in an artifact's folder is no plain file."""
    try:
        with os.scandir(folder) as entries:
            strange = [one.name for one in entries if not one.is_file(follow_symlinks=False)]
    except OSError as error:
        raise BadArtifact(f"{folder} cannot be read: {error}") from error
    if strange:
        raise BadArtifact(f"{strange[0]!r} in the artifact's folder is no plain file.")


def verified(content: bytes, name: str, manifest: dict[str, Any]) -> bytes:
    """The content of file `name`, unchanged. Raises `BadArtifact` unless its SHA-256 is the
    one in the manifest."""
    expected = manifest["files"].get(name, {}).get("sha256")
    if hashlib.sha256(content).hexdigest() != expected:
        raise BadArtifact(f"{name} is not the file its manifest describes.")
    return content


def complete(folder: Path, **entries: Any) -> None:
    """Adds entries to the manifest of an artifact on local disk that is still being built.

    Raises `BadArtifact` where the manifest there is not a valid one.
    """
    manifest = read_manifest(folder)
    (folder / MANIFEST).write_text(json.dumps({**manifest, **entries}, indent=1) + "\n")


def store(folder: Path) -> tuple[str, dict[str, Any]]:
    """Copies an artifact from local disk into the storage; returns its place and manifest.

    Each copy gets a fresh place, so nothing that is live is ever written over.
    On an error what was already copied is removed. Raises `BadArtifact`.
    """
    manifest = read_manifest(folder)
    place = uuid.uuid4().hex
    try:
        for name in manifest["files"]:
            content = read(folder, name, manifest)
            storage().save(f"{place}/{name}", ContentFile(content))
        storage().save(f"{place}/{MANIFEST}", ContentFile(json.dumps(manifest, indent=1)))
    except BaseException as error:
        with suppress(OSError):  # what cannot be removed now is swept later
            remove(place, manifest)
        if isinstance(error, OSError):
            raise BadArtifact(f"The artifact cannot be copied: {error}") from error
        raise
    return place, manifest


def load(place: str, name: str, manifest: dict[str, Any]) -> bytes:
    """The content of one file of a stored artifact, checked by hash. Raises `BadArtifact`."""
    check_manifest(manifest)
    try:
        with storage().open(f"{place}/{name}") as file:
            content = file.read()
    except OSError as error:
        raise BadArtifact(f"{name} of artifact {place} cannot be read: {error}") from error
    return verified(content, name, manifest)


def signed_address(place: str, name: str, *, seconds: int) -> str | None:
    """Where whoever has the address fetches a stored file from the storage itself, for so long.

    None where the site must hand it out.
    """
    address: str | None = storage().signed_address(f"{place}/{name}", seconds=seconds)  # type: ignore[attr-defined]
    return address


def remove(place: str, manifest: dict[str, Any]) -> None:
    """Deletes a stored artifact, also one that was copied in part; a missing file is no error."""
    for name in [*manifest["files"], MANIFEST]:
        storage().delete(f"{place}/{name}")
    storage().delete(place)


def write(place: str, manifest: dict[str, Any], folder: Path) -> None:
    """Copies a stored artifact to local disk, the manifest last. Raises `BadArtifact`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in manifest["files"]:
        (folder / name).write_bytes(load(place, name, manifest))
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
