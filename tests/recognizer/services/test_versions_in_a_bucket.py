"""Versions whose files lie in a bucket that delays, drops and refuses: whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from digitsite.exceptions import Conflict
from digitsite.storage import bucket as bucket_storage
from recognizer.exceptions import BadArtifact
from recognizer.models import Drawing, ModelVersion, Promotion
from recognizer.services import sweeping, versions
from recognizer.serving import artifacts, registry
from tests.support import proxy
from tests.support.buckets import Bucket
from tests.support.drawings import FOUR, body, picture
from tests.support.factories import version
from tests.support.proxy import BREAKS, CLOSES, HANGS, Proxy

pytestmark = pytest.mark.django_db

FAULTS = ["503", CLOSES, BREAKS, HANGS]


@pytest.fixture
def between(bucket: Bucket) -> Iterator[Proxy]:
    with proxy.before_bucket(bucket.address) as between:
        yield between


@pytest.fixture(autouse=True)
def _in_a_bucket(
    bucket: Bucket, between: Proxy, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried = bucket_storage.Config(
        read_timeout=0.3, retries={"mode": "standard", "total_max_attempts": 1}
    )
    client = bucket_storage.CLIENT.merge(hurried)
    monkeypatch.setattr(bucket_storage, "CLIENT", client)
    settings.STORAGES = {**settings.STORAGES, **bucket.storages(between.url)}


def live() -> int:
    return registry.live().number


@pytest.mark.parametrize("mood", FAULTS)
def test_a_promotion_is_whole_or_none(live_model: ModelVersion, between: Proxy, mood: str) -> None:
    """Whichever of its requests is the first that fails."""
    candidate = version(parent=live_model)
    assert live() == 1
    refused = 0
    for honest in range(20):
        between.mood, between.honest = mood, honest
        with suppress(Conflict):
            versions.version_promote(version=candidate, by=None)
            break
        refused += 1
        assert Promotion.objects.count() == 1
        assert live() == 1
    assert refused > 3
    between.mood = None
    assert Promotion.objects.count() == 2
    registry.reset()
    assert live() == 2


@pytest.mark.parametrize("mood", FAULTS)
def test_a_process_that_cannot_fetch_what_was_promoted_goes_on_with_the_one_before(
    live_model: ModelVersion, between: Proxy, visitor: APIClient, mood: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    answer = visitor.post("/api/v1/predict/", body(FOUR)).json()
    assert answer["model_version"] == 1
    versions.version_promote(version=version(parent=live_model), by=None)
    between.mood = mood
    assert visitor.post("/api/v1/predict/", body(FOUR)).json()["model_version"] == 1
    between.mood = None
    monkeypatch.setattr(registry, "RETRY_SECONDS", 0.0)
    assert visitor.post("/api/v1/predict/", body(FOUR)).json()["model_version"] == 2


@pytest.mark.parametrize("mood", ["503", CLOSES])
def test_half_an_artifact_is_no_version(between: Proxy, bucket: Bucket, mood: str) -> None:
    for honest in range(3):
        between.mood, between.honest = mood, honest
        with pytest.raises(BadArtifact):
            artifacts.store(versions.SHIPPED)
    between.mood = None
    assert ModelVersion.objects.count() == 0
    # What could not be removed either belongs to no version, and goes with the next sweep.
    left = bucket.names()
    sweeping.storage_sweep(now=timezone.now() + 2 * sweeping.GRACE)
    assert left
    assert bucket.names() == set()


def test_an_image_that_cannot_be_stored_leaves_no_drawing(
    live_model: ModelVersion, between: Proxy, visitor: APIClient, bucket: Bucket
) -> None:
    before = bucket.names()
    between.mood, between.within = "503", f"/{bucket.name}/media/"
    sent = {"image": picture_file(), "label": "4"}
    answer = visitor.post("/api/v1/drawings/", sent, format="multipart")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "unavailable"
    assert answer.headers["Retry-After"]
    assert Drawing.objects.count() == 0
    between.mood = None
    sent["image"] = picture_file()
    assert visitor.post("/api/v1/drawings/", sent, format="multipart").status_code == 201
    assert len(bucket.names() - before) == 1


def picture_file() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("four.png", picture(), "image/png")


def test_a_sweep_that_cannot_look_marks_nothing_as_lost(
    live_model: ModelVersion, between: Proxy, visitor: APIClient
) -> None:
    sent = {"image": picture_file(), "label": "4"}
    assert visitor.post("/api/v1/drawings/", sent, format="multipart").status_code == 201
    between.mood = "503"
    with pytest.raises(OSError, match="drawings"):
        sweeping.storage_sweep(now=timezone.now())
    assert not Drawing.objects.filter(image_lost=True).exists()
    between.mood = None
    assert sweeping.storage_sweep(now=timezone.now()) == []
