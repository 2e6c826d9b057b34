"""The queue's task about drawings; a service does the work."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from recognizer.services import sweeping


@shared_task(name="recognizer.tasks.storage_sweep")
def storage_sweep() -> list[str]:
    """Sweeps what belongs to nobody or is too old; returns what was found, in sentences."""
    return sweeping.storage_sweep(now=timezone.now())
