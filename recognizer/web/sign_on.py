"""Sign-on by OpenID Connect: to the provider, and back with its answer.

Authlib speaks the protocol: the code flow with PKCE, state and nonce; the ID token's
signature, issuer, audience and times. It is imported where a provider is set alone.
"""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from digitsite.exceptions import NotAllowed
from digitsite.http import resumption
from digitsite.http.sessions import SENSITIVE_SECONDS
from digitsite.http.throttling import over_sign_in_limit
from recognizer import identity
from recognizer.services.sign_on import member_sign_on
from recognizer.web import account
from recognizer.web.privacy import private

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)

SECONDS = 10  # for each answer of the provider
WAY = "sign_on"  # in the session: where somebody goes afterwards
MAX_FORM = 100_000  # of a form that waits meanwhile, in signs


class Misunderstood(Exception):
    """What a provider says that the settings do not expect."""


@private
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Leads to the provider; with `again` it shall ask for the password, whoever is signed in.

    By a page, for the policy lets no form lead to another site, not even by a redirect.
    """
    if not settings.OIDC_ISSUER:
        raise Http404
    if over_sign_in_limit(request, ""):
        messages.error(request, _("Too many tries. Please wait a minute."))
        return redirect("recognizer:sign-in")
    waits = request.POST.get(resumption.FIELD, "")
    request.session[WAY] = {
        "next": account.wanted(request),
        "waits": waits if len(waits) <= MAX_FORM else "",
        "again": "again" in request.POST,
    }
    back = request.build_absolute_uri(reverse("recognizer:sign-on-back"))
    again = {"prompt": "login", "max_age": 0} if "again" in request.POST else {}
    try:
        address = _client().authorize_redirect(request, back, **again).url
    except Exception as error:  # noqa: BLE001  (a provider may answer anything)
        return _failed(request, error)
    return render(request, "recognizer/sign_on.html", {"address": address})


@private
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Signs in whom the provider sends back with its word for them."""
    if not settings.OIDC_ISSUER:
        raise Http404
    way = request.session.pop(WAY, {})
    try:
        claims = _claims(request)
        _check_again(claims, way)
    except Exception as error:  # noqa: BLE001  (a provider may answer anything)
        return _failed(request, error)
    try:
        user = member_sign_on(
            issuer=settings.OIDC_ISSUER,
            subject=str(claims["sub"]),
            name=str(claims.get("preferred_username") or claims.get("name") or ""),
            groups=_groups(claims),
            browser=identity.cookie_key(request),
        )
    except NotAllowed as refusal:
        messages.error(request, refusal.message)
        return redirect("recognizer:sign-in")
    waits = resumption.opened(way.get("waits", ""))
    return account.let_in(request, user, waits=waits, wanted=way.get("next", ""))


def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """Back at the sign-in. What went wrong is for the log: it may say anything."""
    logger.warning("A sign-on by OpenID Connect failed: %r", error)
    said = _("The sign-on by %(name)s did not work. Nothing has changed; please try again.")
    messages.error(request, said % {"name": settings.OIDC_NAME})
    return redirect("recognizer:sign-in")


def _claims(request: HttpRequest) -> Mapping[str, Any]:
    """What the provider says of a person: by its ID token, and of groups by its user info."""
    client = _client()
    issuer = client.load_server_metadata()["issuer"]
    if issuer.rstrip("/") != settings.OIDC_ISSUER:
        raise Misunderstood(f"The provider calls itself {issuer}, not {settings.OIDC_ISSUER}.")
    token = client.authorize_access_token(
        request,
        claims_options={
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": settings.OIDC_CLIENT_ID},
        },
    )
    claims = dict(token["userinfo"])
    wants_groups = any(settings.OIDC_ROLES.values()) and settings.OIDC_GROUPS_CLAIM not in claims
    if wants_groups and "userinfo_endpoint" in client.server_metadata:
        more = client.userinfo(token=token)
        if more.get("sub") == claims["sub"]:
            claims |= {name: more[name] for name in more if name not in claims}
    return claims


def _check_again(claims: Mapping[str, Any], way: dict[str, Any]) -> None:
    """Raises `Misunderstood` where a password was to be typed once more, and was not."""
    typed_at = claims.get("auth_time", time.time())
    if way.get("again") and time.time() - typed_at > SENSITIVE_SECONDS:
        raise Misunderstood("The provider did not ask for the password once more.")


def _groups(claims: Mapping[str, Any]) -> list[str]:
    found = claims.get(settings.OIDC_GROUPS_CLAIM, [])
    return [str(each) for each in found] if isinstance(found, list) else [str(found)]


def _client() -> Any:
    return _made(
        settings.OIDC_ISSUER,
        settings.OIDC_CLIENT_ID,
        settings.OIDC_CLIENT_SECRET,
        " ".join(settings.OIDC_SCOPES),
    )


@lru_cache(maxsize=1)
def _made(issuer: str, client_id: str, secret: str, scope: str) -> Any:
    """Authlib's client, which keeps what the provider says of itself as long as it lives."""
    from authlib.integrations.django_client import OAuth

    return OAuth().register(
        "sign_on",
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_id=client_id,
        client_secret=secret,
        client_kwargs={
            "scope": scope,
            "code_challenge_method": "S256",
            "default_timeout": SECONDS,
        },
    )
