"""The queue's task of the site itself: notices. A message is a hint; the rows are the truth."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from digitsite.notices import outbox


@shared_task(name="digitsite.tasks.notices_deliver")
def notices_deliver() -> list[str]:
    """Sends the notices that are due; returns what came of each, in sentences."""
    return outbox.notices_deliver(now=timezone.now())
