"""How a network is trained, and what is said while it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from training.augment import STANDARD, Variation


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. Two runs with the same recipe, seed and examples run alike."""

    mode: str  # "scratch" or "warm", for the record
    epochs: int
    peak_rate: float  # of the learning rate, reached after the warm-up
    weight_decay: float
    average_decay: float  # of the moving average of the weights, per batch
    label_smoothing: float
    batch: int = 256
    warm_up: float = 0.05  # share of all batches
    # Both only with replay: the share of a batch that is replayed, and how often
    # in an epoch a single new example may come before replay takes its place.
    replay_share: float = 0.0
    most_repeats: int = 1
    # How much of a replayed example's target is not its label but what the network answered
    # before the training: so replay holds it to all it knows, beyond the examples at hand.
    anchor: float = 0.0
    images_per_epoch: int = 0  # 0: as many as the examples' weights sum to
    variation: Variation = STANDARD
    # Whether the epoch that validates best is kept, or the last one.
    keeps_best: bool = True

    @classmethod
    def scratch(cls, epochs: int) -> Recipe:
        """From random weights."""
        return cls(
            mode="scratch",
            epochs=epochs,
            peak_rate=6e-3,
            weight_decay=0.1,
            average_decay=0.998,
            label_smoothing=0.05,
        )

    @classmethod
    def warm(cls, epochs: int) -> Recipe:
        """From the champion's weights: a low rate, and its own answers replayed in every batch.

        The last epoch is kept: the validation is MNIST's, and by it the epoch that
        has learned least of the drawings might be the best.
        """
        return cls(
            mode="warm",
            epochs=epochs,
            peak_rate=1e-3,
            weight_decay=0.02,
            average_decay=0.99,
            label_smoothing=0.05,
            replay_share=0.5,
            most_repeats=50,
            anchor=1.0,
            images_per_epoch=30_000,
            keeps_best=False,
        )

    def for_examples(self, at_hand: int) -> Recipe:
        """The recipe whose epochs show no more images than there are examples at hand."""
        return replace(self, images_per_epoch=min(self.images_per_epoch, at_hand))

    def shares(self, new: int, weight: int, *, replays: bool) -> tuple[int, int]:
        """How many new and how many replayed examples an epoch shows.

        `new` is the number of new examples, `weight` the sum of their weights.
        """
        if not replays:
            return self.images_per_epoch or weight, 0
        total = self.images_per_epoch or weight
        shown = min(round(total * (1 - self.replay_share)), self.most_repeats * new)
        return shown, total - shown


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands, said after every batch; epochs and batches count from 1."""

    stage: str
    epoch: int
    epochs: int
    batch: int
    batches: int
    eta_seconds: float
    images_per_second: float
    loss: float


@dataclass(frozen=True, slots=True)
class EpochResult:
    """One epoch; the validation figures are those of the averaged weights."""

    epoch: int
    loss: float
    validation_nll: float
    validation_accuracy: float
    learning_rate: float
    seconds: float
