"""When a worker was last heard of, by a message that came to it or by its training."""

from __future__ import annotations

from datetime import datetime, timedelta

from training.models import Heartbeat, TrainingRun

# Three of the scheduler's messages; a run at work is taken for lost after as long.
SILENT = timedelta(seconds=90)


def message_came() -> datetime | None:
    """When a message of the scheduler's last came to a worker; None before the first."""
    return Heartbeat.objects.filter(part=Heartbeat.MESSAGE).values_list("at", flat=True).first()


def training_heard() -> datetime | None:
    """When the worker of the run at work last reported; None where none is at work."""
    at_work = TrainingRun.objects.active().exclude(status=TrainingRun.Status.QUEUED)
    return at_work.values_list("heartbeat_at", flat=True).first()


def is_fresh(moment: datetime, *, now: datetime) -> bool:
    """Whether something was heard lately, at `moment`.

    Not if that lies ahead: the clock was set back since, and nothing was heard by the new time.
    """
    return abs(now - moment) < SILENT
