"""Agreement of reviewers: Cohen's kappa, of golden drawings and of second opinions."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from recognizer.models import Drawing, ModelVersion
from recognizer.services.reviews import drawing_gild, drawing_review
from tests.support import factories
from training.selectors import review_queue
from training.selectors.agreement import Agreement, agreements, cohens_kappa

pytestmark = pytest.mark.django_db


def test_it_works() -> None:
    """Cohen's own example of two judges: 20 and 15 alike of 50, and 5 and 10 not."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert cohens_kappa(pairs) == pytest.approx(0.4)


def test_where_it_says_nothing_there_is_none() -> None:
    assert cohens_kappa([]) is None
    assert cohens_kappa([("4", "4")] * 3) is None


def reviewer(name: str) -> User:
    user = User.objects.create_user(name)
    user.groups.add(Group.objects.get(name="reviewer"))
    return user


def waiting(version: ModelVersion, label: str = "4") -> Drawing:
    fields = {"review": "pending", "accepted_label": "", "reviewed_at": None}
    return factories.drawing(factories.contributor(), version, label, **fields)


def test_golden_drawings_measure_who_judges_them(
    live_model: ModelVersion, admin_user: User
) -> None:
    noa = reviewer("noa")
    for label, said in (("4", "4"), ("7", "7"), ("7", "1")):
        golden = factories.drawing(factories.contributor(), live_model, label)
        drawing_gild(drawing=golden, is_gold=True, by=admin_user)
        golden.refresh_from_db()
        drawing_review(
            drawing=golden, decision="accept", label=said, reviewer=noa, seen=golden.revision
        )
        assert (golden.review, golden.accepted_label) == ("accepted", label)
    found = agreements()
    assert set(found) == {noa.pk}
    assert (found[noa.pk].n, found[noa.pk].same) == (3, 2)
    assert found[noa.pk].kappa == pytest.approx(0.5)


def test_second_opinions_measure_both(live_model: ModelVersion, settings: Any) -> None:
    settings.SECOND_OPINION_PERCENT = 100
    noa, ben = reviewer("noa"), reviewer("ben")
    for label, second in (("4", "4"), ("7", "1")):
        drawing = waiting(live_model, label)
        drawing_review(drawing=drawing, decision="accept", reviewer=noa)
        drawing_review(drawing=drawing, decision="accept", label=second, reviewer=ben)
    assert agreements() == {
        noa.pk: Agreement(2, 1, pytest.approx(1 / 3)),
        ben.pk: Agreement(2, 1, pytest.approx(1 / 3)),
    }


def test_golden_ones_are_slipped_in_by_rate_and_once(
    live_model: ModelVersion, admin_user: User
) -> None:
    noa = reviewer("noa")
    golden = [factories.drawing(factories.contributor(), live_model) for _ in range(3)]
    for one in golden:
        drawing_gild(drawing=one, is_gold=True, by=admin_user)
    keys = [waiting(live_model).pk for _ in range(8)]
    assert review_queue.slipped_in(noa, keys, percent=0) == keys
    found = review_queue.slipped_in(noa, keys, percent=20)
    assert [key for key in found if key in keys] == keys
    places = [place for place, key in enumerate(found) if key not in keys]
    assert places == [4, 9]
    seen = Drawing.objects.get(pk=found[4])
    drawing_review(drawing=seen, decision="reject", reviewer=noa, seen=seen.revision)
    assert seen.pk not in review_queue.slipped_in(noa, keys, percent=20)
