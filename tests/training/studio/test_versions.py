"""Versions: the line in time, lineage, one drawing read by all, and the way back."""

from __future__ import annotations

import uuid
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from recognizer.models import ModelVersion, Promotion
from recognizer.services import versions
from tests.support import factories
from training.selectors.timeline import timeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Any, admin_user: User) -> Any:
    """An admin who has just typed the password."""
    answer = client.post(
        reverse("recognizer:sign-in"), {"username": "admin", "password": "correct-horse"}
    )
    assert answer.status_code == 302
    return client


def look(client: Any, **query: str) -> Any:
    response = client.get(reverse("studio:versions"), query)
    assert response.status_code == 200
    return response


def promoted(*, held_out: float | None = None, n: int = 100) -> ModelVersion:
    """One more version that is live, with what it read of held-out people."""
    version = factories.version(parent=ModelVersion.objects.live())
    if held_out is not None:
        of_people = {**version.metrics["mnist"], "accuracy": held_out, "n": n}
        metrics = {**version.metrics, "held_out": of_people}
        version.manifest = {**version.manifest, "metrics": metrics}
        version.save()
    versions.version_promote(version=version, by=None, reason="it reads nines")
    return version


def live_number() -> int:
    live = ModelVersion.objects.live()
    assert live is not None
    return live.number


def back(client: Any, **fields: Any) -> list[str]:
    response = client.post(reverse("studio:rollback"), fields, follow=True)
    return [str(message) for message in response.context["messages"]]


def test_it_works(admin: APIClient, live_model: ModelVersion) -> None:
    second = promoted(held_out=0.96)
    promoted(held_out=0.98)
    versions.version_rollback(by=None, reason="ones became sevens")
    response = look(admin)
    line = response.context["line"]
    assert [(span.number, span.was_taken_back) for span in line.spans] == [
        (1, False), (2, False), (3, True), (2, False),
    ]  # fmt: skip
    assert line.spans[-1].is_now
    content = response.content.decode()
    assert "Version 2 is live, since" in content
    assert "96.00\u00a0% of 100 held-out drawings" in content
    assert "What is live was decided 4 times; 1 was taken back." in content
    assert response.context["version"] == second
    assert response.context["target"] == live_model


def test_another_moment_is_chosen_by_its_promotion(
    admin: APIClient, live_model: ModelVersion
) -> None:
    promoted()
    first = Promotion.objects.earliest("pk")
    context = look(admin, at=str(first.pk)).context
    assert (context["chosen"].number, context["before"], context["after"].number) == (1, None, 2)
    part = admin.get(reverse("studio:versions-moment"), {"at": str(first.pk)})
    assert part.context["version"] == live_model
    assert "<html" not in part.content.decode()
    assert look(admin, at="nonsense").context["chosen"].number == 2


def test_lineage_says_what_it_was_made_of(admin: APIClient, live_model: ModelVersion) -> None:
    version = promoted()
    context = look(admin).context
    assert context["version"].parent == live_model
    assert look(admin, at=str(Promotion.objects.earliest("pk").pk)).context["children"] == [
        version.number
    ]


def test_people_and_mnist_are_not_on_one_line(admin: APIClient, live_model: ModelVersion) -> None:
    assert timeline(now=timezone.now()).spans[0].measured is not None
    promoted(held_out=0.96)
    spans = timeline(now=timezone.now()).spans
    assert spans[0].measured is None
    assert spans[1].measured is not None
    assert spans[1].measured.is_held_out


def test_where_a_clock_was_put_back_the_line_stays_in_order_and_in_its_picture(
    admin: APIClient, live_model: ModelVersion
) -> None:
    """What was live is told by the order of promotions, whatever their times say."""
    for days in (30, 20, -1):
        version = promoted(held_out=0.96)
        at = timezone.now() - timedelta(days=days)
        Promotion.objects.filter(version=version).update(at=at)
    response = look(admin)
    line, chart = response.context["line"], response.context["chart"]
    assert [span.number for span in line.spans] == [1, 2, 3, 4]
    assert all(span.begins <= span.ends for span in line.spans)
    assert all(one.ends == after.begins for one, after in pairwise(line.spans))
    for step in chart.steps:
        assert chart.left <= step.x <= step.x + step.width <= chart.right + 1
    assert chart.left <= chart.head[0] <= chart.right


