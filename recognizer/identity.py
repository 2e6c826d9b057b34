"""Identity: the contributor behind a request, by account, signed cookie or a drawing's receipt."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from recognizer.models import Contributor, Drawing
from recognizer.services import accounts
from recognizer.services.hands import Whose

COOKIE = "contributor"
ACCOUNT_COOKIE = "account"
COOKIE_AGE = 2 * 365 * 24 * 3600
HANDS_COOKIE = "hands"
# Who share a browser are a few; their ids must fit in its cookie.
MOST_HANDS = 8
_COOKIE_SALT = "recognizer.contributor"
_HANDS_SALT = "recognizer.hands"
_RECEIPT = Signer(salt="recognizer.receipt")


def contributor_of(request: HttpRequest) -> Contributor | None:
    """The contributor behind the request; None for one not known yet. Nothing is written.

    An account's drawings are found through the account alone: the cookie stays in a
    browser that others may use after its owner has logged out.
    """
    return _known(request).first()


def _known(request: HttpRequest) -> QuerySet[Contributor]:
    """The contributor's row, or no row."""
    if request.user.is_authenticated:
        return Contributor.objects.filter(user=request.user)
    key = cookie_key(request)
    return Contributor.objects.filter(pk=key, user=None) if key else Contributor.objects.none()


def whose_hand(request: HttpRequest) -> Whose | None:
    """Who asks, where their hand may count: None for who is not known, and for other sites.

    A receipt is not enough: private links are passed on.
    """
    if not asked_from_here(request):
        return None
    if request.user.is_authenticated:
        return Whose(account=request.user.pk)
    key = cookie_key(request)
    return Whose(browser=key) if key else None


def cookie_key(request: HttpRequest) -> uuid.UUID | None:
    """The contributor's id in the cookie; None where it is missing, altered or foreign.

    None, too, where a page of another site made the request: the browser sends the
    cookie along, but the request is not the contributor's wish.
    """
    if COOKIE not in request.COOKIES or not (asked_from_here(request) or _came_by_link(request)):
        return None
    try:
        return uuid.UUID(request.get_signed_cookie(COOKIE, salt=_COOKIE_SALT))
    except (BadSignature, ValueError):
        return None


def asked_from_here(request: HttpRequest) -> bool:
    """Whether a page of this site made the request, or the person: a typed address, a bookmark."""
    return request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")


def _came_by_link(request: HttpRequest) -> bool:
    """Whether somebody followed a link on another site.

    The answer is shown to them alone: the other site can neither read nor frame it.
    """
    is_navigation = (
        request.headers.get("Sec-Fetch-Mode") == "navigate"
        and request.headers.get("Sec-Fetch-Dest") == "document"
    )
    return is_navigation and request.method in ("GET", "HEAD")


def contributor_or_new(request: HttpRequest) -> Contributor:
    """The contributor behind a submission, made where there is none; a mere visit makes none.

    It must be called in the submission's transaction: the row is locked until its end,
    so that nobody merges or forgets a contributor who is about to get a drawing.
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
    """Sets the signed cookie by which a contributor without an account is known again."""
    _set_cookie(response, COOKIE, str(contributor.pk), _COOKIE_SALT)


def _set_cookie(response: HttpResponseBase, name: str, value: str, salt: str) -> None:
    response.set_signed_cookie(
        name,
        value,
        salt=salt,
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def forget_cookie(response: HttpResponseBase) -> None:
    """Deletes the contributor's cookie: the browser is then one that has drawn nothing yet."""
    response.delete_cookie(COOKIE, samesite="Lax")


# --- several hands at one browser -----------------------------------------------------


def hands_before(request: HttpRequest) -> list[uuid.UUID]:
    """The contributors that others at this browser are, the one to return to last."""
    if HANDS_COOKIE not in request.COOKIES or not asked_from_here(request):
        return []
    try:
        kept = str(request.get_signed_cookie(HANDS_COOKIE, salt=_HANDS_SALT))
        return [uuid.UUID(key) for key in kept.split()]
    except (BadSignature, ValueError):
        return []


def start_fresh(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Makes the browser one that has drawn nothing, and keeps who drew before for `go_back`.

    False, and nothing, where so many are kept that one would have to go.
    """
    before, own = hands_before(request), cookie_key(request)
    if own is not None:
        before.append(own)
    if len(before) > MOST_HANDS:
        return False
    _keep_hands(response, before)
    forget_cookie(response)
    return True


def go_back(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Makes the browser that of who drew before; whoever drew now is first in line.

    Returns whether there is still somebody to return to.
    """
    *others, before = hands_before(request)
    if own := cookie_key(request):
        others.insert(0, own)
    _keep_hands(response, others)
    _set_cookie(response, COOKIE, str(before), _COOKIE_SALT)
    return bool(others)


def _keep_hands(response: HttpResponseBase, keys: list[uuid.UUID]) -> None:
    if keys:
        _set_cookie(response, HANDS_COOKIE, " ".join(key.hex for key in keys), _HANDS_SALT)
    else:
        response.delete_cookie(HANDS_COOKIE, samesite="Lax")


# --- accounts and receipts --------------------------------------------------------------


def account_number(request: HttpRequest) -> str:
    """The number by which an account's own browser knows it; "" without an account."""
    return str(request.user.pk) if request.user.is_authenticated else ""


def set_account_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    """Sets the cookie with the account's number, or deletes it, where that has changed.

    Scripts read it, also on a page that opens offline: what waits to be sent keeps by
    it who drew it. It gives no rights.
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
    """A token that makes its holder the drawing's owner, without an account or a cookie.

    It is a signature of the drawing's id, so nothing secret is stored.
    """
    return _RECEIPT.signature(str(drawing.pk))


def private_link(drawing: Drawing) -> str:
    """The address of the drawing's page with its receipt: whoever has it may open the page."""
    return reverse("recognizer:drawing", args=[drawing.pk], query={"receipt": receipt(drawing)})


def owns(request: HttpRequest, drawing: Drawing) -> bool:
    """Whether the request comes from the drawing's contributor, or carries its receipt."""
    given = request.headers.get("X-Receipt") or request.GET.get("receipt") or ""
    if given and _receipt_is_valid(drawing, given):
        return True
    return drew(request, drawing)


def drew(request: HttpRequest, drawing: Drawing) -> bool:
    """Whether the request comes from the drawing's contributor; a receipt does not say so."""
    contributor = contributor_of(request)
    return contributor is not None and contributor.pk == drawing.contributor_id


def _receipt_is_valid(drawing: Drawing, given: str) -> bool:
    try:  # `unsign` also knows the keys that were replaced (SECRET_KEY_FALLBACKS)
        _RECEIPT.unsign(f"{drawing.pk}:{given}")
    except BadSignature:
        return False
    return True
