"""From the network's eleven probabilities to what the site says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

SURE = "sure"
UNSURE = "unsure"
NO_DIGIT = "not_a_digit"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Chosen with the network on validation data, and kept in its manifest."""

    sure: float = 0.9  # the least probability that is called sure
    not_a_digit: float = 0.5  # from here on it is called no digit
    alternative: float = 0.05  # the least probability that is worth naming

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Thresholds:
        given = manifest.get("thresholds", {})
        names = [field.name for field in fields(cls)]
        return cls(**{name: float(given[name]) for name in names if name in given})


@dataclass(frozen=True, slots=True)
class Reading:
    """What one glyph reads as.

    `probabilities` are those of the ten digits; what they lack to 1 is the
    probability that it is no digit. `digit` is None where the verdict is that.
    `confidence` is the probability of the verdict's own claim.
    """

    digit: int | None
    confidence: float
    probabilities: list[float]
    verdict: str
    alternatives: list[dict[str, float]]


def answer(probabilities: NDArray[np.float32], thresholds: Thresholds) -> Reading:
    """(11,) probabilities -> a reading."""
    *digits, no_digit = [round(value, 6) for value in probabilities.tolist()]
    ranked = sorted(range(10), key=lambda digit: -digits[digit])
    worth_naming = [
        {"digit": digit, "probability": digits[digit]}
        for digit in ranked
        if digits[digit] >= thresholds.alternative
    ]
    if no_digit >= thresholds.not_a_digit:
        return Reading(None, no_digit, digits, NO_DIGIT, worth_naming)
    best = ranked[0]
    if digits[best] >= thresholds.sure:
        return Reading(best, digits[best], digits, SURE, [])
    return Reading(best, digits[best], digits, UNSURE, worth_naming[1:])
