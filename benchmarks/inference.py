"""How long it takes from pen strokes to an answer, on one thread, by each way to run the network.

    .venv/bin/python -m benchmarks.inference [--model FOLDER] [--drawings 1000]

Drawings (UCI pen digits) are normalised and read one by one by LiteRT, ONNX
Runtime, a compiled call of Keras and Keras' `predict`, in turn. Before that all
four must give the same answers.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks import data, results
from recognizer import ink
from recognizer.glyph import SIZE, Pixels
from recognizer.inference import LiteRTEngine
from recognizer.versions import SHIPPED

if TYPE_CHECKING:
    from recognizer.handwriting import Handwriting

# By TensorFlow itself read when it starts.
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
# Two runtimes of one network differ by rounding.
LARGEST_DIFFERENCE = 1e-3
# Each way reads so many in a row before the next one's turn comes.
TURN = 50


class Way(Protocol):
    def read(self, pixels: Pixels) -> NDArray[np.float32]:
        """(n, 28, 28) uint8 -> (n, 11) probabilities."""


class OnnxRuntime:
    """The network written as ONNX, on one thread."""

    def __init__(self, model: Any) -> None:
        import onnxruntime  # type: ignore[import-untyped]

        from benchmarks.onnx_network import INPUT, to_onnx

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(to_onnx(model), options)
        self._input = INPUT

    def read(self, pixels: Pixels) -> NDArray[np.float32]:
        images = pixels.reshape(-1, 1, SIZE, SIZE).astype(np.float32) / np.float32(255)
        return np.asarray(self._session.run(None, {self._input: images})[0])


class Predict:
    """Keras as most tutorials call it."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def read(self, pixels: Pixels) -> NDArray[np.float32]:
        images = pixels[..., None].astype(np.float32) / np.float32(255)
        return np.asarray(self._model.predict(images, verbose=0))


def ways(folder: Path) -> dict[str, Way]:
    """All four, of one artifact; the site itself serves by the first or the third."""
    from training.engine import KerasEngine
    from training.network import load_exported

    content = (folder / KerasEngine.file_name).read_bytes()
    return {
        "LiteRT": LiteRTEngine((folder / LiteRTEngine.file_name).read_bytes()),
        "ONNX Runtime": OnnxRuntime(load_exported(content)),
        "Keras, compiled call": KerasEngine(content),
        "Keras, predict()": Predict(load_exported(content)),
    }


def largest_difference(every: dict[str, Way], pixels: Pixels) -> float:
    """Between any two ways' probabilities; ends with a sentence where they do not agree."""
    answers = np.stack([way.read(pixels) for way in every.values()])
    difference = float(np.ptp(answers, axis=0).max())
    if not difference <= LARGEST_DIFFERENCE:
        raise SystemExit(f"The ways differ by {difference:.3g} on the same drawings.")
    return difference


def timed(way: Way, record: Handwriting) -> tuple[float, float]:
    """Milliseconds to normalise a drawing and to read it."""
    started = time.perf_counter()
    pixels = ink.normalise(record.strokes).pixels
    normalised = time.perf_counter()
    way.read(pixels[None])
    return (normalised - started) * 1000, (time.perf_counter() - normalised) * 1000


def measured(every: dict[str, Way], records: list[Handwriting]) -> dict[str, NDArray[np.float64]]:
    """By way: (n, 2) milliseconds. They take turns, so that what else is running hits all."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in every}
    for way in every.values():
        for record in records[:TURN]:
            timed(way, record)  # whatever is set up at first use is set up now
    for start in tqdm(range(0, len(records), TURN), desc="reading", unit=" turns"):
        for name, way in every.items():
            times[name] += [timed(way, record) for record in records[start : start + TURN]]
    return {name: np.array(pairs) for name, pairs in times.items()}


def table(times: dict[str, NDArray[np.float64]]) -> str:
    columns = ["by", "both, p50 ms", "p99", "normalise, p50 ms", "p99", "infer, p50 ms", "p99"]
    rows = []
    for name, pairs in times.items():
        stages = [pairs.sum(axis=1), pairs[:, 0], pairs[:, 1]]
        cells = [f"{value:.2f}" for stage in stages for value in np.percentile(stage, [50, 99])]
        rows.append([name, *cells])
    return results.table(columns, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument(
        "--model", type=Path, default=SHIPPED, help="an artifact's folder (default: the shipped)"
    )
    parser.add_argument("--drawings", type=int, default=1000, help="default: 1000")
    options = parser.parse_args()
    if not (options.model / LiteRTEngine.file_name).is_file():
        raise SystemExit(f"There is no artifact in {options.model}: name a folder that holds one.")
    os.environ.update(ONE_THREAD)
    drawings = data.pen_digits(options.drawings)
    every = ways(options.model)
    difference = largest_difference(every, drawings.examples.pixels)
    points = np.mean([sum(map(len, record.strokes)) for record in drawings.records])
    text = [
        table(measured(every, drawings.records)),
        f"{len(drawings)} drawings of {points:.0f} points on average, one by one, on one thread; "
        f"the ways take turns. Their probabilities differ by {difference:.1g} at most.",
    ]
    results.write("inference", "\n\n".join(text))


if __name__ == "__main__":
    main()
