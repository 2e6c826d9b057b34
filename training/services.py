"""What can be done with training runs: ask for one, cancel it, bring it back, trigger it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from digitsite.exceptions import Conflict, Invalid
from recognizer.models import Drawing, ModelVersion
from training import tasks
from training.models import RetrainCheck, TrainingRun

logger = logging.getLogger(__name__)

Status, Mode, Trigger = TrainingRun.Status, TrainingRun.Mode, TrainingRun.Trigger
MOST_EPOCHS = 200


# --- asking for a run -----------------------------------------------------------


def run_request(
    *,
    trigger: str,
    reason: str,
    mode: str = Mode.WARM,
    epochs: int | None = None,
    auto_promote: bool = False,
    seed: int = 0,
    by: User | None = None,
    nudge: bool = True,
) -> TrainingRun:
    """Queues a run; of several at once the database lets one through (`Conflict`)."""
    if mode not in Mode.values:
        raise Invalid("The mode must be warm or scratch.", field="mode")
    if epochs is None:
        warm = mode == Mode.WARM
        epochs = settings.TRAIN_EPOCHS_WARM if warm else settings.TRAIN_EPOCHS_SCRATCH
    if not 1 <= epochs <= MOST_EPOCHS:
        raise Invalid(f"Epochs must lie between 1 and {MOST_EPOCHS}.", field="epochs")
    if mode == Mode.WARM and ModelVersion.objects.live() is None:
        raise Conflict("No version is live to start from; train from scratch.", code="no_model")
    try:
        with transaction.atomic():
            run = TrainingRun.objects.create(
                trigger=trigger,
                reason=reason[:200],
                mode=mode,
                epochs=epochs,
                auto_promote=auto_promote,
                seed=seed,
                requested_by=by,
            )
            if nudge:
                tasks.nudge(run.pk)
    except IntegrityError as error:
        raise Conflict(
            "A run is already queued or at work; wait for it or cancel it.", code="run_active"
        ) from error
    return run


def default_mode() -> str:
    """Warm where there is something to start from."""
    return Mode.SCRATCH if ModelVersion.objects.live() is None else Mode.WARM


def run_cancel(*, run: TrainingRun) -> TrainingRun:
    """Ends an active run. Its worker notices at its next report and lets go."""
    changed = (
        TrainingRun.objects.active()
        .filter(pk=run.pk)
        .update(status=Status.CANCELLED, finished_at=timezone.now())
    )
    run.refresh_from_db()
    if not changed:
        raise Conflict(f"The run is over ({run.status}).", code="run_over")
    return run


# --- healing --------------------------------------------------------------------


def runs_heal(*, now: datetime) -> list[str]:
    """Brings lost runs back, or fails them truthfully; nudges runs nobody has taken.

    Returns a sentence for everything it did.
    """
    silent_since = now - timedelta(seconds=settings.RUN_LOST_AFTER)
    done = [_heal(run) for run in TrainingRun.objects.lost(silent_since=silent_since)]
    for run in TrainingRun.objects.queued():
        tasks.nudge(run.pk)
        done.append(f"Run {run.pk} waits for a worker; told the queue again.")
    for sentence in done:
        logger.info(sentence)
    return done


def _heal(run: TrainingRun) -> str:
    # The claim is part of the condition: a worker that reports in between wins.
    same = TrainingRun.objects.filter(pk=run.pk, claim=run.claim, heartbeat_at=run.heartbeat_at)
    if run.attempt >= settings.RUN_MAX_ATTEMPTS:
        reason = f"Its worker disappeared {run.attempt} times; the last time while {_doing(run)}."
        same.update(status=Status.FAILED, error=reason, finished_at=timezone.now())
        return f"Run {run.pk} failed: {reason}"
    same.update(
        status=Status.QUEUED,
        claim=None,
        progress={"stage": f"its worker disappeared while {_doing(run)}; waiting for another"},
    )
    return f"Run {run.pk} lost its worker and goes back into the queue."


def _doing(run: TrainingRun) -> str:
    return str(run.progress.get("stage", "starting"))


# --- automatic triggers ---------------------------------------------------------


def retrain_by_count(*, now: datetime) -> RetrainCheck:
    """Starts a run once enough drawings were accepted since the last; says why or why not."""
    wanted = settings.RETRAIN_AFTER
    if not wanted:
        return _decided(Trigger.COUNT, now, "Switched off (RETRAIN_AFTER=0).")
    last = TrainingRun.objects.exclude(status=Status.CANCELLED).first()
    fresh = Drawing.objects.accepted_since(last.created_at if last else None).count()
    since = f"since run {last.pk}" if last else "so far"
    if fresh < wanted:
        return _decided(Trigger.COUNT, now, f"{fresh} of {wanted} drawings accepted {since}.")
    return _try(Trigger.COUNT, now, f"{fresh} drawings accepted {since}.")


def retrain_by_schedule(*, now: datetime) -> RetrainCheck:
    """Starts a run if anything new was accepted since the last; says why or why not."""
    last = TrainingRun.objects.exclude(status=Status.CANCELLED).first()
    fresh = Drawing.objects.accepted_since(last.created_at if last else None).count()
    if not fresh:
        return _decided(Trigger.SCHEDULE, now, "Nothing new was accepted since the last run.")
    return _try(Trigger.SCHEDULE, now, f"It was time, and {fresh} drawings were new.")


def _try(trigger: str, now: datetime, reason: str) -> RetrainCheck:
    try:
        run = run_request(
            trigger=trigger, reason=reason, auto_promote=settings.RETRAIN_AUTO_PROMOTE
        )
    except Conflict as conflict:
        return _decided(trigger, now, f"{reason} But: {conflict.message}")
    return _decided(trigger, now, reason, run)


def _decided(
    trigger: str, now: datetime, reason: str, run: TrainingRun | None = None
) -> RetrainCheck:
    logger.info("Retraining by %s: %s %s", trigger, reason, f"Run {run.pk}." if run else "No run.")
    return RetrainCheck.objects.update_or_create(
        trigger=trigger, defaults={"at": now, "reason": reason[:200], "started": run}
    )[0]
