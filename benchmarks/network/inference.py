"""How long it takes from pen strokes to an answer, on one thread, by each way to run the network.

    .venv/bin/python -m benchmarks.network.inference [--model FOLDER] [--drawings 1000]

Drawings (UCI pen digits) are normalised and read one by one by LiteRT, ONNX
Runtime, a compiled call of Keras and Keras' `predict`, in turn. Before that all
four must give the same answers. Processor time is what counts, so that other work
on the machine does not.
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

from benchmarks.common import data, results
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyphs
from recognizer.services.versions import SHIPPED
from recognizer.serving import artifacts
from recognizer.serving.engine import LiteRTEngine, Outputs, network_inputs

if TYPE_CHECKING:
    from recognizer.ink_files import Handwriting
    from training.network.readers import Calibration, Readers

# What TensorFlow reads when it is imported.
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
# Two runtimes of one network differ by rounding.
MAX_DIFFERENCE = 1e-3
# Drawings that a runtime reads in a row before the next one's turn comes.
TURN = 50


class Runtime(Protocol):
    """One way to run the network."""

    def predict(self, glyphs: Glyphs) -> Outputs:
        """The outputs for n glyphs, of which the probabilities are looked at."""


class OnnxRuntime:
    """The network written as ONNX, on one thread."""

    def __init__(self, readers: Readers, calibration: Calibration) -> None:
        import onnxruntime  # type: ignore[import-untyped]

        from benchmarks.network.onnx_network import to_onnx

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(to_onnx(readers, calibration), options)
        self._names = [one.name for one in self._session.get_inputs()]

    def predict(self, glyphs: Glyphs) -> Outputs:
        given = network_inputs(glyphs)
        turned = {name: np.moveaxis(given[name], -1, 1) for name in self._names}  # channels first
        return Outputs(np.asarray(self._session.run(None, turned)[0]))


class KerasPredict:
    """The network through `keras.Model.predict`, as most tutorials call it."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def predict(self, glyphs: Glyphs) -> Outputs:
        given = network_inputs(glyphs)
        if len(self._model.inputs) == 1:
            return Outputs(np.asarray(self._model.predict(given["pixels"], verbose=0)))
        outputs = self._model.predict(given, verbose=0)
        return Outputs(np.asarray(outputs["probabilities"]))


def runtimes(folder: Path) -> dict[str, Runtime]:
    """Four runtimes of one artifact, by name; the site itself serves by the first or the third."""
    from training.export.keras_engine import KerasEngine
    from training.network.model import load_exported
    from training.network.readers import Calibration, load_readers

    content = (folder / KerasEngine.file_name).read_bytes()
    return {
        "LiteRT": LiteRTEngine((folder / LiteRTEngine.file_name).read_bytes()),
        "ONNX Runtime": OnnxRuntime(
            load_readers(content), Calibration.of(artifacts.read_manifest(folder))
        ),
        "Keras, compiled call": KerasEngine(content),
        "Keras, predict()": KerasPredict(load_exported(content)),
    }


def largest_difference(every: dict[str, Runtime], glyphs: Glyphs) -> float:
    """The largest difference of a probability between two runtimes.

    Ends the program with a sentence where they do not agree.
    """
    answers = np.stack([runtime.predict(glyphs).probabilities for runtime in every.values()])
    difference = float(np.ptp(answers, axis=0).max())
    if not difference <= MAX_DIFFERENCE:
        raise SystemExit(f"The runtimes differ by {difference:.3g} on the same drawings.")
    return difference


def timed(runtime: Runtime, record: Handwriting) -> tuple[float, float]:
    """Processor milliseconds to normalise a drawing, and to predict its digit."""
    started = time.process_time()
    glyphs = Glyphs.of([ink.normalise(record.strokes)])
    normalised = time.process_time()
    runtime.predict(glyphs)
    return (normalised - started) * 1000, (time.process_time() - normalised) * 1000


def measured(
    every: dict[str, Runtime], records: list[Handwriting]
) -> dict[str, NDArray[np.float64]]:
    """By runtime, (n, 2) processor milliseconds: normalising and predicting each drawing.

    The runtimes take turns, so that what else is running slows all of them.
    """
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in every}
    for runtime in every.values():
        for record in records[:TURN]:
            timed(runtime, record)  # whatever is set up at first use is set up now
    for start in tqdm(range(0, len(records), TURN), desc="reading", unit=" turns"):
        for name, runtime in every.items():
            times[name] += [timed(runtime, record) for record in records[start : start + TURN]]
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
    every = runtimes(options.model)
    difference = largest_difference(every, drawings.examples.glyphs)
    points = np.mean([sum(map(len, record.strokes)) for record in drawings.records])
    text = [
        table(measured(every, drawings.records)),
        f"{len(drawings)} drawings of {points:.0f} points on average, one by one, on one thread; "
        "milliseconds of the processor, which on a quiet machine are those of the clock; "
        f"the runtimes take turns. Their probabilities differ by {difference:.1g} at most. The "
        f"machine's load as it ended: {os.getloadavg()[0]:.1f}.",
    ]
    results.write("inference", "\n\n".join(text))


if __name__ == "__main__":
    main()
