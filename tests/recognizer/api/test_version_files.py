"""A version's files are fetched by signed addresses: from the site, or from the bucket itself."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import requests
from django.core import signing
from rest_framework.test import APIClient

from recognizer.models import ModelVersion
from recognizer.selectors import version_files
from recognizer.services import versions
from tests.support.buckets import Bucket

pytestmark = pytest.mark.django_db

FILES = "/api/v1/versions/1/files/"


def files(client: APIClient) -> dict[str, dict[str, Any]]:
    response = client.get(FILES)
    assert response.status_code == 200
    told: dict[str, dict[str, Any]] = response.json()["files"]
    return told


def test_it_works(admin: APIClient, visitor: APIClient, live_model: ModelVersion) -> None:
    told = files(admin)
    assert set(told) == set(live_model.manifest["files"])
    for name, facts in told.items():
        response = visitor.get(facts["url"])
        assert response.status_code == 200
        assert hashlib.sha256(response.content).hexdigest() == facts["sha256"]
        assert len(response.content) == facts["bytes"]
        assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'


def test_only_staff_is_told_addresses(
    visitor: APIClient, member: APIClient, admin: APIClient, live_model: ModelVersion
) -> None:
    assert visitor.get(FILES).status_code == 401
    assert member.get(FILES).status_code == 403
    assert admin.get("/api/v1/versions/7/files/").status_code == 404


def test_an_address_is_of_one_file_alone(
    admin: APIClient, visitor: APIClient, live_model: ModelVersion
) -> None:
    url = files(admin)["model.tflite"]["url"]
    for forged in (url.replace("model.tflite", "model.keras"), url[:-1], f"{url}x"):
        assert visitor.get(forged).status_code == 404
    of_none = signing.dumps([1, "manifest.json"], salt=version_files._SALT)
    assert visitor.get(f"/models/1/signed/manifest.json/{of_none}").status_code == 404


def test_an_address_holds_for_a_while(
    admin: APIClient, visitor: APIClient, live_model: ModelVersion,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    url = files(admin)["model.tflite"]["url"]
    monkeypatch.setattr(version_files, "SIGNED_SECONDS", -1)
    assert visitor.get(url).status_code == 404


def test_the_bucket_hands_out_what_it_can(
    admin: APIClient, visitor: APIClient, bucket: Bucket, settings: Any
) -> None:
    settings.STORAGES = {**settings.STORAGES, **bucket.storages(public=True)}
    assert versions.version_install()
    for facts in files(admin).values():
        assert facts["url"].startswith(f"{bucket.address}/{bucket.name}/artifacts/")
        assert "X-Amz-Expires=600" in facts["url"]
        assert "X-Amz-Signature=" in facts["url"]
        fetched = requests.get(facts["url"], timeout=10)
        assert hashlib.sha256(fetched.content).hexdigest() == facts["sha256"]


def test_a_bucket_behind_the_site_is_named_to_nobody(
    admin: APIClient, visitor: APIClient, bucket: Bucket, settings: Any
) -> None:
    settings.STORAGES = {**settings.STORAGES, **bucket.storages()}
    assert versions.version_install()
    for facts in files(admin).values():
        assert facts["url"].startswith("/models/1/signed/")
        content = visitor.get(facts["url"]).content
        assert hashlib.sha256(content).hexdigest() == facts["sha256"]
