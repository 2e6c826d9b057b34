"""How often digits that touch are read right as one piece, and the fit of their reader.

    .venv/bin/python -m benchmarks.ink.touching [--minutes 15] [--write]

The reader of `recognizer.segmentation.touching` learns from `benchmarks.ink.pieces`. It is measured
on people of whom it has seen nothing: a third of UNIPEN's and the 15 of the pen digits whose
numbers are odd. `--write` fits it on everybody and writes the weights of both languages.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks import ROOT
from benchmarks.common import networks, results
from benchmarks.common.results import percent
from benchmarks.ink.pieces import SEED, WIDEST, Piece, held_out, is_held_out, material
from recognizer.preprocessing.stroke_width import STRIP_ROWS
from recognizer.segmentation import touching
from recognizer.segmentation.weights import stored

if TYPE_CHECKING:
    from keras import Model

JS = ROOT / "static" / "js" / "segmentation" / "touching-weights.js"
MOST = 8  # characters in a strip
# Strips of a batch are as wide as one of these; wider ones are left out.
WIDTHS = (40, 56, 72, 96, 128, 176, WIDEST)
BATCH, RATE, DECAY = 64, 3e-3, 1e-2
FILTERS, LAST = (16, 24, 40, 48), 80
SURE = 0.9


def network() -> Model:
    """Steps' logits, (n, width // 2, 12), of strips, (n, 32, width, 1) in [0, 1]."""
    import keras
    from keras import layers

    def convolution(values: Any, filters: int, size: tuple[int, int], padding: str) -> Any:
        values = layers.Conv2D(filters, size, padding=padding, use_bias=False)(values)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.98)(values))

    strips = values = layers.Input((STRIP_ROWS, None, 1))
    for filters, pool in zip(FILTERS, [(2, 2), (2, 1), None, (2, 1)], strict=True):
        values = convolution(values, filters, (3, 3), "same")
        values = layers.MaxPooling2D(pool)(values) if pool else values
    values = layers.ZeroPadding2D(((0, 0), (1, 1)))(values)
    values = convolution(values, LAST, (4, 3), "valid")
    values = layers.SpatialDropout2D(0.1)(values)
    values = convolution(values, LAST, (1, 5), "same")
    values = layers.Conv2D(touching.NONE + 1, (1, 1))(values)
    return keras.Model(strips, layers.Reshape((-1, touching.NONE + 1))(values))


