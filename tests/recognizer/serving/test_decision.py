"""What the site says of eleven probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as some

from recognizer.serving.decision import Reading, Thresholds, answer, readings
from recognizer.serving.engine import Outputs


def read(no_digit: float = 0.0, **digits: float) -> Reading:
    """`d4=0.7`: the 4 has 0.7; what is not named has nothing."""
    probabilities = np.zeros(11, dtype=np.float32)
    for name, value in digits.items():
        probabilities[int(name[1:])] = value
    probabilities[10] = no_digit
    return answer(probabilities, Thresholds())


def test_it_works() -> None:
    reading = read(d4=0.97, d9=0.02, no_digit=0.01)
    assert reading == Reading(
        digit=4,
        confidence=0.97,
        probabilities=[0, 0, 0, 0, 0.97, 0, 0, 0, 0, 0.02],
        verdict="sure",
        alternatives=[],
    )


def test_an_unsure_answer_names_the_alternatives_the_likeliest_first() -> None:
    reading = read(d4=0.5, d1=0.06, d9=0.4, d7=0.04)
    assert (reading.digit, reading.verdict, reading.confidence) == (4, "unsure", 0.5)
    assert reading.alternatives == [
        {"digit": 9, "probability": 0.4},
        {"digit": 1, "probability": 0.06},
    ]


def test_what_is_no_digit_has_none_but_may_name_some() -> None:
    reading = read(no_digit=0.8, d4=0.15, d9=0.05)
    assert (reading.digit, reading.verdict, reading.confidence) == (None, "not_a_digit", 0.8)
    assert reading.alternatives == [
        {"digit": 4, "probability": 0.15},
        {"digit": 9, "probability": 0.05},
    ]


@pytest.mark.parametrize(
    ("no_digit", "four", "verdict"),
    [
        (0.0, 0.9, "sure"), (0.0, 0.899, "unsure"), (0.499, 0.501, "unsure"),
        (0.5, 0.5, "not_a_digit"), (1.0, 0.0, "not_a_digit"), (0.0, 1.0, "sure"),
    ],
)  # fmt: skip
def test_the_thresholds_themselves_are_enough(no_digit: float, four: float, verdict: str) -> None:
    assert read(no_digit=no_digit, d4=four).verdict == verdict


def test_thresholds_come_with_the_network() -> None:
    chosen = Thresholds.of({"thresholds": {"sure": 0.6, "not_a_digit": 0.7, "other": 1}})
    assert chosen == Thresholds(sure=0.6, not_a_digit=0.7, alternative=0.05)
    assert Thresholds.of({}) == Thresholds()


@examples(deadline=None)
@given(some.lists(some.floats(0, 1), min_size=11, max_size=11).filter(any))
def test_every_answer_keeps_its_word(weights: list[float]) -> None:
    probabilities = (np.array(weights) / sum(weights)).astype(np.float32)
    reading = answer(probabilities, Thresholds())
    assert np.allclose(reading.probabilities, probabilities[:10], atol=1e-6)
    named = [int(one["digit"]) for one in reading.alternatives]
    assert len(set(named)) == len(named)
    assert reading.digit not in named
    assert all(reading.probabilities[digit] >= 0.05 for digit in named)
    assert named == sorted(named, key=lambda digit: -reading.probabilities[digit])
    if reading.digit is None:
        assert reading.confidence >= 0.5
    else:
        assert reading.confidence == max(reading.probabilities)
        assert (reading.verdict == "sure") == (reading.confidence >= 0.9)


# --- two readers --------------------------------------------------------------------


def seen(picture: int, motion: int | None, *, likeliest: int = 4) -> Reading:
    """What is said of a glyph that single readers see as these, and both together as `likeliest`.

    Without `motion` it was a picture.
    """
    probabilities = np.full((1, 11), 0.001, dtype=np.float32)
    probabilities[0, likeliest] = 0.99
    logits = [np.zeros((1, 11), dtype=np.float32) for _ in range(2)]
    # No digit at all may be likelier still: of that each one's opinion is not asked.
    logits[0][0, [picture, 10]] = 1, 9
    if motion is not None:
        logits[1][0, [motion, 10]] = 1, 9
    (reading,) = readings(Outputs(probabilities, *logits), Thresholds())
    return reading


def test_readers_that_agree_are_sure() -> None:
    assert (seen(4, 4).verdict, seen(4, 4).alternatives) == ("sure", [])


@pytest.mark.parametrize(
    ("picture", "motion", "others"), [(4, 9, [9]), (9, 4, [9]), (9, 9, [9]), (1, 9, [1, 9])]
)
def test_where_one_sees_another_digit_it_is_named(
    picture: int, motion: int, others: list[int]
) -> None:
    """However likely the answer is, and however unlikely the other digit."""
    reading = seen(picture, motion)
    assert (reading.digit, reading.verdict) == (4, "unsure")
    assert reading.confidence == pytest.approx(0.99)
    assert [one["digit"] for one in reading.alternatives] == others


def test_of_a_picture_only_one_reader_has_an_opinion_and_it_is_the_answer() -> None:
    assert seen(9, None).verdict == "sure"


def test_a_network_of_pictures_alone_has_no_opinions_beside_its_answer() -> None:
    probabilities = np.eye(11, dtype=np.float32)[[4, 10]]
    both = readings(Outputs(probabilities), Thresholds())
    assert [(one.digit, one.verdict) for one in both] == [(4, "sure"), (None, "not_a_digit")]


def test_what_is_no_digit_stays_none_and_names_what_the_readers_saw() -> None:
    reading = seen(1, 9, likeliest=10)
    assert (reading.digit, reading.verdict) == (None, "not_a_digit")
    assert {one["digit"] for one in reading.alternatives} == {1, 9}


def test_ink_and_pictures_side_by_side_have_their_own_opinions() -> None:
    probabilities = np.tile(np.eye(11, dtype=np.float32)[4], (2, 1))
    picture = np.tile(np.eye(11, dtype=np.float32)[4], (2, 1))
    motion = np.stack([np.eye(11)[9], np.zeros(11)]).astype(np.float32)
    ink, upload = readings(Outputs(probabilities, picture, motion), Thresholds())
    assert (ink.verdict, upload.verdict) == ("unsure", "sure")


def test_an_unsure_answer_tells_the_two_opinions_where_they_differ() -> None:
    values = np.array([0, 0, 0, 0, 0.4, 0, 0, 0, 0, 0.6, 0], np.float32)
    assert answer(values, Thresholds(), opinions=[9, 4]).opinions == (9, 4)
    assert answer(values, Thresholds(), opinions=[4, 4]).opinions == ()
    assert answer(values, Thresholds()).opinions == ()
