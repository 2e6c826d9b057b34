"""TensorFlow.js answers as the server does, in Node by the worker's own modules."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyphs
from recognizer.preprocessing.strokes import parse
from tests import ROOT
from tests.golden import make
from tests.support import servers
from tests.support.tensorflowjs import assert_as_the_server, needs_packages, write_shipped
from training.synthesis import digit_variants, non_digits

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.javascript,
    needs_packages,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shipped(tmp_path_factory.mktemp("model"))


def glyphs() -> Glyphs:
    """The golden drawings, digits as other schools teach them, and what is no digit; in between
    some of them as pictures."""
    rng = np.random.default_rng(0)
    digits = digit_variants.generate(200, rng)
    doodles = non_digits.generate(200, digits, rng)
    drawn = Glyphs.joined([golden(), digits.glyphs, doodles.glyphs])
    together = Glyphs.joined([drawn, drawn[::4].pictures()])
    return together[rng.permutation(len(together))]


def golden() -> Glyphs:
    cases = [case for case in json.loads(make.FILE.read_text())["cases"] if case["image"]]
    drawn = (parse(case["strokes"], max_strokes=200, max_points=10_000) for case in cases)
    return Glyphs.of([ink.normalise(strokes) for strokes in drawn])


def read_in_node(
    glyphs: Glyphs, *, model: Path, backend: str, folder: Path
) -> tuple[np.ndarray, dict[str, Any]]:
    """Glyphs -> their outputs, a row each, and what Node tells of them."""
    asked, answered = folder / "glyphs", folder / "answers"
    count = len(glyphs)
    columns = (glyphs.pixels, glyphs.motion, glyphs.has_ink.astype(np.uint8))
    asked.write_bytes(np.hstack([values.reshape(count, -1) for values in columns]).tobytes())
    script = ROOT / "tests" / "js" / "helpers" / "answers.js"
    done = subprocess.run(
        [servers.find_node() or "node", script, model, backend, asked, answered],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    answers = np.frombuffer(answered.read_bytes(), "<f4").reshape(count, -1)
    return answers, json.loads(done.stdout.splitlines()[-1])


# In plain JavaScript a glyph takes a hundred times as long: fewer of each kind are enough.
@pytest.mark.parametrize(("backend", "every"), [("wasm", 1), ("cpu", 10)])
def test_it_works(model: Path, tmp_path: Path, backend: str, every: int) -> None:
    asked = glyphs()[::every]
    assert len(asked) > 500 / every
    assert 0 < asked.has_ink.mean() < 1
    answers, told = read_in_node(asked, model=model, backend=backend, folder=tmp_path)
    assert told["backend"] == backend
    assert_as_the_server(answers, asked)
    before, after = told["tensors"]
    assert before == after, "an answer leaves tensors behind"


@pytest.mark.timeout(900)
def test_five_thousand_real_drawings(model: Path, tmp_path: Path, corpora_dir: str) -> None:
    from benchmarks.common import data

    asked = data.pen_digits(5000).examples.glyphs
    answers, _ = read_in_node(asked, model=model, backend="wasm", folder=tmp_path)
    assert_as_the_server(answers, asked)