def fit(learned: Sequence[Piece], minutes: float, seed: int = SEED) -> Model:
    """Connectionist temporal classification, by AdamW at a rate that falls as the time runs out."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    chance = np.random.default_rng(seed)
    model = network()
    optimizer = keras.optimizers.AdamW(RATE, weight_decay=DECAY)
    by_width = [[one for one in learned if _width(one) == width] for width in WIDTHS]
    shares = np.array([len(some) for some in by_width]) / sum(len(some) for some in by_width)

    @tf.function
    def step(strips: Any, texts: Any, lengths: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = model(strips[..., None], training=True)
            steps = tf.fill([BATCH], tf.shape(logits)[1])
            losses = tf.nn.ctc_loss(
                texts, logits, lengths, steps, logits_time_major=False, blank_index=touching.NONE
            )
            loss = tf.reduce_mean(losses / tf.cast(lengths, tf.float32))
        slopes = tape.gradient(loss, model.trainable_variables)
        slopes, _ = tf.clip_by_global_norm(slopes, 1.0)
        optimizer.apply_gradients(zip(slopes, model.trainable_variables, strict=True))
        return loss

    averaged, losses = model.get_weights(), []
    began, told = time.monotonic(), 0.0
    for at in range(10**9):
        done = (time.monotonic() - began) / (60 * minutes)
        if done >= 1:
            break
        if done >= told:
            print(f"{done:.0%}, {at} batches, loss {np.mean(losses[-300:] or [0]):.4f}", flush=True)
            told += 0.1
        optimizer.learning_rate = RATE * min(1, done / 0.05) * (1 + np.cos(np.pi * done)) / 2
        place = int(chance.choice(len(WIDTHS), p=shares))
        some = [
            by_width[place][int(one)] for one in chance.integers(len(by_width[place]), size=BATCH)
        ]
        losses.append(float(step(*_batch(some, WIDTHS[place], chance))))
        if at % 50 == 49:  # the average of what the weights were lately
            kept = min(0.9, at / (at + 400))
            pairs = zip(averaged, model.get_weights(), strict=True)
            averaged = [kept * before + (1 - kept) * now for before, now in pairs]
    model.set_weights(averaged)
    return model


def _width(one: Piece) -> int | None:
    return next((width for width in WIDTHS if one.pixels.shape[1] <= width), None)


def _batch(some: Sequence[Piece], width: int, chance: np.random.Generator) -> tuple[Any, ...]:
    """Strips, each varied and at a place of its own, their texts and how long these are."""
    strips = np.zeros((len(some), STRIP_ROWS, width), np.float32)
    texts = np.zeros((len(some), MOST), np.int32)
    for at, one in enumerate(some):
        left = int(chance.integers(width - one.pixels.shape[1] + 1))
        strips[at, :, left : left + one.pixels.shape[1]] = one.pixels / np.float32(255)
        strips[at] = _varied(strips[at], chance)
        texts[at, : len(one.text)] = one.text[:MOST]
    return strips, texts, np.array([min(len(one.text), MOST) for one in some], np.int32)


def _varied(strip: NDArray[np.float32], chance: np.random.Generator) -> NDArray[np.float32]:
    """A little larger, leaning, turned, moved, and with another pen."""
    height, width = strip.shape
    turn = np.array(
        [
            [np.exp(chance.normal(0, 0.07)), chance.normal(0, 0.1)],
            [chance.normal(0, 0.015), np.exp(chance.normal(-0.02, 0.06))],
        ]
    )
    middle = np.array([width / 2 - 0.5, height / 2 - 0.5])
    moved = middle + chance.normal(0, [1.0, 0.8]) - turn @ middle
    varied = cv2.warpAffine(strip, np.column_stack([turn, moved]), (width, height))
    darker = float(chance.uniform(0.7, 1.4)) if chance.random() < 0.3 else 1.0
    return np.asarray(np.clip(varied, 0, 1) ** darker, np.float32)


def weights_of(model: Model) -> list[dict[str, Any]]:
    """The layers as `recognizer.segmentation.touching` reads them, normalisation folded in."""
    found: list[dict[str, Any]] = []
    for layer in model.layers:
        match type(layer).__name__:
            case "Conv2D":
                kernel = layer.kernel.numpy()
                bias = layer.bias.numpy() if layer.use_bias else np.zeros(kernel.shape[-1])
                padded = layer.padding == "same"
                found.append({"kernel": kernel, "bias": bias, "padded": padded, "pooled": [1, 1]})
            case "BatchNormalization":
                times = layer.gamma.numpy() / np.sqrt(layer.moving_variance.numpy() + layer.epsilon)
                found[-1]["bias"] = layer.beta.numpy() - layer.moving_mean.numpy() * times
                found[-1]["kernel"] = found[-1]["kernel"] * times
            case "MaxPooling2D":
                found[-1]["pooled"] = [*layer.pool_size]
    return [
        {**layer, "kernel": stored(layer["kernel"]), "bias": layer["bias"].round(5).tolist()}
        for layer in found
    ]


def write(weights: list[dict[str, Any]]) -> None:
    """The weights of both languages."""
    text = json.dumps(weights, separators=(",", ":"))
    touching.WEIGHTS.write_text(text.replace("},", "},\n") + "\n")
    head = (
        "// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: they look like it.\n\n"
        "/**\n * The weights of touching.js, as benchmarks/ink/touching.py fits them.\n *\n"
        ' * @import { Stored } from "./weights.js"\n *\n'
        " * @type {{ kernel: Stored, bias: number[], padded: boolean, pooled: number[] }[]}\n */\n"
    )
    JS.write_text(f"{head}export const layers = {text};\n")
    subprocess.run([ROOT / "node_modules/.bin/biome", "format", "--write", JS], check=True)


def measured(people: dict[str, list[Piece]]) -> Iterator[list[str]]:
    """A row for each kind of people and each number of characters."""
    for name, some in people.items():
        counts: dict[int, Counter[str]] = {}
        for piece in some:
            said = touching.read(piece.pixels / 255)
            text = [int(row.argmax()) for row in said.answers]
            own = counts.setdefault(min(len(piece.text), 5), Counter())
            is_right, is_sure = text == piece.text, said.probability >= SURE
            own.update(["pieces"], right=int(is_right), sure=int(is_sure))
            own["wrong yet sure"] += is_sure and not is_right
        for length, own in sorted(counts.items()):
            of = own["pieces"]
            shares = [percent(own[one] / of) for one in ("right", "sure", "wrong yet sure")]
            yield [name, f"{length}{'' if length < 5 else ' and more'}", str(of), *shares]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--minutes", type=float, default=15, help="of the training")
    parser.add_argument("--share", type=float, default=1, help="of the material")
    parser.add_argument("--write", action="store_true", help="fit on everybody, write the weights")
    parser.add_argument("--out", type=Path, help="write the fold's weights to this file instead")
    options = parser.parse_args()
    if options.write:
        learned = material(lambda _: True, (0, 1), options.share, SEED)
        print(f"{len(learned)} pieces", flush=True)
        write(weights_of(fit(learned, options.minutes)))
        return
    learned = material(lambda writer: not is_held_out(writer), (0,), options.share, SEED)
    print(f"{len(learned)} pieces", flush=True)
    weights = weights_of(fit(learned, options.minutes))
    if options.out:
        options.out.write_text(json.dumps(weights))
    networks.read_touching_by(weights)
    columns = ["people", "characters", "pieces", "right %", "sure %", "wrong yet sure %"]
    text = [
        results.table(columns, measured(held_out())),
        f"Connected pieces of numbers painted with brushes of 2 to 13 % of a digit's height, most "
        f"of their digits touching or overlapping, of people whom the reader has not seen; it "
        f"learned from {len(learned):,} pieces for {options.minutes:g} minutes. A text is sure "
        f"from {SURE} on. The shipped reader has learned from these people, too.",
    ]
    results.write("touching", "\n\n".join(text))


if __name__ == "__main__":
    main()
