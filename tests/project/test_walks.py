"""A request crosses few files, each of them once: what docs/architecture.md draws is what runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests import ROOT
from tests.support.api import DRAWINGS, PREDICT, body, own, stored
from tests.support.drawings import FOUR

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

    from rest_framework.test import APIClient

PACKAGES = ("recognizer", "training", "digitsite")
WATCHING = "digitsite/monitoring/"

READ = [
    "recognizer/api/predictions.py",
    "digitsite/http/bodies.py",
    "recognizer/submission.py",
    "recognizer/preprocessing/strokes.py",
    "recognizer/services/predictions.py",
    "recognizer/preprocessing/ink.py",
    "recognizer/preprocessing/glyph.py",
    "recognizer/preprocessing/motion.py",
    "recognizer/serving/registry.py",
    "recognizer/serving/engine.py",
    "recognizer/serving/decision.py",
]


def file_of(code: CodeType) -> str:
    """The file of ours that the code stands in, as the repository names it; "" for others'.

    What only watches is passed over.
    """
    path = code.co_filename.removeprefix(f"{ROOT}/")
    return path if path.startswith(PACKAGES) and not path.startswith(WATCHING) else ""


def walked(view: str, request: Callable[[], Any]) -> list[tuple[str, str]]:
    """(from, to) for each time that one of our files calls into another, while the view runs.

    What every request passes before and after its view (language, throttle, identity) is left out.
    """
    steps: list[tuple[str, str]] = []

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "return" and (file_of(frame.f_code), frame.f_code.co_name) == (view, "post"):
            sys.setprofile(None)
        here = file_of(frame.f_code) if event == "call" else ""
        caller = frame.f_back
        while here and caller is not None and not file_of(caller.f_code):
            caller = caller.f_back
        before = file_of(caller.f_code) if here and caller is not None else ""
        is_underway = bool(steps) or (here, frame.f_code.co_name) == (view, "post")
        if here and before != here and is_underway:
            steps.append((before, here))

    sys.setprofile(note)
    try:
        assert request().status_code in (200, 201)
    finally:
        sys.setprofile(None)
    return [step for step in steps if step[0]]


def files(steps: list[tuple[str, str]]) -> list[str]:
    return list(dict.fromkeys(to for _, to in steps))


@pytest.fixture(autouse=True)
def _loaded(live_model: Any, visitor: APIClient) -> None:
    """The first request loads the network; it is the second that is walked with."""
    visitor.post(PREDICT, body(FOUR))


def test_a_digit_is_read_in_eleven_files_none_of_them_entered_twice(visitor: APIClient) -> None:
    steps = walked(READ[0], lambda: visitor.post(PREDICT, body(FOUR)))
    assert files(steps) == READ
    entered_from = {to: {before for before, after in steps if after == to} for _, to in steps}
    # What is handed on from one to the next is known to both.
    handed_on = "recognizer/preprocessing/glyph.py"
    twice = [to for to, callers in entered_from.items() if len(callers) > 1]
    assert twice == [handed_on]


def test_a_single_digit_knows_no_lattice(visitor: APIClient) -> None:
    steps = walked(READ[0], lambda: visitor.post(PREDICT, body(FOUR)))
    assert not [to for to in files(steps) if "segmentation" in to]


def test_a_correction_goes_from_the_view_to_the_service_to_the_row(visitor: APIClient) -> None:
    drawing = stored(visitor)
    label = "recognizer/api/drawings.py"
    steps = walked(label, lambda: visitor.post(own(drawing, "label/"), {"label": "9"}))
    assert "recognizer/services/drawings.py" in files(steps)
    assert not [to for to in files(steps) if "serving" in to or "preprocessing" in to]


def test_a_submission_is_parsed_once(visitor: APIClient) -> None:
    steps = walked(
        "recognizer/api/drawings.py", lambda: visitor.post(DRAWINGS, body(FOUR, label="4"))
    )
    assert [to for _, to in steps].count("recognizer/submission.py") == 1
