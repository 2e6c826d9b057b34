"""Hundreds of answers become the same by a hand in both languages, and the same drawings stay."""

from __future__ import annotations

import random
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from recognizer.labels import CLASSES
from recognizer.serving import memory
from recognizer.serving.decision import Thresholds, readings
from tests.golden import make_memory
from tests.golden.make_answers import THRESHOLDS
from tests.golden.make_memory import Blend, Drawn, drawn
from tests.twins import SEED

if TYPE_CHECKING:
    from tests.twins.javascript import JavaScript

pytestmark = pytest.mark.javascript

HANDS, ASKED = 40, 10
TOLERANCE = 1e-6
# As different as drawings of several digits, each of which is drawn in many ways.
STEPS = (7, 13, 17, 23, 29)


def hand(number: int) -> tuple[list[Drawn], list[Drawn]]:
    """What is remembered, and drawings to answer, some of them the same, most of them alike."""
    chance = random.Random(f"hand {SEED} {number}")
    known = [
        drawn(*blend(chance), ink=chance.random() < 0.8, label=chance.randrange(CLASSES))
        for _ in range(chance.choice([0, 1, 2, 8, 30]))
    ]
    return known, [asked(chance, known) for _ in range(ASKED)]


def blend(chance: random.Random) -> Blend:
    parts = chance.choice([1, 2, 2, 3])
    weights = [1, 0.5, 0.25][:parts]
    return [(weight, chance.choice(STEPS), chance.randrange(3)) for weight in weights]


def asked(chance: random.Random, known: list[Drawn]) -> Drawn:
    shares = np.exp(np.random.default_rng(chance.randrange(2**32)).normal(0, 4, CLASSES))
    own = chance.choice(known)["blend"] if known and chance.random() < 0.3 else blend(chance)
    row = (shares / shares.sum()).astype(np.float32).tolist()
    return drawn(*own, ink=chance.random() < 0.8, probabilities=row)


def test_it_works() -> None:
    found = [one for number in range(HANDS) for one in make_memory.recalled(*hand(number))]
    assert found.count(None) > 50
    assert len({one["label"] for one in found if one}) == CLASSES
    assert sum(one["similarity"] > 0.999 for one in found if one) > 50


@pytest.mark.parametrize("number", range(HANDS))
def test_answers_become_the_same(number: int, javascript: JavaScript) -> None:
    known, drawings = hand(number)
    there = javascript.ask("recall", hand=known, asked=drawings, thresholds=THRESHOLDS)
    here = make_memory.recalled(known, drawings)
    for one, other in zip(here, there["recalls"], strict=True):
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert (one["row"], one["label"]) == (other["row"], other["label"])
            assert np.allclose(one["probabilities"], other["probabilities"], atol=TOLERANCE)
            assert one["similarity"] == pytest.approx(other["similarity"], abs=TOLERANCE)
    for one, other in zip(said(known, drawings), there["readings"], strict=True):
        assert np.allclose(one["probabilities"], other["probabilities"], atol=2 * TOLERANCE)
        if not at_an_edge(one["probabilities"]):
            assert (one["digit"], one["verdict"]) == (other["digit"], other["verdict"])


def at_an_edge(digits: list[float]) -> bool:
    """Whether another rounding could turn a verdict, or two digits are as likely as each other."""
    best, second = sorted(digits)[:-3:-1]
    edges = (best - THRESHOLDS["sure"], 1 - sum(digits) - THRESHOLDS["not_a_digit"], best - second)
    return min(map(abs, edges)) < 10 * TOLERANCE


def said(known: list[Drawn], drawings: list[Drawn]) -> list[dict[str, Any]]:
    outputs = make_memory.outputs(drawings)
    remembered = memory.Hand.of(make_memory.outputs(known), [one["label"] for one in known])
    given = readings(outputs, Thresholds(**THRESHOLDS), memory.recall(remembered, outputs))
    return [asdict(reading) for reading in given]


@pytest.mark.parametrize("number", range(HANDS))
def test_the_same_drawings_stay(number: int, javascript: JavaScript) -> None:
    chance = random.Random(f"kept {SEED} {number}")
    count = chance.choice([0, 5, 60, 400])
    labels = [chance.randrange(CLASSES) for _ in range(count)]
    telling = [chance.random() < 0.2 for _ in range(count)]
    limit = chance.choice([1, 5, 20, 30])
    found = javascript.ask("kept", labels=labels, telling=telling, limit=limit)
    assert found["kept"] == memory.kept(labels, telling, limit=limit)
