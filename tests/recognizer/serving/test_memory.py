"""A contributor's own hand: what is remembered of it, and what it makes of an answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as some
from numpy.typing import NDArray

from recognizer.labels import CLASSES, NOT_A_DIGIT_CLASS
from recognizer.preprocessing.glyph import Glyphs
from recognizer.services.versions import SHIPPED
from recognizer.serving import memory
from recognizer.serving.decision import Thresholds, readings
from recognizer.serving.engine import LiteRTEngine, Outputs
from recognizer.serving.memory import EMPTY, NEWEST, PER_LABEL, SIMILAR, Hand, kept, recall
from tests.support.networks import mixed_glyphs

FEATURES = memory.PICTURE + 512


def features(*seeds: int) -> NDArray[np.float32]:
    """As a network gives them: none below 0, another direction for each seed."""
    rows = [np.random.default_rng(seed).normal(size=FEATURES) for seed in seeds]
    return np.maximum(0, np.array(rows, np.float32).reshape(-1, FEATURES))


def outputs(
    seen: NDArray[np.float32], *, likely: int = 9, by: float = 0.9, ink: bool = True
) -> Outputs:
    """Each drawing is a `likely` to the network by so much, and may be any other by the rest."""
    rows = np.full((len(seen), CLASSES), (1 - by) / (CLASSES - 1), np.float32)
    rows[:, likely] = by
    logits = np.zeros((len(seen), CLASSES), np.float32)
    logits[:, likely] = 1
    return Outputs(rows, logits, logits * ink, seen)


def remembered(*labels: int, ink: bool = True) -> Hand:
    """Drawings of these classes, of seeds 0, 1, 2 and so on."""
    return Hand.of(outputs(features(*range(len(labels))), ink=ink), labels)


def recalled(hand: Hand, seen: NDArray[np.float32], **given: Any) -> memory.Recall:
    (found,) = recall(hand, outputs(seen, **given))
    assert found is not None
    return found


def test_it_works() -> None:
    found = recalled(remembered(1, 4, 7), features(1))
    assert (found.row, found.label) == (1, 4)
    assert found.similarity == pytest.approx(1, abs=1e-6)
    assert found.probabilities.argmax() == 4
    assert found.probabilities.sum() == pytest.approx(1, abs=1e-6)


def test_of_what_is_like_nothing_it_says_nothing() -> None:
    hand = remembered(1, 4, 7)
    assert recall(hand, outputs(features(5, 6))) == [None, None]
    assert recall(EMPTY, outputs(features(5))) == [None]


def test_a_network_of_format_1_has_no_memory() -> None:
    of_pictures = Outputs(np.eye(CLASSES, dtype=np.float32)[:2])
    assert Hand.of(of_pictures, [3, 4]) is EMPTY
    assert recall(remembered(3), of_pictures) == [None, None]


def test_what_is_no_digit_is_remembered_too() -> None:
    found = recalled(remembered(NOT_A_DIGIT_CLASS), features(0))
    assert (found.label, int(found.probabilities.argmax())) == (NOT_A_DIGIT_CLASS,) * 2


@pytest.mark.parametrize(("drawn", "asked"), [(True, False), (False, True), (False, False)])
def test_where_one_is_a_picture_the_pictures_alone_are_compared(drawn: bool, asked: bool) -> None:
    """However the pen went for the other."""
    seen = features(0)
    seen[:, memory.PICTURE :] += features(9)[:, memory.PICTURE :]
    assert recalled(remembered(4, ink=drawn), seen, ink=asked).similarity == pytest.approx(1)
    assert recalled(remembered(4), seen).similarity < 0.9


def test_the_drawing_that_speaks_is_one_of_the_answer() -> None:
    """Even where another label's is nearer, which has not convinced."""
    between = features(0) + 0.9 * features(1)
    found = recalled(remembered(7, 4), between, likely=4, by=0.99)
    assert (found.label, found.row, int(found.probabilities.argmax())) == (4, 1, 4)


def test_where_nothing_of_the_answer_is_remembered_the_nearest_speaks() -> None:
    hand = remembered(7, 4)
    found = recalled(hand, features(0) + 0.9 * features(5), likely=2, by=1)
    assert (found.label, found.row) == (7, 0)
    assert found.probabilities[7] > 0


def test_features_begin_with_those_of_the_picture() -> None:
    """Of the same picture, and of the same motion, the network gives the same."""
    one, other = mixed_glyphs(), mixed_glyphs()[::-1]
    ink = one.has_ink & other.has_ink
    assert ink.any()
    crossed = Glyphs(one.pixels[ink], other.motion[ink], ink[ink])
    network = LiteRTEngine((SHIPPED / LiteRTEngine.file_name).read_bytes())
    both = [network.predict(some).features for some in (one[ink], other[ink], crossed)]
    of_one, of_other, of_crossed = [found for found in both if found is not None]
    assert np.allclose(of_crossed[:, : memory.PICTURE], of_one[:, : memory.PICTURE], atol=1e-4)
    assert np.allclose(of_crossed[:, memory.PICTURE :], of_other[:, memory.PICTURE :], atol=1e-4)


def test_one_wrong_label_among_several_says_less() -> None:
    """Of two labels with a drawing that is the same, the one with a second like it is answered."""
    hand = Hand.of(outputs(features(0, 0, 0, 7)), [4, 4, 7, 7])
    assert int(recalled(hand, features(0), likely=9).probabilities.argmax()) == 4


