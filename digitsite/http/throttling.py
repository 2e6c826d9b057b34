"""Throttles: fixed windows of a minute, counted in the cache.

Whole numbers under `incr` are atomic in Redis and need no pickle, unlike a
list of timestamps; with `REDIS_URL` all web replicas count together.
"""

from __future__ import annotations

import hashlib
import logging
import time
from contextlib import suppress
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Network, ip_address

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
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
    """The client's address, as the outermost trusted proxy saw it; "unknown" without one.

    Of IPv6 it is the first half, because one client has all of the other.
    """
    return network_of(_said_address(request))


def _said_address(request: HttpRequest) -> str:
    remote = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.TRUSTED_PROXIES:
        return remote
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop]
    return hops[-min(settings.TRUSTED_PROXIES, len(hops))] if hops else remote


def _without_port(address: str) -> str:
    """Some proxies add it: `1.2.3.4:567`, `[2001:db8::1]:567`. Nor is a zone (`%eth0`) kept."""
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    return address.partition("%")[0]


@lru_cache(maxsize=4096)
def network_of(said: str) -> str:
    """One client's address or, of IPv6, the half of it that all of a client's have in common."""
    try:
        address = ip_address(_without_port(said))
    except ValueError:
        return "unknown"
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False).network_address)


def over_limit(scope: str, who: str, rate: int, cost: int) -> bool:
    """Whether `who` has used more than `rate` of a scope in this minute, with `cost` more.

    False while the counters cannot be reached.
    """
    global _paused_until
    if time.monotonic() < _paused_until:
        return False
    try:
        return _counted(f"throttle:{scope}:{who}:{int(time.time()) // WINDOW}", cost) > rate
    except _out_of_reach() as error:
        _paused_until = time.monotonic() + PAUSE
        logger.warning("The throttle's counters cannot be reached: %s", error)
        return False


def _out_of_reach() -> tuple[type[Exception], ...]:
    """What the cache raises where its counters cannot be reached.

    Redis' client takes a tenth of a process's start to load; here it is not before an error comes.
    """
    from redis.exceptions import RedisError

    return RedisError, OSError


def _counted(key: str, cost: int) -> int:
    with suppress(ValueError):  # most requests are not the first of their minute
        return cache.incr(key, cost)
    if cache.add(key, cost, timeout=2 * WINDOW):
        return cost
    try:
        return cache.incr(key, cost)  # another was first between the two calls
    except ValueError:  # it ran out between these two
        return cost


class ScopeThrottle(BaseThrottle):
    """A throttle of requests a minute, per person and, with a higher limit, per address.

    A view names its `throttle_scope`, one of `settings.THROTTLE_RATES`; subclasses
    know persons without an account.
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
        """A name, without spaces, of the person behind the request; None for one not known."""
        return f"user-{request.user.pk}" if request.user.is_authenticated else None

    def wait(self) -> float:
        return WINDOW - time.time() % WINDOW


def over_sign_in_limit(request: HttpRequest, name: str) -> bool:
    """Whether somebody has tried an account once too often in this minute; counts the try.

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
