"""TensorFlow.js answers as the server does, in Node by the worker's own modules."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from recognizer import ink
from tests import services
from tests.golden import make
from tests.tensorflowjs import assert_as_the_server, needs_packages, write_shipped
from training import hands, nondigits

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


def glyphs() -> np.ndarray:
    """The golden drawings, digits as other schools teach them, and what is no digit."""
    rng = np.random.default_rng(0)
    digits = hands.generate(200, rng)
    doodles = nondigits.generate(200, digits, rng)
    return np.concatenate([golden(), digits.pixels, doodles.pixels])


def golden() -> np.ndarray:
    cases = [case for case in json.loads(make.FILE.read_text())["cases"] if case["image"]]
    drawn = (ink.parse(case["strokes"], most_strokes=200, most_points=10_000) for case in cases)
    return np.stack([ink.normalise(strokes).pixels for strokes in drawn])


def read_in_node(
    pixels: np.ndarray, *, model: Path, backend: str, folder: Path
) -> tuple[np.ndarray, dict[str, Any]]:
    """(n, 28, 28) uint8 -> (n, 11) probabilities, and what Node tells of them."""
    asked, answered = folder / "glyphs", folder / "answers"
    asked.write_bytes(pixels.tobytes())
    script = services.ROOT / "tests" / "js" / "answers.js"
    done = subprocess.run(
        [services.find_node() or "node", script, model, backend, asked, answered],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    answers = np.frombuffer(answered.read_bytes(), "<f4").reshape(len(pixels), -1)
    return answers, json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("backend", ["wasm", "cpu"])
def test_it_works(model: Path, tmp_path: Path, backend: str) -> None:
    pixels = glyphs()
    assert len(pixels) > 400
    answers, told = read_in_node(pixels, model=model, backend=backend, folder=tmp_path)
    assert told["backend"] == backend
    assert_as_the_server(answers, pixels)
    before, after = told["tensors"]
    assert before == after, "an answer leaves tensors behind"


@pytest.mark.timeout(900)
def test_five_thousand_real_drawings(model: Path, tmp_path: Path, corpora_dir: str) -> None:
    from benchmarks import data

    pixels = data.pen_digits(5000).examples.pixels
    answers, _ = read_in_node(pixels, model=model, backend="wasm", folder=tmp_path)
    assert_as_the_server(answers, pixels)
