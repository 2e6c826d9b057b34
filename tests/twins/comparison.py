"""When two findings are the same.

Refusals are compared by code, whatever their words. Images may differ by `TOLERANCE`, since
sums in another order end in other bits. Where a value then lies on a half of a byte's steps,
as symmetric drawings bring about, it may be rounded to either side: so bytes may differ by
one step, but only there.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from recognizer.preprocessing.motion import LEVELS
from tests.golden.make_numbers import answer
from tests.twins import SEED

TOLERANCE = 1e-5


def network_answers(count: int = 97) -> list[list[float]]:
    """What a network might say of one glyph after the other: ten probabilities of each."""
    chance = random.Random(f"probabilities {SEED}")
    return [answer(chance) for _ in range(count)]


def rows(count: int = 61) -> list[list[float]]:
    """(count, 11) probabilities of a network that sees nothing in particular."""
    noise = np.random.default_rng([SEED, count])
    weights = np.exp(noise.normal(0, 2.5, (count, 11)))
    shares: list[list[float]] = (weights / weights.sum(axis=1, keepdims=True)).tolist()
    return shares


def are_refused(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether nothing was found; fails where only one refuses, or for another reason."""
    assert one.get("refusal") == other.get("refusal")
    return "refusal" in one


def assert_same_glyphs(one: dict[str, Any], other: dict[str, Any]) -> None:
    """The images, and the pixels that they were rounded to."""
    _assert_same(one, other, exact="image", bytes_="pixels", unit=255)


def assert_same_motion(one: dict[str, Any], other: dict[str, Any]) -> None:
    """The maps of the pen's motion, and the bytes that they were rounded to."""
    _assert_same(one, other, exact="maps", bytes_="motion", unit=LEVELS)


def _assert_same(
    one: dict[str, Any], other: dict[str, Any], *, exact: str, bytes_: str, unit: int
) -> None:
    """Arrays in which 1 is `unit` steps of a byte, and what became of them."""
    steps = np.minimum(one[exact] * unit, 255)
    assert np.abs(one[exact] - other[exact]).max() <= TOLERANCE
    for found in (one, other):
        assert np.abs(found[bytes_] - steps).max() <= 0.5 + unit * TOLERANCE


def assert_same_lattices(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Groups in the same order, as likely, with the same boxes and images; the same best path."""
    pieces = [[group[0] for group in found["groups"]] for found in (one, other)]
    assert pieces[0] == pieces[1]
    affinities = [np.array([group[1] for group in found["groups"]]) for found in (one, other)]
    assert np.abs(affinities[0] - affinities[1]).max() <= 1e-9
    assert one["boxes"] == other["boxes"]
    assert_same_glyphs(one, other)
    assert np.abs(one["traits"] - other["traits"]).max() <= 1e-6
    assert [mark[:2] for mark in one["marks"]] == [mark[:2] for mark in other["marks"]]
    for found, expected in zip(other["marks"], one["marks"], strict=True):
        assert found[2] == pytest.approx(expected[2], abs=1e-6)
        assert found[3] == pytest.approx(expected[3], abs=1e-6)


def assert_same_answers(one: dict[str, Any], other: dict[str, Any]) -> None:
    """All of the API's answer; what was seen may differ by the one step of a half."""
    assert _without_seen(one) == _without_seen(other)
    assert np.abs(_seen(one) - _seen(other)).max() <= 1


def _without_seen(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer and its digits, each without `seen`."""
    rest = {name: value for name, value in answer.items() if name != "seen"}
    if "digits" in rest:
        rest["digits"] = [_without_seen(digit) for digit in rest["digits"]]
    return rest


def _seen(answer: dict[str, Any]) -> Any:
    return np.array([digit["seen"] for digit in answer.get("digits", [answer])])
