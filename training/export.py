"""A trained network -> an artifact folder, checked before it gets its name."""

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

from recognizer.artifacts import FORMAT, MANIFEST
from recognizer.glyph import NORMALISATION, SIZE, Pixels
from recognizer.inference import Engine, LiteRTEngine
from training.browser_files import facts, write_browser_files
from training.engine import KerasEngine
from training.keras_setup import keras, tf

LABELS = [*map(str, range(10)), "not_a_digit"]
# Two runtimes of one network differ by rounding; by more than this, something is lost.
LARGEST_DIFFERENCE = 0.01


class ExportFailed(Exception):
    """The network could not be written so that it can be served."""


def export(
    model: Any,
    folder: Path,
    *,
    temperature: float,
    thresholds: Mapping[str, float],
    extra_manifest: Mapping[str, Any],
    glyphs: Pixels,
) -> dict[str, Any]:
    """Writes `model.keras`, `model.tflite` and `manifest.json` into a new `folder`, and
    beside them the files for browsers, unless those would answer otherwise.

    `model` gives logits; both files give probabilities, the temperature being
    part of them. Both are then read back by the engines that serve them and
    compared on `glyphs`, (n, 28, 28) uint8 with n at least 1, real ones.
    Returns that comparison: `{"n", "largest_difference", "same_answers"}`, the
    last a share. `extra_manifest` adds to the manifest (metrics, lineage).

    All is written beside `folder` and renamed, so that it is whole or not there.
    Raises `ExportFailed` where a file lacks weights or the two disagree.
    """
    if folder.exists():
        raise ExportFailed(f"{folder} exists already.")
    aside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    aside.mkdir(parents=True)
    try:
        network = _with_probabilities(model, temperature)
        _write_networks(network, aside)
        parity = _compare(aside, glyphs)
        browser = write_browser_files(network, aside, glyphs)
        files = {path.name: facts(path) for path in sorted(aside.iterdir())}
        manifest = {
            "format": FORMAT,
            "normalisation": NORMALISATION,
            "labels": LABELS,
            "input": [SIZE, SIZE, 1],
            "temperature": temperature,
            "thresholds": dict(thresholds),
            "files": files,
            "browser": browser,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            **extra_manifest,
        }
        (aside / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return parity


def _with_probabilities(model: Any, temperature: float) -> Any:
    """The same layers with softmax(logits / temperature) on top, of Keras' own layers only."""
    cooled = keras.layers.Rescaling(1 / temperature, name="temperature")(model.output)
    probabilities = keras.layers.Softmax(name="probabilities")(cooled)
    return keras.Model(model.inputs, probabilities, name="digits")


def _write_networks(network: Any, folder: Path) -> None:
    network.save(folder / KerasEngine.file_name)
    content = _converted(network)
    # The converter can leave the weights out without a word.
    least = 4 * sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    if len(content) < 0.9 * least:
        raise ExportFailed(
            f"The LiteRT file has {len(content)} bytes, its weights alone should have {least}."
        )
    (folder / LiteRTEngine.file_name).write_bytes(content)


def _converted(network: Any) -> bytes:
    """The network for LiteRT: float32, batches of any size."""
    with tempfile.TemporaryDirectory() as saved:
        network.export(saved, verbose=False)
        return bytes(tf.lite.TFLiteConverter.from_saved_model(saved).convert())


def _compare(folder: Path, glyphs: Pixels) -> dict[str, Any]:
    engines: list[type[Engine]] = [KerasEngine, LiteRTEngine]
    ours, theirs = (
        engine((folder / engine.file_name).read_bytes()).read(glyphs) for engine in engines
    )
    difference = float(np.abs(ours - theirs).max())
    if not difference <= LARGEST_DIFFERENCE:
        raise ExportFailed(f"Keras and LiteRT differ by {difference:.3g} on the same glyphs.")
    same = ours.argmax(axis=1) == theirs.argmax(axis=1)
    return {
        "n": len(glyphs),
        "largest_difference": difference,
        "same_answers": float(same.mean()),
    }
