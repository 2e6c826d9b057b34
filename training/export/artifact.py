"""The export of a trained network: an artifact's folder, checked before it gets its name."""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from recognizer.labels import LABELS
from recognizer.preprocessing.glyph import SIZE, Glyphs
from recognizer.serving.engine import INPUTS, Engine, LiteRTEngine
from recognizer.serving.manifests import MANIFEST, NORMALISATIONS
from training.export.browser_files import facts, write_browser_files
from training.export.keras_engine import KerasEngine
from training.network.backend import tf
from training.network.readers import Calibration, Readers, join

# Two runtimes of one network differ by rounding; by more than this, something is lost.
MAX_DIFFERENCE = 0.01


class ExportFailed(Exception):
    """The network could not be written so that it can be served."""


def export(
    readers: Readers,
    folder: Path,
    *,
    calibration: Calibration,
    thresholds: Mapping[str, float],
    glyphs: Glyphs,
) -> dict[str, Any]:
    """Writes `model.keras`, `model.tflite` and `manifest.json` into a new `folder`, and
    beside them the files for browsers, unless those would answer otherwise.

    The readers give logits; the files give the probabilities that `calibration` makes of
    them. They are then read back by the engines that serve them and compared on `glyphs`, n
    real ones, n at least 1. Returns that comparison: `{"n", "largest_difference",
    "same_answers"}`, the last a share. Without a motion's reader the artifact is of
    format 1.

    All is written beside `folder` and renamed, so that it is whole or not there.
    Raises `ExportFailed` where `folder` exists, where a file lacks weights, and where
    two files disagree.
    """
    if folder.exists():
        raise ExportFailed(f"{folder} exists already.")
    aside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    aside.mkdir(parents=True)
    try:
        _write_networks(join(readers, calibration), aside)
        parity = files_compared(aside, glyphs)
        browser = write_browser_files(readers, calibration, aside, glyphs)
        files = {path.name: facts(path) for path in sorted(aside.iterdir())}
        manifest = {
            **_format(readers, calibration),
            "labels": LABELS,
            "temperature": calibration.picture,
            "thresholds": dict(thresholds),
            "files": files,
            "browser": browser,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        (aside / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return parity


def _format(readers: Readers, calibration: Calibration) -> dict[str, Any]:
    """The manifest's entries about what the network reads."""
    if readers.motion is None:
        return {"format": 1, "normalisation": NORMALISATIONS[1], "input": [SIZE, SIZE, 1]}
    ink = {"temperature": calibration.ink, "motion_weight": calibration.motion_weight}
    inputs = {name: list(shape) for name, shape in INPUTS.items()}
    return {"format": 2, "normalisation": NORMALISATIONS[2], "input": inputs, "ink": ink}


def _write_networks(network: Any, folder: Path) -> None:
    network.save(folder / KerasEngine.file_name)
    content = _converted(network)
    # The converter can leave the weights out without an error.
    least = 4 * sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    if len(content) < 0.9 * least:
        raise ExportFailed(
            f"The LiteRT file has {len(content)} bytes, its weights alone should have {least}."
        )
    (folder / LiteRTEngine.file_name).write_bytes(content)


def _converted(network: Any) -> bytes:
    """The network as a LiteRT file: float32, batches of any size."""
    with tempfile.TemporaryDirectory() as saved:
        network.export(saved, verbose=False)
        return bytes(tf.lite.TFLiteConverter.from_saved_model(saved).convert())


def files_compared(folder: Path, glyphs: Glyphs) -> dict[str, Any]:
    """The answers of an artifact's two networks on n glyphs: `{"n", "largest_difference",
    "same_answers"}`. Raises `ExportFailed` where they differ by more than rounding.
    """
    engines: list[type[Engine]] = [KerasEngine, LiteRTEngine]
    ours, theirs = (
        engine((folder / engine.file_name).read_bytes()).predict(glyphs).probabilities
        for engine in engines
    )
    difference = float(np.abs(ours - theirs).max())
    if not difference <= MAX_DIFFERENCE:
        raise ExportFailed(f"Keras and LiteRT differ by {difference:.3g} on the same glyphs.")
    same = ours.argmax(axis=1) == theirs.argmax(axis=1)
    return {
        "n": len(glyphs),
        "largest_difference": difference,
        "same_answers": float(same.mean()),
    }
