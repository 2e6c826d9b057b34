"""The recipe of a training: rates, shares and numbers, from scratch and for a warm start."""

from __future__ import annotations

from dataclasses import dataclass, replace

from training.data.augmentation import STANDARD, Variation
from training.data.motion_augmentation import STANDARD as STANDARD_MOTION
from training.data.motion_augmentation import MotionVariation


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is trained. Two runs with the same recipe, seed and examples run alike."""

    mode: str  # "scratch" or "warm", for the record
    epochs: int
    peak_rate: float  # of the learning rate, reached after the warm-up
    weight_decay: float
    ema_decay: float  # of the exponential moving average of the weights, per batch
    label_smoothing: float
    batch: int = 256
    warm_up: float = 0.05  # share of all batches
    # Both only with replay: the share of a batch that is replayed, and how often
    # in an epoch a single new example may come before replay takes its place.
    replay_share: float = 0.0
    max_repeats: int = 1
    # How much of a replayed example's target is not its label but what the network answered
    # before the training (distillation): so replay holds it to all it knows, beyond the
    # examples at hand.
    distillation_weight: float = 0.0
    images_per_epoch: int = 0  # 0: as many as the examples' weights sum to
    variation: Variation = STANDARD
    motion_variation: MotionVariation = STANDARD_MOTION
    # Whether the epoch that validates best is kept, or the last one.
    keeps_best: bool = True

    @classmethod
    def scratch(cls, epochs: int) -> Recipe:
        """The recipe for a training from random weights."""
        return cls(
            mode="scratch",
            epochs=epochs,
            peak_rate=6e-3,
            weight_decay=0.1,
            ema_decay=0.998,
            label_smoothing=0.05,
        )

    @classmethod
    def warm(cls, epochs: int) -> Recipe:
        """The recipe for a training from the champion's weights.

        Its rate is low, and the champion's own answers are replayed in every batch. The
        last epoch is kept: the validation is MNIST's, and by it the epoch that has
        learned least of the drawings might be the best.
        """
        return cls(
            mode="warm",
            epochs=epochs,
            peak_rate=1e-3,
            weight_decay=0.02,
            ema_decay=0.99,
            label_smoothing=0.05,
            replay_share=0.5,
            max_repeats=50,
            distillation_weight=1.0,
            images_per_epoch=30_000,
            keeps_best=False,
        )

    @classmethod
    def motion_scratch(cls) -> Recipe:
        """The recipe for the motion's reader from random weights."""
        return cls(
            mode="scratch",
            epochs=12,
            peak_rate=4e-3,
            weight_decay=0.02,
            ema_decay=0.995,
            label_smoothing=0.05,
            replay_share=0.1,
            max_repeats=50,
            images_per_epoch=50_000,
            keeps_best=False,
        )

    def for_examples(self, at_hand: int) -> Recipe:
        """The recipe whose epochs show no more images than there are examples at hand."""
        return replace(self, images_per_epoch=min(self.images_per_epoch, at_hand))

    def shares(self, new: int, weight: int, *, replays: bool) -> tuple[int, int]:
        """How many new and how many replayed examples an epoch shows.

        `new` is the number of new examples, `weight` the sum of their weights, and
        `replays` whether there are examples to replay.
        """
        if not replays:
            return self.images_per_epoch or weight, 0
        total = self.images_per_epoch or weight
        shown = min(round(total * (1 - self.replay_share)), self.max_repeats * new)
        return shown, total - shown
