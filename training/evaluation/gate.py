"""Whether a candidate may be promoted: plain values in, a verdict with its reasons out.

Candidate and champion have answered the same drawings, so they are compared drawing by
drawing, each set by the rule of `counts`: no single drawing decides, and where a set cannot
decide the verdict says so. Every check, passed or not, gives a sentence with its figures:
the report is read by the person who promotes.
"""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from training.evaluation.counts import Outcome, Rule, holm, sign_test
from training.evaluation.gate_types import (
    FAILED,
    PASSED,
    UNDECIDED,
    Change,
    Check,
    Counts,
    Facts,
    JudgedSet,
    Limits,
    Remark,
    Verdict,
    worst,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MNIST, HELD_OUT, REGRESSION = "mnist", "held_out", "promises"
# Labels that lie reach the other sets of drawings, but not these two.
UNLABELLED, MADE_UP = "unlabelled", "made_up"
DIGIT, SOURCE = "digit_", "source_"
# Counted for who compares, and no part of the verdict.
PEN = "pen_"
# Shares are binary fractions, which decimal ones only come near.
ROUNDING = 1e-9


def judge(sets: Sequence[JudgedSet], facts: Facts, limits: Limits) -> Verdict:
    """The verdict on a candidate; without a champion there is nothing to be worse than.

    The sets are `MNIST`, `HELD_OUT`, `REGRESSION`, `UNLABELLED` and `MADE_UP`, of which any
    may be missing or empty, and what `divided` makes of them.
    """
    given = {one.name: one for one in sets if len(one.labels)}
    found = {name: count(one, limits.rule) for name, one in given.items()}
    compared = any(one.champion is not None for one in given.values())
    fixes, breaks = _changes([given[name] for name in (HELD_OUT, REGRESSION) if name in given])
    return Verdict(
        checks=(
            _mnist(found.get(MNIST)),
            _single(HELD_OUT, found),
            _parts("digits", DIGIT, found, limits.rule)
            if compared
            else _floors(given.get(MNIST), limits),
            _parts("sources", SOURCE, found, limits.rule),
            _single(REGRESSION, found),
            _unlabelled(found, given.get(UNLABELLED)),
            _parity(facts, limits),
            _latency(facts, limits),
            _size(facts, limits),
        ),
        sets=tuple(found.values()),
        false_alarm=_false_alarm(found, limits.rule),
        fixes=fixes,
        breaks=breaks,
        disagreements=_changes([given[UNLABELLED]])[1] if UNLABELLED in given else (),
    )


def count(judged: JudgedSet, rule: Rule) -> Counts:
    """The counts of a set and, beside a champion, its outcome by the rule."""
    n, now = len(judged.labels), judged.candidate == judged.labels
    margin = rule.margin(n)
    if judged.champion is None:
        return Counts(judged.name, n, int(now.sum()), None, 0, 0, margin, None, None)
    before = judged.champion == judged.labels
    broken = int((before & ~now).sum())
    fixed = int((now & ~before).sum()) + min(judged.expected_fixes, broken)
    return Counts(
        name=judged.name,
        n=n,
        right=int(now.sum()),
        champion_right=int(before.sum()),
        fixed=fixed,
        broken=broken,
        margin=margin,
        chance=sign_test(fixed=fixed, broken=broken),
        outcome=rule.outcome(n, fixed=fixed, broken=broken),
    )


def divided(
    name: str, judged: Sequence[JudgedSet], which: Sequence[NDArray[np.bool_]]
) -> JudgedSet:
    """A set of some rows of others, such as all sevens of MNIST and of held-out people."""
    champions = [one.champion for one in judged if one.champion is not None]
    rows = list(zip(judged, which, strict=True))
    return JudgedSet(
        name=name,
        labels=np.concatenate([one.labels[some] for one, some in rows]),
        candidate=np.concatenate([one.candidate[some] for one, some in rows]),
        champion=np.concatenate(
            [champion[some] for champion, some in zip(champions, which, strict=True)]
        )
        if champions
        else None,
    )


def _changes(sets: Sequence[JudgedSet]) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """What is fixed and what is broken, each named once, though a drawing may be in two sets."""
    fixed: dict[str, Change] = {}
    broken: dict[str, Change] = {}
    for one in sets:
        if one.champion is None or not len(one.ids):
            continue
        now, before = one.candidate == one.labels, one.champion == one.labels
        for into, places in ((fixed, now & ~before), (broken, before & ~now)):
            for place in np.flatnonzero(places).tolist():
                key = str(one.ids[place])
                into[key] = Change(
                    key,
                    int(one.labels[place]),
                    int(one.champion[place]),
                    int(one.candidate[place]),
                )
    return tuple(fixed.values()), tuple(broken.values())


# --- the checks of counts ---------------------------------------------------------------


def _check_outcome(outcome: Outcome | None) -> str:
    if outcome is Outcome.WORSE:
        return FAILED
    return UNDECIDED if outcome is Outcome.UNDECIDED else PASSED


def _mnist(found: Counts | None) -> Check:
    """Fails where MNIST is missing: a network that nothing was shown about is not promoted."""
    if found is None:
        return Check(MNIST, FAILED, (Remark("no_mnist"),), {"n": 0})
    return Check(MNIST, _check_outcome(found.outcome), _told(found), _figures(found))


def _single(name: str, found: dict[str, Counts]) -> Check:
    one = found.get(name)
    if one is None:
        return Check(name, PASSED, (Remark(f"no_{name}"),), {"n": 0})
    return Check(name, _check_outcome(one.outcome), _told(one), _figures(one))


def _parts(name: str, prefix: str, found: dict[str, Counts], rule: Rule) -> Check:
    """One check for all digits, or all sources, which it names where they are worse."""
    parts = _family(prefix, found)
    figures = {"sets": [one.name for one in parts]}
    if not parts:
        return Check(name, PASSED, (Remark(f"no_{name}"),), figures)
    if parts[0].champion_right is None:
        return Check(name, PASSED, (Remark("no_champion"),), figures)
    outcomes = _family_outcomes(parts, rule)
    outcome = worst(outcomes)
    if outcome == PASSED:
        most = max(parts, key=lambda one: one.broken - one.fixed)
        none = Remark(f"none_of_{name}", {"count": len(parts)})
        return Check(name, PASSED, (none, *_told(most)), figures)
    bad = [one for one, its in zip(parts, outcomes, strict=True) if its == outcome]
    remarks = [remark for one in bad for remark in _told(one)]
    if outcome == UNDECIDED:
        remarks.append(Remark("one_of_many", {"count": len(parts)}))
    return Check(name, outcome, tuple(remarks), figures)


def _family(prefix: str, found: dict[str, Counts]) -> list[Counts]:
    return [one for key, one in found.items() if key.startswith(prefix)]


def _family_outcomes(parts: Sequence[Counts], rule: Rule) -> list[str]:
    """What each part of a family does to its check.

    The more parts, the more of them lose by chance: of eleven digits of equal networks one is
    above its margin more often than not. A part refuses where it is worse by Holm's level, by
    its own level alone it leaves the check undecided, and a loss that chance explains by itself
    is told of; the whole, MNIST or all held-out people, has a check of its own.
    """
    deciding = [one for one in parts if one.outcome is not Outcome.TOO_FEW]
    chances = [1.0 if one.chance is None else one.chance for one in deciding]
    adjusted = {one.name: chance for one, chance in zip(deciding, holm(chances), strict=True)}
    return [
        PASSED
        if one.outcome is not Outcome.WORSE
        else FAILED
        if adjusted[one.name] <= rule.alpha
        else UNDECIDED
        for one in parts
    ]


def _false_alarm(found: dict[str, Counts], rule: Rule) -> float:
    """How likely, at most, an equally good candidate of as many changes is refused by a set."""
    families = [_family(DIGIT, found), _family(SOURCE, found)]
    divided = {one.name for family in families for one in family}
    single = [one for name, one in found.items() if name not in divided]
    return min(
        1.0,
        sum(
            replace(rule, alpha=rule.alpha / len(family)).false_alarm(one.n, one.fixed + one.broken)
            for family in [*([one] for one in single), *families]
            for one in family
        ),
    )


def _floors(mnist: JudgedSet | None, limits: Limits) -> Check:
    """Without a champion each digit of MNIST has a floor, so that a first version can read."""
    recall = {} if mnist is None else _recall(mnist.candidate, mnist.labels)
    figures = {"floor": limits.digit_floor, "recall": {str(key): recall[key] for key in recall}}
    if not recall:
        return Check("digits", FAILED, (Remark("no_recall"),), figures)
    low = [digit for digit in recall if recall[digit] < limits.digit_floor - ROUNDING]
    if low:
        told = {"digits": [[digit, recall[digit]] for digit in low], "floor": limits.digit_floor}
        return Check("digits", FAILED, (Remark("below_floor", told),), figures)
    least = min(recall, key=lambda digit: recall[digit])
    told = {"digit": least, "share": recall[least], "floor": limits.digit_floor}
    return Check("digits", PASSED, (Remark("above_floor", told),), figures)


def _unlabelled(found: dict[str, Counts], judged: JudgedSet | None) -> Check:
    """The sets made for poison: sure answers to what nobody labelled, and made-up digits."""
    parts = [found[name] for name in (UNLABELLED, MADE_UP) if name in found]
    if not parts or parts[0].champion_right is None:
        return Check(UNLABELLED, PASSED, (Remark("no_unlabelled"),), {"n": 0})
    expected = judged.expected_fixes if judged else 0
    remarks = [
        remark
        for one in parts
        for remark in (_disagreement(one, expected) if one.name == UNLABELLED else _told(one))
    ]
    outcome = worst([_check_outcome(one.outcome) for one in parts])
    figures = {"sets": [one.name for one in parts], "expected": expected}
    return Check(UNLABELLED, outcome, tuple(remarks), figures)


def _disagreement(found: Counts, expected: int) -> tuple[Remark, ...]:
    told = {"broken": found.broken, "n": found.n, "expected": expected}
    return (Remark("disagrees", told), *_why(found))


def _told(found: Counts) -> tuple[Remark, ...]:
    """What is said of a set: both shares with their n, what changed, and why it counts so."""
    told: dict[str, Any] = {"set": found.name, "share": found.right / found.n, "n": found.n}
    if found.champion_right is None:
        return (Remark("reads_alone", told),)
    told |= {
        "before": found.champion_right / found.n,
        "fixed": found.fixed,
        "broken": found.broken,
    }
    return (Remark("reads", told), *_why(found))


def _why(found: Counts) -> tuple[Remark, ...]:
    if found.outcome is Outcome.TOO_FEW:
        return (Remark("too_few"),)
    if found.outcome is Outcome.NOT_WORSE or found.chance is None:
        return ()
    lost = found.broken - found.fixed
    told = {"lost": lost, "margin": found.margin, "chance": found.chance}
    return (Remark("worse" if found.outcome is Outcome.WORSE else "undecided", told),)


def _figures(found: Counts) -> dict[str, Any]:
    return {
        "n": found.n,
        "right": found.right,
        "champion_right": found.champion_right,
        "fixed": found.fixed,
        "broken": found.broken,
        "margin": found.margin,
        "chance": found.chance,
    }


# --- the checks of the files ------------------------------------------------------------


def _parity(facts: Facts, limits: Limits) -> Check:
    difference, same = float(facts.parity), bool(facts.parity_same_digits)
    code = "same_digits" if same else "other_digits"
    figures = {"difference": _json(difference), "same_digits": same, "allowed": limits.parity}
    # Written so that a difference that is no number fails.
    return _limit("parity", same and difference <= limits.parity, code, figures)


def _latency(facts: Facts, limits: Limits) -> Check:
    taken, allowed = float(facts.latency_ms), limits.latency_ms
    figures = {"milliseconds": _json(taken), "allowed": allowed}
    return _limit("latency", taken <= allowed, "latency", figures)


def _size(facts: Facts, limits: Limits) -> Check:
    size, allowed = facts.tflite_bytes, limits.tflite_bytes
    return _limit("size", size <= allowed, "size", {"bytes": size, "allowed": allowed})


def _limit(name: str, kept: bool, code: str, figures: dict[str, Any]) -> Check:
    return Check(name, PASSED if kept else FAILED, (Remark(code, figures),), figures)


def _recall(answers: NDArray[np.int64], labels: NDArray[np.int64]) -> dict[int, float]:
    """The share of each digit's images that are read right; digits without images are left out."""
    digits = (digit for digit in range(10) if (labels == digit).any())
    return {digit: float((answers[labels == digit] == digit).mean()) for digit in digits}


def _json(value: float) -> float | None:
    """JSON knows no infinity and nothing that is not a number."""
    return value if isfinite(value) else None
