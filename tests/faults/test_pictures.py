"""Hostile pictures: read or refused in the API's shape, and what was stored is shown."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.support.api import DRAWINGS, PREDICT
from tests.support.chance import CASES, SEED
from tests.support.drawings import as_file, in_base64
from tests.support.hostile_pictures import MAKERS, hostile_picture
from tests.support.wire import Wire

pytestmark = pytest.mark.long


def form_of(data: bytes) -> tuple[bytes, dict[str, str]]:
    head = b'--boundary\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=boundary"}
    return head + data + b"\r\n--boundary--\r\n", kind


def json_of(data: bytes, **more: Any) -> tuple[bytes, dict[str, str]]:
    content = json.dumps({"image": in_base64(data), **more}).encode()
    return content, {"Content-Type": "application/json"}


@pytest.mark.parametrize("part", range(4))
def test_a_picture_is_read_or_refused(wire: Wire, live_model: Any, part: int) -> None:
    """In parts, which several processes take up side by side."""
    statuses: Counter[int] = Counter()
    for number in range(part, CASES, 4):
        name, data = hostile_picture(SEED, number)
        asked = [
            wire.ask("POST", PREDICT, *form_of(data)),
            wire.ask("POST", PREDICT, *json_of(data, number=True, detail=True)),
            wire.ask("POST", DRAWINGS, *form_of(data)),
        ]
        for answer in asked:
            statuses[answer.status] += 1
            assert answer.status in (200, 201, 400, 413), (number, name, answer)
            if answer.status >= 400:
                assert answer.error["field"] == "image", (number, name)
        if asked[-1].status == 201:
            shown(wire, json.loads(asked[-1].content))
    # Some of each: chance that only ever made rubbish would prove nothing.
    assert {200, 201, 400} <= statuses.keys()


def shown(wire: Wire, stored: dict[str, Any]) -> None:
    """Its page, its pictures and its state, as whoever has the link sees them."""
    page, _, receipt = stored["page"].partition("?")
    for address in (page, f"{page}picture/", f"{page}seen/", stored["url"]):
        assert wire.ask("GET", f"{address}?{receipt}").status == 200, (address, stored)


def test_the_staff_see_what_was_stored(admin: APIClient, live_model: Any) -> None:
    numbers = [MAKERS.index(maker) + len(MAKERS) * turn for turn in range(12) for maker in MAKERS]
    files = [hostile_picture(SEED, number)[1] for number in numbers]
    kept = [admin.post(DRAWINGS, {"image": as_file(data)}, format="multipart") for data in files]
    ids = [answer.json()["id"] for answer in kept if answer.status_code == 201]
    assert len(ids) > 3
    for path in ("", *(f"{pk}/change/" for pk in ids)):
        assert admin.get(f"/admin/recognizer/drawing/{path}").status_code == 200
    export = admin.get("/mine/export/")
    assert export.status_code == 200
    assert len(b"".join(export)) > 1000  # type: ignore[call-overload]
