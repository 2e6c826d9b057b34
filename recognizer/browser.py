"""A version's files for browsers: which they are, and where browsers find them.

They lie in the artifact as they travel, compressed by Brotli at its slowest, and
have an address that changes with their content, so that nobody fetches them twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import brotli
from django.urls import reverse

from recognizer import artifacts

if TYPE_CHECKING:
    from recognizer.models import ModelVersion

# A graph model of TensorFlow.js, as `training/browser.py` writes it.
TOPOLOGY, WEIGHTS = "model.json", "weights.bin"
SUFFIX = ".br"
STORED = {"topology": TOPOLOGY + SUFFIX, "weights": WEIGHTS + SUFFIX}


def described(version: ModelVersion) -> dict[str, dict[str, Any]] | None:
    """By part: `url`, and `sha256` and `bytes` of what travels; None where there are none."""
    files = version.manifest["files"]
    if not set(STORED.values()) <= set(files):
        return None
    return {
        part: {"url": _address(version.number, name, files[name]["sha256"]), **files[name]}
        for part, name in STORED.items()
    }


def _address(number: int, name: str, sha256: str) -> str:
    return reverse("recognizer:model-file", args=[number, sha256, name.removesuffix(SUFFIX)])


def compressed(version: ModelVersion, name: str, sha256: str) -> bytes | None:
    """A file as it travels, checked by hash; None where the version has none of that hash.

    Raises `BadArtifact` where it is not what the manifest says.
    """
    stored = name + SUFFIX
    facts = version.manifest["files"].get(stored)
    if stored not in STORED.values() or facts is None or facts["sha256"] != sha256:
        return None
    return artifacts.load(version.artifact, stored, version.manifest)


def expanded(content: bytes) -> bytes:
    """For clients that do not know Brotli."""
    return bytes(brotli.decompress(content))
