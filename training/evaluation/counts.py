"""The gate's rule for one set of drawings: counts of fixed and broken ones -> an outcome. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, comb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Outcome(StrEnum):
    """What a set of drawings says of the candidate beside the champion."""

    NOT_WORSE = "not_worse"
    WORSE = "worse"
    UNDECIDED = "undecided"  # more is lost than the margin, and chance may have done it
    TOO_FEW = "too_few"  # so few drawings are told of, and decide nothing


@dataclass(frozen=True, slots=True)
class Rule:
    """The margins of `outcome`.

    A set of n drawings decides from `least` on. It may lose `least_margin` drawings, or
    `margin_share` of its n where that is more; `alpha` is the level of the sign test.
    """

    alpha: float = 0.05
    margin_share: float = 0.001
    least_margin: int = 2
    least: int = 30

    def margin(self, n: int) -> int:
        """How many drawings of n may be broken beyond those that are fixed."""
        # Rounded first: 0.001 * 3,000 is 3 and a little more in binary fractions.
        return max(self.least_margin, ceil(round(n * self.margin_share, 9)))

    def outcome(self, n: int, *, fixed: int, broken: int) -> Outcome:
        """The outcome of n drawings of which the candidate fixes and breaks so many."""
        if n < self.least:
            return Outcome.TOO_FEW
        if broken - fixed <= self.margin(n):
            return Outcome.NOT_WORSE
        worse = sign_test(fixed=fixed, broken=broken) <= self.alpha
        return Outcome.WORSE if worse else Outcome.UNDECIDED

    def false_alarm(self, n: int, changed: int) -> float:
        """How likely an equally good candidate is called worse, of whose n answers so many changed.

        Each change is then a break with probability 1/2. The result, in [0, 1], is at most
        `alpha`, and far below it where few changed.
        """
        broken = self._least_broken(n, changed)
        if broken is None:
            return 0.0
        return sign_test(fixed=changed - broken, broken=broken)

    def _least_broken(self, n: int, changed: int) -> int | None:
        """With how many breaks among the changes the outcome begins to be worse; None if never."""
        return next(
            (
                broken
                for broken in range(changed // 2, changed + 1)
                if self.outcome(n, fixed=changed - broken, broken=broken) is Outcome.WORSE
            ),
            None,
        )


ISSUED = Rule()


def sign_test(*, fixed: int, broken: int) -> float:
    """How likely at least so many breaks are among the changes of an equally good network.

    Only the drawings that one network reads right and the other wrong tell them
    apart, and of equals each of these is a break with probability 1/2. So the
    result, in (0, 1], is P(X >= broken) for X ~ Binomial(fixed + broken, 1/2):
    McNemar's test (Psychometrika 12, 1947, 153-157), one-sided, with the exact
    binomial distribution in place of the chi-squared one, which needs more
    changes than a young site has.
    """
    changes = fixed + broken
    ways = total = comb(changes, broken)
    for number in range(broken, changes):
        ways = ways * (changes - number) // (number + 1)  # comb(changes, number + 1)
        total += ways
    return float(total / 2**changes)


def holm(chances: Sequence[float]) -> list[float]:
    """Chances of several tests, each as large as it is among so many, at most 1.

    Holm's step-down procedure (Scandinavian Journal of Statistics 6, 1979, 65-70): where all
    networks are equal, one of these is 0.05 or below in at most 5 of 100 families.
    """
    adjusted, largest = [0.0] * len(chances), 0.0
    for rank, place in enumerate(sorted(range(len(chances)), key=lambda place: chances[place])):
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[place]))
        adjusted[place] = largest
    return adjusted


def smallest_difference(n: int, *, fixed: int = 0, rule: Rule = ISSUED) -> int | None:
    """The least net loss, broken - fixed, that the gate would call worse on n drawings.

    `fixed` is how many drawings the candidate fixes meanwhile: the more change, the larger a
    loss must be to be seen. None where the set decides nothing, being too small.
    """
    for broken in range(fixed, n + 1):
        if rule.outcome(n, fixed=fixed, broken=broken) is Outcome.WORSE:
            return broken - fixed
    return None


def drawings_to_decide(
    n: int, *, fixed: int, broken: int, rule: Rule = ISSUED, most: int = 20
) -> int | None:
    """How many more drawings, of which as large shares change, would let the rule decide.

    0 where it decides already; None where `most` times as many would not do.
    """
    for tenths in range(10, 10 * most + 1):
        share = tenths / 10
        outcome = rule.outcome(
            round(n * share), fixed=round(fixed * share), broken=round(broken * share)
        )
        if outcome in (Outcome.WORSE, Outcome.NOT_WORSE):
            return round(n * share) - n
    return None
