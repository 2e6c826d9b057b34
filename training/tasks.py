"""The task queue's doors. Messages carry ids and only nudge; services decide."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


@shared_task(name="training.tasks.run_execute")
def run_execute(run_id: int) -> None:
    """Works on a run, if it is still waiting."""
    # TensorFlow is loaded here, in the worker's child, never in its parent: a
    # process forked after that would hang. It also keeps it out of web processes.
    from training import pipeline

    try:
        pipeline.execute(run_id=run_id)
    except SystemExit:
        # The run is back in its row; ending this process is its parent's business.
        logger.info("Run %s waits for the next worker: this one was told to stop.", run_id)


@shared_task(name="training.tasks.runs_heal")
def runs_heal() -> list[str]:
    """Finds lost runs and brings them back or fails them."""
    from training import services

    return services.runs_heal(now=timezone.now())


@shared_task(name="training.tasks.retrain_by_count")
def retrain_by_count() -> str:
    """Retrains once enough drawings have been accepted."""
    from training import services

    return str(services.retrain_by_count(now=timezone.now()))


@shared_task(name="training.tasks.retrain_by_schedule")
def retrain_by_schedule() -> str:
    """Retrains at the times of `RETRAIN_CRON`."""
    from training import services

    return str(services.retrain_by_schedule(now=timezone.now()))


def nudge(run_id: int) -> None:
    """Tells the queue about a run once its row is committed.

    A broker that is down costs nothing but time: the row waits, and the
    scheduler tells the queue again.
    """
    transaction.on_commit(lambda: _send(run_id), robust=True)


def _send(run_id: int) -> None:
    try:
        run_execute.delay(run_id)
    except (OperationalError, OSError) as error:
        logger.warning("The broker cannot be reached; run %s waits in its row: %s", run_id, error)


@worker_ready.connect
def look_for_waiting_runs(**kwargs: Any) -> None:
    """A worker that starts takes up what was left lying."""
    try:
        runs_heal.delay()
    except (OperationalError, OSError) as error:
        logger.warning("The broker cannot be reached: %s", error)
