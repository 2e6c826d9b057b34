"""The trial of an artifact from elsewhere: every runtime answers, and it trains one step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognizer.exceptions import BadArtifact
from recognizer.labels import CLASSES
from recognizer.preprocessing.glyph import MAPS, Glyphs
from recognizer.serving import artifacts, browser_files
from recognizer.serving.engine import Engine, LiteRTEngine
from training.export import browser_files as exported
from training.export.artifact import MAX_DIFFERENCE
from training.export.browser_reference import BrowserEngine
from training.export.keras_engine import KerasEngine
from training.network.backend import keras, tf
from training.network.readers import load_readers
from training.network.senses import MOTION, PICTURE

GLYPHS = 32


def try_artifact(folder: Path) -> None:
    """Raises `BadArtifact`, or whatever a runtime raises, unless an artifact can be used.

    Its files must give the same probabilities for the same glyphs, and one step of
    gradient descent on the network that training would begin with must change it.
    """
    manifest = artifacts.read_manifest(folder)
    contents = {name: artifacts.read(folder, name, manifest) for name in manifest["files"]}
    glyphs = _glyphs()
    expected = _answer(LiteRTEngine(contents[LiteRTEngine.file_name]), glyphs)
    network = KerasEngine(contents[KerasEngine.file_name])
    _check_alike("Keras", _answer(network, glyphs), expected, MAX_DIFFERENCE)
    if files := {
        name.removesuffix(browser_files.SUFFIX): browser_files.expanded(contents[name])
        for name in browser_files.STORED.values()
        if name in contents
    }:
        answers = BrowserEngine(files).predict(glyphs).probabilities
        _check_alike("a browser", answers, expected, exported.MAX_DIFFERENCE)
    _train(contents[KerasEngine.file_name], glyphs)


def _glyphs() -> Glyphs:
    """32 glyphs, always the same: crossing bars, as smooth as ink, and half of them the way
    that a pen would have written something."""
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[0:28, 0:28]
    slopes = random.uniform(-1, 1, (GLYPHS, 2, 1, 1))
    distance = np.abs(rows - 14 - slopes[:, 0] * (columns - 14)) * np.abs(
        columns - 14 - slopes[:, 1] * (rows - 14)
    )
    pixels = np.where(distance < 12, 255 - 20 * distance, 0).clip(0, 255).astype(np.uint8)
    has_ink = np.arange(GLYPHS) % 2 == 1
    motion = random.integers(0, 90, (GLYPHS, *MAPS)) * has_ink[:, None, None, None]
    return Glyphs(pixels, motion.astype(np.uint8), has_ink)


def _answer(engine: Engine, glyphs: Glyphs) -> NDArray[np.float32]:
    answer = engine.predict(glyphs).probabilities
    if answer.shape != (GLYPHS, CLASSES) or not np.isfinite(answer).all():
        raise BadArtifact(f"{engine.file_name} does not answer with {CLASSES} numbers a glyph.")
    if answer.min() < 0 or np.abs(answer.sum(axis=1) - 1).max() > 1e-3:
        raise BadArtifact(f"{engine.file_name} does not answer with probabilities.")
    return answer


def _check_alike(
    name: str, ours: NDArray[np.float32], expected: NDArray[np.float32], most: float
) -> None:
    difference = float(np.abs(ours - expected).max())
    if not difference <= most:
        raise BadArtifact(f"The site and {name} would answer otherwise by up to {difference:.3g}.")


def _train(content: bytes, glyphs: Glyphs) -> None:
    """One step for each reader, on made-up labels. Raises `BadArtifact` where nothing changes,
    or not finitely."""
    readers = load_readers(content)
    _train_one(readers.picture, PICTURE.plain(PICTURE.of(glyphs)))
    if readers.motion is not None:
        _train_one(readers.motion, MOTION.plain(MOTION.of(glyphs)))


def _train_one(network: Any, inputs: NDArray[np.float32]) -> None:
    before = [weight.numpy() for weight in network.trainable_variables]
    labels = np.arange(GLYPHS) % CLASSES
    with tf.GradientTape() as tape:
        logits = network(inputs, training=True)
        losses = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
        loss = tf.reduce_mean(losses)
    gradients = tape.gradient(loss, network.trainable_variables)
    if not before or any(gradient is None for gradient in gradients):
        raise BadArtifact("The network has nothing to train.")
    if not all(np.isfinite(values).all() for values in [loss.numpy(), *map(np.asarray, gradients)]):
        raise BadArtifact("The network cannot be trained: its loss is no number.")
    keras.optimizers.SGD(0.01).apply_gradients(
        zip(gradients, network.trainable_variables, strict=True)
    )
    after = [weight.numpy() for weight in network.trainable_variables]
    if all(np.array_equal(one, other) for one, other in zip(before, after, strict=True)):
        raise BadArtifact("A step of training leaves the network as it is.")
