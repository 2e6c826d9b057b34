"""Readings and numbers are as the golden vectors say; inference/decision.test.js reads the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.golden import make_answers

GOLDEN: list[dict[str, Any]] = json.loads(make_answers.FILE.read_text())
CASES = [pytest.param(case, id=case["name"]) for case in GOLDEN]


def test_it_works() -> None:
    verdicts = {reading["verdict"] for case in GOLDEN for reading in case["readings"]}
    assert verdicts == {"sure", "unsure", "not_a_digit"}
    assert len(GOLDEN) >= 20


@pytest.mark.parametrize("case", CASES)
def test_what_is_said_is_as_in_the_golden_vectors(case: dict[str, Any]) -> None:
    said = make_answers.said(case["rows"], case["thresholds"], case["opinions"], case["signs"])
    assert said == {"readings": case["readings"], "number": case["number"]}


def test_the_script_still_writes_these_cases() -> None:
    kept = [(case["name"], case["thresholds"], case["rows"], case["opinions"]) for case in GOLDEN]
    assert make_answers.cases() == kept
