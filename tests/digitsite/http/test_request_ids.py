"""A request is found again by one id: in its answer, in the log, and in the worker's log."""

from __future__ import annotations

import copy
import io
import json
import logging
import logging.config
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from digitsite.monitoring import request_id
from tests.support.drawings import FOUR, body
from tests.support.site import Client, Site, wait_for

ID = "from-the-browser-1"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the site logs as JSON."""
    told = io.StringIO()
    described = copy.deepcopy(settings.LOGGING)  # reading it takes it apart
    formatter = logging.config.DictConfigurator(described).configure_formatter(
        described["formatters"]["json"]
    )
    handler = logging.StreamHandler(told)
    handler.setFormatter(formatter)
    handler.addFilter(request_id.WithRequestId())
    logger = logging.getLogger()
    requests = logging.getLogger("digitsite.http.request_ids")
    before = requests.level
    logger.addHandler(handler)
    requests.setLevel(logging.INFO)
    yield told
    logger.removeHandler(handler)
    requests.setLevel(before)


def records(told: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.splitlines() if line.startswith("{")]


@pytest.mark.django_db
def test_it_works(visitor: APIClient, live_model: Any, lines: io.StringIO) -> None:
    answer = visitor.post("/api/v1/predict/", body(FOUR), HTTP_X_REQUEST_ID=ID)
    assert answer.headers["X-Request-Id"] == ID
    [line] = [one for one in records(lines.getvalue()) if one.get("path") == "/api/v1/predict/"]
    assert line["request_id"] == ID
    assert (line["method"], line["status"], line["level"]) == ("POST", 200, "INFO")
    assert 0 < line["milliseconds"] < 60_000
    assert line["time"].startswith("20")
    assert request_id.current() == ""


@pytest.mark.parametrize(
    "given", [None, "", "short", "x" * 65, "a b c d e f", 'a"b\\c-------', "ä" * 9]
)
def test_what_is_no_id_is_replaced(given: str | None, visitor: APIClient) -> None:
    more = {} if given is None else {"HTTP_X_REQUEST_ID": given}
    told = visitor.get("/healthz", **more).headers["X-Request-Id"]
    assert told != given
    assert request_id.GOOD.fullmatch(told)


@pytest.mark.django_db
def test_whatever_is_logged_in_between_has_it(
    visitor: APIClient, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recognizer.serving import registry

    def broken() -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(registry, "live", broken)
    visitor.raise_request_exception = False  # type: ignore[attr-defined]
    answer = visitor.post("/api/v1/predict/", body(FOUR), HTTP_X_REQUEST_ID=ID)
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] == ID
    told = [one for one in records(lines.getvalue()) if "exception" in one]
    assert told
    assert all(one["request_id"] == ID for one in told)
    assert "broken on purpose" in told[0]["exception"]


@pytest.mark.slow
@pytest.mark.redis
def test_from_the_request_to_the_worker(tmp_path: Path, redis_url: str, mnist_dir: str) -> None:
    """A run that cannot go far: what the worker logs of it carries the request's id."""
    own = {"REDIS_URL": redis_url, "LOG_FORMAT": "json", "TRAIN_MNIST_LIMIT": "10"}
    with Site(tmp_path, **own) as site:
        site.web()
        site.worker()
        staff = Client(site, site.token)
        staff.session.headers["X-Request-Id"] = ID
        staff.post("runs/", {"mode": "scratch", "epochs": 1})

        def told() -> list[dict[str, Any]]:
            lines = records(site.log("worker"))
            return [one for one in lines if one["request_id"] == ID]

        wait_for(told, seconds=120, why=f"the worker tells of it\n{site.log('worker')}")
        asked = [one for one in records(site.log("web")) if one["request_id"] == ID]
        assert {one.get("path") for one in asked} >= {"/api/v1/runs/"}
