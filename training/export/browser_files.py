"""An artifact's files for browsers, if those will answer as the server does."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import brotli
import numpy as np

from recognizer.preprocessing.glyph import Glyphs
from recognizer.serving import browser_files
from recognizer.serving.engine import LiteRTEngine
from training.export.browser_network import NotForBrowsers, to_files
from training.export.browser_reference import BrowserEngine
from training.network.readers import Calibration, Readers

logger = logging.getLogger(__name__)

# The price of rounded weights; more than that is a mistake.
MAX_DIFFERENCE = 5e-3


def write_browser_files(
    readers: Readers, calibration: Calibration, folder: Path, glyphs: Glyphs
) -> dict[str, Any]:
    """Adds the files for browsers to a folder that holds `model.tflite` of the same network.

    Both forms are compared on `glyphs`, n at least 1. Returns the manifest's entry about it: `{"n",
    "largest_difference"}`, or `{"left_out": why}` where browsers cannot run the
    network or would answer otherwise. Such a version serves as well as any, and
    browsers ask the server.
    """
    try:
        files = to_files(readers, calibration)
        parity = _compared(files, (folder / LiteRTEngine.file_name).read_bytes(), glyphs)
    except NotForBrowsers as reason:
        logger.warning("The version has no files for browsers: %s", reason)
        return {"left_out": str(reason)}
    for name, content in files.items():
        (folder / f"{name}{browser_files.SUFFIX}").write_bytes(brotli.compress(content))
    return parity


def _compared(files: Mapping[str, bytes], served: bytes, glyphs: Glyphs) -> dict[str, Any]:
    ours = LiteRTEngine(served).predict(glyphs).probabilities
    theirs = BrowserEngine(files).predict(glyphs).probabilities
    difference = float(np.abs(ours - theirs).max())
    if not difference <= MAX_DIFFERENCE:
        raise NotForBrowsers(f"Browsers would answer otherwise by up to {difference:.3g}.")
    if others := int((ours.argmax(axis=1) != theirs.argmax(axis=1)).sum()):
        raise NotForBrowsers(f"Browsers would read {others} of {len(glyphs)} glyphs otherwise.")
    return {"n": len(glyphs), "largest_difference": difference}


def facts(path: Path) -> dict[str, Any]:
    """A manifest's entry for a file: its `sha256` and its size in `bytes`."""
    content = path.read_bytes()
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
