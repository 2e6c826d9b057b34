"""The benchmark of memory answers each drawing by those before it, and counts what it says."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.ink import hands, memory
from benchmarks.ink.hands import FIRST, Drawings, Person, Stream
from recognizer.labels import CLASSES, NOT_A_DIGIT_CLASS
from recognizer.serving.engine import Outputs
from recognizer.serving.memory import PICTURE

FEATURES = PICTURE + 512


def outputs(kinds: NDArray[np.int64], seen: NDArray[np.int64]) -> Outputs:
    """Drawings of one kind are alike, of several not at all; the network sees `seen` in them."""
    shapes = np.random.default_rng(0).random((kinds.max() + 1, FEATURES)) ** 8
    noise = np.random.default_rng(1).random((len(kinds), FEATURES)) / 20
    rows = np.full((len(kinds), CLASSES), 0.005, np.float32)
    rows[np.arange(len(kinds)), seen] = 0.95
    logits = np.eye(CLASSES, dtype=np.float32)[seen]
    return Outputs(rows, logits, logits, (shapes[kinds] + noise).astype(np.float32))


def drawn(count: int = 60, *, people: int = 1) -> tuple[Drawings, list[Person]]:
    """Each person's digits in turn, in shapes of their own; the network takes a 4 for a 9."""
    labels = np.tile(np.arange(count) % 10, people)
    whose = np.repeat(np.arange(people), count)
    seen = np.where(labels == 4, 9, labels)
    persons = [Person(hands.DRAWINGS, np.flatnonzero(whose == one)) for one in range(people)]
    return Drawings.of(outputs(labels + 10 * whose, seen), labels), persons


def alone(made: tuple[Drawings, list[Person]], seed: int = 0, wrong_labels: float = 0) -> Stream:
    rng = np.random.default_rng(seed)
    return hands.stream(made[0], made[1][:1], rng, wrong_labels=wrong_labels)


@pytest.mark.parametrize("corrections_only", [False, True])
def test_it_works(corrections_only: bool) -> None:
    """A 4 that looks like a 9 is wrong once, and never again."""
    made = drawn()
    stream = alone(made)
    labels = made[0].labels[stream.rows]
    said = hands.with_memory(made[0], stream, corrections_only=corrections_only).said
    fours = np.flatnonzero(labels == 4)
    assert said[fours[0]] == 9
    assert (said[fours[1:]] == 4).all()
    assert (said[labels != 4] == labels[labels != 4]).all()
    unaided = hands.answers(hands.some(made[0].outputs, stream.rows))
    assert (unaided.said[fours] == 9).all()


def test_no_drawing_knows_of_a_later_one() -> None:
    made = drawn()
    stream, first = alone(made), slice(0, 30)
    begun = Stream(stream.where, stream.rows[first], stream.given[first], stream.later[first])
    whole, part = [hands.with_memory(made[0], one) for one in (stream, begun)]
    assert (whole.said[first] == part.said).all()
    assert (whole.sure[first] == part.sure).all()


def test_two_people_take_turns() -> None:
    drawings, persons = drawn(people=2)
    stream = hands.stream(drawings, persons, np.random.default_rng(0))
    assert sorted(stream.rows.tolist()) == [*range(120)]
    assert (stream.rows[::2] < 60).all()
    assert (stream.rows[1::2] >= 60).all()
    assert stream.later.tolist() == [False] * 2 * FIRST + [True] * (120 - 2 * FIRST)


def test_some_labels_are_wrong_and_no_true_one_is() -> None:
    made = drawn(300)
    stream = alone(made, wrong_labels=0.05)
    wrong = stream.given != made[0].labels[stream.rows]
    assert wrong.mean() == pytest.approx(0.05, abs=0.03)
    assert set(stream.given.tolist()) == set(range(10))
    assert (alone(made).given == made[0].labels[alone(made).rows]).all()


def test_the_same_seed_gives_the_same_order() -> None:
    made = drawn()
    assert alone(made).rows.tolist() == alone(made).rows.tolist()
    assert alone(made).rows.tolist() != alone(made, seed=1).rows.tolist()


def test_a_stream_is_counted_from_the_first_drawings_on() -> None:
    made = drawn()
    stream = alone(made)
    count = memory.counted(memory.WAYS[0], made[0], stream)
    fours = made[0].labels[stream.rows] == 4
    assert count.without["of"] == len(stream) - FIRST
    assert count.without["wrong"] == (fours & stream.later).sum()
    assert count.early[0] == (fours & ~stream.later).sum()
    assert (count.early[1], count.after["wrong"]) == (1, 0)
    assert count.well == (count.without["wrong"], 0)
    assert not count.is_worse


def test_a_sign_that_looks_like_a_remembered_digit_is_counted_where_it_becomes_one() -> None:
    drawings, persons = drawn()
    known = [hands.hand_of(drawings, persons[0], np.random.default_rng(0))]
    assert len(known[0]) == 60
    none = np.full(2, NOT_A_DIGIT_CLASS)
    signs = outputs(np.array([3, 30]), none)  # one like a 3, one like nothing
    found = memory.strange("signs", signs, known, np.zeros(2, np.intp))
    assert (found.count, found.digits, found.made) == (2, 0, 1)


def test_shares_are_of_what_was_wrong_before() -> None:
    assert memory.share(4, 53) == "53 → 4 (8%)"
    assert memory.share(0, 0) == "0 → 0"
