"""What is recalled is as in the golden vectors; inference/memory.test.js reads the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from recognizer.serving import memory
from tests.golden import make_memory

GOLDEN: dict[str, list[dict[str, Any]]] = json.loads(make_memory.FILE.read_text())
TOLERANCE = 1e-6


def cases(of: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in GOLDEN[of]]


def test_it_works() -> None:
    recalls = [one for case in GOLDEN["recall"] for one in case["recalls"]]
    assert recalls.count(None) >= 3
    assert {one["label"] for one in recalls if one} == {1, 4, 9, 10}


@pytest.mark.parametrize("case", cases("recall"))
def test_what_is_recalled_is_as_in_the_golden_vectors(case: dict[str, Any]) -> None:
    for found, kept in zip(
        make_memory.recalled(case["hand"], case["asked"]), case["recalls"], strict=True
    ):
        if found is None or kept is None:
            assert found is kept
            continue
        assert (found["row"], found["label"]) == (kept["row"], kept["label"])
        assert found["similarity"] == pytest.approx(kept["similarity"], abs=TOLERANCE)
        assert found["probabilities"] == pytest.approx(kept["probabilities"], abs=TOLERANCE)


@pytest.mark.parametrize("case", cases("kept"))
def test_what_stays_is_as_in_the_golden_vectors(case: dict[str, Any]) -> None:
    assert memory.kept(case["labels"], case["telling"], limit=case["limit"]) == case["kept"]


def test_the_script_still_writes_these_cases() -> None:
    made = json.loads(json.dumps(make_memory.golden()))
    for of, without in (("recall", "recalls"), ("kept", "kept")):
        asked = [
            [{name: case[name] for name in case if name != without} for case in some[of]]
            for some in (made, GOLDEN)
        ]
        assert asked[0] == asked[1]
