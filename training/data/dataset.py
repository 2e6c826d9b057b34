"""The dataset of one run: MNIST, synthetic pictures, and the site's drawings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from django.conf import settings

from training.data.mnist import Mnist, OnProgress, load_configured
from training.data.shards import are_thick, keep_only, shard_names
from training.data.snapshot import Snapshot, record_digest, retake_snapshot, take_snapshot
from training.examples import Examples, concatenate
from training.models import RunSnapshot, TrainingRun
from training.synthesis import digit_variants, non_digits, thick_strokes

OnDrawings: TypeAlias = Callable[[int, int], object]

# Of MNIST's training images the last are never learned from.
VALIDATION_SHARE = 1 / 12
# Synthetic pictures for each digit learned from: what is no digit; regional variants
# (a crossed 0, a flagged 1, a barred 7), of which MNIST has next to none; and digits in thick
# strokes, as the raster path gives them.
NON_DIGIT_SHARE = 0.12
DIGIT_VARIANT_SHARE = 0.06
THICK_STROKE_SHARE = 0.06
# A drawing of the site's own weighs as much as this many images of MNIST in a
# training from scratch: they are few, and they are what the site is there to read.
DRAWING_WEIGHT = 5.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one reader learns from, what is replayed beside, and what it is validated on."""

    train: Examples
    replay: Examples | None
    validation: Examples


@dataclass(frozen=True, slots=True)
class Dataset:
    """`train` is learned from and, in a warm start, `replay` is mixed into every batch.

    `identity` names what the run began with, of which `gone` examples were deleted since.
    """

    mnist: Mnist
    snapshot: Snapshot
    train: Examples
    replay: Examples | None
    validation: Examples
    identity: str = ""
    gone: int = 0

    @property
    def at_hand(self) -> int:
        """How many examples the run began with, to learn from and to replay."""
        return len(self.train) + len(self.replay or ()) + self.gone

    def motion_lesson(self) -> Lesson:
        """What the motion's reader learns from and is validated on: all that is ink.

        That is validated on held-out people's drawings where there are any, and otherwise on
        made-up ones.
        """
        held_out = self.snapshot.held_out.examples.with_ink()
        return Lesson(
            self.train.with_ink(),
            self.replay.with_ink() if self.replay else None,
            held_out if len(held_out) else self.validation.with_ink(),
        )

    @property
    def digest(self) -> str:
        """SHA-256 over everything that is learned from, validated on or tested on."""
        parts = [self.mnist.digest, self.snapshot.digest, self.train.digest()]
        parts += [self.replay.digest() if self.replay else "", self.validation.digest()]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def counts(self) -> dict[str, Any]:
        """The numbers of examples by their part and origin, as the lineage keeps them."""
        return {
            "drawings": self.snapshot.counts(),
            "mnist": len(self.mnist.train_labels),
            "train": len(self.train),
            "replay": len(self.replay) if self.replay else 0,
            "validation": len(self.validation),
        }


def gather(
    run: TrainingRun,
    on_progress: OnProgress | None = None,
    on_drawings: OnDrawings = lambda done, total: None,
) -> Dataset:
    """MNIST found or fetched, synthetic pictures made by the run's seed, the run's drawings.

    Those are today's where the run begins, and otherwise those that it began with. In a warm
    start the drawings are learned from and all else is replayed; from scratch both are
    learned from, the drawings weighing more.
    """
    mnist = load_configured(on_progress).limited(settings.TRAIN_MNIST_LIMIT)
    # Before the drawings: making it takes more memory than having it.
    base, validation = learn_and_validate(mnist, np.random.default_rng(run.seed))
    kept = RunSnapshot.objects.filter(run=run).first()
    snapshot = retake_snapshot(kept.record) if kept else take_snapshot()
    write_shards(snapshot, on_drawings)
    parts = [mnist.digest, base.digest(), validation.digest()]
    parts.append(record_digest(kept.record if kept else snapshot.record()))
    identity = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    drawings = concatenate([snapshot.train.examples, snapshot.train.in_thick_strokes()])
    gone = len(snapshot.left_out.train) + int(are_thick(snapshot.left_out.train).sum())
    if run.mode == TrainingRun.Mode.WARM and len(drawings):
        return Dataset(mnist, snapshot, drawings, base, validation, identity, gone)
    weighted = replace(drawings, weights=drawings.weights * np.float32(DRAWING_WEIGHT))
    learned = concatenate([base, weighted])
    return Dataset(mnist, snapshot, learned, None, validation, identity, gone)


def learn_and_validate(mnist: Mnist, rng: np.random.Generator) -> tuple[Examples, Examples]:
    """MNIST's training images in two parts, learned from and validated on.

    Non-digits are added to both, regional variants and thick strokes to the first, which is
    not copied: its glyphs are a part of those returned.
    """
    digits = Examples.of_pictures(mnist.train_pixels, mnist.train_labels)
    cut = len(digits) - max(1, round(len(digits) * VALIDATION_SHARE))
    learned, kept = digits.select(slice(None, cut)), digits.select(slice(cut, None))
    drawn = digit_variants.generate(round(len(learned) * DIGIT_VARIANT_SHARE), rng)
    written = concatenate([learned, drawn], copies=False)
    marked = thick_strokes.generate(round(len(learned) * THICK_STROKE_SHARE), written, rng)
    return (
        concatenate([written, marked, _non_digits(learned, rng)], copies=False),
        concatenate([kept, _non_digits(kept, rng)]),
    )


def write_shards(snapshot: Snapshot, told: OnDrawings) -> None:
    """Writes those of a snapshot's shards that are not there, and deletes all others.

    `told` is called now and then with the number of drawings so far, and of all.
    """
    shards = [*snapshot.train.shards(), *snapshot.held_out.shards()]
    done, total, there = 0, sum(len(shard.ids) for shard in shards), set(shard_names())
    for shard in shards:
        if shard.name not in there:
            shard.write(partial(told, done, total))
        done += len(shard.ids)
    keep_only(shards)


def _non_digits(digits: Examples, rng: np.random.Generator) -> Examples:
    return non_digits.generate(round(len(digits) * NON_DIGIT_SHARE), digits, rng)
