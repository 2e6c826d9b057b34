"""Rows for the tests, made the way the site makes them wherever that matters."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
from django.utils import timezone

from recognizer import ink
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
