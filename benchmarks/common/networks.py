"""Exported networks with their features and logits, and which of them may read whose drawings."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.common import people, results, trained
from recognizer.labels import NOT_A_DIGIT_CLASS
from recognizer.segmentation import touching
from recognizer.serving.engine import LiteRTEngine
from training.network.calibration import THRESHOLDS, softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recognizer.preprocessing.glyph import Glyphs
    from training.network.readers import Calibration
    from training.network.senses import Sense

BATCH = 500


@dataclass(frozen=True, eq=False)
class Outputs:
    """A network's outputs for n glyphs: features, logits and, from these, probabilities.

    Of ink the logits are those of both readers, added as the site adds them. Each row has a
    temperature, by which its logits are still to be divided.
    """

    features: NDArray[np.float32]  # (n, features), what the logits are made of
    logits: NDArray[np.float32]  # (n, 11)
    temperature: NDArray[np.float32]  # (n, 1)

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """(n, 11) in [0, 1], calibrated as in the exported network."""
        return softmax(self.logits, self.temperature)

    @property
    def answers(self) -> NDArray[np.int64]:
        """(n,) what the site says at a new version's thresholds: a digit, or 10 for no digit."""
        none = self.probabilities[:, NOT_A_DIGIT_CLASS] >= THRESHOLDS.not_a_digit
        return np.where(none, NOT_A_DIGIT_CLASS, self.digits)

    @property
    def digits(self) -> NDArray[np.int64]:
        """(n,) the likeliest of the ten digits, whatever the eleventh probability."""
        return np.asarray(self.logits[:, :NOT_A_DIGIT_CLASS].argmax(axis=1), dtype=np.int64)


class Network:
    """The network in an artifact's folder or in a `.keras` file, its readers compiled once.

    With `motion_of` another network's reader of motion takes the place of its own.
    """

    def __init__(self, path: Path, *, motion_of: Path | None = None) -> None:
        from training.network.model import load_exported
        from training.network.readers import Readers, load_readers
        from training.network.senses import MOTION, PICTURE

        self.file = trained.keras_file(path)
        content = self.file.read_bytes()
        readers = load_readers(content)
        if motion_of is not None:
            other = load_readers(trained.keras_file(motion_of).read_bytes())
            readers = Readers(readers.picture, other.motion)
        self.calibration = _calibration(load_exported(content))
        self._picture = _Reader(readers.picture, PICTURE)
        self._motion = _Reader(readers.motion, MOTION) if readers.motion is not None else None

    @property
    def reads_motion(self) -> bool:
        return self._motion is not None

    @cached_property
    def engine(self) -> LiteRTEngine:
        """What the site reads by, from the file beside the `.keras` one."""
        return LiteRTEngine(self.file.with_name(LiteRTEngine.file_name).read_bytes())

    def predict(self, glyphs: Glyphs) -> Outputs:
        """The outputs for n glyphs, n at least 1."""
        features, logits = self._picture(glyphs)
        by, ink = self.calibration, glyphs.has_ink[:, None]
        if self._motion is None:
            return Outputs(features, logits, np.full_like(logits[:, :1], by.picture))
        more, motion = self._motion(glyphs)
        return Outputs(
            np.concatenate([features, more], axis=1),
            logits + np.float32(by.motion_weight) * motion * ink,
            np.where(ink, by.ink, by.picture).astype(np.float32),
        )


