"""Hostile requests to every address: never a failure, and below the API always its error shape."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import get_resolver
from rest_framework.test import APIClient

from recognizer.models import Contributor, ModelVersion
from recognizer.serving.browser_files import WEIGHTS
from tests.support.api import stored
from tests.support.chance import CASES, SEED
from tests.support.factories import drawing, version
from tests.support.hostile_requests import Hostile, hostile_request
from tests.support.wire import Answered, Wire
from training.models import TrainingRun

pytestmark = pytest.mark.long

TOKEN = "t" * 32


def addresses(resolver: Any, known: dict[str, str], before: str = "/") -> Iterator[str]:
    """Every address that the site has, with the arguments that `known` has for it."""
    for pattern in resolver.url_patterns:
        route = getattr(pattern.pattern, "_route", None)
        if route is None:  # the admin's last, which catches all others
            continue
        for kind, value in known.items():
            route = route.replace(kind, value)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern, known, before + route)
        else:
            yield before + route


def addresses_about(client: APIClient, live_model: ModelVersion) -> list[str]:
    """All addresses, the API's more often, about rows that are there: the client's and others'."""
    version(parent=live_model)
    run = TrainingRun.objects.create(status="failed", mode="warm", trigger="api", epochs=1)
    other = drawing(Contributor.objects.create(), live_model)
    own = uuid.UUID(stored(client)["id"])
    weights = live_model.manifest["files"][f"{WEIGHTS}.br"]["sha256"]
    found = []
    for pk in (own, other.pk):
        known = {
            "<uuid:pk>": str(pk),
            "<int:pk>": str(run.pk),
            "<int:number>": "2",
            "<int:one>": "1",
            "<int:other>": "2",
            "<int:step>": "3",
            "<slug:sha256>": weights,
            "<str:name>": WEIGHTS,
            "<str:secret>": "x" * 43,
            "<str:signature>": "x" * 43,
            "<path:content_type_id>": "1",
            "<path:object_id>": str(pk) if pk == own else "1",
            "<id>": "1",
        }
        found += addresses(get_resolver(), known)
    assert len(found) > 150
    assert not [path for path in found if "<" in path]
    return found + [path for path in found if path.startswith("/api/v1/")] * 2


@pytest.mark.parametrize(("turn", "who"), [(0, "visitor"), (1, "member"), (2, "admin")])
def test_whatever_is_sent_is_answered(
    request: pytest.FixtureRequest, wire: Wire, live_model: ModelVersion, turn: int, who: str
) -> None:
    client = request.getfixturevalue(who)
    paths = addresses_about(client, live_model)
    client.cookies["csrftoken"] = TOKEN
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    page = {"Cookie": cookies, "X-CSRFToken": TOKEN}
    statuses: Counter[int] = Counter()
    for number in range(turn, CASES, 3):
        sent = hostile_request(SEED, number, paths)
        with transaction.atomic():
            answer = wire.ask(sent.method, sent.path, sent.content, {**page, **sent.headers})
            transaction.set_rollback(True)
        statuses[answer.status] += 1
        assert fits(sent, answer), (number, sent, answer)
    assert {200, 400, 404, 405} <= statuses.keys()


def fits(sent: Hostile, answer: Answered) -> bool:
    """Whether this may be answered so. Raises `AssertionError` for an error of another shape."""
    if answer.headers.get("x-digit-reader") != "1":
        return False
    in_api = sent.path.startswith("/api/v1/") and not sent.path.startswith("/api/v1/schema/")
    if in_api and answer.status >= 400 and sent.method != "HEAD":
        return bool(answer.error["code"]) and answer.status < 500
    # Nobody runs the queue here, and so this one is not ready.
    return answer.status < 500 or sent.path.startswith("/readyz")
