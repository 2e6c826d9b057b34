"""What machines ask: is it alive, can it answer, how much does it do."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from rest_framework.test import APIClient

from digitsite.celery import app
from recognizer import registry, versions
from recognizer.models import Promotion
from tests import services
from tests.drawings import body
from tests.factories import overwrite, version

pytestmark = pytest.mark.django_db


def ready(client: APIClient) -> tuple[int, dict[str, Any]]:
    response = client.get("/readyz")
    return response.status_code, response.json()


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OperationalError("The database has gone away.")

    monkeypatch.setattr(connection, "cursor", refuse)


def test_it_works(visitor: APIClient, live_model: Any) -> None:
    assert visitor.get("/healthz").content == b"ok"
    assert ready(visitor) == (
        200, {"ready": True, "database": "ok", "model": "ok", "broker": "ok"},
    )  # fmt: skip


def test_alive_needs_nothing(visitor: APIClient, no_database: None) -> None:
    assert visitor.get("/healthz").status_code == 200


def test_without_a_database_it_is_not_ready(
    visitor: APIClient, live_model: Any, no_database: None
) -> None:
    status, report = ready(visitor)
    assert status == 503
    assert report == {"ready": False, "database": "failed", "model": "failed", "broker": "ok"}


def test_without_a_model_it_is_not_ready(visitor: APIClient) -> None:
    status, report = ready(visitor)
    assert (status, report["ready"], report["model"]) == (503, False, "failed")
    assert report["database"] == "ok"


def test_with_the_version_before_it_is_ready_and_says_so(
    visitor: APIClient, live_model: Any
) -> None:
    registry.live()
    newer = version()
    versions.version_promote(version=newer, by=None)
    overwrite(newer, b"something else")
    status, report = ready(visitor)
    assert (status, report["ready"]) == (200, True)
    assert report["model"] == "version 1 answers; the newest promoted cannot be loaded"
    assert Promotion.objects.count() == 2


@pytest.mark.redis
def test_without_a_broker_it_is_ready_all_the_same(
    visitor: APIClient, live_model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with services.redis_server() as server:
        monkeypatch.setattr(app.conf, "broker_write_url", services.redis_address(server))
        assert ready(visitor)[1]["broker"] == "ok"
        server.stop()
        started = time.monotonic()
        status, report = ready(visitor)
        assert time.monotonic() - started < 5
        assert (status, report["ready"], report["broker"]) == (200, True, "failed")
        assert visitor.post("/api/v1/predict/", body()).status_code == 200
        assert visitor.post("/api/v1/drawings/", body(label=4)).status_code == 201


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_they_are_only_read(admin: APIClient, path: str) -> None:
    assert admin.post(path).status_code == 405


# --- metrics ----------------------------------------------------------------------


def metric(client: APIClient, line: str, **headers: Any) -> float:
    """One line's value."""
    response = client.get("/metrics", **headers)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain")
    values = dict(
        entry.rsplit(" ", 1) for entry in response.content.decode().splitlines() if entry[0] != "#"
    )
    return float(values.get(line, "0"))


def test_staff_may_read_the_metrics(
    visitor: APIClient, member: APIClient, reviewer: APIClient
) -> None:
    assert metric(reviewer, "digits_live_version") == 0
    assert [client.get("/metrics").status_code for client in (visitor, member)] == [403, 403]


def test_the_token_may_read_the_metrics(visitor: APIClient, settings: Any) -> None:
    settings.METRICS_TOKEN = "let-prometheus-in"
    bearer = {"Authorization": "Bearer let-prometheus-in"}
    assert metric(visitor, "digits_live_version", headers=bearer) == 0
    wrong = base64.b64encode(b"let-prometheus-in").decode()
    for given in ("", "Bearer", "Bearer ", "Bearer wrong", f"Basic {wrong}", "let-prometheus-in"):
        response = visitor.get("/metrics", headers={"Authorization": given})
        assert response.status_code == 403


@pytest.mark.parametrize("given", ["Bearer ", "Bearer", "Bearer \u00e9"])
def test_without_a_token_set_none_lets_in(visitor: APIClient, settings: Any, given: str) -> None:
    settings.METRICS_TOKEN = ""
    response = visitor.get("/metrics", headers={"Authorization": given})
    assert response.status_code == 403


def test_the_metrics_count_what_happens(
    visitor: APIClient, admin: APIClient, live_model: Any
) -> None:
    before = metric(admin, 'digits_answers_total{verdict="sure"}')
    timed = metric(admin, "digits_answer_seconds_count")
    for _ in range(3):
        visitor.post("/api/v1/predict/", body())
    visitor.post("/api/v1/predict/batch/", {"items": [body(), {"strokes": []}]})
    visitor.post("/api/v1/drawings/", body(label=4))
    assert metric(admin, 'digits_answers_total{verdict="sure"}') == before + 5
    assert metric(admin, "digits_answer_seconds_count") == timed + 4
    assert metric(admin, "digits_live_version") == 1
    assert metric(admin, 'digits_drawings{review="pending"}') == 1


def test_an_account_that_was_closed_reads_nothing(admin: APIClient, admin_user: User) -> None:
    admin_user.is_active = False
    admin_user.save()
    assert admin.get("/metrics").status_code == 403
