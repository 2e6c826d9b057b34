"""System checks: settings that start but would not work, or that nobody reads."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004
from django.core.checks.security.base import (
    SECRET_KEY_MIN_LENGTH,
    SECRET_KEY_MIN_UNIQUE_CHARACTERS,
)
from django.urls import get_resolver

from digitsite import env

BROKERS = ("filesystem", "redis", "rediss", "amqp", "memory")
CACHES = ("redis", "rediss", "unix")


@register()
def workers_share_counters(**kwargs: Any) -> list[CheckMessage]:
    if settings.WEB_WORKERS > 1 and not settings.REDIS_URL:
        return [
            Warning(
                "Each web process counts throttles for itself.",
                hint="Set REDIS_URL, so that WEB_WORKERS above 1 share one counter.",
                id="digitsite.W001",
            )
        ]
    return []


@register()
def prefix_is_no_address_of_the_site(**kwargs: Any) -> list[CheckMessage]:
    """A proxy may take the prefix away: then nobody could tell it from an address."""
    first = settings.PATH_PREFIX.removeprefix("/").partition("/")[0]
    own = {str(one.pattern).partition("/")[0] for one in get_resolver().url_patterns}
    if not first or first not in own | {settings.STATIC_URL.strip("/").rpartition("/")[2]}:
        return []
    return [
        Error(
            f"PATH_PREFIX begins with /{first}/, which is an address of the site itself.",
            hint="Choose another path for the site, such as /digits.",
            id="digitsite.E004",
        )
    ]


@register()
def names_are_spelt_right(**kwargs: Any) -> list[CheckMessage]:
    return [
        Warning(
            f"{name} is set in the environment, but is no setting of the site.",
            hint=f"Is {meant} meant?",
            id="digitsite.W002",
        )
        for name, meant in env.misspelt(os.environ).items()
    ]


@register()
def key_is_hard_to_guess(**kwargs: Any) -> list[CheckMessage]:
    """What Django asks of a key, but only before a deployment (security.W009), and warns."""
    key = settings.SECRET_KEY
    if settings.DEBUG or (
        len(key) >= SECRET_KEY_MIN_LENGTH and len(set(key)) >= SECRET_KEY_MIN_UNIQUE_CHARACTERS
    ):
        return []
    return [
        Error(
            f"SECRET_KEY has fewer than {SECRET_KEY_MIN_LENGTH} signs, or fewer than "
            f"{SECRET_KEY_MIN_UNIQUE_CHARACTERS} different ones, and might be guessed.",
            hint="Leave it out: the site makes one and keeps it in VAR_DIR.",
            id="digitsite.E003",
        )
    ]


@register()
def notices_can_be_sent(**kwargs: Any) -> list[CheckMessage]:
    told: list[CheckMessage] = []
    if settings.NOTIFY_WEBHOOKS and not settings.NOTIFY_SIGNING_SECRET:
        told.append(
            Error(
                "NOTIFY_WEBHOOKS is set, and NOTIFY_SIGNING_SECRET has no secret to sign with.",
                hint="`manage.py try_notices --new-secret` makes one.",
                id="digitsite.E005",
            )
        )
    if settings.NOTIFY_EMAIL and not settings.EMAIL_HOST:
        told.append(
            Error(
                "NOTIFY_EMAIL is set, and EMAIL_URL names no server that takes e-mail.",
                hint="Set EMAIL_URL, such as smtp+tls://user:password@mail.my.host:587, and "
                "EMAIL_FROM.",
                id="digitsite.E006",
            )
        )
    return told


@register()
def sign_on_is_complete(**kwargs: Any) -> list[CheckMessage]:
    if not settings.OIDC_ISSUER or (settings.OIDC_CLIENT_ID and settings.OIDC_CLIENT_SECRET):
        return []
    return [
        Error(
            "OIDC_ISSUER is set, and OIDC_CLIENT_ID or OIDC_CLIENT_SECRET is not.",
            hint="The provider gives both to a site that is registered there.",
            id="digitsite.E007",
        )
    ]


@register()
def queue_and_cache_are_known(**kwargs: Any) -> list[CheckMessage]:
    told: list[CheckMessage] = []
    if settings.REDIS_URL and not _begins_with(settings.REDIS_URL, CACHES):
        told.append(
            Error(
                "REDIS_URL is no address of a Redis.",
                hint="Use redis://HOST:6379/0, or leave it out.",
                id="digitsite.E001",
            )
        )
    elif not _begins_with(settings.CELERY_BROKER_URL, BROKERS):
        told.append(
            Error(
                "BROKER_URL is no address of a known broker.",
                hint="Use redis://HOST:6379/0, or leave it out for the one in files.",
                id="digitsite.E002",
            )
        )
    return told


def _begins_with(address: str, schemes: tuple[str, ...]) -> bool:
    return address.partition("://")[0] in schemes
