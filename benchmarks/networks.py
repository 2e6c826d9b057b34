"""Exported networks opened up, and which of them may read which drawing."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import folds, results, trained
from training.calibrate import softmax
from training.examples import NOT_A_DIGIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recognizer.glyph import Pixels

BATCH = 500


@dataclass(frozen=True, eq=False)
class Reading:
    """What a network makes of n glyphs, layer by layer, its last three."""

    features: NDArray[np.float32]  # (n, features), what the logits are made of
    logits: NDArray[np.float32]  # (n, 11)
    temperature: float

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """(n, 11), calibrated as the network is exported."""
        return softmax(self.logits, self.temperature)

    @property
    def answers(self) -> NDArray[np.int64]:
        """(n,) the likeliest of the eleven answers, 10 for no digit."""
        return np.asarray(self.logits.argmax(axis=1), dtype=np.int64)

    @property
    def digits(self) -> NDArray[np.int64]:
        """(n,) the likeliest of the ten digits."""
        return np.asarray(self.logits[:, :NOT_A_DIGIT].argmax(axis=1), dtype=np.int64)


class Network:
    """An artifact's `model.keras`, or any file of that make."""

    def __init__(self, path: Path) -> None:
        from training import network
        from training.keras_setup import keras, tf

        exported = network.load_exported(trained.keras_file(path).read_bytes())
        last = exported.get_layer(network.LOGITS)
        inner = keras.Model(exported.inputs, [last.input, last.output])
        signature = [tf.TensorSpec((None, *exported.input_shape[1:]), tf.float32)]
        self._as_input = network.as_input
        # The function knows the model's variables only by weak references.
        self._inner = inner
        self._forward = tf.function(lambda images: inner(images), input_signature=signature)
        self.temperature = 1 / float(exported.get_layer("temperature").scale)

    def read(self, pixels: Pixels) -> Reading:
        """(n, 28, 28) uint8, n at least 1."""
        starts = range(0, len(pixels), BATCH)
        pairs = [self._forward(self._as_input(pixels[at : at + BATCH])) for at in starts]
        features, logits = (
            np.concatenate([part.numpy() for part in parts]) for parts in zip(*pairs, strict=True)
        )
        return Reading(features, logits, self.temperature)


def add_model_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        type=Path,
        help="an artifact's folder or a .keras that has seen none of the ink (default: one "
        "trained on MNIST alone by the site's recipe, kept in var/benchmarks/)",
    )


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which networks read: one that has seen none of the writers, or one a fold of them."""
    add_model_option(parser)
    parser.add_argument(
        "--folds",
        type=int,
        default=0,
        help="train the network on with the ink of all writers but a fold's, and let each "
        "read its own fold's (default: 0, the network as it is reads everybody's)",
    )
    parser.add_argument("--epochs", type=int, default=0, help="of each fold (default: the site's)")


@dataclass(frozen=True, eq=False)
class Part:
    """Some of the drawings, and a network that has seen nothing of their writers."""

    rows: NDArray[np.bool_]
    path: Path  # the network's, and
    network: Network  # itself
    knows_ink: bool  # that of the other drawings' writers


def parts(options: argparse.Namespace, writers: NDArray[np.str_]) -> list[Part]:
    """The drawings of these writers, parted among the networks that `options` name."""
    champion = options.model or trained.scratch()
    if not options.folds:
        return [
            Part(np.ones(len(writers), dtype=bool), champion, Network(champion), knows_ink=False)
        ]
    networks = folds.fold_networks(options.folds, champion=champion, epochs=options.epochs)
    every = [
        Part(np.isin(writers, fold.held_out), fold.folder, Network(fold.folder), knows_ink=True)
        for fold in networks
    ]
    return [part for part in every if part.rows.any()]


def section(name: str, options: argparse.Namespace) -> str:
    """Of RESULTS.md: zero-shot figures and figures by folds stand side by side."""
    return f"{name}, {options.folds} folds by writer" if options.folds else f"{name}, zero-shot"


def described(options: argparse.Namespace) -> str:
    """A sentence on the networks that read, for below the table."""
    start = origin(options.model)
    if not options.folds:
        return f"Read by {start}."
    return (
        f"Read by {options.folds} networks, each {start} trained on with the ink of all writers "
        "but its fold's."
    )


def origin(path: Path | None) -> str:
    """Which network it is, and what its manifest says that it has learned from."""
    if path is None:
        return "a network trained on MNIST alone"
    name = results.short(str(path.resolve()))
    manifest = path / "manifest.json"
    lineage = json.loads(manifest.read_text()).get("lineage") if manifest.is_file() else None
    if not lineage:
        return name
    return f"{name} (which has learned from {lineage['drawings']['train']} drawings)"
