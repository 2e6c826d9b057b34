"""Serving a `.keras` file itself, for who wants no second runtime beside TensorFlow."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from recognizer.exceptions import BadArtifact
from recognizer.glyph import SIZE, Pixels
from training.examples import CLASSES
from training.keras_setup import tf
from training.network import load_exported


class KerasEngine:
    """A `.keras` file through one compiled call, safe to call from several threads.

    `keras.Model.predict` sets up a data pipeline at every call; a function with
    one signature is traced once, here. Raises `BadArtifact` where the file
    cannot be read or is of another make.
    """

    file_name = "model.keras"

    def __init__(self, content: bytes) -> None:
        model = load_exported(content)
        if (model.input_shape, model.output_shape) != ((None, SIZE, SIZE, 1), (None, CLASSES)):
            raise BadArtifact(f"The network reads {model.input_shape} as {model.output_shape}.")

        def forward(pixels: object) -> object:
            images = tf.cast(pixels, tf.float32)[..., None] / 255.0
            return model(images, training=False)

        signature = [tf.TensorSpec((None, SIZE, SIZE), tf.uint8)]
        compiled = tf.function(forward, input_signature=signature)
        # The function knows the model's variables only by weak references.
        self._model, self._forward = model, compiled.get_concrete_function()

    def read(self, pixels: Pixels) -> NDArray[np.float32]:
        """(n, 28, 28) uint8 -> (n, 11) probabilities, each row summing to 1."""
        return cast(NDArray[np.float32], self._forward(tf.constant(pixels)).numpy())
