"""What the gate is given and what it says, as plain values."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from training.evaluation.counts import ISSUED, Outcome, Rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PASSED, UNDECIDED, FAILED = "passed", "undecided", "failed"


@dataclass(frozen=True, slots=True, eq=False)
class JudgedSet:
    """One set of n drawings and what both networks read, all (n,), 0..10 (10: not a digit).

    `champion` is None where no version is live. `ids` are those of the site's own drawings, and
    empty for others. `expected_fixes` is how many of the labels are expected to be wrong, so
    that as many breaks are none: of labels that are the champion's own answers.
    """

    name: str
    labels: NDArray[np.int64]
    candidate: NDArray[np.int64]
    champion: NDArray[np.int64] | None
    ids: Sequence[uuid.UUID | str] = ()
    expected_fixes: int = 0

    def __post_init__(self) -> None:
        lengths = {"candidate": len(self.candidate), "ids": len(self.ids) or len(self.labels)}
        if self.champion is not None:
            lengths["champion"] = len(self.champion)
        for name, given in lengths.items():
            if given != len(self.labels):
                raise ValueError(
                    f"{self.name}, {name}: {given} given, {len(self.labels)} expected."
                )


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
    """What a candidate must keep to: what a site may decide, and how its files must be.

    `digit_floor` is the share in [0, 1] of each digit of MNIST that a first version must
    read, when there is nothing to compare with; `alpha` and `least_margin` are those of `Rule`.
    """

    digit_floor: float
    alpha: float = ISSUED.alpha
    least_margin: int = ISSUED.least_margin
    parity: float = 1e-3
    latency_ms: float = 20.0
    tflite_bytes: int = 1_258_291  # 1.2 MiB; float32, the network has 0.7

    @property
    def rule(self) -> Rule:
        return Rule(alpha=self.alpha, least_margin=self.least_margin)


@dataclass(frozen=True, slots=True)
class Counts:
    """How candidate and champion read one set of n drawings.

    Without a champion `champion_right`, `chance` and `outcome` are None and nothing is fixed
    or broken. `chance` is the sign test's: how likely equals break as many.
    """

    name: str
    n: int
    right: int
    champion_right: int | None
    fixed: int
    broken: int
    margin: int
    chance: float | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence of a check: its code in `recognizer.gate_words`, and what the sentence names.

    `parameters` holds JSON's own types; shares and chances lie in [0, 1].
    """

    code: str
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """What one rule has found: passed, undecided or failed. `figures` holds JSON's own types.

    `remarks` say why, one sentence each, in no language: who shows them puts them into words.
    """

    name: str
    outcome: str
    remarks: tuple[Remark, ...]
    figures: dict[str, Any]

    @property
    def passed(self) -> bool:
        return self.outcome == PASSED


@dataclass(frozen=True, slots=True)
class Change:
    """A drawing whose answer went from wrong to right or back: its id, and both answers."""

    id: str
    label: int
    before: int
    now: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks, the counts of every set, and the site's drawings whose answer changed.

    `false_alarm` bounds how likely an equally good candidate were refused by any of the sets:
    they are many, and each has the same level. `disagreements` are the champion's sure answers
    to drawings nobody labelled that the candidate does not share.
    """

    WORST_FIRST: ClassVar = (FAILED, UNDECIDED, PASSED)

    checks: tuple[Check, ...]
    sets: tuple[Counts, ...]
    false_alarm: float
    fixes: tuple[Change, ...]
    breaks: tuple[Change, ...]
    disagreements: tuple[Change, ...] = ()

    @property
    def outcome(self) -> str:
        """`passed`, `undecided` or `failed`: the worst of the checks."""
        return worst([check.outcome for check in self.checks])

    @property
    def passed(self) -> bool:
        return self.outcome == PASSED

    def as_report(self) -> dict[str, Any]:
        """For a JSON field. Reports of before had `passed`, `checks`, `fixes` and `breaks` alone,
        and each check its `sentence` in English in place of `remarks`.

        `answers` maps the drawings of both lists to [label, before, now], `disagreements`
        others to [before, now].
        """
        return {
            "passed": self.passed,
            "verdict": self.outcome,
            "checks": [
                asdict(check)
                | {
                    "passed": check.passed,
                    "remarks": [asdict(remark) for remark in check.remarks],
                }
                for check in self.checks
            ],
            "sets": [asdict(one) for one in self.sets],
            "false_alarm": self.false_alarm,
            "fixes": [change.id for change in self.fixes],
            "breaks": [change.id for change in self.breaks],
            "answers": {
                change.id: [change.label, change.before, change.now]
                for change in (*self.fixes, *self.breaks)
            },
            "disagreements": {
                change.id: [change.before, change.now] for change in self.disagreements
            },
        }


def worst(outcomes: list[str]) -> str:
    """The worst of some outcomes of checks; passed where there are none."""
    return next((one for one in Verdict.WORST_FIRST if one in outcomes), PASSED)
