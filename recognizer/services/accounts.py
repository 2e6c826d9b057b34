"""Visitors' accounts: made, given what a browser drew without one, deleted with everything."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from digitsite.exceptions import Conflict, NotAllowed
from digitsite.storage.disk import on_full_disk
from recognizer.models import Contributor
from recognizer.services.contributors import contributor_forget
from recognizer.split import bucket


def is_staff(user: User) -> bool:
    """Whether the account belongs to the administration, and not to the public pages."""
    return user.is_staff or user.is_superuser


def account_create(*, name: str, password: str, browser: uuid.UUID | None) -> User:
    """Makes an account without any right, and gives it what the browser drew before.

    Raises `Conflict` where somebody else took the name a moment ago.
    """
    try:
        with transaction.atomic():
            user = User.objects.create_user(name, password=password)
            if browser:
                contributor_claim(user=user, browser=browser)
    except IntegrityError as error:
        raise Conflict("This name has just been taken.", code="taken") from error
    return user


@on_full_disk
def account_delete(*, user: User) -> int:
    """Deletes a visitor's account with all its drawings; returns how many those were."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if is_staff(locked):
            raise NotAllowed("Staff accounts are deleted in the administration.")
        contributor = Contributor.objects.filter(user=locked).first()
        count = contributor_forget(contributor=contributor) if contributor else 0
        locked.delete()
    return count


def contributor_claim(*, user: User, browser: uuid.UUID) -> int:
    """Gives an account what a browser drew without one; returns how many drawings.

    All or nothing, and a second time nothing. The rows are locked in one order
    (account, its contributor, the browser's), so of two claims at the same moment
    the later one finds what the earlier left.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        own = Contributor.objects.select_for_update().filter(user=user).first()
        drew = Contributor.objects.select_for_update().filter(pk=browser, user=None).first()
        if drew is None:
            return 0
        count = drew.drawings.count()
        if own is None:
            Contributor.objects.filter(pk=drew.pk).update(user=user)
        else:
            _merge(own, drew, user)
    return count


def _merge(one: Contributor, other: Contributor, user: User) -> None:
    """Makes one row, with all drawings, of two contributors who turn out to be one person.

    The row in the higher bucket stays. So whoever was learned from under either id is
    never held out under the other, whatever share of contributors is held out.
    Neither a block nor a lower cap is shed by signing in. The two hands become one, which is
    remembered if the account's was.
    """
    goes, stays = sorted((one, other), key=lambda each: (bucket(each.pk), each.pk))
    goes.drawings.update(contributor=stays)
    goes.delete()
    Contributor.objects.filter(pk=stays.pk).update(
        user=user,
        blocked=one.blocked or other.blocked,
        share_cap=min(one.share_cap, other.share_cap, key=_cap),
        stored_drawings=one.stored_drawings + other.stored_drawings,
        stored_bytes=one.stored_bytes + other.stored_bytes,
        hand_generation=max(one.hand_generation, other.hand_generation) + 1,
        remembers=one.remembers,
    )


def _cap(share_cap: int | None) -> int:
    """How many drawings a contributor may weigh as; None is the site's own cap."""
    return settings.CONTRIBUTOR_CAP if share_cap is None else share_cap
