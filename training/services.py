"""What can be done with training runs: request, cancel, resume, recover, trigger."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists
from django.utils import timezone

from digitsite.exceptions import Conflict, Invalid
from recognizer.models import Drawing, ModelVersion
from recognizer.services import audit
from training import notices
from training.models import Heartbeat, RetrainCheck, TrainingRun
from training.queue import enqueue

logger = logging.getLogger(__name__)

Status, Mode, Trigger = TrainingRun.Status, TrainingRun.Mode, TrainingRun.Trigger
MAX_EPOCHS = 200
# A worker reports every second; one that has been silent for so long is taken for dead.
LOST_AFTER = timedelta(seconds=90)
# How many workers a run may lose before it is the run that is blamed.
MAX_ATTEMPTS = 3


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
    send: bool = True,
) -> TrainingRun:
    """Makes a run and, with `send`, tells the queue of it.

    `epochs` are the site's own for the mode where None. Raises `Invalid` for another
    mode or number of epochs, and `Conflict` where another run is active (of several
    at once the database lets one through) or a warm start has no version to start from.
    """
    if mode not in Mode.values:
        raise Invalid("The mode must be warm or scratch.", field="mode")
    if epochs is None:
        epochs = default_epochs(mode)
    if not 1 <= epochs <= MAX_EPOCHS:
        raise Invalid(f"Epochs must lie between 1 and {MAX_EPOCHS}.", field="epochs")
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
            audit.record(
                what=audit.What.RUN,
                by=by,
                why=reason,
                after={
                    "trigger": str(trigger),
                    "mode": str(mode),
                    "epochs": epochs,
                    "auto_promote": auto_promote,
                },
                number=run.pk,
            )
            if send:
                enqueue(run.pk)
    except IntegrityError as error:
        raise Conflict(
            "A run is already queued or at work; wait for it or cancel it.", code="run_active"
        ) from error
    return run


def default_mode() -> str:
    """The warm mode where a version is live to start from, otherwise from scratch."""
    return Mode.SCRATCH if ModelVersion.objects.live() is None else Mode.WARM


def default_epochs(mode: str) -> int:
    """The site's own number of epochs for a mode."""
    warm = mode == Mode.WARM
    epochs: int = settings.TRAIN_EPOCHS_WARM if warm else settings.TRAIN_EPOCHS_SCRATCH
    return epochs


def run_cancel(*, run: TrainingRun, by: User | None = None) -> TrainingRun:
    """Cancels an active run; its worker learns of it at its next report, and stops.

    Raises `Conflict` where the run is over.
    """
    with transaction.atomic():
        changed = (
            TrainingRun.objects.active()
            .filter(pk=run.pk)
            .update(status=Status.CANCELLED, finished_at=timezone.now())
        )
        if changed:
            audit.record(
                what=audit.What.CANCEL, by=by, before={"status": run.status}, number=run.pk
            )
            notices.run_ended(run_id=run.pk)
    run.refresh_from_db()
    if not changed:
        raise Conflict(f"The run is over ({run.status}).", code="run_over")
    return run


def run_resume(*, run: TrainingRun, by: User | None = None) -> TrainingRun:
    """Has a run that was cancelled or failed go on after its last finished epoch.

    It learns from the drawings that it began with. Raises `Conflict` where it is not over or
    became a version, where a newer run was asked for, whose worker removed what this one had
    kept, and where another is active.
    """
    now = timezone.now()
    try:
        with transaction.atomic():
            newer = TrainingRun.objects.filter(pk__gt=run.pk)
            changed = TrainingRun.objects.filter(
                ~Exists(newer), pk=run.pk, status__in=TrainingRun.RESUMABLE
            ).update(
                status=Status.QUEUED,
                attempt=0,
                claim=None,
                finished_at=None,
                error="",
                progress={"stage": "waiting for a worker"},
                log=[*run.log, {"at": now.isoformat(timespec="seconds"), "what": "resumed"}],
            )
            if changed:
                before = {"status": run.status, "epochs": len(run.history)}
                audit.record(what=audit.What.RUN, by=by, before=before, number=run.pk)
                enqueue(run.pk)
    except IntegrityError as error:
        raise Conflict(
            "A run is already queued or at work; wait for it or cancel it.", code="run_active"
        ) from error
    run.refresh_from_db()
    if not changed:
        raise Conflict(f"Run {run.pk} cannot go on ({run.status}).", code="run_over")
    return run


# --- recovering -----------------------------------------------------------------


def message_arrived(*, now: datetime) -> None:
    """Writes down that a message has come through the queue to a worker."""
    Heartbeat.objects.update_or_create(part=Heartbeat.MESSAGE, defaults={"at": now})


def runs_recover(*, now: datetime) -> list[str]:
    """Queues lost runs again, or fails those lost too often; tells the queue of all that wait.

    Returns a sentence for everything it did.
    """
    done = [_recover(run) for run in TrainingRun.objects.lost(now=now, after=LOST_AFTER)]
    for run in TrainingRun.objects.queued():
        enqueue(run.pk)
        done.append(f"Run {run.pk} waits for a worker; told the queue again.")
    for sentence in done:
        logger.info(sentence)
    return done


def _recover(run: TrainingRun) -> str:
    # The claim is part of the condition: a worker that reports in between wins.
    same = TrainingRun.objects.filter(pk=run.pk, claim=run.claim, heartbeat_at=run.heartbeat_at)
    if run.attempt >= MAX_ATTEMPTS:
        reason = f"Its worker disappeared {run.attempt} times; the last time while {_doing(run)}."
        with transaction.atomic():
            if same.update(status=Status.FAILED, error=reason, finished_at=timezone.now()):
                notices.run_ended(run_id=run.pk)
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
    """Starts a run once `RETRAIN_AFTER` drawings were accepted since the last one.

    Returns the decision, with its reason.
    """
    wanted = settings.RETRAIN_AFTER
    if not wanted:
        return _decided(Trigger.COUNT, now, "Switched off (RETRAIN_AFTER=0).")
    last, fresh = _fresh(now)
    since = f"since run {last.pk}" if last else "so far"
    if fresh < wanted:
        return _decided(Trigger.COUNT, now, f"{fresh} of {wanted} drawings accepted {since}.")
    return _try(Trigger.COUNT, now, f"{fresh} drawings accepted {since}.")


def retrain_by_schedule(*, now: datetime) -> RetrainCheck:
    """Starts a run if any drawing was accepted since the last one.

    Returns the decision, with its reason.
    """
    _, fresh = _fresh(now)
    if not fresh:
        return _decided(Trigger.SCHEDULE, now, "Nothing new was accepted since the last run.")
    return _try(Trigger.SCHEDULE, now, f"It was time, and {fresh} drawings were new.")


def _fresh(now: datetime) -> tuple[TrainingRun | None, int]:
    """The last run, and how many drawings were accepted since.

    What lies ahead of `now` is left out, because the clock was set back since: counted
    from there no drawing would be new until that time has come again.
    """
    last = TrainingRun.objects.asked_for_by(now + LOST_AFTER).first()
    since = last.created_at if last else None
    return last, Drawing.objects.accepted_since(since, until=now + LOST_AFTER).count()


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
    level = logging.INFO if run else logging.DEBUG  # "not yet" is said twice a minute
    said = f"Run {run.pk}." if run else "No run."
    logger.log(level, "Retraining by %s: %s %s", trigger, reason, said)
    return RetrainCheck.objects.update_or_create(
        trigger=trigger, defaults={"at": now, "reason": reason[:200], "started": run}
    )[0]
