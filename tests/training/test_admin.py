"""Training runs in the administration: to be looked at, and a way to the studio."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from recognizer.models import Drawing, ModelVersion
from tests.support import factories
from tests.support.staff import look, status
from training import services
from training.models import RetrainCheck, TrainingRun
from training.runs import claims

LIST = "training_trainingrun_changelist"
PAGE = "training_trainingrun_change"


@pytest.fixture
def run(live_model: ModelVersion) -> TrainingRun:
    """A run that a worker has taken and reports on."""
    taken = claims.run_claim(run_id=services.run_request(trigger="button", reason="a test").pk)
    assert taken is not None
    claims.run_report(run=taken, progress={"stage": "gathering the examples"})
    return taken


def test_it_works(admin: APIClient, run: TrainingRun) -> None:
    assert "gathering the examples" in look(admin, LIST)
    assert reverse("studio:train") in look(admin, LIST)
    assert reverse("studio:run", args=[run.pk]) in look(admin, PAGE, run.pk)


def test_what_failed_says_why(admin: APIClient, run: TrainingRun) -> None:
    claims.run_fail(run=run, error="MemoryError: the sheet was too small")
    assert "the sheet was too small" in look(admin, LIST)
    assert "the sheet was too small" in look(admin, PAGE, run.pk)


def test_runs_are_not_written_by_hand(admin: APIClient, run: TrainingRun) -> None:
    assert status(admin, "training_trainingrun_add", mode="warm") == 403
    assert status(admin, PAGE, run.pk, status="candidate") == 403
    assert status(admin, "training_trainingrun_delete", run.pk, post="yes") == 403
    run.refresh_from_db()
    assert run.status == "running"


# --- what happens by itself -------------------------------------------------------------


def test_the_triggers_say_why_no_run_started_by_itself(admin: APIClient, db: None) -> None:
    services.retrain_by_count(now=timezone.now())
    why = RetrainCheck.objects.get().reason
    assert why in look(admin, "training_retraincheck_changelist")
    assert status(admin, "training_retraincheck_change", "count", reason="none") == 403


def test_the_first_page_sums_up(admin: APIClient, live_model: ModelVersion) -> None:
    drawing = factories.drawing(factories.contributor(), live_model)
    Drawing.objects.filter(pk=drawing.pk).update(review="pending", accepted_label="")
    page = look(admin, "index")
    assert "<strong>1</strong> drawing waiting for review" in page
    assert "<strong>Version 1</strong> is live" in page
    assert "<strong>No run</strong> is active" in page
    run = services.run_request(trigger="button", reason="a test")
    assert f"<strong>Run {run.pk}</strong> is queued" in look(admin, "index")


def test_the_first_page_needs_no_model(reviewer: APIClient, db: None) -> None:
    page = look(reviewer, "index")
    assert "<strong>No version</strong> is live" in page
    assert "is active" not in page
