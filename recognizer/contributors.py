"""Who is asking: a contributor by account, by signed cookie, or by a drawing's receipt."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from recognizer import accounts
from recognizer.models import Contributor, Drawing

COOKIE = "contributor"
ACCOUNT_COOKIE = "account"
COOKIE_AGE = 2 * 365 * 24 * 3600
_COOKIE_SALT = "recognizer.contributor"
_RECEIPT = Signer(salt="recognizer.receipt")


def contributor_of(request: HttpRequest) -> Contributor | None:
    """The asker, if known already. Nothing is written.

    What belongs to an account is the account's alone: the cookie stays in a
    browser that others may use after its owner has logged out.
    """
    return _known(request).first()


def _known(request: HttpRequest) -> QuerySet[Contributor]:
    """The asker's row, or no row."""
    if request.user.is_authenticated:
        return Contributor.objects.filter(user=request.user)
    key = cookie_key(request)
    return Contributor.objects.filter(pk=key, user=None) if key else Contributor.objects.none()


def cookie_key(request: HttpRequest) -> uuid.UUID | None:
    """The contributor's id in the cookie; None where it is missing, altered or foreign.

    A page of another site may make the browser send the cookie along; what it
    asks for is not the contributor's wish, so the cookie then counts for nothing.
    """
    if not (_asked_from_here(request) or _came_by_link(request)):
        return None
    try:
        return uuid.UUID(request.get_signed_cookie(COOKIE, salt=_COOKIE_SALT))
    except (KeyError, BadSignature, ValueError):
        return None


def _asked_from_here(request: HttpRequest) -> bool:
    """By a page of this site, or by the person: an address typed in, a bookmark."""
    return request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")


def _came_by_link(request: HttpRequest) -> bool:
    """Somebody followed a link on another site. What comes is shown to them alone:
    the other site can neither read nor frame it.
    """
    is_navigation = (
        request.headers.get("Sec-Fetch-Mode") == "navigate"
        and request.headers.get("Sec-Fetch-Dest") == "document"
    )
    return is_navigation and request.method in ("GET", "HEAD")


def contributor_or_new(request: HttpRequest) -> Contributor:
    """The asker; a row is made at the first submission, never for a mere visit.

    Belongs into the submission's transaction: the row is locked until its end, so
    that nobody merges or forgets a contributor who is about to get a drawing.
    Somebody who draws first and logs in afterwards keeps the earlier drawings.
    """
    if known := _known(request).select_for_update(no_key=True).first():
        return known
    if not request.user.is_authenticated:
        return Contributor.objects.create()
    if key := cookie_key(request):
        accounts.contributor_claim(user=request.user, browser=key)
    return Contributor.objects.get_or_create(user=request.user)[0]


def remember(response: HttpResponseBase, contributor: Contributor) -> None:
    """Sets the cookie by which an anonymous contributor is known again."""
    response.set_signed_cookie(
        COOKIE,
        str(contributor.pk),
        salt=_COOKIE_SALT,
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def forget_cookie(response: HttpResponseBase) -> None:
    """From now on the browser is one that has drawn nothing yet."""
    response.delete_cookie(COOKIE, samesite="Lax")


def account_number(request: HttpRequest) -> str:
    """Names the asker's account to its own browser; "" without one."""
    return str(request.user.pk) if request.user.is_authenticated else ""


def tell_account(request: HttpRequest, response: HttpResponseBase) -> None:
    """Leaves the account's number where scripts read it, also on a page that opens offline.

    It gives no rights. What waits to be sent remembers by it who drew it.
    """
    number = account_number(request)
    if request.COOKIES.get(ACCOUNT_COOKIE, "") == number:
        return
    if not number:
        response.delete_cookie(ACCOUNT_COOKIE, samesite="Lax")
        return
    response.set_cookie(
        ACCOUNT_COOKIE,
        number,
        max_age=COOKIE_AGE,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def receipt(drawing: Drawing) -> str:
    """A token that proves a drawing is the holder's, without an account or a cookie.

    It is a signature of the id, so nothing secret is stored.
    """
    return _RECEIPT.signature(str(drawing.pk))


def private_link(drawing: Drawing) -> str:
    """The address of the drawing's own page, open to whoever has it."""
    return reverse("recognizer:drawing", args=[drawing.pk], query={"receipt": receipt(drawing)})


def owns(request: HttpRequest, drawing: Drawing) -> bool:
    """Whether the asker may see and change the drawing as its contributor."""
    given = request.headers.get("X-Receipt") or request.GET.get("receipt") or ""
    if given and _receipt_is_valid(drawing, given):
        return True
    asker = contributor_of(request)
    return asker is not None and asker.pk == drawing.contributor_id


def _receipt_is_valid(drawing: Drawing, given: str) -> bool:
    try:  # `unsign` also knows the keys that were replaced (SECRET_KEY_FALLBACKS)
        _RECEIPT.unsign(f"{drawing.pk}:{given}")
    except BadSignature:
        return False
    return True
