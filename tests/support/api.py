"""Calls of the API, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from rest_framework.test import APIClient

from tests.support.drawings import FOUR, body

PREDICT, BATCH, DRAWINGS = "/api/v1/predict/", "/api/v1/predict/batch/", "/api/v1/drawings/"
VERSIONS = "/api/v1/versions/"
HAND = "/api/v1/hand/"


def error_of(response: Any) -> dict[str, Any]:
    """The error in a response, whose shape is asserted."""
    assert response.headers["Content-Type"] == "application/json"
    answer = response.json()
    assert list(answer) == ["error"]
    error: dict[str, Any] = answer["error"]
    assert list(error) == ["code", "message", "field"]
    assert error["code"].isidentifier()
    assert error["message"].endswith(".")
    assert error["field"] is None or isinstance(error["field"], str)
    return error


def code(response: Any) -> str:
    """The code of the error in a response."""
    return str(error_of(response)["code"])


def predicted(client: APIClient, data: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The answer to a submission that is read and not stored."""
    response = client.post(PREDICT, data, **options)
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer


def stored(client: APIClient, data: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """Submits a drawing; returns the answer, by which `own` and `got` know the drawing."""
    response = client.post(DRAWINGS, data or body(FOUR), **options)
    assert response.status_code == 201, response.content
    answer: dict[str, Any] = response.json()
    return answer


def own(drawing: dict[str, Any], part: str = "") -> str:
    """The address of a stored drawing, or of a part of it."""
    return f"{DRAWINGS}{drawing['id']}/{part}"


def got(client: APIClient, drawing: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The stored drawing, as its owner gets it."""
    response = client.get(own(drawing), **options)
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer


def labelled(client: APIClient, data: dict[str, Any], label: int | str) -> dict[str, Any]:
    """Submits a drawing, and says what it is once it is answered."""
    drawing = stored(client, data)
    response = client.post(own(drawing, "label/"), {"label": label})
    assert response.status_code == 200, response.content
    return drawing


def hand_of(client: APIClient, **options: Any) -> dict[str, Any]:
    """What the client gets to know of its hand."""
    response = client.get(HAND, **options)
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer


def stranger() -> APIClient:
    """The client of another visitor, without cookies."""
    return APIClient(enforce_csrf_checks=True)


def image_files() -> list[Path]:
    """The images of drawings on disk."""
    return [path for path in Path(default_storage.path("")).rglob("*") if path.is_file()]
