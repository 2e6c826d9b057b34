"""A picture that browsers cannot show comes back as one that they can."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rest_framework.test import APIClient

from recognizer.models import Drawing
from tests.support.drawings import ONE, as_file, in_base64, picture
from tests.support.heic import heic

PICTURES = "/api/v1/pictures/"
pytestmark = pytest.mark.django_db


def shown(answer: Any) -> Image.Image:
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "image/png"
    return Image.open(io.BytesIO(answer.content))


def test_it_works(visitor: APIClient) -> None:
    image = shown(visitor.post(PICTURES, {"image": as_file(heic("turned"))}, format="multipart"))
    grey = np.asarray(image)
    assert (image.mode, grey.shape) == ("L", (20, 40))
    assert grey[:, :18].max() < 60 < 200 < grey[:, 22:].min()
    assert not Drawing.objects.exists()


def test_it_is_small_and_says_nothing_of_where_it_was_taken(visitor: APIClient) -> None:
    answer = visitor.post(PICTURES, {"image": in_base64(heic("large"))}, format="json")
    assert max(shown(answer).size) == 1600
    named = visitor.post(PICTURES, {"image": in_base64(heic("two_tone"))}, format="json")
    assert b"phone" not in named.content
    assert not shown(named).getexif()


def test_each_costs_what_it_takes(visitor: APIClient, settings: Any) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "predict": 600}
    settings.THROTTLE_ADDRESS_SHARES = 1
    body = {"image": in_base64(heic("large"))}
    statuses = [visitor.post(PICTURES, body, format="json").status_code for _ in range(3)]
    assert statuses == [200, 429, 429]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"strokes": ONE}, "invalid", "image"),
        ({}, "invalid", "strokes"),
        ({"image": in_base64(b"%PDF-1.7")}, "bad_image", "image"),
        ({"image": in_base64(heic("two_tone")[:300])}, "bad_image", "image"),
    ],
)
def test_what_is_no_picture_is_refused(
    visitor: APIClient, body: dict[str, Any], code: str, field: str
) -> None:
    answer = visitor.post(PICTURES, body, format="json")
    assert answer.status_code == 400
    assert (answer.json()["error"]["code"], answer.json()["error"]["field"]) == (code, field)


@pytest.mark.usefixtures("live_model")
def test_heic_is_read_and_stored_as_any_picture(visitor: APIClient) -> None:
    read = visitor.post("/api/v1/predict/", {"image": in_base64(heic("large"))}, format="json")
    assert (read.status_code, read.json()["digit"]) == (200, 4)
    sent = {"image": as_file(heic("large")), "label": "4"}
    assert visitor.post("/api/v1/drawings/", sent, format="multipart").status_code == 201
    with Drawing.objects.get().image.open() as file:
        assert file.read(8) == picture()[:8]  # a PNG, of its pixels alone
