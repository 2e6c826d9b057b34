"""Spaces between the characters of a number: by the gaps, each beside the other gaps.

The spaces are the widest gaps. How many of them are spaces is weighed in a log-linear model
(a conditional random field over the number's gaps): of every number of widest gaps, how far they
stand out, how alike the other gaps are, and whether the spaces part the characters into groups of
the same size. `static/js/segmentation/spacing.js` is the same in JavaScript.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognizer.segmentation.affinity import Boxes

# Log-odds; lengths are in heights of a digit. Fitted on the numbers of benchmarks/ink/signs.py,
# composed and as people wrote them. That there is any space,
ANY = 0.2
# for each,
EACH = -3.4
BY_SIGN = -3.7  # for each beside a sign,
SQUARE = -6.4  # for each by its width's square,
# for the logarithm of the narrowest's width, for how much wider the widest is, and how far the
# widest gap that is none is below. A gap twice as wide is as much likelier a space, wherever
# that starts from; a tenth of a height is added, since digits touch.
LEAST = 6.8
TOUCHING = 0.1
RANGE = 12.1
JUMP = 11.1
# for how far each of the other gaps is from their middle one,
SPREAD = -9.9
# and that all groups of characters are as long.
EQUAL = 4.1
# Beside a sign a gap must be so much wider to be the wider one.
SIGN = 1.5
NARROWEST, WIDEST = -1.0, 2.0
# A space is written where it is likelier than not; what is doubtful makes a number unsure.
WRITTEN = 0.5
# Gaps in steps: languages add up in other orders, and of two alike one would be the wider.
STEP = 2**-20


def spaces(upright: Boxes, standing: Boxes, texts: Sequence[str]) -> list[float]:
    """For each gap between characters, left to right, the probability of a space.

    The boxes are theirs set upright and as they stand: slanting digits reach over one another as
    they stand, and upright ones once all are set upright by others' slant. `texts` are "" of a
    digit, otherwise the sign.
    """
    if len(upright) < 2:
        return []
    is_sign = [text != "" for text in texts]
    heights = [height for height, sign in zip(upright[:, 3], is_sign, strict=True) if not sign]
    unit = _middle_one(heights) or 1.0
    gaps = (_gaps(upright, unit) + _gaps(standing, unit)) / 2
    gaps = np.floor(gaps / STEP + 0.5) * STEP
    beside = np.array(is_sign[1:]) | np.array(is_sign[:-1])
    widest_first = np.argsort(-(gaps - SIGN * beside), kind="stable")
    chosen = [np.isin(np.arange(len(gaps)), widest_first[:count]) for count in range(len(gaps) + 1)]
    odds = [_odds(gaps, beside, spaces) for spaces in chosen]
    likely = [math.exp(one - max(odds)) for one in odds]
    return [
        sum(weight for weight, spaces in zip(likely, chosen, strict=True) if spaces[at])
        / sum(likely)
        for at in range(len(gaps))
    ]


def _gaps(boxes: Boxes, unit: float) -> NDArray[np.float64]:
    wide = (boxes[1:, 0] - boxes[:-1, 0] - boxes[:-1, 2]) / unit
    return np.asarray(np.clip(wide, NARROWEST, WIDEST))


def _odds(gaps: NDArray[np.float64], beside: NDArray[np.bool_], spaces: NDArray[np.bool_]) -> float:
    """Log-odds that just these gaps are spaces, beside that none is."""
    within = gaps[~spaces & ~beside].tolist()
    middle = _middle_one(within) if within else 0.0
    odds = SPREAD * float(sum(abs(gap - middle) for gap in within))
    if not spaces.any():
        return odds
    wide, rest = gaps[spaces], gaps[~spaces]
    sizes = np.diff([-1, *np.flatnonzero(spaces).tolist(), len(gaps)])
    odds += ANY + EACH * len(wide) + BY_SIGN * float(beside[spaces].sum())
    odds += SQUARE * float((wide * wide).sum())
    odds += LEAST * math.log(max(float(wide.min()), 0.0) + TOUCHING)
    odds += RANGE * float(wide.max() - wide.min())
    odds += JUMP * min(float(wide.min() - rest.max()), 1.0) if len(rest) else 0.0
    return odds + (EQUAL if sizes.min() == sizes.max() > 1 else 0.0)


def _middle_one(values: Sequence[float]) -> float:
    """Of two the lower."""
    return float(sorted(values)[(len(values) - 1) // 2])
