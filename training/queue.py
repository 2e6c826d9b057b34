"""The queue of runs: a run's id, sent by the task's name once its row is committed."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def enqueue(run_id: int) -> None:
    """Tells the queue about a run once its row is committed.

    A broker that is down costs nothing but time: the row waits, and the
    scheduler tells the queue again.
    """
    transaction.on_commit(lambda: _send("training.tasks.run_execute", run_id), robust=True)


def _send(task: str, run_id: int) -> None:
    try:
        current_app.send_task(task, [run_id])
    except (OperationalError, OSError) as error:
        logger.warning("The broker cannot be reached; run %s waits in its row: %s", run_id, error)


def ask_for_map() -> bool:
    """Asks a worker to draw the map of features; whether the broker took the message."""
    try:
        current_app.send_task("training.tasks.feature_map_draw")
    except (OperationalError, OSError) as error:
        logger.warning("The broker cannot be reached; no map is drawn: %s", error)
        return False
    return True
