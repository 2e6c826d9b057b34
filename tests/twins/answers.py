"""Random probabilities, most of them where a verdict turns: at thresholds, in ties, at halves."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from tests.golden.make_answers import NO_DIGIT, THRESHOLDS, Opinions, Row, Shares, row
from tests.twins import SEED

COUNT = 1000
Maker: TypeAlias = Callable[[random.Random, Shares], Row]

# From a threshold: within the rounding to 6 places, on its edge, and beyond it.
STEPS = (0.0, 1e-8, 4e-7, 5e-7, 6e-7, 1e-6, 2e-6, 1e-3)


def answer(number: int) -> tuple[list[Row], Shares, list[Opinions]]:
    """Rows of probabilities, of one digit or of a number, thresholds, and for each row the
    digits that two readers saw, or none."""
    chance = random.Random(f"answers {SEED} {number}")
    thresholds = THRESHOLDS if number % 3 else random_thresholds(chance)
    make = MAKERS[kind(number)]
    length = chance.choice([1, 1, 2, 3, 6])
    rows = [make(chance, thresholds) for _ in range(length)]
    return rows, thresholds, [opinions(chance, one) for one in rows]


def opinions(chance: random.Random, row: Row) -> Opinions:
    """Half of the time none; else those of two readers who mostly see the likeliest digit."""
    if chance.random() < 0.5:
        return []
    likeliest = row.index(max(row[:NO_DIGIT]))
    return [chance.choice([likeliest] * 6 + [chance.randrange(NO_DIGIT)]) for _ in "ab"]


def kind(number: int) -> str:
    return [*MAKERS][number % len(MAKERS)]


def random_thresholds(chance: random.Random) -> Shares:
    edges = [0.0, 0.05, 0.25, 0.5, 0.9, 0.999, 1.0, round(chance.random(), 3)]
    return {name: chance.choice(edges) for name in THRESHOLDS}


def spread(chance: random.Random, _: Shares) -> Row:
    """As a network answers: one class likely, others less so."""
    noise = np.random.default_rng(chance.randrange(2**32))
    weights = np.exp(noise.normal(0, chance.uniform(0.1, 6), 11))
    return row(dict(enumerate(weights / weights.sum())))


def at_edge(chance: random.Random, threshold: float) -> float:
    return min(max(threshold + chance.choice([-1, 1]) * chance.choice(STEPS), 0), 1)


def nearly_sure(chance: random.Random, thresholds: Shares) -> Row:
    best, other = chance.sample(range(NO_DIGIT), 2)
    value = at_edge(chance, thresholds["sure"])
    return row({best: value, other: 1 - value})


def nearly_no_digit(chance: random.Random, thresholds: Shares) -> Row:
    value = at_edge(chance, thresholds["not_a_digit"])
    return row({NO_DIGIT: value, chance.randrange(NO_DIGIT): 1 - value})


def nearly_named(chance: random.Random, thresholds: Shares) -> Row:
    """Several others about as likely as those that are just worth naming."""
    best, *others = chance.sample(range(NO_DIGIT), 5)
    shares = {digit: at_edge(chance, thresholds["alternative"]) for digit in others}
    return row({best: chance.uniform(0.4, 0.8), **shares})


def ties(chance: random.Random, _: Shares) -> Row:
    """Some as likely as one another, or but for what rounding takes away."""
    classes = chance.sample(range(11), chance.randrange(2, 11))
    share = 1 / len(classes)
    return row({one: share + chance.choice([0, 0, 1e-8, 2e-7]) for one in classes})


def halves(chance: random.Random, _: Shares) -> Row:
    """Odd 128ths, which lie halfway between two values of 6 places."""
    return row({one: chance.randrange(1, 128, 2) / 128 for one in chance.sample(range(11), 4)})


def certain(chance: random.Random, _: Shares) -> Row:
    return row({chance.randrange(11): 1 - chance.choice([0, *STEPS])})


def hardly_any(chance: random.Random, _: Shares) -> Row:
    """Nothing, or less than 6 places show."""
    return row({one: 10 ** -chance.uniform(5, 44) for one in chance.sample(range(11), 3)})


MAKERS: dict[str, Maker] = {
    maker.__name__.replace("_", " "): maker
    for maker in (
        spread, nearly_sure, nearly_no_digit, nearly_named, ties, halves, certain, hardly_any,
    )
}  # fmt: skip
