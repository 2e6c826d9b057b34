"""Browser and server are reminded of the same drawings, while people draw one after the other.

    HAND_ANSWERS=1000 .venv/bin/python -m pytest tests/browser/test_hand_parity.py

asks as often as was promised, in some five minutes; every run asks a few of each writer.
"""

from __future__ import annotations

import json
import os
import subprocess
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest
from rest_framework.test import APIClient

from recognizer.models import ModelVersion
from tests import ROOT
from tests.support import servers
from tests.support.api import predicted, stored
from tests.support.tensorflowjs import needs_packages, write_shipped

if TYPE_CHECKING:
    from pathlib import Path

    from recognizer.ink_files import Handwriting

pytestmark = [
    pytest.mark.slow,
    pytest.mark.javascript,
    needs_packages,
    pytest.mark.django_db,
]

WRITERS = 5
EACH = int(os.environ.get("HAND_ANSWERS", "250")) // WRITERS
BOX = [500, 500]  # in which the pen digits were drawn


def people(folder: str) -> list[list[Handwriting]]:
    """The first drawings of a few writers, in the order in which they drew them."""
    from training.data import corpora

    everything = sorted(corpora.pendigits(folder), key=lambda drawn: str(drawn.writer))
    by_writer = [list(own) for _, own in groupby(everything, lambda drawn: str(drawn.writer))]
    return [own[:EACH] for own in by_writer if len(own) >= EACH][:WRITERS]


def said(client: APIClient, writer: int, drawn: Handwriting) -> tuple[dict[str, Any], Any]:
    """A drawing that is answered, then stored with its label: what the browser is told of it, and
    the server's answer."""
    strokes = [[[float(x), float(y)] for x, y, *_ in stroke] for stroke in drawn.strokes]
    ink = {"strokes": strokes, "canvas": BOX}
    answer = predicted(client, ink)
    drawing = stored(client, {**ink, "label": str(drawn.label)})
    return {**ink, "writer": writer, "label": str(drawn.label), "id": drawing["id"]}, answer


@pytest.mark.timeout(900)
def test_they_name_the_same(
    live_model: ModelVersion, tmp_path: Path, corpora_dir: str, settings: Any
) -> None:
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, 0)  # nobody pauses here
    both = [
        said(client, number, drawn)
        for number, own in enumerate(people(corpora_dir))
        for client in [APIClient()]
        for drawn in own
    ]
    assert len(both) == WRITERS * EACH
    here = by_browser([drawing for drawing, _ in both], tmp_path)
    there = [answer for _, answer in both]

    named = [answer.get("memory", {}).get("drawing") for answer in there]
    assert sum(name is not None for name in named) > len(both) / 2, "memory hardly ever speaks"
    same = [one["drawing"] == name for one, name in zip(here, named, strict=True)]
    assert sum(same) >= 0.99 * len(both)
    digits = [one["digit"] == answer["digit"] for one, answer in zip(here, there, strict=True)]
    assert sum(digits) >= 0.999 * len(both)


def by_browser(drawings: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """What the page's own modules answer to the same people, in Node."""
    asked, answered = folder / "drawings", folder / "answers"
    asked.write_text("\n".join(json.dumps(drawing) for drawing in drawings))
    script = ROOT / "tests" / "js" / "helpers" / "hands.js"
    model = write_shipped(folder)
    done = subprocess.run(
        [servers.find_node() or "node", script, model, asked, answered],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in answered.read_text().splitlines()]
