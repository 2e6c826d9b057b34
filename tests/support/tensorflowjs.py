"""The shipped network as browsers get it, and the packages from npm that run it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recognizer.preprocessing.glyph import Glyphs
from recognizer.services.versions import SHIPPED
from recognizer.serving import browser_files
from recognizer.serving.engine import OUTPUTS, LiteRTEngine
from tests import ROOT

PACKAGES = ROOT / "node_modules" / "@tensorflow"
# The price of rounded weights, and what a published version may differ by at most: of
# probabilities, and as a share of the largest of what they are made of.
MAX_DIFFERENCE = 5e-3

needs_packages = pytest.mark.skipif(
    not (PACKAGES / "tfjs-core" / "dist").is_dir(),
    reason="TensorFlow.js is not installed: npm ci",
)


def write_shipped(folder: Path) -> Path:
    """Unpacks the shipped network into the folder."""
    for stored in browser_files.STORED.values():
        content = browser_files.expanded((SHIPPED / stored).read_bytes())
        (folder / stored.removesuffix(browser_files.SUFFIX)).write_bytes(content)
    return folder


def assert_as_the_server(answers: np.ndarray, glyphs: Glyphs) -> None:
    """A browser's answers to these glyphs are those of the server's engine.

    They are (n, all outputs one after the other), as far as the network gives them.
    """
    engine = LiteRTEngine((SHIPPED / LiteRTEngine.file_name).read_bytes())
    predicted = engine.predict(glyphs)
    given = [getattr(predicted, name) for name in OUTPUTS]
    server = [values for values in given if values is not None]
    widths = [values.shape[1] for values in server]
    assert answers.shape == (len(glyphs), sum(widths))
    probabilities, *others = np.split(answers, np.cumsum(widths)[:-1], axis=1)
    assert (probabilities.argmax(axis=1) == server[0].argmax(axis=1)).all()
    assert np.abs(probabilities - server[0]).max() <= MAX_DIFFERENCE
    for ours, theirs in zip(others, server[1:], strict=True):
        assert np.abs(ours - theirs).max() <= MAX_DIFFERENCE * np.abs(theirs).max()
