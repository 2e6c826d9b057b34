"""What people and programs elsewhere are told of drawings and versions (`digitsite.notices`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from digitsite.models import Notice
from digitsite.notices import outbox
from recognizer.models import Drawing, Promotion

if TYPE_CHECKING:
    from datetime import datetime


def version_live(*, promotion: Promotion) -> None:
    """Tells that a version went live; in the transaction that makes it so."""
    is_rollback = promotion.kind == Promotion.Kind.ROLLBACK
    before = promotion.follows.version.number if promotion.follows else None
    outbox.notice_record(
        event="version.live",
        key=f"version.live {promotion.pk}",
        sentence=_("Version %(version)s is live again.")
        if is_rollback
        else _("Version %(version)s is live."),
        data={
            "version": promotion.version.number,
            "before": before,
            "kind": str(promotion.kind),
        },
        path=reverse("studio:versions"),
    )


def waiting_told(*, now: datetime) -> None:
    """Tells that more drawings wait for a reviewer than `NOTIFY_WAITING`, once a day (UTC)."""
    most, key = settings.NOTIFY_WAITING, f"drawings.waiting {now:%Y-%m-%d}"
    if not (most and outbox.is_on()) or Notice.objects.filter(key=key).exists():
        return
    count = Drawing.objects.waiting().count()
    if count <= most:
        return
    outbox.notice_record(
        event="drawings.waiting",
        key=key,
        sentence=ngettext_lazy(
            "%(count)s drawing waits for a reviewer.",
            "%(count)s drawings wait for a reviewer.",
            "count",
        ),
        data={"count": count, "limit": most},
        path=reverse("studio:review"),
    )