def test_what_is_a_little_near_to_a_digit_stays_none() -> None:
    """A letter's likeness to a remembered digit does not make it one; a much nearer one's does."""
    hand = remembered(4)
    little, much = features(0) + 2.6 * features(5), features(0) + 0.1 * features(5)
    for seen, none_stays in ((little, True), (much, False)):
        found = recalled(hand, seen, likely=NOT_A_DIGIT_CLASS, by=0.9)
        assert (int(found.probabilities.argmax()) == NOT_A_DIGIT_CLASS) == none_stays
    assert memory.NEAR < recalled(hand, little).similarity < memory.STRANGE


@examples(deadline=None, max_examples=50)
@given(
    labels=some.lists(some.integers(0, CLASSES - 1), min_size=1, max_size=8),
    shares=some.lists(some.floats(0, 1), min_size=CLASSES, max_size=CLASSES).filter(any),
    blend=some.tuples(some.integers(0, 9), some.integers(0, 9), some.floats(0, 1)),
    ink=some.booleans(),
)
def test_memory_only_adds_to_what_is_remembered(
    labels: list[int], shares: list[float], blend: tuple[int, int, float], ink: bool
) -> None:
    one, other, share = blend
    given_by = outputs(features(one) * (1 - share) + features(other) * share, ink=ink)
    own = (np.array([shares]) / sum(shares)).astype(np.float32)
    hand = remembered(*labels)
    (found,) = recall(hand, Outputs(own, *list_of(given_by)))
    if found is None:
        return
    assert hand.labels[found.row] == found.label
    assert memory.NEAR < found.similarity <= 1
    assert found.probabilities.sum() == pytest.approx(1, abs=1e-5)
    # Of two digits that are not remembered, neither gains on the other.
    unknown = [label for label in range(NOT_A_DIGIT_CLASS) if label not in labels]
    likely = [label for label in unknown if own[0, label] > memory.LEAST]
    ratios = found.probabilities[likely] / own[0, likely]
    assert np.allclose(ratios, ratios[:1], rtol=1e-3, atol=1e-9)
    assert (ratios <= 1 + 1e-3).all()


def list_of(found: Outputs) -> list[Any]:
    return [found.picture_logits, found.motion_logits, found.features]


@examples(deadline=None, max_examples=30)
@given(order=some.permutations(range(6)))
def test_the_order_of_what_is_remembered_does_not_matter(order: list[int]) -> None:
    seen, labels = features(*range(6)), np.array([1, 4, 7, 4, 1, 10])
    asked = features(2) + 0.3 * features(3)
    one = recalled(Hand.of(outputs(seen), labels), asked)
    other = recalled(Hand.of(outputs(seen[order]), labels[order]), asked)
    assert (one.label, one.row) == (other.label, order[other.row])
    assert np.allclose(one.probabilities, other.probabilities, atol=1e-6)


# --- what stays ---------------------------------------------------------------------


@given(
    drawings=some.lists(some.tuples(some.integers(0, 10), some.booleans()), max_size=120),
    limit=some.integers(1, 25),
)
def test_of_each_label_as_many_stay_as_may(drawings: list[tuple[int, bool]], limit: int) -> None:
    labels, telling = [one for one, _ in drawings], [one for _, one in drawings]
    stays = kept(labels, telling, limit=limit)
    assert stays == sorted(set(stays))
    for label in set(labels):
        own = [at for at in range(len(labels)) if labels[at] == label]
        staying = [at for at in own if at in stays]
        assert len(staying) == min(limit, len(own))
        assert staying[: min(NEWEST, limit)] == own[: min(NEWEST, limit)]
        gone = [at for at in own if at not in stays]
        older = staying[NEWEST:]
        # Nothing telling goes while something older or as old that is not telling stays.
        assert not any(telling[at] for at in gone) or all(telling[at] for at in older)


def test_a_telling_one_stays_however_old() -> None:
    labels, telling = [4] * 100, [False] * 99 + [True]
    assert kept(labels, telling) == [*range(PER_LABEL - 1), 99]


# --- what is said after it ----------------------------------------------------------


def said(hand: Hand, seen: NDArray[np.float32], *, picture: int, motion: int) -> Any:
    """By a network whose readers see these digits, and both together a 9."""
    given_by = outputs(seen)
    logits = np.zeros((2, 1, CLASSES), np.float32)
    logits[0, 0, picture] = logits[1, 0, motion] = 1
    given_by = Outputs(given_by.probabilities, logits[0], logits[1], seen)
    (reading,) = readings(given_by, Thresholds(), recall(hand, given_by))
    return reading


def test_what_looks_like_a_remembered_one_is_sure_although_the_readers_differ() -> None:
    reading = said(remembered(4), features(0), picture=9, motion=1)
    assert (reading.digit, reading.verdict, reading.alternatives) == (4, "sure", [])


def test_what_is_less_like_it_is_sure_only_if_the_readers_agree() -> None:
    hand, less = remembered(4), features(0) + features(5)
    assert memory.NEAR < recalled(hand, less).similarity < SIMILAR
    hand = Hand(np.repeat(hand.features, 2, 0), np.ones(2, np.bool_), np.array([9, 9]))
    assert said(hand, less, picture=9, motion=9).verdict == "sure"
    doubtful = said(hand, less, picture=9, motion=1)
    assert (doubtful.digit, doubtful.verdict) == (9, "unsure")
    assert 1 in [one["digit"] for one in doubtful.alternatives]


def test_without_memory_the_network_speaks() -> None:
    given_by = outputs(features(0, 1))
    alone = readings(given_by, Thresholds())
    assert readings(given_by, Thresholds(), [None, None]) == alone
    assert readings(given_by, Thresholds(), recall(EMPTY, given_by)) == alone
    assert [one.digit for one in alone] == [9, 9]
