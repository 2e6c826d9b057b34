"""The golden drawings: the same answers from the same network, and what differs is named."""

from __future__ import annotations

import numpy as np
import pytest

from recognizer.models import ModelVersion
from recognizer.serving import golden, registry

pytestmark = pytest.mark.django_db


def test_it_works(live_model: ModelVersion) -> None:
    answers = golden.answers(registry.load_engine(live_model))
    assert [int(np.argmax(row)) for row in answers] == list(range(10))
    assert [sum(row) for row in answers] == pytest.approx([1.0] * 10, abs=1e-3)
    assert golden.differences(answers, golden.answers(registry.load_engine(live_model))) == []


def test_what_differs_is_named(live_model: ModelVersion) -> None:
    before = golden.answers(registry.load_engine(live_model))
    now = [list(row) for row in before]
    now[4] = before[9]
    now[7][7] -= 3 * golden.TOLERANCE
    now[2][2] -= golden.TOLERANCE / 2
    told = golden.differences(now, before)
    assert told[0] == "4 was read as 4, is read as 9"
    assert told[1].startswith("7 is read with 0.06 more or less certainty")
    assert len(told) == 2


def test_no_number_is_another_answer(live_model: ModelVersion) -> None:
    before = golden.answers(registry.load_engine(live_model))
    now = [list(row) for row in before]
    now[0] = [float("nan")] * 11
    assert golden.differences(now, before)
