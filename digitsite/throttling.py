"""Throttles: fixed windows of a minute, counted in the cache.

Whole numbers under `incr` are atomic in Redis and need no pickle, unlike a
list of timestamps; with `REDIS_URL` all web replicas count together.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from functools import wraps
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

logger = logging.getLogger(__name__)

WINDOW = 60

# While the counters are out of reach nobody is held back, and only every few
# seconds does somebody wait for them.
PAUSE = 5.0
_paused_until = 0.0


def address_of(request: HttpRequest) -> str:
    """The client's address, as seen by the outermost proxy that is trusted.

    Of an IPv6 address the first half, because one client has all of the other.
    """
    try:
        address = ip_address(_said_address(request))
    except ValueError:
        return "unknown"
    return str(_network_of(address))


def _said_address(request: HttpRequest) -> str:
    remote = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.TRUSTED_PROXIES:
        return remote
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop]
    return hops[-min(settings.TRUSTED_PROXIES, len(hops))] if hops else remote


def _network_of(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Network((address, 64), strict=False).network_address


def over_limit(scope: str, who: str, rate: int, cost: int) -> bool:
    """Counts `cost` more for `who`; whether that is more than `rate` in this minute."""
    global _paused_until
    if time.monotonic() < _paused_until:
        return False
    try:
        return _counted(f"throttle:{scope}:{who}:{int(time.time()) // WINDOW}", cost) > rate
    except (RedisError, OSError) as error:
        _paused_until = time.monotonic() + PAUSE
        logger.warning("The throttle's counters cannot be reached: %s", error)
        return False


def _counted(key: str, cost: int) -> int:
    if cache.add(key, cost, timeout=2 * WINDOW):
        return cost
    try:
        return cache.incr(key, cost)
    except ValueError:  # it ran out between the two calls
        return cost


class ScopeThrottle(BaseThrottle):
    """Per person and, with more room, per address.

    A view names its `throttle_scope`, one of `settings.THROTTLE_RATES`; who a
    person is, an app's subclass says.
    """

    def allow_request(self, request: Request, view: APIView, *, cost: int = 1) -> bool:
        scope: str = getattr(view, "throttle_scope", "")
        rate: int = settings.THROTTLE_RATES.get(scope, 0)
        if not rate:
            return True
        person = self.person(request)
        if person and over_limit(scope, person, rate, cost):
            return False
        shares = rate * settings.THROTTLE_ADDRESS_SHARES
        return not over_limit(scope, f"address-{address_of(request)}", shares, cost)

    def person(self, request: Request) -> str | None:
        """Who asks, if that is known; without spaces."""
        return f"user-{request.user.pk}" if request.user.is_authenticated else None

    def wait(self) -> float:
        return WINDOW - time.time() % WINDOW


def limited_login(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A login page that takes only so many passwords a minute from one address."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rate: int = settings.THROTTLE_RATES["login"]
        tries = request.method == "POST" and rate
        if tries and over_limit("login", f"address-{address_of(request)}", rate, 1):
            return HttpResponse(
                "Too many attempts; please wait a minute.",
                status=429,
                content_type="text/plain",
                headers={"Retry-After": str(WINDOW)},
            )
        return view(request, *args, **kwargs)

    return limited


def over_sign_in_limit(request: HttpRequest, name: str) -> bool:
    """Counts one more try of a visitor at an account; whether it is one too many.

    A classroom behind one address signs in at once, so an address has many tries,
    of which only a few may be at the same account.
    """
    rate: int = settings.THROTTLE_RATES["login"]
    if not rate:
        return False
    address = address_of(request)
    # Whatever was typed as a name, a key of the cache is short and plain.
    account = hashlib.sha256(name.casefold().encode()).hexdigest()
    at_account = over_limit("account", f"{account}-{address}", rate, 1)
    shares = rate * settings.THROTTLE_ADDRESS_SHARES
    return over_limit("account", f"address-{address}", shares, 1) or at_account
