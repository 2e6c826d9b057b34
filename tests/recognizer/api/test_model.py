"""What the API says of the live version, and only where something of it has changed."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from recognizer.models import ModelVersion
from recognizer.services import versions
from tests.support import factories

MODEL = "/api/v1/model/"


def test_it_works(visitor: APIClient, live_model: ModelVersion) -> None:
    response = visitor.get(MODEL)
    assert response.json()["version"] == live_model.number
    assert response.headers["Cache-Control"] == "no-cache"
    again = visitor.get(MODEL, headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == response.headers["ETag"]


def test_another_version_is_told(visitor: APIClient, live_model: ModelVersion) -> None:
    etag = visitor.get(MODEL).headers["ETag"]
    versions.version_promote(version=factories.version(), by=None, reason="A test.")
    response = visitor.get(MODEL, headers={"If-None-Match": etag})
    assert (response.status_code, response.json()["version"]) == (200, 2)


def test_so_are_files_that_a_version_has_got_since(
    visitor: APIClient, live_model: ModelVersion
) -> None:
    etag = visitor.get(MODEL).headers["ETag"]
    live_model.manifest["files"]["more.bin"] = {"sha256": "0" * 64, "bytes": 1}
    live_model.save()
    assert visitor.get(MODEL, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.django_db
def test_without_a_version_there_is_none(visitor: APIClient) -> None:
    response = visitor.get(MODEL, headers={"If-None-Match": "*"})
    assert (response.status_code, response.json()["error"]["code"]) == (503, "no_model")
