"""What a training reports: its progress, and the results of its epochs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is, after each batch; epochs and batches count from 1."""

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
    """The result of one epoch; the validation figures are those of the averaged weights.

    `epoch` counts from 1, `loss` is the mean over batches, `validation_nll` is in nats.
    """

    epoch: int
    loss: float
    validation_nll: float
    validation_accuracy: float
    learning_rate: float
    seconds: float
