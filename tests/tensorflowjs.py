"""The shipped network as browsers get it, and the packages from npm that run it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recognizer import browser
from recognizer.inference import LiteRTEngine
from recognizer.versions import SHIPPED
from tests.services import ROOT

PACKAGES = ROOT / "node_modules" / "@tensorflow"
# The price of rounded weights, and what a published version may differ by at most.
LARGEST_DIFFERENCE = 5e-3

needs_packages = pytest.mark.skipif(
    not (PACKAGES / "tfjs-core" / "dist").is_dir(),
    reason="TensorFlow.js is not installed: npm ci",
)


def write_shipped(folder: Path) -> Path:
    """Unpacks the shipped network into the folder."""
    for stored in browser.STORED.values():
        content = browser.expanded((SHIPPED / stored).read_bytes())
        (folder / stored.removesuffix(browser.SUFFIX)).write_bytes(content)
    return folder


def assert_as_the_server(answers: np.ndarray, pixels: np.ndarray) -> None:
    """A browser's answers to these glyphs are those of the server's engine."""
    server = LiteRTEngine((SHIPPED / LiteRTEngine.file_name).read_bytes()).read(pixels)
    assert answers.shape == server.shape
    assert (answers.argmax(axis=1) == server.argmax(axis=1)).all()
    assert np.abs(answers - server).max() <= LARGEST_DIFFERENCE
