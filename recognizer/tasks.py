"""The queue's tasks about drawings; services do the work."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from recognizer.services import notices, sweeping


@shared_task(name="recognizer.tasks.storage_sweep")
def storage_sweep() -> list[str]:
    """Sweeps what belongs to nobody or is too old; returns what was found, in sentences."""
    return sweeping.storage_sweep(now=timezone.now())


@shared_task(name="recognizer.tasks.waiting_tell")
def waiting_tell() -> None:
    """Tells once a day of more drawings waiting for a reviewer than `NOTIFY_WAITING`."""
    notices.waiting_told(now=timezone.now())
