"""Spaces between the characters of a number: by the gap, beside the other gaps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from recognizer.segmentation.affinity import Boxes

# Log-odds that a gap is a space; lengths are in heights of a digit. Fitted by folds of people on
# the numbers of benchmarks/ink/signs.py, composed and as people wrote them.
BIAS = -8.6
GAP = 3.1
RATIO = 3.4  # the logarithm of it beside the middle one of the other gaps
HYPHEN = -5.0  # one of the two is a hyphen,
SIGN = -4.8  # or another sign
# Where the gaps, in order of their width, are furthest apart, what is above is rather a space: by
# how far that is,
JUMP = 1.5
# and where it leaves two characters or more in each group, and in each as many.
GROUPS = 1.7
EQUAL = 2.3
# The gap that is usual where there is no other, and what is added to both in the ratio.
ALONE = 0.15
LEAST = 0.12
WIDEST = 2.0
# A space is written from this probability on; what is doubtful makes a number unsure.
WRITTEN = 0.55
# Gaps in steps: languages add up in other orders, and of two alike one would be the wider.
STEP = 2**-20


def spaces(boxes: Boxes, texts: Sequence[str]) -> list[float]:
    """For each gap between characters, left to right, the probability of a space.

    `boxes` are theirs set upright; `texts` "" of a digit, otherwise the sign.
    """
    if len(boxes) < 2:
        return []
    is_sign = [text != "" for text in texts]
    heights = [height for height, sign in zip(boxes[:, 3], is_sign, strict=True) if not sign]
    unit = _middle_one(heights) or 1.0
    wide = np.clip((boxes[1:, 0] - boxes[:-1, 0] - boxes[:-1, 2]) / unit, -1, WIDEST)
    gaps = (np.floor(wide / STEP + 0.5) * STEP).tolist()
    least, above = _parted(gaps)
    probabilities = []
    for at, gap in enumerate(gaps):
        rest = gaps[:at] + gaps[at + 1 :]
        usual = _middle_one(rest) if rest else ALONE
        odds = BIAS + GAP * gap + RATIO * math.log((max(gap, 0) + LEAST) / (max(usual, 0) + LEAST))
        odds += above if gap >= least else 0.0
        pair = texts[at : at + 2]
        if "-" in pair:
            odds += HYPHEN
        elif pair[0] or pair[1]:
            odds += SIGN
        probabilities.append(1 / (1 + math.exp(-odds)))
    return probabilities


def _parted(gaps: list[float]) -> tuple[float, float]:
    """The least of the wider gaps, and the log-odds that these are spaces for being so."""
    ordered = sorted(gaps)
    jumps = [after - before for before, after in pairwise(ordered)]
    if not jumps:
        return math.inf, 0.0
    jump = max(jumps)
    least = ordered[jumps.index(jump) + 1]
    ends = [-1, *(at for at, gap in enumerate(gaps) if gap >= least), len(gaps)]
    sizes = [after - before for before, after in pairwise(ends)]
    odds = JUMP * min(jump, 1.0)
    odds += GROUPS if min(sizes) > 1 else 0.0
    return least, odds + (EQUAL if min(sizes) == max(sizes) else 0.0)


def _middle_one(values: list[float]) -> float:
    """Of two the lower."""
    return float(sorted(values)[(len(values) - 1) // 2])
