"""The API as the tests use it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from rest_framework.test import APIClient

from tests.drawings import FOUR, body

PREDICT, BATCH, DRAWINGS = "/api/v1/predict/", "/api/v1/predict/batch/", "/api/v1/drawings/"
VERSIONS = "/api/v1/versions/"


def error_of(response: Any) -> dict[str, Any]:
    """The response's error, of the one shape."""
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
    return str(error_of(response)["code"])


def predicted(client: APIClient, data: dict[str, Any], **options: Any) -> dict[str, Any]:
    response = client.post(PREDICT, data, **options)
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer


def stored(client: APIClient, data: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """Submits a drawing; the answer is what the others here take for it."""
    response = client.post(DRAWINGS, data or body(FOUR), **options)
    assert response.status_code == 201, response.content
    answer: dict[str, Any] = response.json()
    return answer


def own(drawing: dict[str, Any], part: str = "") -> str:
    """The address of a stored drawing, or of a part of it."""
    return f"{DRAWINGS}{drawing['id']}/{part}"


def got(client: APIClient, drawing: dict[str, Any], **options: Any) -> dict[str, Any]:
    response = client.get(own(drawing), **options)
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer


def stranger() -> APIClient:
    """One more browser, without cookies."""
    return APIClient(enforce_csrf_checks=True)


def image_files() -> list[Path]:
    """The images of drawings on disk."""
    return [path for path in Path(default_storage.path("")).rglob("*") if path.is_file()]
