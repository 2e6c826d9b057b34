"""What can be done with contributors: forget them, block them, trust them, cap their share."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from digitsite.storage.disk import on_full_disk
from recognizer.models import Contributor, ModelVersion
from recognizer.services import audit
from recognizer.services.drawings import drawings_delete
from recognizer.services.hands import hand_drop


@on_full_disk
def contributor_forget(*, contributor: Contributor, by: User | None = None, why: str = "") -> int:
    """Deletes a contributor with everything it ever submitted; returns how many drawings.

    One whom an account has taken over since the caller looked is left alone. What is
    written down says how many drawings are gone and which versions had learned from
    them, and not whose they were; `by` is None where they did it themselves.
    """
    as_seen = Contributor.objects.filter(pk=contributor.pk, user=contributor.user_id)
    with transaction.atomic():
        # Locked, so that no drawing is added that would go without its image's bytes.
        locked = as_seen.select_for_update().first()
        if locked is None:
            return 0
        numbers = ModelVersion.objects.filter(uses__drawing__contributor=locked).distinct()
        versions = sorted(numbers.values_list("number", flat=True))
        count = drawings_delete(drawings=list(locked.drawings.all()))
        hand_drop(locked.pk)
        locked.delete()
        gone = {"drawings": count, "versions": versions}
        audit.record(what=audit.What.FORGET, by=by, why=why, after=gone)
    return count


def contributor_block(
    *, contributor: Contributor, blocked: bool, by: User | None = None, why: str = ""
) -> None:
    """Blocks a contributor or lifts the block: the drawings stay, but are never trained on."""
    _switch(contributor, "blocked", blocked, audit.What.BLOCK, by=by, why=why)


def contributor_trust(
    *, contributor: Contributor, trusted: bool, by: User | None = None, why: str = ""
) -> None:
    """Trusts a contributor, or no more: what they and the network say alike needs one reviewer."""
    _switch(contributor, "trusted", trusted, audit.What.TRUST, by=by, why=why)


def _switch(
    contributor: Contributor, name: str, is_on: bool, what: audit.What, *, by: User | None, why: str
) -> None:
    """Sets a flag of a contributor's row, and records it, unless somebody has done so already."""
    with transaction.atomic():
        rows = Contributor.objects.filter(pk=contributor.pk, **{name: not is_on})
        if rows.update(**{name: is_on}):
            audit.record(
                what=what,
                by=by,
                why=why,
                before={name: not is_on},
                after={name: is_on},
                contributor=contributor,
            )
    setattr(contributor, name, is_on)


def contributor_cap(
    *, contributor: Contributor, share_cap: int | None, by: User | None = None, why: str = ""
) -> None:
    """Caps how many drawings a contributor may weigh as in one training; None is the site's cap."""
    with transaction.atomic():
        locked = Contributor.objects.select_for_update(no_key=True).get(pk=contributor.pk)
        if locked.share_cap != share_cap:
            Contributor.objects.filter(pk=locked.pk).update(share_cap=share_cap)
            audit.record(
                what=audit.What.CAP,
                by=by,
                why=why,
                before={"cap": locked.share_cap},
                after={"cap": share_cap},
                contributor=locked,
            )
    contributor.share_cap = share_cap
