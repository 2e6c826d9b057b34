"""Engines: a network's file in memory -> probabilities.

The web process runs the LiteRT form of the live model: half a millisecond a
prediction and 50 MB resident, where Keras' `predict` takes 160 ms and 650 MB.
Nothing here knows Django: training compares networks by the same engines.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from recognizer.exceptions import BadArtifact
from recognizer.labels import CLASSES
from recognizer.preprocessing.glyph import MAPS, SIZE, Glyphs, Maps, Pixels
from recognizer.preprocessing.motion import LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

# A glyph takes as long alone as in company, but each one of a batch has its own
# intermediate results in memory, and the next request must wait for them all.
MAX_BATCH = 32


@dataclass(frozen=True, slots=True, eq=False)
class Outputs:
    """What a network gives for n glyphs.

    `probabilities` is (n, 11), each row summing to 1, the readers' opinions together. The
    others are None of a network of format 1: `picture_logits` and `motion_logits`, (n, 11),
    each reader's own, the second 0 where there is no ink; `features`, (n, k), both readers'
    last activations.
    """

    probabilities: NDArray[np.float32]
    picture_logits: NDArray[np.float32] | None = None
    motion_logits: NDArray[np.float32] | None = None
    features: NDArray[np.float32] | None = None

    def __getitem__(self, rows: slice | Sequence[int]) -> Outputs:
        """Those for some of the glyphs."""
        each = ((name, getattr(self, name)) for name in OUTPUTS)
        chosen: dict[str, Any] = {name: one if one is None else one[rows] for name, one in each}
        return Outputs(**chosen)


OUTPUTS = tuple(field.name for field in fields(Outputs))
# The inputs of a network of format 2, and the shape of one example of each.
INPUTS = {"pixels": (SIZE, SIZE, 1), "motion": MAPS, "has_ink": (1,)}


class Engine(Protocol):
    """A network in memory, made from the content of the artifact's file `file_name`.

    It may be called from several threads. Making one raises `BadArtifact` where
    the content is no network.
    """

    file_name: str

    def __init__(self, content: bytes) -> None: ...

    def predict(self, glyphs: Glyphs) -> Outputs:
        """The outputs for n glyphs, n at least 1."""
        ...


class LiteRTEngine:
    """A `.tflite` file run by LiteRT on one thread; calls from several take turns.

    Networks of both formats: of pictures alone, and of pictures and motion. Raises
    `BadArtifact` where LiteRT cannot read the content.
    """

    file_name = "model.tflite"

    def __init__(self, content: bytes) -> None:
        # Imported here: commands and the worker never read a drawing.
        from ai_edge_litert.interpreter import Interpreter

        try:
            self._interpreter = Interpreter(model_content=content, num_threads=1)
            self._inputs, self._outputs = _tensors(self._interpreter)
        except (ValueError, RuntimeError, IndexError, KeyError) as error:
            raise BadArtifact(f"LiteRT cannot read the network: {error}") from error
        self._batch = 0
        # The interpreter owns its tensors: one prediction at a time.
        self._lock = threading.Lock()

    def predict(self, glyphs: Glyphs) -> Outputs:
        """The outputs for n glyphs, n at least 1."""
        if len(glyphs) <= MAX_BATCH:
            return Outputs(**self._predict(glyphs))
        starts = range(0, len(glyphs), MAX_BATCH)
        parts = [self._predict(glyphs[at : at + MAX_BATCH]) for at in starts]
        return Outputs(
            **{name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        )

    def _predict(self, glyphs: Glyphs) -> dict[str, NDArray[np.float32]]:
        images = network_inputs(glyphs)
        with self._lock:
            if len(glyphs) != self._batch:
                for name, index in self._inputs.items():
                    self._interpreter.resize_tensor_input(index, images[name].shape)
                self._interpreter.allocate_tensors()
                self._batch = len(glyphs)
            for name, index in self._inputs.items():
                self._interpreter.set_tensor(index, images[name])
            self._interpreter.invoke()
            return {
                name: self._interpreter.get_tensor(index) for name, index in self._outputs.items()
            }


def _tensors(interpreter: Any) -> tuple[dict[str, int], dict[str, int]]:
    """The inputs and outputs by name. A network of one input is of pictures alone."""
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    if len(inputs) == 1:
        return {"pixels": inputs[0]["index"]}, {"probabilities": outputs[0]["index"]}
    (signature,) = interpreter.get_signature_list()
    runner = interpreter.get_signature_runner(signature)
    given, answered = runner.get_input_details(), runner.get_output_details()
    return (
        {name: given[name]["index"] for name in INPUTS},
        {name: answered[name]["index"] for name in OUTPUTS},
    )


def network_inputs(glyphs: Glyphs) -> dict[str, NDArray[np.float32]]:
    """Glyphs as a network of format 2 takes them, by the names in `INPUTS`, all float32."""
    return {
        "pixels": network_input(glyphs.pixels),
        "motion": motion_input(glyphs.motion),
        "has_ink": glyphs.has_ink[:, None].astype(np.float32),
    }


def motion_input(motion: Maps) -> NDArray[np.float32]:
    """Maps, (n, 8, 8, 10) uint8 -> float32, 1 being as much ink as `motion.LENGTH` pixels."""
    return motion.astype(np.float32) / np.float32(LEVELS)


def network_input(pixels: Pixels) -> NDArray[np.float32]:
    """Glyphs, (n, 28, 28) uint8 -> a batch, (n, 28, 28, 1) float32 in [0, 1], 1 being ink."""
    return pixels[..., None].astype(np.float32) / np.float32(255)


def warm(engine: Engine) -> None:
    """Predicts once, so that no visitor pays for what an engine sets up at its first call.

    Raises `BadArtifact` where the prediction is not eleven finite numbers.
    """
    blank = Glyphs.of_pictures(np.zeros((1, SIZE, SIZE), dtype=np.uint8))
    answer = engine.predict(blank).probabilities
    if answer.shape != (1, CLASSES) or not np.isfinite(answer).all():
        raise BadArtifact(f"The network answers {answer.shape}, not (1, {CLASSES}).")
