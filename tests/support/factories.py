"""Rows for the tests, made the way the site makes them wherever that matters."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
from django.core.files.base import ContentFile
from django.utils import timezone

from recognizer.models import Contributor, Drawing, ModelVersion
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import NORMALISATION
from recognizer.services import versions
from recognizer.serving import artifacts
from tests.support.drawings import FOUR, ONE, SEVEN, ZERO

SHAPES = {"0": ZERO, "1": ONE, "4": FOUR, "7": SEVEN}


def contributor(number: int = 0, **fields: Any) -> Contributor:
    """The contributor of a number, always with the same id, and so on one side of the split."""
    return Contributor.objects.get_or_create(pk=contributor_key(number), defaults=fields)[0]


def contributor_key(number: int) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, f"contributor {number}")


def drawing(
    by: Contributor,
    version: ModelVersion,
    shape: str = "4",
    *,
    read_as: int | None = 4,
    **more: Any,
) -> Drawing:
    """An accepted drawing; `more` overrides any field."""
    strokes = SHAPES[shape]
    fields: dict[str, Any] = {
        "contributor": by,
        "version": version,
        "source": "ink",
        "strokes": strokes,
        "pixels": pixels_of(strokes),
        "normalisation": NORMALISATION,
        "digit": read_as,
        "confidence": 0.9,
        "verdict": "sure",
        "probabilities": [0.1] * 10,
        "label": shape,
        "accepted_label": shape,
        "review": Drawing.Review.ACCEPTED,
        "reviewed_at": timezone.now(),
    }
    return Drawing.objects.create(**{**fields, **more})


def pixels_of(strokes: list[list[list[float]]]) -> bytes:
    """The 784 bytes of a drawing, as they are stored."""
    glyph = ink.normalise([np.array(stroke, dtype=float)[:, :2] for stroke in strokes])
    return glyph.pixels.tobytes()


def version(*, gate_verdict: str = "passed", parent: ModelVersion | None = None) -> ModelVersion:
    """A version with the shipped network, as a run leaves a candidate or a rejected one."""
    place, manifest = artifacts.store(versions.SHIPPED)
    return versions.version_create(
        place=place,
        manifest=manifest,
        parent=parent,
        gate_verdict=gate_verdict,
        gate_report={"verdict": gate_verdict, "checks": []},
    )


def overwrite(version: ModelVersion, content: bytes, name: str = "model.tflite") -> None:
    """Replaces the content of an artifact's file, as a failing disk or an intruder might."""
    artifacts.storage().delete(f"{version.artifact}/{name}")
    artifacts.storage().save(f"{version.artifact}/{name}", ContentFile(content))
