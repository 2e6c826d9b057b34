"""Throttles: per person, with more room per address, and no trouble when the counters are away."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from digitsite.http import throttling
from recognizer.models import Drawing
from tests.support import servers
from tests.support.api import (
    BATCH,
    DRAWINGS,
    PREDICT,
)
from tests.support.drawings import body
from tests.support.together import at_once

pytestmark = pytest.mark.usefixtures("live_model")


@pytest.fixture(autouse=True)
def _one_long_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """No minute ends in the middle of a test."""
    monkeypatch.setattr(throttling, "WINDOW", 10**9)
    monkeypatch.setattr(throttling, "_paused_until", 0.0)


@pytest.fixture
def rates(settings: Any) -> Any:
    """Sets how many a minute are let through, by scope."""

    def set_rates(*, shares: int = 10, **changes: int) -> None:
        settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, **changes}
        settings.THROTTLE_ADDRESS_SHARES = shares

    return set_rates


def statuses(client: APIClient, times: int, **options: Any) -> list[int]:
    return [client.post(PREDICT, body(), **options).status_code for _ in range(times)]


def browser(address: str = "10.0.0.1") -> APIClient:
    """A browser with a cookie of its own, behind an address."""
    client = APIClient(REMOTE_ADDR=address)
    assert client.post(DRAWINGS, body()).status_code == 201
    return client


def test_it_works(visitor: APIClient, rates: Any) -> None:
    rates(predict=3, shares=1)
    assert statuses(visitor, 5) == [200, 200, 200, 429, 429]


def test_who_is_held_back_is_told_for_how_long(
    visitor: APIClient, rates: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttling, "WINDOW", 60)
    rates(predict=1, shares=1)
    statuses(visitor, 3)
    response = visitor.post(PREDICT, body())
    assert response.json() == {
        "error": {
            "code": "throttled",
            "message": "Too many requests; please wait a moment.",
            "field": None,
        }
    }
    assert 1 <= int(response.headers["Retry-After"]) <= 60


def test_each_browser_has_its_own_share(rates: Any) -> None:
    one, other = browser(), browser()
    rates(predict=2, shares=10)
    assert statuses(one, 3) == [200, 200, 429]
    assert statuses(other, 3) == [200, 200, 429]


def test_an_account_has_one_share_wherever_it_is_used(member: APIClient, rates: Any) -> None:
    rates(predict=2, shares=10)
    assert statuses(member, 2, REMOTE_ADDR="10.0.0.1") == [200, 200]
    assert statuses(member, 1, REMOTE_ADDR="10.0.0.2") == [429]


def test_an_address_stands_for_a_classroom(rates: Any) -> None:
    pupils = [browser() for _ in range(3)]
    rates(predict=2, shares=2)
    assert [statuses(pupil, 2) for pupil in pupils] == [[200, 200], [200, 200], [429, 429]]


def test_throwing_the_cookie_away_gains_nothing(rates: Any) -> None:
    rates(predict=1, shares=2)
    answers = [statuses(APIClient(REMOTE_ADDR="10.0.0.1"), 1) for _ in range(3)]
    assert answers == [[200], [200], [429]]


def test_scopes_are_counted_apart(visitor: APIClient, rates: Any) -> None:
    rates(predict=1, submit=1, shares=1)
    assert statuses(visitor, 2) == [200, 429]
    assert [visitor.post(DRAWINGS, body()).status_code for _ in range(2)] == [201, 429]
    assert Drawing.objects.count() == 1


def test_a_batch_weighs_as_many_as_it_holds(visitor: APIClient, rates: Any) -> None:
    rates(predict=10, shares=1)
    batch = {"items": [body()] * 5}
    answers = [visitor.post(BATCH, batch).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert statuses(visitor, 1) == [429]


def test_staff_are_throttled_as_well(reviewer: APIClient, rates: Any) -> None:
    rates(staff=2)
    answers = [reviewer.get("/api/v1/versions/").status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_zero_switches_a_throttle_off(visitor: APIClient, rates: Any) -> None:
    rates(predict=0, shares=1)
    assert statuses(visitor, 5) == [200] * 5


def test_a_new_minute_begins_anew(
    visitor: APIClient, rates: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates(predict=1, shares=1)
    assert statuses(visitor, 2) == [200, 429]
    monkeypatch.setattr(throttling, "WINDOW", 10**9 + 1)
    monkeypatch.setattr(time, "time", lambda: 3 * 10**9)
    assert statuses(visitor, 2) == [200, 429]


def test_passwords_are_not_guessed_by_the_thousand(admin_user: Any, rates: Any) -> None:
    rates(login=3)

    def log_in(password: str, address: str) -> int:
        data = {"username": "admin", "password": password}
        client = Client(REMOTE_ADDR=address)
        assert client.get("/account/sign-in/").status_code == 200
        return int(client.post("/account/sign-in/", data).status_code)

    assert [log_in("guess", "10.0.0.1") for _ in range(3)] == [200] * 3
    assert log_in("correct-horse", "10.0.0.1") == 429
    assert log_in("correct-horse", "10.0.0.2") == 302


# --- addresses --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "address"),
    [
        (0, "10.0.0.1", "", "10.0.0.1"),
        (0, "10.0.0.1", "1.2.3.4", "10.0.0.1"),  # anybody can write that
        (1, "10.0.0.1", "1.2.3.4", "1.2.3.4"),
        (1, "10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        (2, "10.0.0.1", "1.2.3.4", "1.2.3.4"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "1.2.3.4:5678", "1.2.3.4"),
        (1, "10.0.0.1", "[2001:db8:1:2:3:4:5:6]:5678", "2001:db8:1:2::"),
        (1, "10.0.0.1", "[2001:db8:1:2:3:4:5:6]", "2001:db8:1:2::"),
        (1, "10.0.0.1", ":5678", "unknown"),
        (0, "fe80::1%eth0", "", "fe80::"),
        (1, "10.0.0.1", "[2001:db8:1:2::9]:99", "2001:db8:1:2::"),
        (1, "10.0.0.1", "[2001:db8:1:2::9]", "2001:db8:1:2::"),
        (1, "10.0.0.1", "2001:db8:1:2::9", "2001:db8:1:2::"),
        (1, "10.0.0.1", ":99", "unknown"),
        (1, "10.0.0.1", "[", "unknown"),
        (1, "10.0.0.1", "x" * 1000, "unknown"),
        (1, "10.0.0.1", "not an address\r\n", "unknown"),
        (0, "", "", "unknown"),
        (0, "::ffff:1.2.3.4", "", "1.2.3.4"),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::"),
        (0, "2001:db8:1:2:ffff::", "", "2001:db8:1:2::"),
    ],
)
def test_the_address_is_what_the_trusted_proxies_say(
    settings: Any, proxies: int, remote: str, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().post("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert throttling.address_of(request) == address


def test_one_client_has_all_of_its_half_of_ipv6(rates: Any) -> None:
    rates(predict=1, shares=2)
    answers = [statuses(APIClient(REMOTE_ADDR=f"2001:db8::{host:x}"), 1)[0] for host in range(1, 4)]
    assert answers == [200, 200, 429]


# --- counters ---------------------------------------------------------------------


def redis_cache(address: str) -> dict[str, Any]:
    """As `REDIS_URL` would set it."""
    options = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
    backend = "django.core.cache.backends.redis.RedisCache"
    return {"default": {"BACKEND": backend, "LOCATION": address, "OPTIONS": options}}


def test_many_counters_do_not_push_each_other_out() -> None:
    for visitor in range(1000):
        throttling.over_limit("predict", f"visitor-{visitor}", 10, 1)
    assert throttling.over_limit("predict", "visitor-0", 1, 1)


@pytest.mark.redis
def test_in_redis_every_request_of_all_processes_counts(redis_url: str, settings: Any) -> None:
    settings.CACHES = redis_cache(redis_url)

    def ask() -> list[bool]:
        return [throttling.over_limit("predict", "all-together", 50, 1) for _ in range(20)]

    answers = [answer for answers in at_once(*[ask] * 4) for answer in answers]
    assert answers.count(False) == 50
    assert answers.count(True) == 30


@pytest.mark.redis
def test_without_redis_nobody_is_held_back_and_nobody_waits(
    visitor: APIClient, rates: Any, settings: Any
) -> None:
    with servers.redis_server() as server:
        settings.CACHES = redis_cache(servers.redis_address(server))
        rates(predict=2, shares=1)
        assert statuses(visitor, 3) == [200, 200, 429]
        server.stop()
        started = time.monotonic()
        assert statuses(visitor, 3) == [200, 200, 200]
        assert visitor.post(DRAWINGS, body(label=4)).status_code == 201
        assert time.monotonic() - started < throttling.PAUSE
        server.start()
        throttling._paused_until = 0.0
        assert statuses(visitor, 3)[-1] == 429


def test_the_rates_of_the_site_are_sane() -> None:
    assert set(site.THROTTLE_RATES) == {"predict", "submit", "staff", "login"}
    assert site.THROTTLE_RATES["predict"] >= site.LIMITS["batch"]