def test_refused_and_waiting_versions_stand_beside_the_line(live_model: ModelVersion) -> None:
    old = factories.version()
    promoted()
    factories.version(gate_verdict="failed")
    factories.version()
    beside = timeline(now=timezone.now()).beside
    assert [(one.number, one.is_refused) for one in beside] == [(4, True), (5, False)]
    assert old.number == 2  # passed over, and no longer offered


# --- one drawing --------------------------------------------------------------------


def test_a_drawing_is_read_by_the_versions_that_were_live(
    admin: APIClient, live_model: ModelVersion
) -> None:
    promoted()
    waiting = factories.version()
    factories.version(gate_verdict="failed")
    drawing = factories.drawing(factories.contributor(), live_model, read_as=9)
    assert look(admin).context["drawing"].pk == str(drawing.pk)
    response = admin.get(reverse("studio:versions-readings", args=[drawing.pk]))
    readings = response.context["readings"]
    assert [one["number"] for one in readings] == [1, 2, waiting.number]
    assert {one["label"] for one in readings} == {"4"}
    assert not any(one["is_wrong"] for one in readings)


def test_a_version_whose_files_are_damaged_says_so_and_the_others_read(
    admin: APIClient, live_model: ModelVersion
) -> None:
    damaged = promoted()
    promoted()
    factories.overwrite(damaged, b"torn")
    drawing = factories.drawing(factories.contributor(), live_model)
    response = admin.get(reverse("studio:versions-readings", args=[drawing.pk]))
    assert response.status_code == 200
    assert ["error" in one for one in response.context["readings"]] == [False, True, False]


@pytest.mark.parametrize("asked", [str(uuid.UUID(int=7)), "nonsense", "4" * 400])
def test_an_id_that_is_none_is_told(admin: APIClient, live_model: ModelVersion, asked: str) -> None:
    factories.drawing(factories.contributor(), live_model)
    assert "There is no such drawing." in look(admin, drawing=asked).content.decode()


# --- going back -----------------------------------------------------------------------


def test_going_back_asks_for_the_number(desk: Any, live_model: ModelVersion) -> None:
    promoted()
    wish = {"target": "1", "expected_live": "2", "reason": "ones became sevens"}
    assert "type 1 to go back" in back(desk, **wish, typed="2")[0]
    assert live_number() == 2
    assert back(desk, **wish, typed="1") == ["Version 1 is live again."]
    newest = Promotion.objects.newest()
    assert newest is not None
    assert (newest.kind, newest.reason, str(newest.by)) == (
        "rollback", "ones became sevens", "admin",
    )  # fmt: skip


def test_where_nothing_is_before_there_is_no_way_back(desk: Any, live_model: ModelVersion) -> None:
    assert "Back to" not in look(desk).content.decode()
    assert "changed meanwhile" in back(desk, target="1", typed="1", expected_live="1")[0]
    assert Promotion.objects.count() == 1


def test_nobody_goes_back_from_what_they_have_not_seen(desk: Any, live_model: ModelVersion) -> None:
    promoted()
    wish = {"target": "1", "typed": "1", "expected_live": "2"}
    promoted()
    assert "changed meanwhile" in back(desk, **wish)[0]
    assert live_number() == 3


def test_what_answers_otherwise_stays_back(desk: Any, live_model: ModelVersion) -> None:
    promoted()
    assert live_model.golden is not None
    other = [*live_model.golden[1:], live_model.golden[0]]
    ModelVersion.objects.filter(pk=live_model.pk).update(golden=other)
    told = back(desk, target="1", typed="1", expected_live="2")[0]
    assert "does not answer as it did" in told
    assert live_number() == 2


def test_a_reviewer_sees_all_and_changes_nothing(
    reviewer: APIClient, live_model: ModelVersion
) -> None:
    promoted()
    assert "Back to 1" not in look(reviewer).content.decode()
    wish = {"target": "1", "typed": "1", "expected_live": "2"}
    assert reviewer.post(reverse("studio:rollback"), wish, format="multipart").status_code == 403
    assert live_number() == 2


def test_however_many_versions_there_are_it_takes_twenty_queries(
    admin: APIClient, live_model: ModelVersion, django_assert_max_num_queries: Any
) -> None:
    for share in (0.9, 0.92, 0.95, 0.97):
        promoted(held_out=share)
        factories.version(gate_verdict="failed")
    for _ in range(8):
        factories.drawing(factories.contributor(), live_model, read_as=9)
    with django_assert_max_num_queries(20):
        look(admin)
    drawing = factories.drawing(factories.contributor(), live_model)
    with django_assert_max_num_queries(20):
        admin.get(reverse("studio:versions-readings", args=[drawing.pk]))
