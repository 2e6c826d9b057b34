"""The outbox: notices are written with what they tell of, and sent by a worker afterwards."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from kombu.exceptions import OperationalError

from digitsite.models import Notice
from digitsite.notices.targets import targets
from digitsite.notices.webhooks import Undeliverable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

logger = logging.getLogger(__name__)

# After a failure it is tried again after each of these; then it is given up.
PAUSES = [
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
]
# How many one turn sends; the worker has other things to do.
MOST_AT_ONCE = 20
KEPT = timedelta(days=30)


def is_on() -> bool:
    """Whether anybody is to be told of anything."""
    return bool(settings.NOTIFY_WEBHOOKS or settings.NOTIFY_EMAIL)


def notice_record(
    *, event: str, key: str, sentence: _StrPromise, data: Mapping[str, Any], path: str = ""
) -> None:
    """Writes a notice for each target, within the transaction of what it tells of.

    `sentence` is a lazy translation whose placeholders `data` fills; `data` names no person.
    `path` leads to a page of the site. What was told under a `key` is not told again.
    """
    if not is_on():
        return
    with translation.override(settings.NOTIFY_LANGUAGE):
        text = str(sentence % data)
    content = {
        "type": event,
        "timestamp": timezone.now().isoformat(timespec="seconds"),
        "data": dict(data),
        # Chat rooms show it as it is.
        "text": text,
        "url": f"{settings.SITE_URL}{path}" if settings.SITE_URL and path else "",
    }
    Notice.objects.bulk_create(
        [Notice(event=event, key=key, target=target, content=content) for target in targets()],
        ignore_conflicts=True,
    )
    transaction.on_commit(_hint, robust=True)


def _hint() -> None:
    """Has a worker look at once; without it the scheduler's next message does."""
    try:
        current_app.send_task("digitsite.tasks.notices_deliver")
    except (OperationalError, OSError) as error:
        logger.warning("The broker cannot be reached; notices wait in their rows: %s", error)


def notices_deliver(*, now: datetime) -> list[str]:
    """Sends what is due; returns a sentence for each attempt.

    A target that fails is left alone for the rest of the turn. Each row is claimed by a
    conditional update that names its next time as well: whoever dies over it has it tried again.
    """
    named, failing, done = targets(), set[str](), []
    for notice in Notice.objects.due(now=now)[:MOST_AT_ONCE]:
        if notice.target in failing or not _claim(notice, now):
            continue
        target = named.get(notice.target)
        if target is None:
            Notice.objects.filter(pk=notice.pk).delete()  # the settings name it no more
            continue
        try:
            target.send(str(notice.pk), notice.content)
        except Undeliverable as reason:
            failing.add(notice.target)
            Notice.objects.filter(pk=notice.pk).update(error=f"{reason}"[:200])
            done.append(f"{notice} was not taken by the {target}: {reason}.")
            logger.warning(done[-1])
        else:
            Notice.objects.filter(pk=notice.pk).update(
                sent_at=timezone.now(), due_at=None, error=""
            )
            done.append(f"{notice} was sent to the {target}.")
            logger.info(done[-1])
    Notice.objects.filter(created_at__lt=now - KEPT).delete()
    return done


def _claim(notice: Notice, now: datetime) -> bool:
    """Takes a row for one attempt; False where another worker has."""
    more = notice.attempts < len(PAUSES)
    due_at = now + PAUSES[notice.attempts] if more else None
    rows = Notice.objects.filter(pk=notice.pk, due_at=notice.due_at, attempts=notice.attempts)
    return bool(rows.update(attempts=F("attempts") + 1, due_at=due_at))
