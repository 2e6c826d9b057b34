"""The decision: eleven probabilities, the network's or after memory -> what the site says. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from recognizer.labels import NOT_A_DIGIT_CLASS
from recognizer.serving.memory import SIMILAR

if TYPE_CHECKING:
    from recognizer.preprocessing.glyph import Glyph
    from recognizer.serving.engine import Outputs
    from recognizer.serving.memory import Recall

SURE = "sure"
UNSURE = "unsure"
NO_DIGIT = "not_a_digit"
EMPTY = "empty"  # of a cell of a form in which nothing is written
# How much the reading of a character alone counts where it was also read beside what it touches;
# a probability below this says no more than this.
ALONE, LEAST = 0.3, 1e-4


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The least probabilities, in [0, 1], at which something is said of a glyph.

    `sure`: that it surely is the likeliest digit; `not_a_digit`: that it is none;
    `alternative`: that it may be another digit. They are chosen with a network on
    validation data, and kept in its manifest.
    """

    sure: float = 0.9
    not_a_digit: float = 0.5
    alternative: float = 0.05

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Thresholds:
        """A version's own thresholds; those that its manifest lacks are the defaults."""
        given = manifest.get("thresholds", {})
        names = [field.name for field in fields(cls)]
        return cls(**{name: float(given[name]) for name in names if name in given})


@dataclass(frozen=True, slots=True)
class Reading:
    """What one glyph reads as.

    `probabilities` are those of the ten digits; what they lack to 1 is the
    probability that it is no digit. `verdict` is `SURE`, `UNSURE` or `NO_DIGIT`;
    with the last `digit` is None. `confidence` is the probability of what the
    verdict claims. `alternatives` are {"digit", "probability"}, the likeliest first.
    `opinions` are the digits that picture and motion look like, where they disagree.
    """

    digit: int | None
    confidence: float
    probabilities: list[float]
    verdict: str
    alternatives: list[dict[str, float]]
    opinions: tuple[int, ...] = ()


def beside_neighbours(outputs: Outputs, glyphs: Sequence[Glyph]) -> Outputs:
    """A network's outputs for glyphs -> the same with what was read of some of them beside what
    they touch: the product of both probabilities, the network's to the power of `ALONE`."""
    rows = [at for at, glyph in enumerate(glyphs) if glyph.beside is not None]
    if not rows:
        return outputs
    beside = np.array([glyphs[at].beside for at in rows])
    alone = outputs.probabilities[rows].astype(np.float64)
    weights = np.maximum(beside, LEAST) * np.maximum(alone, LEAST) ** ALONE
    probabilities = outputs.probabilities.copy()
    probabilities[rows] = weights / weights.sum(axis=1, keepdims=True)
    return replace(outputs, probabilities=probabilities)


def readings(
    outputs: Outputs, thresholds: Thresholds, recalls: Sequence[Recall | None] | None = None
) -> list[Reading]:
    """A network's outputs for n glyphs, and what memory makes of each -> n readings."""
    rows = zip(
        outputs.probabilities,
        _opinions(outputs),
        recalls or [None] * len(outputs.probabilities),
        strict=True,
    )
    return [
        answer(own, thresholds, opinions=opinions)
        if recall is None
        else _remembered(recall, thresholds, opinions)
        for own, opinions, recall in rows
    ]


def _remembered(recall: Recall, thresholds: Thresholds, opinions: Sequence[int]) -> Reading:
    """What is said after memory: what looks much like a remembered one needs no other opinion."""
    if recall.similarity >= SIMILAR and recall.label == recall.probabilities.argmax():
        opinions = ()
    return answer(recall.probabilities, thresholds, opinions=opinions)


def _opinions(outputs: Outputs) -> list[tuple[int, ...]]:
    """For each glyph the digits that picture and motion look like, each taken alone.

    Nothing where only one of them was looked at.
    """
    picture, motion = outputs.picture_logits, outputs.motion_logits
    count = len(outputs.probabilities)
    if picture is None or motion is None:
        return [()] * count
    digits = np.stack([picture, motion], axis=1)[..., :NOT_A_DIGIT_CLASS].argmax(axis=2)
    moved = np.asarray(motion.any(axis=1)).tolist()
    return [tuple(row) if ink else () for row, ink in zip(digits.tolist(), moved, strict=True)]


def answer(
    probabilities: NDArray[np.float32], thresholds: Thresholds, *, opinions: Sequence[int] = ()
) -> Reading:
    """(11,) probabilities in [0, 1] -> a reading, its numbers rounded to six places.

    `opinions` are the digits that single readers saw. Where one is not the likeliest digit
    the reading is not sure, and names it however unlikely it is.
    """
    *digits, no_digit = [round(value, 6) for value in probabilities.tolist()]
    ranked = sorted(range(10), key=lambda digit: -digits[digit])
    worth_naming = [
        {"digit": digit, "probability": digits[digit]}
        for digit in ranked
        if digits[digit] >= thresholds.alternative or digit in opinions
    ]
    if no_digit >= thresholds.not_a_digit:
        return Reading(None, no_digit, digits, NO_DIGIT, worth_naming)
    best = ranked[0]
    others = [one for one in worth_naming if one["digit"] != best]
    if digits[best] >= thresholds.sure and all(digit == best for digit in opinions):
        return Reading(best, digits[best], digits, SURE, [])
    disagree = tuple(opinions) if len(set(opinions)) > 1 else ()
    return Reading(best, digits[best], digits, UNSURE, others, disagree)


def doubted(reading: Reading, probability: float) -> Reading:
    """What is said of a glyph that is a digit at all with no more than this probability."""
    verdict = UNSURE if reading.verdict == SURE else reading.verdict
    confidence = round(reading.confidence * probability, 6)
    return replace(reading, verdict=verdict, confidence=confidence)
