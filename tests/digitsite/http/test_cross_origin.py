"""Other sites' pages may have drawings read where a setting says so, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from recognizer.models import ModelVersion
from tests.support.api import BATCH, DRAWINGS, HAND, PREDICT, VERSIONS, stored
from tests.support.drawings import body

MODEL = "/api/v1/model/"
THEIRS = "https://their.host"
ALLOW = "Access-Control-Allow-Origin"


@pytest.fixture
def allowed(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [THEIRS]


def from_theirs(client: APIClient, path: str, data: Any = None, origin: str = THEIRS) -> Any:
    headers = {"Origin": origin}
    if data is None:
        return client.get(path, headers=headers)
    return client.post(path, data, headers=headers)


@pytest.mark.usefixtures("allowed")
def test_it_works(visitor: APIClient, live_model: ModelVersion) -> None:
    read = from_theirs(visitor, PREDICT, body())
    assert read.json()["digit"] == 4
    several = from_theirs(visitor, BATCH, {"items": [body()]})
    model = from_theirs(visitor, MODEL)
    files = from_theirs(visitor, model.json()["browser"]["topology"]["url"])
    for response in (read, several, model, files):
        assert response.status_code == 200
        assert response.headers[ALLOW] == THEIRS
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert "X-Digit-Reader" in response.headers["Access-Control-Expose-Headers"]
        assert "origin" in response.headers["Vary"]


@pytest.mark.usefixtures("allowed", "live_model")
def test_a_browser_that_asks_first_is_told_so(visitor: APIClient) -> None:
    asked = {"Origin": THEIRS, "Access-Control-Request-Method": "POST"}
    response = visitor.options(PREDICT, headers=asked)
    assert response.status_code == 200
    assert response.headers[ALLOW] == THEIRS
    taken = response.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"content-type", "x-request-id"} <= set(taken)  # both are what static/js/api.js sends
    assert visitor.options(DRAWINGS, headers=asked).headers.get(ALLOW) is None


@pytest.mark.usefixtures("allowed")
def test_all_other_addresses_and_all_other_sites_stay_closed(
    visitor: APIClient, live_model: ModelVersion
) -> None:
    drawing = stored(visitor)
    for path in (HAND, f"{DRAWINGS}{drawing['id']}/", VERSIONS, "/api/v1/runs/", "/mine/", "/"):
        assert ALLOW not in from_theirs(visitor, path).headers
    assert ALLOW not in from_theirs(visitor, DRAWINGS, body()).headers
    assert ALLOW not in from_theirs(visitor, PREDICT, body(), origin="https://other.host").headers


@pytest.mark.usefixtures("live_model")
def test_it_is_off_unless_set(visitor: APIClient) -> None:
    assert ALLOW not in from_theirs(visitor, PREDICT, body()).headers
    assert ALLOW not in from_theirs(visitor, MODEL).headers


def test_the_script_may_be_had_from_anywhere(visitor: APIClient) -> None:
    """It is the same for all, and tells nothing; what it may ask is another matter."""
    response = from_theirs(visitor, "/digit-pad.js")
    assert response.status_code == 302
    assert response.headers["Location"] == "/static/js/digit-pad.js"
    assert response.headers[ALLOW] == "*"
