"""The picture's reader: 184,171 weights, ten million multiply-adds a picture, 0.7 MB as float32.

Plain convolutions only: on a CPU a depthwise one trains slower than the plain
one it replaces. The first layer halves the picture at once, where most of the
work would otherwise be, and relu keeps to what every runtime knows.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recognizer.exceptions import BadArtifact
from recognizer.labels import CLASSES
from recognizer.preprocessing.glyph import SIZE
from training.lazy_glyphs import AnyGlyphs, reading_order
from training.network.backend import keras, tf
from training.network.senses import PICTURE, Sense

# n glyphs -> (n, 11), what a reader gives for them.
Predictor: TypeAlias = Callable[[AnyGlyphs], NDArray[np.float32]]

# The layer that gives the logits, by which it is found in an exported network.
LOGITS = "logits"


def build(seed: int) -> Any:
    """An untrained network: (n, 28, 28, 1) float32 in [0, 1] -> (n, 11) logits."""
    seeds = itertools.count(seed * 100)  # one for each layer
    inputs = keras.Input((SIZE, SIZE, 1), name="pixels")
    x = _convolution(inputs, 32, seeds, kernel=5, strides=2)  # 14x14
    x = _convolution(x, 32, seeds)
    x = _convolution(x, 32, seeds)
    x = _convolution(x, 64, seeds, strides=2)  # 7x7
    x = _convolution(x, 64, seeds)
    x = _convolution(x, 64, seeds)
    x = _convolution(x, 64, seeds)
    x = keras.layers.Flatten()(x)
    outputs = keras.layers.Dense(CLASSES, kernel_initializer=_he(seeds), name=LOGITS)(x)
    return keras.Model(inputs, outputs, name="digits")


def _convolution(
    x: Any, filters: int, seeds: Iterator[int], *, kernel: int = 3, strides: int = 1
) -> Any:
    """Convolution, batch normalisation, relu. The normalisation makes a bias superfluous."""
    x = keras.layers.Conv2D(
        filters,
        kernel,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer=_he(seeds),
    )(x)
    # Averages over some twenty batches, so that a short fine-tuning moves them too.
    x = keras.layers.BatchNormalization(momentum=0.95)(x)
    return keras.layers.ReLU()(x)


def _he(seeds: Iterator[int]) -> Any:
    """He, Zhang, Ren and Sun (2015), "Delving Deep into Rectifiers"."""
    return keras.initializers.HeNormal(seed=next(seeds))


def load_exported(content: bytes) -> Any:
    """The bytes of a `.keras` file -> the model in it; no code in the file is run.

    Raises `BadArtifact` where Keras cannot read them.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(content)
        try:
            return keras.saving.load_model(path, compile=False, safe_mode=True)
        except Exception as error:  # Keras raises whatever the damaged part leads to.
            raise BadArtifact(f"Keras cannot read the network: {error}") from error


def predictor(model: Any, sense: Sense = PICTURE, *, batch: int = 1000) -> Predictor:
    """A function of glyphs, compiled once: n glyphs -> the (n, 11) float32 of a reader.

    However many glyphs there are, `batch` of them go through the network at a time.
    """
    signature = [tf.TensorSpec((None, *sense.shape), tf.float32)]
    forward = tf.function(lambda inputs: model(inputs, training=False), input_signature=signature)

    def predict(glyphs: AnyGlyphs) -> NDArray[np.float32]:
        logits = np.empty((len(glyphs), CLASSES), np.float32)
        for rows in reading_order(glyphs, batch):
            logits[rows] = forward(sense.plain(sense.of(glyphs[rows]))).numpy()
        return logits

    return predict


def predict_logits(model: Any, glyphs: AnyGlyphs, sense: Sense = PICTURE) -> NDArray[np.float32]:
    """The logits, (n, 11), that a reader gives to n glyphs."""
    return predictor(model, sense)(glyphs)
