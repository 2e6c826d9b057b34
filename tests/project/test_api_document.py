"""The bodies in docs/api.md are read as it says: all of them are the same 7."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests import ROOT
from tests.support.api import BATCH, predicted

BODIES = [
    json.loads(block)
    for block in re.findall(r"```json\n(.*?)```", (ROOT / "docs/api.md").read_text(), re.DOTALL)
]


@pytest.mark.usefixtures("live_model")
def test_every_body_is_read_alike(visitor: APIClient) -> None:
    assert len(BODIES) == 5
    answers: list[dict[str, Any]] = [predicted(visitor, sent) for sent in BODIES]
    assert answers == answers[:1] * len(BODIES)
    assert answers[0]["digit"] == 7
    assert visitor.post(BATCH, {"items": BODIES}).json() == {"items": answers}
