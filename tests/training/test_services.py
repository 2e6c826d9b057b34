"""Training runs as rows: asked for, claimed, reported, lost, brought back, ended once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from digitsite.exceptions import Conflict, Invalid
from recognizer.models import ModelVersion
from tests.support import factories
from training import services
from training.models import RetrainCheck, TrainingRun
from training.runs import claims

Status = TrainingRun.Status
NOW = timezone.now
LOST_AFTER = services.LOST_AFTER.total_seconds()


def request(**options: Any) -> TrainingRun:
    return services.run_request(**{"trigger": "button", "reason": "a test", **options})


def claimed() -> TrainingRun:
    run = claims.run_claim(run_id=request(mode="scratch").pk)
    assert run is not None
    return run


def silent(run: TrainingRun, seconds: float) -> None:
    TrainingRun.objects.filter(pk=run.pk).update(heartbeat_at=NOW() - timedelta(seconds=seconds))


@pytest.mark.django_db
def test_it_works() -> None:
    run = request(mode="scratch", epochs=3)
    assert (run.status, run.epochs, run.attempt) == (Status.QUEUED, 3, 0)
    taken = claims.run_claim(run_id=run.pk)
    assert taken is not None
    assert (taken.status, taken.attempt) == (Status.RUNNING, 1)
    assert taken.started_at is not None


@pytest.mark.django_db
def test_epochs_default_to_the_mode(live_model: ModelVersion, settings: Any) -> None:
    assert request(mode="warm").epochs == settings.TRAIN_EPOCHS_WARM


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "field"),
    [({"mode": "tepid"}, "mode"), ({"epochs": 0}, "epochs"), ({"epochs": 201}, "epochs")],
)
def test_nonsense_is_refused(options: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        request(**{"mode": "scratch", **options})
    assert refusal.value.field == field
    assert not TrainingRun.objects.exists()


@pytest.mark.django_db
def test_a_warm_start_needs_a_live_version() -> None:
    with pytest.raises(Conflict, match="from scratch"):
        request(mode="warm")


@pytest.mark.django_db
def test_a_second_run_is_refused_while_one_is_active() -> None:
    request(mode="scratch")
    with pytest.raises(Conflict) as refusal:
        request(mode="scratch")
    assert refusal.value.code == "run_active"
    assert TrainingRun.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_once_one_wins_and_the_other_is_told() -> None:
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def press() -> None:
        together.wait()
        try:
            outcomes.append(f"run {request(mode='scratch').pk}")
        except Conflict as conflict:
            outcomes.append(conflict.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[1] == "run_active"
    assert TrainingRun.objects.count() == 1


@pytest.mark.django_db
def test_a_run_is_claimed_once() -> None:
    run = request(mode="scratch")
    assert claims.run_claim(run_id=run.pk) is not None
    assert claims.run_claim(run_id=run.pk) is None


@pytest.mark.django_db
def test_a_cancelled_run_stops_its_worker_at_the_next_report() -> None:
    run = claimed()
    services.run_cancel(run=run)
    with pytest.raises(claims.Superseded):
        claims.run_report(run=run, progress={"stage": "training"})
    run.refresh_from_db()
    assert run.status == Status.CANCELLED


@pytest.mark.django_db
def test_a_run_that_is_over_cannot_be_cancelled() -> None:
    run = claimed()
    claims.run_fail(run=run, error="ValueError: no")
    with pytest.raises(Conflict, match="failed"):
        services.run_cancel(run=run)


@pytest.mark.django_db
def test_a_cancelled_run_makes_room_for_the_next() -> None:
    services.run_cancel(run=request(mode="scratch"))
    assert request(mode="scratch").status == Status.QUEUED


@pytest.mark.django_db
def test_a_silent_run_goes_back_into_the_queue() -> None:
    run = claimed()
    silent(run, LOST_AFTER + 1)
    services.runs_recover(now=NOW())
    run.refresh_from_db()
    assert (run.status, run.claim) == (Status.QUEUED, None)


@pytest.mark.django_db
def test_a_run_whose_times_lie_in_the_future_is_lost_too() -> None:
    """The clock was set back while it was at work, and its worker is gone: nobody waits an hour."""
    run = claimed()
    silent(run, -3600)
    services.runs_recover(now=NOW())
    run.refresh_from_db()
    assert (run.status, run.claim) == (Status.QUEUED, None)
    assert claims.run_claim(run_id=run.pk) is not None


@pytest.mark.django_db
def test_clocks_of_two_machines_may_differ() -> None:
    run = claimed()
    silent(run, -(LOST_AFTER - 5))
    assert services.runs_recover(now=NOW()) == []
    run.refresh_from_db()
    assert run.status == Status.RUNNING


@pytest.mark.django_db
def test_a_run_that_reports_is_left_alone() -> None:
    run = claimed()
    silent(run, LOST_AFTER - 5)
    assert services.runs_recover(now=NOW()) == []
    run.refresh_from_db()
    assert run.status == Status.RUNNING


@pytest.mark.django_db
def test_a_run_that_loses_every_worker_fails_and_says_so() -> None:
    run = claimed()
    TrainingRun.objects.update(attempt=services.MAX_ATTEMPTS, progress={"stage": "training"})
    silent(run, LOST_AFTER + 1)
    services.runs_recover(now=NOW())
    run.refresh_from_db()
    assert run.status == Status.FAILED
    assert "disappeared 3 times; the last time while training" in run.error


@pytest.mark.django_db
def test_a_worker_given_up_for_lost_can_change_nothing_any_more() -> None:
    lost = claimed()
    silent(lost, LOST_AFTER + 1)
    services.runs_recover(now=NOW())
    taken = claims.run_claim(run_id=lost.pk)
    assert taken is not None
    with pytest.raises(claims.Superseded):
        claims.run_report(run=lost, progress={})
    claims.run_fail(run=lost, error="too late")
    claims.run_release(run=lost)
    taken.refresh_from_db()
    assert (taken.status, taken.attempt, taken.error) == (Status.RUNNING, 2, "")


@pytest.mark.django_db
def test_a_worker_that_is_stopped_puts_its_run_back() -> None:
    run = claimed()
    claims.run_release(run=run)
    again = claims.run_claim(run_id=run.pk)
    assert again is not None
    assert again.attempt == 2


@pytest.mark.django_db
def test_a_queued_run_is_told_to_the_queue_again(
    settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    run = request(mode="scratch")
    with django_capture_on_commit_callbacks(execute=True):
        said = services.runs_recover(now=NOW())
    assert said == [f"Run {run.pk} waits for a worker; told the queue again."]
    assert len(list((settings.BROKER_DIR / "messages").glob("*training*"))) == 1


# --- automatic triggers -----------------------------------------------------------


@pytest.mark.django_db
def test_enough_accepted_drawings_start_a_run(live_model: ModelVersion, settings: Any) -> None:
    settings.RETRAIN_AFTER = 3
    for number in range(3):
        factories.drawing(factories.contributor(number), live_model)
    check = services.retrain_by_count(now=NOW())
    assert check.started is not None
    assert check.started.reason == "3 drawings accepted so far."
    assert check.started.trigger == "count"


@pytest.mark.django_db
def test_too_few_say_how_many_are_missing(live_model: ModelVersion, settings: Any) -> None:
    settings.RETRAIN_AFTER = 3
    factories.drawing(factories.contributor(), live_model)
    check = services.retrain_by_count(now=NOW())
    assert (check.started, check.reason) == (None, "1 of 3 drawings accepted so far.")


@pytest.mark.django_db
def test_drawings_count_once(live_model: ModelVersion, settings: Any) -> None:
    settings.RETRAIN_AFTER = 1
    factories.drawing(factories.contributor(), live_model)
    first = services.retrain_by_count(now=NOW()).started
    assert first is not None
    TrainingRun.objects.update(status=Status.FAILED)
    check = services.retrain_by_count(now=NOW())
    assert check.reason == f"0 of 1 drawings accepted since run {first.pk}."


@pytest.mark.django_db
@pytest.mark.parametrize("trigger", [services.retrain_by_count, services.retrain_by_schedule])
def test_a_clock_that_was_set_back_keeps_no_run_from_starting(
    live_model: ModelVersion, settings: Any, trigger: Callable[..., RetrainCheck]
) -> None:
    """A run and its drawings lie an hour ahead: they do not count, and what comes now does."""
    settings.RETRAIN_AFTER = 2
    ahead = NOW() + timedelta(hours=1)
    for number in range(3):
        factories.drawing(factories.contributor(number), live_model, reviewed_at=ahead)
    request()
    TrainingRun.objects.update(status=Status.FAILED, created_at=ahead)
    assert trigger(now=NOW()).started is None
    for number in range(2):
        factories.drawing(factories.contributor(number), live_model)
    started = trigger(now=NOW()).started
    assert started is not None
    TrainingRun.objects.update(status=Status.FAILED)
    assert trigger(now=NOW()).started is None


@pytest.mark.django_db
def test_a_trigger_says_that_a_run_is_at_work(live_model: ModelVersion, settings: Any) -> None:
    settings.RETRAIN_AFTER = 1
    request()
    factories.drawing(factories.contributor(), live_model)
    check = services.retrain_by_count(now=NOW())
    assert check.started is None
    assert "already queued or at work" in check.reason
    assert RetrainCheck.objects.count() == 1


@pytest.mark.django_db
def test_the_schedule_does_not_train_on_nothing_new(live_model: ModelVersion) -> None:
    check = services.retrain_by_schedule(now=NOW())
    assert (check.started, check.reason) == (
        None,
        "Nothing new was accepted since the last run.",
    )
    factories.drawing(factories.contributor(), live_model)
    assert services.retrain_by_schedule(now=NOW()).started is not None


@pytest.mark.django_db
def test_the_count_can_be_switched_off(settings: Any) -> None:
    settings.RETRAIN_AFTER = 0
    assert "RETRAIN_AFTER=0" in services.retrain_by_count(now=NOW()).reason


# --- the API ----------------------------------------------------------------------


@pytest.mark.django_db
def test_an_admin_starts_watches_and_cancels(admin: APIClient, live_model: ModelVersion) -> None:
    started = admin.post("/api/v1/runs/", {"mode": "warm", "epochs": 4, "auto_promote": True})
    assert started.status_code == 201
    run = started.json()
    assert (run["status"], run["epochs"], run["auto_promote"]) == ("queued", 4, True)
    assert run["requested_by"] == "admin"
    assert admin.get(f"/api/v1/runs/{run['id']}/").json()["trigger"] == "api"
    assert admin.get("/api/v1/runs/").json()["count"] == 1
    cancelled = admin.post(f"/api/v1/runs/{run['id']}/cancel/")
    assert cancelled.json()["status"] == "cancelled"
    again = admin.post(f"/api/v1/runs/{run['id']}/cancel/")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "run_over")


@pytest.mark.django_db
def test_a_second_request_is_told(admin: APIClient, live_model: ModelVersion) -> None:
    assert admin.post("/api/v1/runs/", {}).status_code == 201
    refused = admin.post("/api/v1/runs/", {})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "run_active")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sent", [{"mode": "cold"}, {"epochs": 0}, {"epochs": "many"}, {"auto_promote": "perhaps"}]
)
def test_a_bad_request_starts_nothing(admin: APIClient, sent: dict[str, Any]) -> None:
    refused = admin.post("/api/v1/runs/", sent)
    assert refused.status_code == 400
    assert refused.json()["error"]["field"] == next(iter(sent))
    assert not TrainingRun.objects.exists()


@pytest.mark.django_db
def test_only_who_may_train_trains(
    visitor: APIClient, member: APIClient, reviewer: APIClient, live_model: ModelVersion
) -> None:
    for client in (visitor, member, reviewer):
        assert client.post("/api/v1/runs/", {}).status_code in (401, 403)
    assert not TrainingRun.objects.exists()
    assert reviewer.get("/api/v1/runs/").status_code == 200
    assert member.get("/api/v1/runs/").status_code == 403


@pytest.mark.django_db
def test_an_unknown_run_is_not_found(admin: APIClient) -> None:
    assert admin.get("/api/v1/runs/99/").json()["error"]["code"] == "not_found"
    assert admin.post("/api/v1/runs/99/cancel/").status_code == 404


# --- going on -------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("status", [Status.CANCELLED, Status.FAILED])
def test_a_run_that_was_stopped_goes_on(status: str) -> None:
    run = claimed()
    TrainingRun.objects.filter(pk=run.pk).update(status=status, error="torn", finished_at=NOW())
    again = services.run_resume(run=run)
    assert (again.status, again.error, again.finished_at) == (Status.QUEUED, "", None)
    assert again.attempt == 0
    assert claims.run_claim(run_id=run.pk) is not None


@pytest.mark.django_db
@pytest.mark.parametrize("status", [Status.RUNNING, Status.CANDIDATE, Status.REJECTED])
def test_what_is_at_work_or_became_a_version_does_not_go_on(status: str) -> None:
    run = claimed()
    TrainingRun.objects.filter(pk=run.pk).update(status=status)
    with pytest.raises(Conflict) as refusal:
        services.run_resume(run=run)
    assert refusal.value.code == "run_over"


@pytest.mark.django_db
def test_only_the_newest_run_goes_on() -> None:
    run = services.run_cancel(run=claimed())
    services.run_cancel(run=request(mode="scratch"))
    with pytest.raises(Conflict):
        services.run_resume(run=run)
    run.refresh_from_db()
    assert run.status == Status.CANCELLED
