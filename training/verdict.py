"""What the gate is given and what it says, as plain values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """One network's answers, each 0..10 (10: not a digit), in the order of the material."""

    mnist: NDArray[np.int64]
    held_out: NDArray[np.int64]
    promises: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What both networks were asked: the right answers, 0..10, and the drawings' ids.

    MNIST's are those of its test set, `held_out` the drawings of contributors
    nobody trains on, the promises accepted corrections that a live version once
    read right.
    """

    mnist_labels: NDArray[np.int64]
    held_out_labels: NDArray[np.int64]
    held_out_ids: list[str]
    promise_labels: NDArray[np.int64]
    promise_ids: list[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured on the candidate's exported files.

    `parity` is the largest difference between a probability of the Keras file
    and the same of the LiteRT file, `parity_same_digits` whether the two always
    answer alike; `latency_ms` is the time of one reading.
    """

    parity: float
    parity_same_digits: bool
    latency_ms: float
    tflite_bytes: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What a candidate must keep to. Margin, floor and alpha are shares in [0, 1]."""

    mnist_margin: float
    digit_floor: float
    held_out_alpha: float
    promises_broken: int
    parity: float
    latency_ms: float
    tflite_bytes: int

    @classmethod
    def of(cls, gate: Mapping[str, float]) -> Limits:
        """From the GATE setting."""
        return cls(
            mnist_margin=gate["mnist_margin"],
            digit_floor=gate["digit_floor"],
            held_out_alpha=gate["held_out_alpha"],
            promises_broken=int(gate["promises_broken"]),
            parity=gate["parity"],
            latency_ms=gate["latency_ms"],
            tflite_bytes=int(gate["tflite_bytes"]),
        )


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one rule. `figures` holds JSON's own types only."""

    name: str
    passed: bool
    sentence: str
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks, and the ids of the drawings whose answer went from wrong to right or back."""

    checks: tuple[Check, ...]
    fixes: tuple[str, ...]
    breaks: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    def as_report(self) -> dict[str, Any]:
        """For a JSON field: passed, checks, fixes, breaks."""
        return {
            "passed": self.passed,
            "checks": [asdict(check) for check in self.checks],
            "fixes": list(self.fixes),
            "breaks": list(self.breaks),
        }
