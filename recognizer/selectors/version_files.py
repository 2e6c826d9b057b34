"""A version's files, with addresses by which programs fetch them for a while, without account."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.urls import reverse

from recognizer.models import ModelVersion
from recognizer.serving import artifacts

# Long enough for a slow line, and too short to be passed around.
SIGNED_SECONDS = 600
_SALT = "recognizer.version-files"


def version_files(version: ModelVersion) -> dict[str, dict[str, Any]]:
    """By name: `sha256`, `bytes`, and `url`, which holds for `SIGNED_SECONDS`.

    Where the bucket can be reached from outside it is the bucket's own, else a path of the
    site's.
    """
    return {
        name: {**facts, "url": _address(version, name)}
        for name, facts in version.manifest["files"].items()
    }


def _address(version: ModelVersion, name: str) -> str:
    address = artifacts.signed_address(version.artifact, name, seconds=SIGNED_SECONDS)
    if address is not None:
        return address
    signature = signing.dumps([version.number, name], salt=_SALT)
    return reverse("recognizer:signed-file", args=[version.number, name, signature])


def signed_for(signature: str) -> list[Any]:
    """The version's number and the file's name that a signature is for.

    Raises `BadSignature` for one that is none of ours or too old.
    """
    found: list[Any] = signing.loads(signature, salt=_SALT, max_age=SIGNED_SECONDS)
    return found
