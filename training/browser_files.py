"""What an artifact holds for browsers, if they will answer as the server does."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import brotli
import numpy as np

from recognizer import browser
from recognizer.glyph import Pixels
from recognizer.inference import LiteRTEngine
from training.browser import to_tfjs
from training.browser_engine import BrowserEngine
from training.tfjs import NotForBrowsers

logger = logging.getLogger(__name__)

# The price of rounded weights; more than that is a mistake.
LARGEST_DIFFERENCE = 5e-3


def write_browser_files(network: Any, folder: Path, glyphs: Pixels) -> dict[str, Any]:
    """Adds them to a folder that holds the server's own file of the same network.

    `network` gives probabilities; the two are compared on `glyphs`, (n, 28, 28)
    uint8, n at least 1. Returns what the manifest says of it: `{"n",
    "largest_difference"}`, or `{"left_out": why}` where browsers cannot run the
    network or would answer otherwise. Such a version serves as well as any, and
    browsers ask the server.
    """
    try:
        files = to_tfjs(network)
        parity = _compared(files, (folder / LiteRTEngine.file_name).read_bytes(), glyphs)
    except NotForBrowsers as reason:
        logger.warning("The version has no files for browsers: %s", reason)
        return {"left_out": str(reason)}
    for name, content in files.items():
        (folder / f"{name}{browser.SUFFIX}").write_bytes(brotli.compress(content))
    return parity


def _compared(files: Mapping[str, bytes], served: bytes, glyphs: Pixels) -> dict[str, Any]:
    ours, theirs = LiteRTEngine(served).read(glyphs), BrowserEngine(files).read(glyphs)
    difference = float(np.abs(ours - theirs).max())
    if not difference <= LARGEST_DIFFERENCE:
        raise NotForBrowsers(f"Browsers would answer otherwise by up to {difference:.3g}.")
    if others := int((ours.argmax(axis=1) != theirs.argmax(axis=1)).sum()):
        raise NotForBrowsers(f"Browsers would read {others} of {len(glyphs)} glyphs otherwise.")
    return {"n": len(glyphs), "largest_difference": difference}


def facts(path: Path) -> dict[str, Any]:
    """What a manifest says of a file."""
    content = path.read_bytes()
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
