"""The team: who has which role, and ways in without a password: sign-in links, API tokens."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from digitsite.exceptions import Conflict, Invalid
from recognizer.models import AccessToken
from recognizer.services import audit
from recognizer.services.roles import Role

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

Kind = AccessToken.Kind
LINK_DAYS = 3
MAX_DAYS = 365
MAX_NAME = 60


# --- roles -----------------------------------------------------------------------------


def role_in_group(user: User) -> Role | None:
    """The highest role that somebody has by a group; None without one."""
    names = {group.name for group in user.groups.all()}
    return next((role for role in reversed(Role) if role.value in names), None)


def member_create(*, name: str, role: Role, by: User) -> User:
    """Makes an account without a password, with a role; a sign-in link lets them choose one.

    Raises `Conflict` where the name is taken, `Invalid` where it is none.
    """
    User.username_validator(name)
    try:
        with transaction.atomic():
            user = User.objects.create_user(name)
            role_set(user=user, role=role, by=by)
    except IntegrityError as error:
        raise Conflict(_("This name is taken."), code="taken") from error
    return user


def role_set(*, user: User, role: Role | None, by: User | None) -> None:
    """Gives somebody a role in the place of the one they have; None takes it.

    `by` is None where a provider of sign-on says so. Nobody changes their own: so there is
    always an admin left. With the last role go all tokens. Raises `Conflict`.
    """
    if by is not None and user.pk == by.pk:
        raise Conflict(_("Nobody changes their own role."), code="own_role")
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        before = role_in_group(locked)
        if before == role:
            return
        locked.groups.remove(*Group.objects.filter(name__in=Role.values))
        if role is not None:
            locked.groups.add(Group.objects.get(name=role.value))
        locked.is_staff = role is not None or locked.is_superuser
        locked.save(update_fields=["is_staff"])
        if not locked.is_staff:
            valid(locked.access_tokens.all(), now=timezone.now()).update(
                withdrawn_at=timezone.now()
            )
        audit.record(
            what=audit.What.ROLE,
            by=by,
            before={"role": before and before.value},
            after={"role": role and role.value},
            account=locked,
        )


# --- links and tokens --------------------------------------------------------------------


def digest_of(secret: str) -> str:
    """What is kept of a secret: it is long and random, so a plain SHA-256 hides it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_create(
    *, user: User, kind: str, name: str, by: User | None, days: int = LINK_DAYS
) -> tuple[AccessToken, str]:
    """Makes a token; returns it with its secret, which nobody can see again.

    Raises `Invalid` without a name, and for days outside of 1 to `MAX_DAYS`.
    """
    name = name.strip()
    if not name or len(name) > MAX_NAME:
        raise Invalid(_("Give it a name of at most 60 letters."), field="name")
    if not 1 <= days <= MAX_DAYS:
        raise Invalid(_("It may last for 1 to 365 days."), field="days")
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        token = AccessToken.objects.create(
            user=user,
            kind=kind,
            name=name,
            digest=digest_of(secret),
            made_by=by,
            expires_at=timezone.now() + timedelta(days=days),
        )
        made = {"kind": str(kind), "name": name, "days": days}
        audit.record(what=audit.What.TOKEN, by=by, after=made, account=user)
    return token, secret


def token_withdraw(*, token: AccessToken, by: User) -> None:
    """Withdraws a token: from the next request on it opens nothing.

    Raises `Conflict` where it opens nothing already.
    """
    with transaction.atomic():
        rows = valid(AccessToken.objects.filter(pk=token.pk), now=timezone.now())
        if not rows.update(withdrawn_at=timezone.now()):
            raise Conflict(_("It opens nothing any more."), code="withdrawn")
        before = {"kind": str(token.kind), "name": token.name, "withdrawn": False}
        audit.record(
            what=audit.What.TOKEN,
            by=by,
            before=before,
            after={"withdrawn": True},
            account=token.user,
        )


def valid(rows: QuerySet[AccessToken], *, now: datetime) -> QuerySet[AccessToken]:
    """The tokens that open something: neither expired, withdrawn nor, of links, used.

    Only by columns of their own: of two updates at once the later one then looks again.
    """
    rows = rows.filter(withdrawn_at=None, expires_at__gt=now)
    return rows.exclude(kind=Kind.LINK, used_at__isnull=False)


def token_of(secret: str, *, kind: str) -> AccessToken | None:
    """The token of a secret, with its user; None where it opens nothing."""
    rows = AccessToken.objects.filter(digest=digest_of(secret), kind=kind, user__is_active=True)
    return valid(rows, now=timezone.now()).select_related("user").first()


def link_use(*, token: AccessToken, password: str) -> User:
    """Sets the password that somebody has chosen, and uses the link up; returns the account.

    All their sessions end. Raises `Conflict` where the link was used meanwhile.
    """
    with transaction.atomic():
        rows = valid(AccessToken.objects.filter(pk=token.pk), now=timezone.now())
        if not rows.update(used_at=timezone.now()):
            raise Conflict(_("This link opens nothing any more."), code="used")
        user = User.objects.select_for_update().get(pk=token.user_id)
        user.set_password(password)
        user.save(update_fields=["password"])
    return user
