"""Sign-on by OpenID Connect: the account of a subject, and its role by the provider's groups."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection
from itertools import count

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from digitsite.exceptions import NotAllowed
from digitsite.models import SignOn
from recognizer.services.accounts import contributor_claim
from recognizer.services.roles import Role
from recognizer.services.team import role_set

MAX_NAME = 140  # of 150 letters that an account's name may have; the rest is for a number


def member_sign_on(
    *, issuer: str, subject: str, name: str, groups: Collection[str], browser: uuid.UUID | None
) -> User:
    """The account of a subject, made where there is none; with what the browser drew before.

    It is found by issuer and subject alone: an account that happens to have the same name is
    somebody else's. Where the settings give roles to groups, its role is what its groups say,
    at each sign-on. Raises `NotAllowed` where the account was closed.
    """
    user = _known(issuer, subject) or _made(issuer, subject, name)
    if not user.is_active:
        raise NotAllowed(_("This account is closed."), code="closed")
    if any(settings.OIDC_ROLES.values()):
        role_set(user=user, role=role_of_groups(groups), by=None)
    if browser:
        contributor_claim(user=user, browser=browser)
    user.refresh_from_db()
    return user


def role_of_groups(groups: Collection[str]) -> Role | None:
    """The highest role that the settings give to one of these groups; None without one."""
    return next(
        (role for role in reversed(Role) if not set(settings.OIDC_ROLES[role]).isdisjoint(groups)),
        None,
    )


def _known(issuer: str, subject: str) -> User | None:
    found = SignOn.objects.select_related("user").filter(issuer=issuer, subject=subject).first()
    return found.user if found else None


def _made(issuer: str, subject: str, name: str) -> User:
    """A new account without a password, under the name or, where that is taken, one like it."""
    plain = re.sub(r"[^\w.@+-]", "", name)[:MAX_NAME] or "member"
    for number in count(1):
        username = plain if number == 1 else f"{plain}-{number}"
        if User.objects.filter(username__iexact=username).exists():
            continue
        try:
            with transaction.atomic():
                user = User.objects.create_user(username)
                SignOn.objects.create(issuer=issuer, subject=subject, user=user)
        except IntegrityError:
            # Somebody has taken the name, or the same person has come twice at once.
            if found := _known(issuer, subject):
                return found
            continue
        return user
    raise AssertionError("there is always a number left")
