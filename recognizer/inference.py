"""Engines: a network's file in memory -> probabilities.

The web process runs the LiteRT form of the live model: half a millisecond an
answer and 50 MB resident, where Keras' `predict` takes 160 ms and 650 MB.
"""

from __future__ import annotations

import threading
from typing import Protocol, cast

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string
from numpy.typing import NDArray

from recognizer.exceptions import BadArtifact
from recognizer.glyph import SIZE, Pixels

CLASSES = 11  # ten digits and "not a digit"
# A glyph takes as long alone as in company, but each one of a batch has its own
# intermediate results in memory, and whoever reads next must wait for them all.
MOST_AT_ONCE = 32


class Engine(Protocol):
    """What the registry needs of an engine."""

    file_name: str

    def __init__(self, content: bytes) -> None: ...

    def read(self, pixels: Pixels) -> NDArray[np.float32]:
        """(n, 28, 28) uint8 -> (n, 11) probabilities, each row summing to 1."""
        ...


def engine_class() -> type[Engine]:
    """The engine named by `INFERENCE_ENGINE`."""
    return cast(type[Engine], import_string(settings.INFERENCE_ENGINES[settings.INFERENCE_ENGINE]))


class LiteRTEngine:
    """A `.tflite` file through LiteRT on one thread, safe to call from several."""

    file_name = "model.tflite"

    def __init__(self, content: bytes) -> None:
        # Imported here: commands and the worker never read a drawing.
        from ai_edge_litert.interpreter import Interpreter

        try:
            self._interpreter = Interpreter(model_content=content, num_threads=1)
            self._input = self._interpreter.get_input_details()[0]["index"]
            self._output = self._interpreter.get_output_details()[0]["index"]
        except (ValueError, RuntimeError, IndexError) as error:
            raise BadArtifact(f"LiteRT cannot read the network: {error}") from error
        self._batch = 0
        # The interpreter owns its tensors: one reading at a time.
        self._lock = threading.Lock()

    def read(self, pixels: Pixels) -> NDArray[np.float32]:
        images = pixels.reshape(-1, SIZE, SIZE, 1).astype(np.float32) / np.float32(255)
        if len(images) <= MOST_AT_ONCE:
            return self._read(images)
        starts = range(0, len(images), MOST_AT_ONCE)
        return np.concatenate([self._read(images[at : at + MOST_AT_ONCE]) for at in starts])

    def _read(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        with self._lock:
            if len(images) != self._batch:
                self._interpreter.resize_tensor_input(self._input, images.shape)
                self._interpreter.allocate_tensors()
                self._batch = len(images)
            self._interpreter.set_tensor(self._input, images)
            self._interpreter.invoke()
            return cast(NDArray[np.float32], self._interpreter.get_tensor(self._output))


def warm(engine: Engine) -> None:
    """Answers once and checks the answer's shape, so that the first visitor pays for nothing."""
    answer = engine.read(np.zeros((1, SIZE, SIZE), dtype=np.uint8))
    if answer.shape != (1, CLASSES) or not np.isfinite(answer).all():
        raise BadArtifact(f"The network answers {answer.shape}, not (1, {CLASSES}).")
