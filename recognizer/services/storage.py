"""How much may be kept, and of whom: quotas of contributors, addresses and the whole site.

What a drawing weighs is added to its owners' counters by updates that go through only
where there is room, in the transaction that stores it, and taken off again in the one that
deletes it. So no number of requests at once gets past a quota, and none counts rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from digitsite.exceptions import Full, OverDailyQuota
from digitsite.storage import disk
from recognizer.models import Contributor, Drawing, StorageUse

# Of a drawing's row with its indexes, besides its ink: 1,640 on SQLite, rounded up.
ROW_BYTES = 2_000


def weigh(*, strokes: list[Any] | None, image: bytes | None) -> int:
    """What a drawing of these weighs in the quotas, in bytes."""
    ink = 0 if strokes is None else len(json.dumps(strokes))
    return ROW_BYTES + ink + len(image or b"")


def check_disk() -> None:
    """Raises `Full` where less is free on the disk than the site leaves free."""
    if disk.is_low():
        raise Full(
            _("The site's disk is almost full; nothing was stored. Please tell whoever runs it."),
            code="disk_full",
        )


def check_waiting(*, more: int = 0) -> None:
    """Raises `Full` where with so many `more` too many drawings would wait for a reviewer."""
    most = settings.QUOTA_WAITING
    # Counts no further than the limit, along an index.
    if most and Drawing.objects.waiting()[most - more : most - more + 1].exists():
        raise Full(
            _(
                "So many drawings wait for a person to check them that no more are taken now. "
                "Please try again another day."
            ),
            code="review_full",
        )


def take(*, drawing: Drawing, address: str = "") -> None:
    """Counts a drawing for its contributor, the address it comes from and the site.

    It must be called in the transaction that stores the drawing, as its last step: the
    site's counter is everybody's. An empty `address` is none. Raises `Full` or
    `OverDailyQuota` where there is no room.
    """
    added = (1, drawing.stored_bytes)
    if not _add("contributor", Contributor.objects.filter(pk=drawing.contributor_id), added):
        raise Full(
            _(
                "You keep as many drawings here as one person may. "
                "Delete some under My drawings, and there is room again."
            ),
            code="contributor_full",
        )
    now = timezone.now()
    if address and not _add_to_use("address", _address_key(address, now), now, added):
        raise OverDailyQuota(
            _("Your network has stored so much today that nothing more is stored until tomorrow."),
            retry_after=_seconds_left(now),
        )
    take_of_site(drawings=1, stored_bytes=drawing.stored_bytes)
    if drawing.review == Drawing.Review.PENDING:
        check_waiting()


def take_of_site(*, drawings: int, stored_bytes: int) -> None:
    """Counts drawings for the whole site. Raises `Full` where there is no room."""
    if not _add_to_use("site", StorageUse.SITE, None, (drawings, stored_bytes)):
        raise Full(
            _("There is no more room for drawings on this site. Please tell whoever runs it."),
            code="site_full",
        )


def add_to_contributors(drawings: Iterable[Drawing], *, sign: int = 1) -> tuple[int, int]:
    """Counts drawings for their contributors, whatever their quotas; with -1 takes them off.

    Returns how many there were, and what they weigh.
    """
    sums: dict[Any, tuple[int, int]] = {}
    for drawing in drawings:
        count, weight = sums.get(drawing.contributor_id, (0, 0))
        sums[drawing.contributor_id] = (count + 1, weight + drawing.stored_bytes)
    for key, (count, weight) in sorted(sums.items()):  # one order, so that none waits for another
        _change(Contributor.objects.filter(pk=key), sign * count, sign * weight)
    return sum(count for count, _ in sums.values()), sum(weight for _, weight in sums.values())


def give_back(drawings: Iterable[Drawing]) -> None:
    """Takes drawings that are deleted off their contributors' and the site's counters.

    It must be called in the transaction that deletes them, with rows that are locked. What
    their addresses stored that day stays counted.
    """
    count, weight = add_to_contributors(drawings, sign=-1)
    _change(StorageUse.objects.filter(owner=StorageUse.SITE), -count, -weight)


def _add_to_use(kind: str, owner: str, now: datetime | None, added: tuple[int, int]) -> bool:
    rows = StorageUse.objects.filter(owner=owner)
    if _add(kind, rows, added):
        return True
    # Either there is no room, or no row yet.
    day = None if now is None else now.date()
    StorageUse.objects.bulk_create([StorageUse(owner=owner, day=day)], ignore_conflicts=True)
    return _add(kind, rows, added)


def _add(kind: str, rows: QuerySet[Any], added: tuple[int, int]) -> bool:
    """Adds drawings and bytes to the one row, if its quota has room; whether it had."""
    (drawings, weight), (most_drawings, most_bytes) = added, settings.QUOTAS[kind]
    if most_drawings:
        rows = rows.filter(stored_drawings__lte=most_drawings - drawings)
    if most_bytes:
        rows = rows.filter(stored_bytes__lte=most_bytes - weight)
    return _change(rows, drawings, weight) == 1


def _change(rows: QuerySet[Any], drawings: int, weight: int) -> int:
    return rows.update(
        stored_drawings=F("stored_drawings") + drawings, stored_bytes=F("stored_bytes") + weight
    )


def _address_key(address: str, now: datetime) -> str:
    """An address on a day, as nobody can tell who has not the site's key."""
    return salted_hmac(
        "recognizer.address", f"{now.date()} {address}", algorithm="sha256"
    ).hexdigest()


def _seconds_left(now: datetime) -> int:
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), tzinfo=now.tzinfo)
    return int((tomorrow - now).total_seconds()) + 1
