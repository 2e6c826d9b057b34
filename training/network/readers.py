"""A network's two readers, apart for training and joined for serving.

Their logits are added where there is ink; pictures are read by the picture's reader alone.
A network of format 1 has that one only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recognizer.exceptions import BadArtifact
from recognizer.labels import CLASSES
from recognizer.preprocessing.glyph import MAPS, SIZE
from training.network import motion_model
from training.network.backend import keras
from training.network.model import LOGITS, load_exported

MOTION_LOGITS = motion_model.LOGITS
PIXELS, MOTION, HAS_INK = "pixels", "motion", "has_ink"


@dataclass(frozen=True, slots=True)
class Readers:
    """Keras models up to the logits: of (n, 28, 28, 1), and of (n, 8, 8, 10) or None."""

    picture: Any
    motion: Any | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How logits become probabilities.

    Pictures: softmax(picture / `picture`). Ink: softmax((picture + `motion_weight` * motion)
    / `ink`). Both temperatures are above 0.
    """

    picture: float
    ink: float = 1.0
    motion_weight: float = 1.0

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Calibration:
        """That of an artifact of either format."""
        ink = manifest.get("ink", {"temperature": 1.0, "motion_weight": 1.0})
        return cls(manifest["temperature"], ink["temperature"], ink["motion_weight"])


def load_readers(content: bytes) -> Readers:
    """The bytes of an exported `model.keras` of either format -> its readers, to train on.

    Raises `BadArtifact` where Keras cannot read them or the network has no logits.
    """
    exported = load_exported(content)
    inputs = {tensor.name: tensor for tensor in exported.inputs}
    try:
        if len(inputs) == 1:
            return Readers(_part(exported.inputs[0], exported.get_layer(LOGITS).output, PIXELS))
        return Readers(
            _part(inputs[PIXELS], exported.get_layer(LOGITS).output, PIXELS),
            _part(inputs[MOTION], exported.get_layer(MOTION_LOGITS).output, MOTION),
        )
    except (ValueError, AttributeError, KeyError) as error:
        raise BadArtifact(f"The network lacks a reader: {error}") from error


def _part(start: Any, end: Any, name: str) -> Any:
    """The network from an input to its logits, whose input has this name."""
    part = keras.Model(start, end)
    renamed = keras.models.clone_model(part, input_tensors=keras.Input(start.shape[1:], name=name))
    renamed.set_weights(part.get_weights())
    return renamed


def join(readers: Readers, calibration: Calibration) -> Any:
    """The network that is exported, made of Keras' own layers only.

    With both readers it takes and gives what `serving.engine` names `INPUTS` and `OUTPUTS`;
    without the motion's, (n, 28, 28, 1) -> (n, 11) probabilities.
    """
    layers = keras.layers
    picture = readers.picture.output
    if readers.motion is None:
        cooled = layers.Rescaling(1 / calibration.picture, name="temperature")(picture)
        probabilities = layers.Softmax(name="probabilities")(cooled)
        return keras.Model(readers.picture.inputs, probabilities, name="digits")
    has_ink = keras.Input((1,), name=HAS_INK)
    # 1 over the temperature, which is another one where there is ink.
    share = layers.Rescaling(
        1 / calibration.ink - 1 / calibration.picture, 1 / calibration.picture, name="temperature"
    )(has_ink)
    motion = layers.Multiply(name="motion_where_ink")([readers.motion.output, has_ink])
    weighed = layers.Rescaling(calibration.motion_weight / calibration.ink, name="motion_weight")(
        motion
    )
    total = layers.Add(name="sum")([layers.Multiply(name="cooled")([picture, share]), weighed])
    features = [readers.picture.layers[-1].input, readers.motion.layers[-1].input]
    outputs = {
        "probabilities": layers.Softmax(name="probabilities")(total),
        "picture_logits": picture,
        "motion_logits": motion,
        "features": layers.Concatenate(name="features")(features),
    }
    inputs = {PIXELS: readers.picture.input, MOTION: readers.motion.input, HAS_INK: has_ink}
    return keras.Model(inputs, outputs, name="digits")


def check_shapes(model: Any) -> None:
    """Raises `BadArtifact` unless a joined network takes and gives what engines expect."""
    inputs = {tensor.name: tuple(tensor.shape[1:]) for tensor in model.inputs}
    expected = {PIXELS: (SIZE, SIZE, 1), MOTION: MAPS, HAS_INK: (1,)}
    outputs = model.output if isinstance(model.output, dict) else {"probabilities": model.output}
    answers = {name: tuple(tensor.shape) for name, tensor in outputs.items()}
    logits = dict.fromkeys(("picture_logits", "motion_logits"), (None, CLASSES))
    if [*inputs.values()] == [(SIZE, SIZE, 1)]:
        expected, logits = inputs, {}
    if inputs != expected or not {"probabilities": (None, CLASSES), **logits}.items() <= (
        answers.items()
    ):
        raise BadArtifact(f"The network reads {inputs} as {answers}.")
