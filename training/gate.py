"""Whether a candidate may be promoted: plain values in, a verdict with its reasons out.

Candidate and champion have answered the same images, so they are compared
image by image. Every check, passed or not, gives a sentence with its figures:
the report is read by the person who promotes.
"""

from __future__ import annotations

from math import comb, isfinite
from typing import TYPE_CHECKING

import numpy as np

from training.verdict import Check, Evaluation, Facts, Limits, Material, Verdict

if TYPE_CHECKING:
    from collections.abc import Sized

    from numpy.typing import NDArray

__all__ = [
    "Check",
    "Evaluation",
    "Facts",
    "Limits",
    "Material",
    "Verdict",
    "judge",
    "sign_test",
]

# Margins and floors are decimal fractions, which binary ones only come near:
# 0.97 of 100 images must mean 97 of them.
ROUNDING = 1e-6


def judge(
    candidate: Evaluation,
    champion: Evaluation | None,
    material: Material,
    facts: Facts,
    limits: Limits,
) -> Verdict:
    """The verdict on a candidate; without a champion there is nothing to be worse than.

    Raises `ValueError` where answers and material are not of the same length.
    """
    _must_fit(candidate, material)
    if champion is not None:
        _must_fit(champion, material)
    fixes, breaks = _changes(candidate, champion, material)
    return Verdict(
        checks=(
            _mnist(candidate, champion, material, limits),
            _digits(candidate, champion, material, limits),
            _held_out(candidate, champion, material, limits),
            _promises(candidate, champion, material, limits),
            _parity(facts, limits),
            _latency(facts, limits),
            _size(facts, limits),
        ),
        fixes=fixes,
        breaks=breaks,
    )


def sign_test(*, fixes: int, breaks: int) -> float:
    """How likely at least so many breaks are among the changes of an equally good network.

    Only the drawings that one network reads right and the other wrong tell them
    apart, and of equals each of these is a break with probability 1/2. So the
    result, in (0, 1], is P(X >= breaks) for X ~ Binomial(fixes + breaks, 1/2):
    McNemar's test (Psychometrika 12, 1947, 153-157), one-sided, with the exact
    binomial distribution in place of the chi-squared one, which needs more
    changes than a young site has.
    """
    changes = fixes + breaks
    ways = total = comb(changes, breaks)
    for number in range(breaks, changes):
        ways = ways * (changes - number) // (number + 1)  # comb(changes, number + 1)
        total += ways
    return float(total / 2**changes)


def _must_fit(evaluation: Evaluation, material: Material) -> None:
    lengths: dict[str, tuple[Sized, Sized]] = {
        "MNIST": (evaluation.mnist, material.mnist_labels),
        "held-out drawings": (evaluation.held_out, material.held_out_labels),
        "promises": (evaluation.promises, material.promise_labels),
        "held-out ids": (material.held_out_ids, material.held_out_labels),
        "promise ids": (material.promise_ids, material.promise_labels),
    }
    for name, (given, expected) in lengths.items():
        if len(given) != len(expected):
            raise ValueError(f"{name}: {len(given)} given, {len(expected)} expected.")


