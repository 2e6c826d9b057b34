"""Training runs on the staff's pages: started once, watched, cancelled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from recognizer.models import Drawing, ModelVersion
from tests import factories
from tests.staff import look, noted, press, status
from training import claims, services
from training.admin import duration, where
from training.models import RetrainCheck, TrainingRun

LIST = "training_trainingrun_changelist"
PAGE = "training_trainingrun_change"
RETRAIN = "training_trainingrun_retrain"
CANCEL = "training_trainingrun_cancel"
PROGRESS = "training_trainingrun_progress"

TRAINING = {
    "stage": "training",
    "epoch": 2,
    "epochs": 4,
    "batch": 50,
    "batches": 100,
    "eta_seconds": 135.2,
    "images_per_second": 812.4,
    "loss": 0.1234,
}


@pytest.fixture
def run(live_model: ModelVersion) -> TrainingRun:
    """A run that a worker has taken and reports on."""
    asked = services.run_request(trigger="button", reason="a test")
    taken = claims.run_claim(run_id=asked.pk)
    assert taken is not None
    claims.run_report(run=taken, progress=TRAINING)
    return taken


def staff(*permissions: str) -> APIClient:
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = APIClient()
    client.force_login(user)
    return client


def test_it_works(admin: APIClient, live_model: ModelVersion) -> None:
    assert "Retrain now" in look(admin, LIST)
    assert press(admin, RETRAIN, mode="warm", epochs="3", auto_promote="on") == [
        f"Run {TrainingRun.objects.get().pk} is queued."
    ]
    run = TrainingRun.objects.get()
    assert (run.status, run.mode, run.epochs, run.auto_promote) == ("queued", "warm", 3, True)
    assert (run.trigger, run.reason) == ("button", "admin pressed the button.")
    assert run.requested_by is not None
    assert noted(run) == ["Retraining started."]


def test_epochs_may_be_left_to_the_site(
    admin: APIClient, live_model: ModelVersion, settings: Any
) -> None:
    press(admin, RETRAIN, mode="scratch", epochs="")
    assert TrainingRun.objects.get().epochs == settings.TRAIN_EPOCHS_SCRATCH


def test_pressing_twice_starts_one_run(admin: APIClient, live_model: ModelVersion) -> None:
    press(admin, RETRAIN, mode="warm")
    (said,) = press(staff("add_trainingrun"), RETRAIN, mode="scratch")
    assert said.startswith("A run is already queued or at work")
    assert TrainingRun.objects.get().mode == "warm"


def test_while_a_run_is_active_its_progress_stands_first(
    admin: APIClient, run: TrainingRun
) -> None:
    page = look(admin, LIST)
    assert "Retrain now" not in page
    assert "training, epoch 2 of 4, about 2 min 15 s left" in page
    assert page.index("epoch 2 of 4") < page.index('id="result_list"')


@pytest.mark.parametrize(
    "fields",
    [{"mode": "tepid"}, {"mode": "warm", "epochs": "0"}, {"mode": "warm", "epochs": "many"}, {}],
)
def test_nonsense_starts_nothing(
    admin: APIClient, live_model: ModelVersion, fields: dict[str, str]
) -> None:
    (said,) = press(admin, RETRAIN, **fields)
    assert said.startswith(("mode: ", "epochs: "))
    assert not TrainingRun.objects.exists()


def test_without_a_live_version_the_form_proposes_scratch(admin: APIClient, db: None) -> None:
    assert '<option value="scratch" selected>' in look(admin, LIST)
    (said,) = press(admin, RETRAIN, mode="warm")
    assert said == "No version is live to start from; train from scratch."


def test_starting_is_for_those_who_may(reviewer: APIClient, live_model: ModelVersion) -> None:
    assert status(reviewer, RETRAIN, mode="warm") == 403
    watcher = staff("view_trainingrun")
    assert "Retrain now" not in look(watcher, LIST)
    assert status(watcher, RETRAIN, mode="warm") == 403
    assert not TrainingRun.objects.exists()


def test_who_may_not_promote_cannot_have_a_run_do_it(live_model: ModelVersion) -> None:
    starter = staff("add_trainingrun")
    (said,) = press(starter, RETRAIN, mode="warm", auto_promote="on")
    assert said.startswith("You may not promote")
    assert not TrainingRun.objects.exists()
    press(starter, RETRAIN, mode="warm")
    assert not TrainingRun.objects.get().auto_promote


# --- watching ---------------------------------------------------------------------------


def test_a_run_at_work_is_polled(admin: APIClient, run: TrainingRun) -> None:
    address = reverse(f"admin:{PROGRESS}", args=[run.pk])
    page = look(admin, PAGE, run.pk)
    assert f'hx-get="{address}" hx-trigger="every 2s"' in page
    assert 'content=\'{"includeIndicatorStyles": false, "allowEval": false}\'' in page
    answer = admin.get(address)
    panel = answer.content.decode()
    assert '<progress class="whole" max="1" value="0.3750"' in panel
    for words in ("50 of 100", "812", "0.123", "last heard of"):
        assert words in panel
    assert "<html" not in panel
    assert "no-store" in answer["Cache-Control"]


def test_polling_ends_with_the_run(admin: APIClient, run: TrainingRun) -> None:
    claims.run_fail(run=run, error="MemoryError: the sheet was too small")
    answer = admin.get(reverse(f"admin:{PROGRESS}", args=[run.pk]))
    assert answer["HX-Refresh"] == "true"
    page = look(admin, PAGE, run.pk)
    assert "hx-get" not in page
    assert "MemoryError: the sheet was too small" in page
    assert "Cancel run" not in page


def test_progress_tells_strangers_nothing(
    visitor: APIClient, reviewer: APIClient, run: TrainingRun
) -> None:
    for stranger in (visitor, reviewer):
        answer = stranger.get(reverse(f"admin:{PROGRESS}", args=[run.pk]))
        assert (answer["HX-Refresh"], answer.content) == ("true", b"")


def test_the_page_keeps_every_epoch(admin: APIClient, run: TrainingRun) -> None:
    history = [
        {
            "epoch": 1,
            "loss": 0.51234,
            "validation_nll": 0.04321,
            "validation_accuracy": 0.98765,
            "learning_rate": 0.0004,
            "seconds": 31.26,
        }
    ]
    claims.run_report(run=run, history=history)
    page = look(admin, PAGE, run.pk)
    for figure in ("0.5123", "0.0432", "0.9877", "0.0004", "31.3"):
        assert f"<td>{figure}</td>" in page


def test_a_candidate_is_linked(
    admin: APIClient, run: TrainingRun, live_model: ModelVersion
) -> None:
    TrainingRun.objects.filter(pk=run.pk).update(status="candidate", candidate=live_model)
    assert "Look at version 1" in look(admin, PAGE, run.pk)


@pytest.mark.parametrize(
    ("progress", "words", "share"),
    [
        ({}, "waiting for a worker", None),
        ({"stage": "exporting"}, "exporting", None),
        (TRAINING, "training, epoch 2 of 4", 0.375),
        (
            {"stage": "fetching MNIST", "file": "t10k", "bytes": 5, "of": 20},
            "fetching MNIST: t10k",
            0.25,
        ),
        (
            {"stage": "fetching MNIST", "file": "t10k", "bytes": 5, "of": 0},
            "fetching MNIST: t10k",
            None,
        ),
    ],
)
def test_progress_in_words(progress: dict[str, Any], words: str, share: float | None) -> None:
    told = where(TrainingRun(progress=progress))
    assert (told["words"], told["share"]) == (words, share)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0.4, "0 s"), (59.7, "1 min 0 s"), (3599, "59 min 59 s"), (7260, "2 h 1 min")],
)
def test_durations(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


# --- cancelling -------------------------------------------------------------------------


def test_cancelling(admin: APIClient, run: TrainingRun) -> None:
    assert press(admin, CANCEL, run.pk) == [f"Run {run.pk} is cancelled."]
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert noted(run) == ["Cancelled."]
    assert press(admin, CANCEL, run.pk) == ["The run is over (cancelled)."]


def test_cancelling_is_for_those_who_may(run: TrainingRun) -> None:
    starter = staff("add_trainingrun")
    assert "Cancel run" not in look(starter, PAGE, run.pk)
    assert status(starter, CANCEL, run.pk) == 403
    run.refresh_from_db()
    assert run.is_active


def test_looking_changes_nothing(admin: APIClient, run: TrainingRun) -> None:
    assert admin.get(reverse(f"admin:{CANCEL}", args=[run.pk])).status_code == 405
    assert admin.get(reverse(f"admin:{RETRAIN}")).status_code == 405
    run.refresh_from_db()
    assert run.is_active


def test_runs_are_not_written_by_hand(admin: APIClient, run: TrainingRun) -> None:
    assert status(admin, "training_trainingrun_add", mode="warm") == 403
    assert status(admin, PAGE, run.pk, status="candidate") == 403
    assert status(admin, "training_trainingrun_delete", run.pk, post="yes") == 403
    run.refresh_from_db()
    assert run.status == "running"


# --- what happens by itself -------------------------------------------------------------


def test_the_list_says_why_no_run_started_by_itself(admin: APIClient, db: None) -> None:
    assert "The scheduler has not looked yet." in look(admin, LIST)
    services.retrain_by_count(now=timezone.now())
    why = RetrainCheck.objects.get().reason
    assert why in look(admin, LIST)
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


def test_a_silent_worker_can_be_told_by_its_age(admin: APIClient, run: TrainingRun) -> None:
    silent_since = timezone.now() - timedelta(minutes=3, seconds=5)
    TrainingRun.objects.filter(pk=run.pk).update(heartbeat_at=silent_since)
    assert "3\xa0minutes ago" in look(admin, PAGE, run.pk)
