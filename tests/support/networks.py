"""Artifacts of both formats that read as the shipped network does, whichever that is.

They are exported in a process of their own, so that the tests' has no TensorFlow:
`python -m tests.support.networks FOLDER` writes the folders `1` and `2` within.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import numpy as np

from tests import ROOT

if TYPE_CHECKING:
    from recognizer.preprocessing.glyph import Glyphs

FORMATS = (1, 2)
# The names that files for browsers had before networks of format 2.
OLD_NAMES = {"network.json.br": "model.json.br", "network.bin.br": "weights.bin.br"}


def write_both(folder: Path) -> Path:
    """Writes an artifact of each format into `folder`, named by its number."""
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(folder)],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder


def export_both(folder: Path) -> None:
    """The same in this process. Where the shipped network has no reader of motion, one that
    has learned nothing is joined to it, so quietly that the picture's decides."""
    from recognizer.preprocessing.glyph import Glyphs
    from recognizer.services.versions import SHIPPED
    from recognizer.serving import artifacts
    from recognizer.serving.decision import Thresholds
    from training.export.artifact import export
    from training.network import motion_model
    from training.network.readers import Calibration, Readers, load_readers
    from training.synthesis import digit_variants

    manifest = artifacts.read_manifest(SHIPPED)
    shipped = load_readers(artifacts.read(SHIPPED, "model.keras", manifest))
    calibration = Calibration.of(manifest)
    motion = shipped.motion
    if motion is None:
        motion = motion_model.build(0)
        calibration = Calibration(calibration.picture, calibration.picture, 1e-3)
    ink = digit_variants.generate(64, np.random.default_rng(0)).glyphs
    both = Glyphs.joined([ink[:32], ink[32:].pictures()])
    for number in FORMATS:
        export(
            Readers(shipped.picture, motion if number > 1 else None),
            folder / str(number),
            calibration=calibration,
            thresholds=asdict(Thresholds.of(manifest)),
            glyphs=both,
        )
        told = {name: manifest[name] for name in ("metrics", "lineage")}
        artifacts.complete(folder / str(number), **told)


def as_before(folder: Path) -> Path:
    """Gives an artifact's files for browsers the names that they had before format 2."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    for new, old in OLD_NAMES.items():
        (folder / new).rename(folder / old)
        manifest["files"][old] = manifest["files"].pop(new)
    path.write_text(json.dumps(manifest))
    return folder


@cache
def mixed_glyphs() -> Glyphs:
    """Fifty glyphs: ink and, in between, pictures."""
    from recognizer.preprocessing.glyph import Glyphs
    from training.synthesis import digit_variants

    ink = digit_variants.generate(50, np.random.default_rng(0)).glyphs
    parts = [ink[at : at + 1] for at in range(50)]
    return Glyphs.joined([one.pictures() if at % 3 == 0 else one for at, one in enumerate(parts)])


def untrained(seed: int = 4, *, motion: bool = True) -> Any:
    """Readers whose batch normalisations are not at rest."""
    from training.network import motion_model
    from training.network.backend import keras
    from training.network.model import build
    from training.network.readers import Readers

    both = Readers(build(seed), motion_model.build(seed) if motion else None)
    rng = np.random.default_rng(seed)
    for layer in [*both.picture.layers, *(both.motion.layers if motion else ())]:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, each.shape) for each in layer.get_weights()])
    return both


def small(seed: int) -> Any:
    """A reader of pictures with one convolution in the place of seven, for trainings of which
    nobody asks how well they read: tracing and exporting it take a third."""
    from training.network.backend import keras

    keras.utils.set_random_seed(seed)
    inputs = keras.Input((28, 28, 1), name="pixels")
    x = keras.layers.Conv2D(64, 5, strides=4, padding="same", use_bias=False)(inputs)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    outputs = keras.layers.Dense(11, name="logits")(keras.layers.Flatten()(x))
    return keras.Model(inputs, outputs, name="digits")


if __name__ == "__main__":
    django.setup()
    export_both(Path(sys.argv[1]))
