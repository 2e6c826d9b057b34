"""The audit: one row a decision, in the decision's own transaction, and never changed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction

from recognizer.models import Audit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import User

    from recognizer.models import Contributor, Drawing

What = Audit.What
MAX_WHY = 200


def record(
    *,
    what: str,
    by: User | None,
    why: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    act: uuid.UUID | None = None,
    drawing: Drawing | None = None,
    contributor: Contributor | None = None,
    account: User | None = None,
    number: int | None = None,
) -> None:
    """Writes down a decision. `before` and `after` name no person: they outlive everybody.

    Raises `RuntimeError` outside a transaction: a row without its decision says what is not so.
    """
    row = Audit(
        what=what,
        by=by,
        why=why[:MAX_WHY],
        before=before or {},
        after=after or {},
        act=act or uuid.uuid4(),
        drawing=drawing,
        contributor=contributor,
        account=account,
        number=number,
    )
    record_all([row])


def record_all(rows: Iterable[Audit]) -> None:
    """Writes down several decisions, as `record` does one."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A decision is written down in its own transaction.")
    Audit.objects.bulk_create(rows)
