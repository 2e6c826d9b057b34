"""Rows for the tests, made the way the site makes them wherever that matters."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
from django.core.files.base import ContentFile
from django.utils import timezone

from recognizer import artifacts, ink, versions
from recognizer.glyph import NORMALISATION
from recognizer.models import Contributor, Drawing, ModelVersion
from tests.drawings import FOUR, ONE, SEVEN, ZERO

SHAPES = {"0": ZERO, "1": ONE, "4": FOUR, "7": SEVEN}


def contributor(number: int = 0, **fields: Any) -> Contributor:
    """The same number always gives the same id, and so the same side of the split."""
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"contributor {number}")
    return Contributor.objects.get_or_create(pk=key, defaults=fields)[0]


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
    glyph = ink.normalise([np.array(stroke, dtype=float)[:, :2] for stroke in strokes])
    fields: dict[str, Any] = {
        "contributor": by,
        "version": version,
        "source": "ink",
        "strokes": strokes,
        "pixels": glyph.pixels.tobytes(),
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


def version(*, gate_passed: bool = True, parent: ModelVersion | None = None) -> ModelVersion:
    """The shipped network once more, as a run leaves it: a candidate, or with its reasons."""
    place, manifest = artifacts.store(versions.SHIPPED)
    return versions.version_create(
        place=place,
        manifest=manifest,
        parent=parent,
        gate_passed=gate_passed,
        gate_report={"passed": gate_passed, "checks": []},
    )


def overwrite(version: ModelVersion, content: bytes, name: str = "model.tflite") -> None:
    """What a failing disk or an intruder does to a file of an artifact."""
    artifacts.storage().delete(f"{version.artifact}/{name}")
    artifacts.storage().save(f"{version.artifact}/{name}", ContentFile(content))
