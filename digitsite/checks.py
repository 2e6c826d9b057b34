"""System checks: combinations of settings that start but would not work."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004


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
def held_out_leaves_something(**kwargs: Any) -> list[CheckMessage]:
    if not 0 <= settings.HELD_OUT_PERCENT < 100:
        return [
            Error(
                "HELD_OUT_PERCENT must lie between 0 and 99: the rest is what is learned from.",
                id="digitsite.E001",
            )
        ]
    return []


@register()
def broker_is_known(**kwargs: Any) -> list[CheckMessage]:
    url = settings.CELERY_BROKER_URL
    if url.split("://")[0] not in ("filesystem", "redis", "rediss", "amqp", "memory"):
        return [
            Error(
                f"BROKER_URL starts with {url.split('://')[0]!r}, which is no known broker.",
                hint="Use redis://HOST:6379/0, or leave it out for the one in files.",
                id="digitsite.E002",
            )
        ]
    return []
