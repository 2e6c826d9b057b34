"""An engine that serves a `.keras` file itself, for sites that want no runtime but TensorFlow."""

from __future__ import annotations

from typing import Any

from recognizer.preprocessing.glyph import Glyphs
from recognizer.serving.engine import OUTPUTS, Outputs, network_inputs
from training.network.backend import tf
from training.network.model import load_exported
from training.network.readers import PIXELS, check_shapes


class KerasEngine:
    """A `.keras` file through one compiled call, safe to call from several threads.

    `keras.Model.predict` sets up a data pipeline at every call; a function with
    one signature is traced once, here. Raises `BadArtifact` where the file
    cannot be read or its input and output are of other shapes.
    """

    file_name = "model.keras"

    def __init__(self, content: bytes) -> None:
        model = load_exported(content)
        check_shapes(model)
        names = [tensor.name for tensor in model.inputs]
        self._names = [PIXELS] if len(names) == 1 else names
        signature = [
            tf.TensorSpec((None, *tensor.shape[1:]), tf.float32) for tensor in model.inputs
        ]
        compiled = tf.function(
            lambda *inputs: model(_as_taken(model, inputs), training=False),
            input_signature=signature,
        )
        # The function knows the model's variables only by weak references.
        self._model, self._forward = model, compiled.get_concrete_function()

    def predict(self, glyphs: Glyphs) -> Outputs:
        """The outputs for n glyphs, n at least 1."""
        given = network_inputs(glyphs)
        outputs = self._forward(*(tf.constant(given[name]) for name in self._names))
        if not isinstance(outputs, dict):
            return Outputs(outputs.numpy())
        return Outputs(**{name: outputs[name].numpy() for name in OUTPUTS})


def _as_taken(model: Any, inputs: tuple[Any, ...]) -> Any:
    if len(inputs) == 1:
        return inputs[0]
    return dict(zip([tensor.name for tensor in model.inputs], inputs, strict=True))
