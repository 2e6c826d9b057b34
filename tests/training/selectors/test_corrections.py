"""How often answers are corrected, over time, and when that is more than chance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from recognizer.models import Drawing, ModelVersion
from tests.support import factories
from training.selectors import corrections
from training.selectors.corrections import Answers

SIGN = "not_a_digit"
NOW = datetime(2026, 3, 29, 12, 30, tzinfo=UTC)


def steady(days: int, *, n: int = 10, corrected: int = 0) -> dict[datetime, Answers]:
    """So many answers in one hour of each of the last days."""
    hour = NOW.replace(hour=13, minute=0)
    return {hour - timedelta(days=day): Answers(n, corrected) for day in range(1, days + 1)}


@pytest.mark.django_db
def test_it_works(live_model: ModelVersion) -> None:
    by, now = factories.contributor(), timezone.now()
    given = [
        factories.drawing(by, live_model),  # accepted as it was read
        factories.drawing(by, live_model, read_as=9),
        factories.drawing(by, live_model, review="pending", accepted_label="", label="7"),
        factories.drawing(by, live_model, accepted_label="4", label="7"),  # the reviewer's word
        factories.drawing(by, live_model, read_as=None, label=SIGN, accepted_label=SIGN),
    ]
    assert corrections.total(
        corrections.by_hour(since=now - timedelta(hours=1), until=timezone.now()).values()
    ) == Answers(5, 2)
    Drawing.objects.filter(pk=given[1].pk).update(created_at=now - timedelta(hours=30))
    hours = corrections.by_hour(since=now - timedelta(hours=60), until=timezone.now())
    assert [hours[hour] for hour in sorted(hours)] == [Answers(1, 1), Answers(4, 1)]
    assert min(hours) <= now - timedelta(hours=30) < min(hours) + timedelta(hours=1)


@pytest.mark.django_db
def test_an_answer_is_what_was_shown(live_model: ModelVersion) -> None:
    """What memory mended was not corrected, what it made wrong was."""
    by, now = factories.contributor(), timezone.now()
    factories.drawing(by, live_model, read_as=9, shown_digit=4, shown_verdict="sure")
    factories.drawing(by, live_model, read_as=4, shown_digit=9, shown_verdict="unsure")
    factories.drawing(by, live_model, read_as=4, shown_digit=None, shown_verdict=SIGN)
    hours = corrections.by_hour(since=now - timedelta(hours=2), until=timezone.now())
    assert corrections.total(hours.values()) == Answers(3, 2)


@pytest.mark.django_db
def test_what_says_nothing_of_an_answer_is_left_out(live_model: ModelVersion) -> None:
    by = factories.contributor()
    factories.drawing(by, live_model, review="rejected", accepted_label="", read_as=9)
    factories.drawing(by, live_model, source="import", read_as=9)
    factories.drawing(by, live_model, review="unlabelled", label="", accepted_label="")
    now = timezone.now()
    assert corrections.by_hour(since=now - timedelta(hours=1), until=now) == {}


def test_a_point_is_the_week_before_it() -> None:
    hours = steady(20, n=10, corrected=1)
    points = corrections.weekly(hours, since=NOW - timedelta(days=3), until=NOW)
    assert [point.at for point in points][-1] == NOW
    assert {point.answers for point in points} == {Answers(70, 7)}


def test_a_week_without_an_answer_has_no_point() -> None:
    hours = steady(1)
    points = corrections.weekly(hours, since=NOW - timedelta(days=30), until=NOW)
    assert len(points) == 1


def test_a_rise_beyond_chance_is_alarming() -> None:
    hours = steady(40, n=50, corrected=2) | steady(3, n=50, corrected=8)
    rise = corrections.rise_of(hours, promoted=NOW - timedelta(days=3, hours=2), now=NOW)
    assert (rise.now, rise.before) == (Answers(150, 24), Answers(28 * 50, 28 * 2))
    assert rise.chance is not None
    assert rise.chance < 1e-6
    assert rise.is_alarming


def test_what_chance_does_is_not_alarming() -> None:
    hours = steady(40, n=50, corrected=2) | steady(3, n=50, corrected=3)
    rise = corrections.rise_of(hours, promoted=NOW - timedelta(days=3, hours=2), now=NOW)
    assert rise.chance is not None
    assert rise.chance > corrections.ALPHA
    assert not rise.is_alarming


def test_fewer_corrections_are_no_alarm() -> None:
    hours = steady(40, n=50, corrected=8) | steady(3, n=50, corrected=0)
    rise = corrections.rise_of(hours, promoted=NOW - timedelta(days=3, hours=2), now=NOW)
    assert rise.chance == pytest.approx(1)


def test_a_version_with_few_answers_is_judged_with_its_week() -> None:
    hours = steady(40, n=20, corrected=1)
    rise = corrections.rise_of(hours, promoted=NOW - timedelta(days=1, hours=2), now=NOW)
    assert rise.since == NOW - corrections.WINDOW
    assert rise.now == Answers(140, 7)


@pytest.mark.parametrize("hours", [{}, steady(6, n=4), steady(40, n=1)])
def test_of_too_few_nothing_is_said(hours: dict[datetime, Answers]) -> None:
    rise = corrections.rise_of(hours, promoted=None, now=NOW)
    assert rise.chance is None
    assert not rise.is_alarming