def _changes(
    candidate: Evaluation, champion: Evaluation | None, material: Material
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids fixed and broken. A drawing may be held out and promised; it is named once."""
    if champion is None:
        return (), ()
    ids = [*material.held_out_ids, *material.promise_ids]
    labels = np.concatenate([material.held_out_labels, material.promise_labels])
    now = np.concatenate([candidate.held_out, candidate.promises]) == labels
    before = np.concatenate([champion.held_out, champion.promises]) == labels
    fixed = dict.fromkeys(ids[place] for place in np.flatnonzero(now & ~before))
    broken = dict.fromkeys(ids[place] for place in np.flatnonzero(before & ~now))
    return tuple(fixed), tuple(broken)


def _mnist(
    candidate: Evaluation, champion: Evaluation | None, material: Material, limits: Limits
) -> Check:
    """Fails where MNIST is missing: a network that nothing was shown about is not promoted."""
    images = len(material.mnist_labels)
    if not images:
        sentence = "None of MNIST's test images were at hand, so nothing shows how it reads them."
        return Check("mnist", False, sentence, {"images": 0})
    right = _right(candidate.mnist, material.mnist_labels)
    figures = {"images": images, "accuracy": right / images, "margin": limits.mnist_margin}
    sentence = f"Reads {_percent(right / images)} of MNIST's test images; "
    if champion is None:
        sentence += "there is no live version to compare with."
        return Check("mnist", True, sentence, {**figures, "champion": None})
    before = _right(champion.mnist, material.mnist_labels)
    sentence += (
        f"the live version {_percent(before / images)}, and at most "
        f"{100 * limits.mnist_margin:.2f} points less is allowed."
    )
    passed = before - right <= limits.mnist_margin * images + ROUNDING
    return Check("mnist", passed, sentence, {**figures, "champion": before / images})


def _digits(
    candidate: Evaluation, champion: Evaluation | None, material: Material, limits: Limits
) -> Check:
    """Each digit's recall on MNIST has a floor, so that no digit pays for the others.

    Where the live version itself is below the floor, its recall is the floor:
    to refuse an improvement would keep the worse one.
    """
    recall = _recall(candidate.mnist, material.mnist_labels)
    before = {} if champion is None else _recall(champion.mnist, material.mnist_labels)
    figures = {
        "floor": limits.digit_floor,
        "recall": {str(digit): share for digit, share in recall.items()},
        "champion": {str(digit): share for digit, share in before.items()} or None,
    }
    if not recall:
        sentence = "None of MNIST's test images were at hand, so no digit could be checked."
        return Check("digits", False, sentence, figures)
    floors = {digit: min(limits.digit_floor, before.get(digit, 1.0)) for digit in recall}
    low = [digit for digit in recall if recall[digit] < floors[digit] - ROUNDING]
    worst = min(recall, key=lambda digit: recall[digit])
    sentence = (
        f"Reads too few of {_listed([f'{digit} ({_percent(recall[digit])})' for digit in low])}; "
        if low
        else f"Reads the digit it knows least, {worst}, at {_percent(recall[worst])}; "
    )
    sentence += f"{_percent(limits.digit_floor)} of every digit is asked for"
    if any(share < limits.digit_floor for share in before.values()):
        sentence += ", or no less than the live version reads where that is below"
    unseen = [str(digit) for digit in range(10) if digit not in recall]
    sentence += f". Of {_listed(unseen)} no image was at hand." if unseen else "."
    return Check("digits", not low, sentence, figures)


def _held_out(
    candidate: Evaluation, champion: Evaluation | None, material: Material, limits: Limits
) -> Check:
    drawings = len(material.held_out_labels)
    if not drawings:
        sentence = "There are no held-out drawings yet, so there is nothing to compare on."
        return Check("held_out", True, sentence, {"drawings": 0})
    now = candidate.held_out == material.held_out_labels
    figures = {"drawings": drawings, "accuracy": float(now.mean()), "alpha": limits.held_out_alpha}
    sentence = f"Reads {_percent(now.mean())} of {_counted(drawings, 'held-out drawing')}; "
    if champion is None:
        sentence += "there is no live version to compare with."
        return Check("held_out", True, sentence, {**figures, "champion": None})
    before = champion.held_out == material.held_out_labels
    fixes, breaks = int((now & ~before).sum()), int((before & ~now).sum())
    chance = sign_test(fixes=fixes, breaks=breaks)
    sentence += f"the live version {_percent(before.mean())}: {fixes} fixed, {breaks} broken."
    if breaks > fixes:
        sentence += (
            f" An equally good network would break as many with a chance of {chance:.3f}; "
            f"at {limits.held_out_alpha:g} or below it counts as worse."
        )
    figures |= {
        "champion": float(before.mean()),
        "fixes": fixes,
        "breaks": breaks,
        "chance": chance,
    }
    passed = fixes >= breaks or chance > limits.held_out_alpha
    return Check("held_out", passed, sentence, figures)


def _promises(
    candidate: Evaluation, champion: Evaluation | None, material: Material, limits: Limits
) -> Check:
    """Where the live version itself breaks more than the limit, it may not be outdone."""
    promises = len(material.promise_labels)
    broken = promises - _right(candidate.promises, material.promise_labels)
    before = None
    if champion is not None:
        before = promises - _right(champion.promises, material.promise_labels)
    figures = {
        "promises": promises,
        "broken": broken,
        "champion": before,
        "allowed": limits.promises_broken,
    }
    if not promises:
        sentence = "There are no drawings yet that a live version has promised to read right."
        return Check("promises", True, sentence, figures)
    sentence = (
        f"Misreads {broken:,} of {_counted(promises, 'drawing')} that a live version once read "
        f"right; at most {limits.promises_broken} are allowed"
    )
    if before is not None and before > limits.promises_broken:
        sentence += f", or the {before:,} that the live version misreads"
    passed = broken <= max(limits.promises_broken, before or 0)
    return Check("promises", passed, f"{sentence}.", figures)


def _parity(facts: Facts, limits: Limits) -> Check:
    difference, same = float(facts.parity), bool(facts.parity_same_digits)
    sentence = (
        f"The exported network gives {'the same' if same else 'other'} digits, its "
        f"probabilities differ by at most {difference:.2g}; the same digits and at most "
        f"{limits.parity:g} are asked for."
    )
    figures = {"difference": _json(difference), "same_digits": same, "allowed": limits.parity}
    # Written so that a difference that is no number fails.
    return Check("parity", same and difference <= limits.parity, sentence, figures)


def _latency(facts: Facts, limits: Limits) -> Check:
    taken, allowed = float(facts.latency_ms), limits.latency_ms
    sentence = f"One reading takes {taken:.2f} ms; at most {allowed:g} ms are allowed."
    figures = {"milliseconds": _json(taken), "allowed": allowed}
    return Check("latency", taken <= allowed, sentence, figures)


def _size(facts: Facts, limits: Limits) -> Check:
    size, allowed = facts.tflite_bytes, limits.tflite_bytes
    sentence = f"The exported network has {size:,} bytes; at most {allowed:,} are allowed."
    return Check("size", size <= allowed, sentence, {"bytes": size, "allowed": allowed})


def _right(answers: NDArray[np.int64], labels: NDArray[np.int64]) -> int:
    return int((answers == labels).sum())


def _recall(answers: NDArray[np.int64], labels: NDArray[np.int64]) -> dict[int, float]:
    """The share of each digit's images that are read right; digits without images are left out."""
    digits = (digit for digit in range(10) if (labels == digit).any())
    return {digit: float((answers[labels == digit] == digit).mean()) for digit in digits}


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _json(value: float) -> float | None:
    """JSON knows no infinity and nothing that is not a number."""
    return value if isfinite(value) else None
