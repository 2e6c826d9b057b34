"""What one run learns from, validates on and is judged by: MNIST, non-digits, drawings."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.conf import settings

from training import nondigits
from training.corpora import Mnist, load_mnist
from training.dataset import Snapshot, take_snapshot
from training.download import OnProgress
from training.examples import Examples, concatenate
from training.models import TrainingRun

# Of MNIST's training images the last are never learned from.
VALIDATION_SHARE = 1 / 12
# Generated pictures that are no digits, for each digit learned from.
NON_DIGIT_SHARE = 0.1
# A drawing of the site's own counts as this many images of MNIST in a training
# from scratch: they are few, and they are what the site is asked to read.
DRAWING_WEIGHT = 5.0


@dataclass(frozen=True, slots=True)
class Material:
    """`train` is learned from and, in a warm start, `replay` is mixed into every batch."""

    mnist: Mnist
    snapshot: Snapshot
    train: Examples
    replay: Examples | None
    validation: Examples

    @property
    def digest(self) -> str:
        """SHA-256 over everything that is learned from, validated on or judged by."""
        parts = [self.mnist.digest, self.snapshot.digest, self.train.digest()]
        parts += [self.replay.digest() if self.replay else "", self.validation.digest()]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def counts(self) -> dict[str, Any]:
        return {
            "drawings": self.snapshot.counts(),
            "mnist": len(self.mnist.train_labels),
            "train": len(self.train),
            "replay": len(self.replay) if self.replay else 0,
            "validation": len(self.validation),
        }


def gather(run: TrainingRun, on_progress: OnProgress | None = None) -> Material:
    """Finds or fetches MNIST, generates non-digits and takes the snapshot, all by the run's seed."""
    mnist = load_mnist(
        folder=settings.MNIST_DIR or None,
        cache=settings.VAR_DIR / "corpora" / "mnist",
        mirrors=settings.MNIST_MIRRORS,
        on_progress=on_progress,
    )
    if settings.TRAIN_MNIST_LIMIT:
        mnist = mnist.limited(settings.TRAIN_MNIST_LIMIT)
    snapshot = take_snapshot()
    base, validation = _learn_and_validate(mnist, np.random.default_rng(run.seed))
    drawings = snapshot.train.examples
    if run.mode == TrainingRun.Mode.WARM and len(drawings):
        return Material(mnist, snapshot, drawings, base, validation)
    weighted = replace(drawings, weights=drawings.weights * np.float32(DRAWING_WEIGHT))
    return Material(mnist, snapshot, concatenate([base, weighted]), None, validation)


def _learn_and_validate(mnist: Mnist, rng: np.random.Generator) -> tuple[Examples, Examples]:
    """MNIST's training images in two parts, each with its share of non-digits."""
    digits = Examples(mnist.train_pixels, mnist.train_labels)
    cut = len(digits) - max(1, round(len(digits) * VALIDATION_SHARE))
    return tuple(  # type: ignore[return-value]
        concatenate([part, nondigits.generate(round(len(part) * NON_DIGIT_SHARE), part, rng)])
        for part in (digits.select(slice(None, cut)), digits.select(slice(cut, None)))
    )
