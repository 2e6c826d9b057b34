"""How long a session counts, and how long ago it proved whose it is.

A session remembers when its password was typed. That of staff counts for twelve hours from
then, whatever the cookie says; an act that much hangs on asks again after some minutes.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest

PROVEN_AT = "proven_at"
STAFF_SECONDS = 12 * 3600
SENSITIVE_SECONDS = 10 * 60


def proven(request: HttpRequest) -> None:
    """Writes down that the session's password was typed now."""
    request.session[PROVEN_AT] = int(time.time())


def on_login(request: HttpRequest, **_: Any) -> None:
    """The receiver of Django's `user_logged_in`: every way in passes there."""
    proven(request)


def is_proven(session: SessionBase, *, seconds: int) -> bool:
    """Whether the session's password was typed within so many seconds."""
    at = session.get(PROVEN_AT)
    return isinstance(at, int) and 0 <= time.time() - at < seconds


def is_over(session: SessionBase, user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether the session counts no more: of staff, once its twelve hours are over."""
    is_staff = getattr(user, "is_staff", False) or getattr(user, "is_superuser", False)
    return is_staff and not is_proven(session, seconds=STAFF_SECONDS)
