"""Every error of the API has one shape, wherever it comes from; people get pages."""

from __future__ import annotations

import errno
import html
import logging
import sqlite3
from contextlib import closing
from typing import Any

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from rest_framework import exceptions
from rest_framework.test import APIClient

from digitsite.exceptions import (
    Conflict,
    Full,
    Invalid,
    NotAllowed,
    OverDailyQuota,
    Refused,
    TooLarge,
    Unavailable,
    Unsupported,
)
from digitsite.http import errors
from digitsite.http.errors import api_exception_handler
from tests.support.api import (
    PREDICT,
    error_of,
)
from tests.support.drawings import body

pytestmark = pytest.mark.usefixtures("live_model")


def test_it_works(visitor: APIClient) -> None:
    response = visitor.post(PREDICT, {"strokes": []})
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/json"
    assert error_of(response) == {
        "code": "blank", "message": "There is nothing drawn yet.", "field": "strokes",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (Refused("No."), 400, "refused"),
        (Invalid("No."), 400, "invalid"),
        (TooLarge("No."), 413, "too_large"),
        (Unsupported("No."), 415, "unsupported_media_type"),
        (NotAllowed("No."), 403, "permission_denied"),
        (Conflict("No.", code="run_active"), 409, "run_active"),
        (Unavailable("No.", field="model"), 503, "unavailable"),
        (Full("No.", code="site_full"), 507, "site_full"),
        (OverDailyQuota("No.", retry_after=9), 429, "address_full"),
    ],
)
def test_refusals_say_what_and_where(refusal: Refused, status: int, code: str) -> None:
    response = api_exception_handler(refusal, {})
    assert response is not None
    assert response.status_code == status
    assert response.data == {"error": {"code": code, "message": "No.", "field": refusal.field}}


@pytest.mark.parametrize(
    ("detail", "field", "message"),
    [
        ("Wrong.", None, "Wrong."),
        ({"label": ["Wrong."]}, "label", "Wrong."),
        ({"non_field_errors": ["Wrong."]}, None, "Wrong."),
        ({"items": {2: {"label": ["Wrong.", "Worse."]}}}, "items.2.label", "Wrong."),
        ([{"a": ["Wrong."]}], "a", "Wrong."),
    ],
)
def test_the_first_complaint_of_many_is_told(detail: Any, field: str | None, message: str) -> None:
    response = api_exception_handler(exceptions.ValidationError(detail), {})
    assert response is not None
    assert response.data == {"error": {"code": "invalid", "message": message, "field": field}}


def test_an_unknown_address_of_the_api_has_the_shape(visitor: APIClient) -> None:
    for path in ("/api/v1/nothing/", "/api/v2/predict/", "/api/"):
        response = visitor.get(path)
        assert response.status_code == 404
        assert error_of(response)["code"] == "not_found"


def test_an_unknown_page_is_a_page(visitor: APIClient) -> None:
    response = visitor.get("/nothing/")
    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")


def test_an_unknown_host_is_refused_in_the_shape(visitor: APIClient) -> None:
    response = visitor.post(PREDICT, body(), HTTP_HOST="evil.example.org")
    assert response.status_code == 400
    assert error_of(response)["code"] == "bad_request"


def test_an_unknown_format_is_refused_in_the_shape(visitor: APIClient) -> None:
    response = visitor.get("/api/v1/model/", headers={"Accept": "application/xml"})
    assert response.status_code == 406
    assert error_of(response)["code"] == "not_acceptable"


def test_a_stranger_is_told_that_a_token_would_do(visitor: APIClient) -> None:
    response = visitor.get("/api/v1/versions/")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Token"
    assert error_of(response)["code"] == "not_authenticated"


@pytest.mark.parametrize(
    "given", ["Token", "Token a b", "Token wrong", "Token \u00e9", "Bearer", "Bearer wrong"]
)
def test_a_wrong_token_is_refused_in_the_shape(visitor: APIClient, given: str) -> None:
    response = visitor.post(PREDICT, body(), headers={"Authorization": given})
    assert response.status_code == 401
    assert error_of(response)["code"] == "authentication_failed"


def test_no_right_is_refused_in_the_shape(member: APIClient) -> None:
    response = member.get("/api/v1/versions/")
    assert response.status_code == 403
    assert error_of(response)["code"] == "permission_denied"
    refused = api_exception_handler(PermissionDenied(), {})
    assert refused is not None
    assert refused.status_code == 403


def breaking(monkeypatch: pytest.MonkeyPatch, error: Exception) -> APIClient:
    """A client of a site whose predictions raise."""

    def broken(**_: Any) -> None:
        raise error

    monkeypatch.setattr("recognizer.api.predictions.predict", broken)
    client = APIClient()
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("error", [OperationalError("Gone."), InterfaceError("Closed.")])
def test_a_database_that_is_away_is_no_fault_of_the_request(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    response = breaking(monkeypatch, error).post(PREDICT, body())
    assert response.status_code == 503
    assert error_of(response)["code"] == "unavailable"
    assert str(error) not in response.content.decode()
    assert any(record.exc_info for record in caplog.records)


def full_disk() -> list[Exception]:
    """What Python, SQLite and PostgreSQL say of one."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as sqlite:
            database.execute("CREATE TABLE t AS SELECT randomblob(100000)")
    found: list[Exception] = [OSError(errno.ENOSPC, "No space left on device")]
    for cause in (sqlite.value, psycopg.errors.DiskFull("could not extend file")):
        error = OperationalError("secret detail")
        error.__cause__ = cause
        found.append(error)
    return found


@pytest.mark.parametrize("error", full_disk(), ids=["file", "sqlite", "postgres"])
def test_a_full_disk_is_told_of_wherever_it_is_noticed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    response = breaking(monkeypatch, error).post(PREDICT, body())
    assert response.status_code == 507
    assert error_of(response)["code"] == "disk_full"
    assert "secret" not in response.content.decode()
    assert "The disk is full" in caplog.text

    def broken(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("recognizer.web.pages.render", broken)
    client = APIClient()
    client.raise_request_exception = False
    page = client.get("/")
    assert page.status_code == 507
    assert "The site's disk is full" in html.unescape(page.content.decode())


def test_a_fault_of_ours_is_logged_and_tells_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    response = breaking(monkeypatch, RuntimeError("secret detail")).post(PREDICT, body())
    assert response.status_code == 500
    assert error_of(response)["code"] == "server_error"
    assert "secret" not in response.content.decode()
    assert [record for record in caplog.records if record.levelno == logging.ERROR]


def test_a_fault_on_a_page_is_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("recognizer.web.pages.render", broken)
    client = APIClient()
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert response.headers["Content-Type"].startswith("text/html")
    assert b"secret" not in response.content


def test_a_sentence_can_be_encoded_whatever_it_echoes() -> None:
    told = errors.body("invalid", "No \ud800 here.", "label.\udfff")["error"]
    assert (told["message"], told["field"]) == ("No ? here.", "label.?")
    assert errors.body("invalid", "Nothing.")["error"]["field"] is None