class _Reader:
    """A reader up to its logits, with what they are made of."""

    def __init__(self, model: Any, sense: Sense) -> None:
        from training.network.backend import keras, tf

        inner = keras.Model(model.inputs, [model.layers[-1].input, model.output])
        signature = [tf.TensorSpec((None, *sense.shape), tf.float32)]
        # The function knows the model's variables only by weak references.
        self._inner, self._sense = inner, sense
        self._forward = tf.function(lambda inputs: inner(inputs), input_signature=signature)

    def __call__(self, glyphs: Glyphs) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Features and logits, (n, features) and (n, 11)."""
        rows = self._sense.of(glyphs)
        starts = range(0, len(rows), BATCH)
        pairs = [self._forward(self._sense.plain(rows[at : at + BATCH])) for at in starts]
        features, logits = (
            np.concatenate([part.numpy() for part in parts]) for parts in zip(*pairs, strict=True)
        )
        return features, logits


def _calibration(exported: Any) -> Calibration:
    """The calibration that `readers.join` has written into a network."""
    from training.network.readers import Calibration

    temperature = exported.get_layer("temperature")
    scale, offset = float(temperature.scale), float(temperature.offset)
    if len(exported.inputs) == 1:
        return Calibration(1 / scale)
    ink = 1 / (scale + offset)
    return Calibration(1 / offset, ink, float(exported.get_layer("motion_weight").scale) * ink)


def add_model_option(parser: argparse.ArgumentParser) -> None:
    """Adds the option that names the network to measure."""
    parser.add_argument(
        "--model",
        type=Path,
        help="an artifact's folder or a .keras that has seen none of the ink (default: one "
        "trained on MNIST alone by the site's recipe, kept in var/benchmarks/)",
    )


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that name the networks: one that has seen none of the writers, or one a
    fold of them."""
    add_model_option(parser)
    parser.add_argument(
        "--folds",
        type=int,
        default=0,
        help="train the network on with the ink of all people but a fold's, and let each "
        "read its own fold's (default: 0, the network as it is reads everybody's)",
    )
    parser.add_argument("--only", type=int, nargs="+", help="these folds, from 1 (default: all)")
    parser.add_argument(
        "--epochs", type=int, default=0, help="of each fold (default: make model's)"
    )


def add_touching_option(parser: argparse.ArgumentParser) -> None:
    """Adds the option that names another reader of touching digits, for `use_touching`."""
    parser.add_argument("--touching", type=Path, help="weights of another reader of what touches")


def use_touching(options: argparse.Namespace) -> None:
    """Reads touching digits by the weights that `options` name, if any, from now on."""
    if options.touching:
        read_touching_by(json.loads(options.touching.read_text()))


def read_touching_by(weights: list[dict[str, Any]]) -> None:
    """Reads touching digits by these weights from now on, in this process."""
    layers = touching.layers_of(weights)
    touching.network = lambda: layers  # type: ignore[assignment]


@dataclass(frozen=True, eq=False)
class Part:
    """Some of the drawings, and a network that has seen nothing of their writers."""

    rows: NDArray[np.bool_]
    path: Path  # the network's
    network: Network
    knows_ink: bool  # whether it has learned from the other drawings


def parts(options: argparse.Namespace, writers: NDArray[np.str_]) -> list[Part]:
    """The drawings of these writers, (n,), divided among the networks that `options` name.

    With `--only` some folds' alone are in any part.
    """
    champion = options.model or trained.scratch()
    if not options.folds:
        return [
            Part(np.ones(len(writers), dtype=bool), champion, Network(champion), knows_ink=False)
        ]
    wanted = [number - 1 for number in options.only] if options.only else None
    named = np.array([people.pen_writer(name) for name in writers.tolist()])
    every = [
        Part(
            np.isin(named, people.everybody().writers[part.rows]),
            part.folder,
            Network(part.folder),
            knows_ink=True,
        )
        for part in people.by_person(
            options.folds, wanted, epochs=options.epochs, champion=champion
        )
    ]
    return [part for part in every if part.rows.any()]


def section(name: str, options: argparse.Namespace) -> str:
    """The section of RESULTS.md: figures by folds have one beside that of zero-shot figures."""
    if not options.folds:
        return f"{name}, zero-shot"
    only = f" (only {', '.join(map(str, options.only))})" if options.only else ""
    return f"{name}, {options.folds} folds by writer{only}"


def described(options: argparse.Namespace) -> str:
    """A sentence about the networks, to stand below a table."""
    start = origin(options.model)
    if not options.folds:
        return f"Read by {start}."
    return (
        f"Read by {len(options.only or range(options.folds))} networks, each {start} trained on, "
        "as the shipped one was, with the ink of all people but its fold's."
    )


def origin(path: Path | None) -> str:
    """The network's name, with the number of drawings it has learned from where that is known."""
    if path is None:
        return "a network trained on MNIST alone"
    name = results.short(str(path.resolve()))
    manifest = path / "manifest.json"
    lineage = json.loads(manifest.read_text()).get("lineage") if manifest.is_file() else None
    if not lineage:
        return name
    return f"{name} (which has learned from {lineage['drawings']['train']} drawings)"
