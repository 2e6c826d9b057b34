"""The gate's rule by counts: the margin, the exact sign test, what can be seen at all."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.evaluation.counts import (
    ISSUED,
    Outcome,
    Rule,
    drawings_to_decide,
    holm,
    sign_test,
    smallest_difference,
)

NS = st.integers(30, 5000)
FEW = st.integers(0, 15)


@pytest.mark.parametrize(
    ("n", "fixed", "broken", "outcome"),
    [
        (29, 0, 29, Outcome.TOO_FEW),
        (30, 0, 0, Outcome.NOT_WORSE),
        (500, 0, 1, Outcome.NOT_WORSE),  # one image of 500
        (500, 0, 2, Outcome.NOT_WORSE),
        (500, 0, 3, Outcome.UNDECIDED),  # a chance of 0.125
        (500, 0, 4, Outcome.UNDECIDED),  # 0.0625
        (500, 0, 5, Outcome.WORSE),  # 0.031
        (500, 1, 5, Outcome.UNDECIDED),  # 0.109
        (500, 20, 25, Outcome.UNDECIDED),
        (500, 20, 33, Outcome.WORSE),  # 0.049
        (10_000, 0, 10, Outcome.NOT_WORSE),
        (10_000, 0, 11, Outcome.WORSE),
        (10_000, 40, 51, Outcome.UNDECIDED),
    ],
)
def test_it_works(n: int, fixed: int, broken: int, outcome: Outcome) -> None:
    assert ISSUED.outcome(n, fixed=fixed, broken=broken) is outcome


@pytest.mark.parametrize(
    ("n", "margin"), [(30, 2), (1000, 2), (2000, 2), (2001, 3), (3000, 3), (3001, 4), (10_000, 10)]
)
def test_the_margin_is_one_in_a_thousand_and_two_at_least(n: int, margin: int) -> None:
    assert ISSUED.margin(n) == margin


@given(fixed=st.integers(0, 6), broken=st.integers(0, 6))
def test_the_sign_test_counts_what_equals_would_do(fixed: int, broken: int) -> None:
    """Against every way in which equally good networks can have fallen apart."""
    ways = list(itertools.product([0, 1], repeat=fixed + broken))
    as_bad = sum(sum(way) >= broken for way in ways)
    assert sign_test(fixed=fixed, broken=broken) == as_bad / len(ways)


@given(fixed=st.integers(0, 1000), broken=st.integers(0, 1000))
def test_the_sign_test_is_a_chance_and_grows_with_the_fixes(fixed: int, broken: int) -> None:
    chance = sign_test(fixed=fixed, broken=broken)
    assert 0 <= chance <= 1
    assert sign_test(fixed=fixed + 1, broken=broken) >= chance
    assert sign_test(fixed=fixed, broken=broken + 1) <= chance
    if broken <= fixed:
        assert chance > 0.5


@given(n=NS, fixed=FEW, broken=FEW)
def test_one_break_more_never_makes_a_better_outcome(n: int, fixed: int, broken: int) -> None:
    order = [Outcome.NOT_WORSE, Outcome.UNDECIDED, Outcome.WORSE]
    before = ISSUED.outcome(n, fixed=fixed, broken=broken)
    after = ISSUED.outcome(n, fixed=fixed, broken=broken + 1)
    assert order.index(after) >= order.index(before)


@given(n=NS, changed=st.integers(0, 12))
def test_a_false_alarm_is_what_equals_would_raise(n: int, changed: int) -> None:
    """Against every way in which so many answers of equals can have changed."""
    ways = list(itertools.product([0, 1], repeat=changed))
    alarms = sum(
        ISSUED.outcome(n, fixed=changed - sum(way), broken=sum(way)) is Outcome.WORSE
        for way in ways
    )
    assert ISSUED.false_alarm(n, changed) == alarms / len(ways)
    assert ISSUED.false_alarm(n, changed) <= ISSUED.alpha


@pytest.mark.parametrize(
    ("n", "fixed", "difference"),
    [(29, 0, None), (30, 0, 5), (3120, 0, 5), (3120, 5, 8), (10_000, 0, 11), (10_000, 7, 11)],
)
def test_the_smallest_difference_that_can_be_seen(
    n: int, fixed: int, difference: int | None
) -> None:
    assert smallest_difference(n, fixed=fixed) == difference


@given(n=NS, fixed=FEW)
def test_a_smaller_difference_is_not_called_worse(n: int, fixed: int) -> None:
    seen = smallest_difference(n, fixed=fixed)
    if seen is None:  # more would have to break than there are
        assert n < 60
        return
    assert ISSUED.outcome(n, fixed=fixed, broken=fixed + seen) is Outcome.WORSE
    assert ISSUED.outcome(n, fixed=fixed, broken=fixed + seen - 1) is not Outcome.WORSE


def test_another_rule_has_other_margins() -> None:
    lax = Rule(alpha=0.2, least_margin=50, least=10)
    assert lax.outcome(10, fixed=0, broken=10) is Outcome.NOT_WORSE
    assert lax.outcome(100, fixed=0, broken=51) is Outcome.WORSE


@pytest.mark.parametrize(
    ("chances", "adjusted"),
    [
        ([], []),
        ([0.04], [0.04]),
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.5, 0.9], [1.0, 1.0]),
    ],
)
def test_holm_asks_more_of_the_least_among_many(
    chances: list[float], adjusted: list[float]
) -> None:
    assert holm(chances) == pytest.approx(adjusted)


@pytest.mark.parametrize(
    ("n", "fixed", "broken", "more"), [(500, 0, 2, 0), (500, 0, 3, 300), (500, 3, 6, 1050)]
)
def test_how_many_more_drawings_would_decide(n: int, fixed: int, broken: int, more: int) -> None:
    assert drawings_to_decide(n, fixed=fixed, broken=broken) == more


def test_some_differences_would_take_too_many() -> None:
    assert drawings_to_decide(3000, fixed=20, broken=24) is not None
    assert drawings_to_decide(3000, fixed=20, broken=24, most=1) is None
