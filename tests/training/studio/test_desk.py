"""Today: a sentence and a button for each thing to do, and an alarm where one is due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from recognizer.models import Drawing, ModelVersion, Promotion
from recognizer.services.versions import version_promote
from tests.support import factories
from training import services
from training.models import Heartbeat, TrainingRun

pytestmark = pytest.mark.django_db


def look(client: APIClient) -> Any:
    """The page's response."""
    response = client.get(reverse("studio:today"))
    assert response.status_code == 200
    return response


def text(client: APIClient) -> str:
    """The page's HTML."""
    return str(look(client).content.decode())


def answered(version: ModelVersion, count: int, *, days_ago: float, wrong: int = 0) -> None:
    """So many judged answers of a day, of which some were wrong."""
    by, at = factories.contributor(), timezone.now() - timedelta(days=days_ago)
    pattern = factories.drawing(by, version, review="pending", accepted_label="")
    copies = [
        Drawing(
            **{
                field.attname: getattr(pattern, field.attname)
                for field in Drawing._meta.concrete_fields
                if field.attname not in ("id", "digit")
            },
            digit=9 if number < wrong else 4,
        )
        for number in range(count)
    ]
    pattern.delete()
    Drawing.objects.bulk_create(copies)
    Drawing.objects.filter(pk__in=[one.pk for one in copies]).update(created_at=at)


def test_it_works(admin: APIClient, live_model: ModelVersion) -> None:
    by = factories.contributor()
    for label in ("4", "4", "7"):
        factories.drawing(by, live_model, review="pending", accepted_label="", label=label)
    factories.drawing(by, live_model)
    fixed = factories.drawing(by, live_model)
    version = factories.version(parent=live_model)
    ModelVersion.objects.filter(pk=version.pk).update(
        gate_report={
            "passed": True,
            "checks": [],
            "sets": [{"name": "held_out", "n": 3120, "fixed": 14, "broken": 3}],
            "fixes": [str(fixed.pk)],
            "breaks": [],
        }
    )
    response = look(admin)
    tasks = {task.key: task for task in response.context["tasks"]}
    assert list(tasks) == ["review", "compare", "train"]
    assert (tasks["review"].sentence, tasks["review"].stress) == (
        "3 drawings wait",
        "1 of them disputed",
    )
    assert [tile.is_marked for tile in tasks["review"].strip] == [True, False, False]
    assert tasks["compare"].sentence == "Version 2 passed the gate: fixes 1, breaks 0"
    assert tasks["compare"].more == "Of 3,120 held-out drawings, beside version 1. p = 0.006."
    assert tasks["train"].sentence == "2 accepted drawings are new"
    content = response.content.decode()
    assert "Three things to do." in content
    for letter in "rct":
        assert f'data-key="{letter}"' in content


def test_where_nothing_is_to_do_it_says_what_is_live(
    admin: APIClient, live_model: ModelVersion
) -> None:
    Promotion.objects.update(at=timezone.now() - timedelta(days=4, hours=1))
    assert "Nothing waits. Version 1 has been live 4 days." in text(admin)


def test_before_the_first_version_nothing_is_live(admin: APIClient) -> None:
    assert "No version is live yet." in text(admin)


def test_a_promoted_version_waits_no_more(admin: APIClient, live_model: ModelVersion) -> None:
    version = factories.version(parent=live_model)
    rejected = factories.version(gate_verdict="failed")
    assert rejected.number == 3
    assert look(admin).context["circle"].candidates == 1
    version_promote(version=version, by=None)
    assert [task.key for task in look(admin).context["tasks"]] == []


def test_where_the_drawings_cannot_decide_it_says_so(
    admin: APIClient, live_model: ModelVersion
) -> None:
    factories.version(parent=live_model, gate_verdict="undecided")
    (task,) = look(admin).context["tasks"]
    assert task.sentence == "The drawings cannot decide on version 2"


def test_a_run_at_work_stands_first_and_none_is_offered(
    admin: APIClient, live_model: ModelVersion
) -> None:
    run = services.run_request(trigger="button", reason="a test")
    factories.drawing(factories.contributor(), live_model)
    content = text(admin)
    assert f"Run {run.pk} waits for a worker." in content
    assert "Look and train" not in content


def test_the_line_of_a_run_moves_until_it_is_over(
    admin: APIClient, live_model: ModelVersion
) -> None:
    run = services.run_request(trigger="button", reason="a test")
    address = reverse("studio:run-card", args=[run.pk])
    assert "waits for a worker" in admin.get(address).content.decode()
    services.run_cancel(run=run)
    assert admin.get(address).headers["HX-Refresh"] == "true"


def test_a_run_that_failed_is_told(admin: APIClient, live_model: ModelVersion) -> None:
    TrainingRun.objects.create(
        status="failed", trigger="button", epochs=2, error="the paper was torn"
    )
    content = text(admin)
    assert "failed" in content
    assert "the paper was torn" in content


def test_corrections_beyond_chance_are_an_alarm(admin: APIClient, live_model: ModelVersion) -> None:
    Promotion.objects.update(at=timezone.now() - timedelta(days=60))
    for day in (10, 12, 14):
        answered(live_model, 100, days_ago=day, wrong=3)
    answered(live_model, 100, days_ago=1, wrong=3)
    quiet = text(admin)
    assert "All quiet." in quiet
    assert "n = 100" in quiet
    answered(live_model, 100, days_ago=0.5, wrong=25)
    alarmed = text(admin)
    assert "Corrections rose to 14.0 of 100 (n = 200) from 3.0, beyond chance." in alarmed
    assert "All quiet." not in alarmed


def test_a_silent_worker_is_an_alarm(admin: APIClient, live_model: ModelVersion) -> None:
    services.message_arrived(now=timezone.now())
    assert "A worker was heard" in text(admin)
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=5))
    assert "No worker was heard for 5 min." in text(admin)


def test_few_answers_say_nothing(admin: APIClient, live_model: ModelVersion) -> None:
    answered(live_model, 3, days_ago=1)
    assert "Too few answers to tell whether corrections rose (n = 3)." in text(admin)


def test_however_much_there_is_it_takes_twenty_queries(
    admin: APIClient, live_model: ModelVersion, django_assert_max_num_queries: Any
) -> None:
    for day in range(3, 20, 4):
        answered(live_model, 20, days_ago=day, wrong=1)
    version = factories.version(parent=live_model)
    version_promote(version=version, by=None)
    by = factories.contributor()
    factories.drawing(by, live_model)
    newer = factories.version(parent=version)
    ids = [str(pk) for pk in Drawing.objects.values_list("pk", flat=True)[:20]]
    ModelVersion.objects.filter(pk=newer.pk).update(
        gate_report={"passed": True, "fixes": ids, "breaks": ids}
    )
    services.message_arrived(now=timezone.now())
    with django_assert_max_num_queries(20):
        assert len(look(admin).context["tasks"]) == 3
