"""Signs between the digits of a number: told by their shape, their place and the network's answers.

The network knows ten digits and "no digit". Whether a group of pieces is a digit, a part of
something or one of eleven signs is said by two small networks of their own: the first sees each
group by itself, the second also what the first takes its neighbours for, which is stacking
(Wolpert, "Stacked Generalization", 1992). They are fitted on numbers that people wrote and on
numbers composed of their digits and signs (benchmarks/ink/signs.py).
`static/js/segmentation/signs.js` is the same in JavaScript.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from recognizer.preprocessing.glyph import Glyph
from recognizer.segmentation.affinity import Boxes, Points
from recognizer.segmentation.weights import Stored, restored

# From this probability on a character is surely what it is taken for.
SURE = 0.9
# The first two classes; the signs follow them.
DIGIT, PART = 0, 1
SIGNS = "-/.,:+()$%="
FIRST_SIGN = 2
# The network has learned these as no digit: where it sees one all the same, there is doubt.
UNLIKE_DIGITS = ":+$%="

# (pieces, 10), of the ink of each: how much, its middle (x, y), and about it xx, xy, yy, xxx, xxy,
# xyy, yyy.
Moments: TypeAlias = NDArray[np.float64]
Traits: TypeAlias = NDArray[np.float64]  # (groups, 41), see `traits`
LEANING = 11  # among them 2xy of the ink's moments, as a share of xx + yy
# What is as high as this share of the tallest piece tells where the line is.
TALL = 0.5
# A 1, a slash or a bracket is so much longer than wide, by the moments of its ink.
STRAIGHT = 0.2
# A dot has no length, but a place; in heights of the tallest piece.
LEAST_INK = 1e-6
# The glyph is looked at in so many blocks each way.
BLOCKS = 7
# As large as the log-odds may be that pieces are of one digit.
AFFINITY = 10.0
WEIGHTS = Path(__file__).with_name("sign_weights.json")


def moments(pieces: Sequence[Points], slant: float) -> Moments:
    """Strokes of the pen -> their moments once a common slant, in x for each y, is taken away."""
    return np.array([_moments(points, slant) for points in pieces])


def _moments(points: Points, slant: float) -> list[float]:
    x, y = points[:, 0] - slant * points[:, 1], points[:, 1]
    along, down = np.diff(x), np.diff(y)
    length = np.hypot(along, down)
    ink = float(length.sum())
    if ink == 0:
        return [0.0, float(x[0]), float(y[0]), *[0.0] * 7]
    share = length / ink
    x, y = (x[1:] + x[:-1]) / 2, (y[1:] + y[:-1]) / 2
    middle_x, middle_y = float(share @ x), float(share @ y)
    x, y = x - middle_x, y - middle_y
    # What the ink of a segment has about its own middle is a twelfth.
    xx, xy, yy = along * along / 12, along * down / 12, down * down / 12
    parts = [
        x * x + xx, x * y + xy, y * y + yy,
        x * x * x + 3 * xx * x, x * x * y + xx * y + 2 * xy * x,
        x * y * y + yy * x + 2 * xy * y, y * y * y + 3 * yy * y,
    ]  # fmt: skip
    return [ink, middle_x, middle_y, *(float(length @ part) for part in parts)]


def pixel_moments(points: Points, slant: float) -> list[float]:
    """The same of a piece of a picture, by its pixels."""
    x, y = points[:, 0] - slant * points[:, 1], points[:, 1]
    middle_x, middle_y = float(x.mean()), float(y.mean())
    x, y = x - middle_x, y - middle_y
    parts = [x * x, x * y, y * y, x * x * x, x * x * y, x * y * y, y * y * y]
    return [float(len(points)), middle_x, middle_y, *(float(part.sum()) for part in parts)]


def traits(
    boxes: Boxes, ink: Moments, groups: Sequence[tuple[int, ...]], cut: Collection[int] = ()
) -> Traits:
    """Shape and place of each group of pieces: (groups, 41), each about as large as 1.

    `boxes` and `ink` are those of the pieces set upright. The last one is 1 where there are
    pieces in it that were `cut` from others, else 0.
    """
    unit = float(boxes[:, 3].max() or boxes[:, 2].max() or 1.0)
    own = ink / unit ** np.array([1, 1, 1, *[3] * 3, *[4] * 4])
    straight = np.array([_shape(one[None])[0][2] < STRAIGHT for one in own])
    slopes = np.array([_slope(one) for one in own])
    scaled = boxes / unit
    rows = []
    for group in groups:
        shape, slope = _shape(own[[*group]])
        rows.append(
            [
                *_traits(scaled, slopes, group, shape, slope),
                *_among(scaled, slopes, group, slope, straight),
                float(any(piece in cut for piece in group)),
            ]
        )
    return np.array(rows)


def _traits(
    boxes: Boxes,
    slopes: NDArray[np.float64],
    group: tuple[int, ...],
    shape: list[float],
    slope: float,
) -> list[float]:
    own = [*group]
    mine = np.zeros(len(boxes), dtype=bool)
    mine[own] = True
    left, top = boxes[own, 0].min(), boxes[own, 1].min()
    right = (boxes[own, 0] + boxes[own, 2]).max()
    foot = (boxes[own, 1] + boxes[own, 3]).max()
    width, height = right - left, foot - top
    others = boxes[~mine]
    line = others[others[:, 3] >= TALL]
    if len(line) > 0:
        tall, line_top = _median(line[:, 3]), _median(line[:, 1])
        line_foot = _median(line[:, 1] + line[:, 3])
    else:
        tall, line_top, line_foot = max(height, TALL), top, foot
    lean = _median(slopes[~mine & (boxes[:, 3] >= TALL)]) if len(line) > 0 else 0.0
    return [
        _within(height / tall, 0, 3), _within(width / tall, 0, 3),
        _within((top - line_top) / tall, -2, 2), _within((foot - line_foot) / tall, -2, 2),
        height, float(len(line) == 0), float(len(own) == 2), float(len(own) > 2),
        np.log(max(width, height) / tall + 0.02) / 2,
        _within(slope - lean, -2, 2),
        *shape,
        *_beside(others, (left, top, width, height), tall),
        *_against(line, (left, top, width, height), tall),
    ]  # fmt: skip


def _median(values: NDArray[np.float64]) -> float:
    """The middle one, of two the lower."""
    return float(np.sort(values)[(len(values) - 1) // 2])


def _within(value: float, low: float, high: float) -> float:
    return min(max(float(value), low), high)


def _slope(ink: NDArray[np.float64]) -> float:
    """In x for each y, by the ink's moments; 0 of a dot or a level line."""
    return _within(float(ink[4] / ink[5]), -2, 2) if ink[5] > LEAST_INK**3 else 0.0


def _shape(ink: Moments) -> tuple[list[float], float]:
    """How the ink of some pieces together is shaped, and its slope."""
    mass = np.maximum(ink[:, 0], LEAST_INK)
    total = float(mass.sum())
    x = ink[:, 1] - float(mass @ ink[:, 1]) / total
    y = ink[:, 2] - float(mass @ ink[:, 2]) / total
    a, b, c = ink[:, 3], ink[:, 4], ink[:, 5]
    xx, xy, yy = (
        float(part.sum()) / total for part in (a + mass * x * x, b + mass * x * y, c + mass * y * y)
    )
    third = [
        float(part.sum()) / total
        for part in (
            ink[:, 6] + 3 * a * x + mass * x**3,
            ink[:, 7] + a * y + 2 * b * x + mass * x * x * y,
            ink[:, 8] + c * x + 2 * b * y + mass * x * y * y,
            ink[:, 9] + 3 * c * y + mass * y**3,
        )
    ]
    size = xx + yy + LEAST_INK
    spread = np.sqrt((xx - yy) ** 2 + 4 * xy * xy)
    narrow = np.sqrt(max(xx + yy - spread, 0.0) / (xx + yy + spread + LEAST_INK))
    shape = [
        (xx - yy) / size, 2 * xy / size, float(narrow),
        *(_within(2 * part / size**1.5, -2, 2) for part in third),
    ]  # fmt: skip
    return shape, _within(xy / yy, -2, 2) if yy > LEAST_INK**2 else 0.0


def _beside(others: Boxes, box: tuple[float, ...], tall: float) -> list[float]:
    """How far the neighbours are, how high they are, and how much one of them overlaps in x."""
    left, top, width, height = box
    if len(others) == 0:
        return [2.0, 0.0, 0.0, 2.0, 0.0, 0.0, -1.0, 0.0]
    rights, middles = others[:, 0] + others[:, 2], others[:, 0] + others[:, 2] / 2
    before = middles < left + width / 2
    overlap = np.minimum(rights, left + width) - np.maximum(others[:, 0], left)
    at = int(overlap.argmax())
    middle = others[at, 1] + others[at, 3] / 2
    return [
        *_neighbour(others[before], left - rights[before], top + height / 2, tall),
        *_neighbour(others[~before], others[~before, 0] - left - width, top + height / 2, tall),
        _within(overlap[at] / tall, -1, 1),
        _within((middle - top - height / 2) / tall, -1, 1) if overlap[at] > 0 else 0.0,
    ]


def _against(line: Boxes, box: tuple[float, ...], tall: float) -> list[float]:
    """How much higher it begins, lower it ends and how much taller it is than the tall ones
    next to it to the left and right, 0 where there is none."""
    left, top, width, height = box
    before = line[:, 0] + line[:, 2] / 2 < left + width / 2
    values = []
    for side, order in ((line[before], -1), (line[~before], 0)):
        if len(side) == 0:
            values += [0.0, 0.0, 0.0]
            continue
        at = int(np.argsort(side[:, 0] + side[:, 2] / 2, kind="stable")[order])
        _, its_top, _, its_height = side[at]
        values += [
            _within((top - its_top) / tall, -1, 1),
            _within((top + height - its_top - its_height) / tall, -1, 1),
            _within(height / its_height - 1, -1, 2),
        ]
    return values


def _among(
    boxes: Boxes,
    slopes: NDArray[np.float64],
    group: tuple[int, ...],
    slope: float,
    straight: NDArray[np.bool_],
) -> list[float]:
    """What tells a 1 from a slash or a bracket: how many other tall pieces are as straight, how
    far its slope, top and foot are from the least and the most of theirs, and how far top and
    foot are from the round ones'; 0 where there is none."""
    own = [*group]
    tall = boxes[:, 3] >= TALL
    tall[own] = False
    straight_ones, round_ones = np.flatnonzero(tall & straight), np.flatnonzero(tall & ~straight)
    tops, feet = boxes[:, 1], boxes[:, 1] + boxes[:, 3]
    top, foot = float(tops[own].min()), float(feet[own].max())
    return [
        min(len(straight_ones), 4) / 2,
        *_apart(slope, slopes[straight_ones]),
        *_apart(top, tops[straight_ones]), *_apart(foot, feet[straight_ones]),
        *(_within(value - _median(others[round_ones]), -1, 1) if len(round_ones) > 0 else 0.0
          for value, others in ((top, tops), (foot, feet))),
    ]  # fmt: skip


def _apart(value: float, others: NDArray[np.float64]) -> list[float]:
    """How far it is above the least and the most of the others."""
    if len(others) == 0:
        return [0.0, 0.0]
    return [_within(value - float(limit), -1, 1) for limit in (others.min(), others.max())]


def _neighbour(
    boxes: Boxes, gaps: NDArray[np.float64], middle: float, tall: float
) -> tuple[float, float, float]:
    if len(boxes) == 0:
        return 2.0, 0.0, 0.0
    at = int(gaps.argmin())
    return (
        _within(gaps[at] / tall, -1, 2),
        _within(boxes[at, 3] / tall, 0, 2),
        _within((boxes[at, 1] + boxes[at, 3] / 2 - middle) / tall, -1, 1),
    )


# --- what a group is ------------------------------------------------------------------


def blocks(glyphs: Sequence[Glyph]) -> NDArray[np.float64]:
    """(n, BLOCKS²) in [0, 1]: the glyphs' ink in squares."""
    pixels = np.array([glyph.pixels for glyph in glyphs], dtype=np.float64)
    side = pixels.shape[-1] // BLOCKS
    parted = pixels.reshape(len(glyphs), BLOCKS, side, BLOCKS, side)
    return np.asarray(parted.mean(axis=(2, 4)).reshape(len(glyphs), -1) / 255)


def inputs(
    traits: Traits,
    affinities: Sequence[float],
    glyphs: NDArray[np.float64],
    answers: NDArray[np.float64],
    *,
    by_pen: bool,
) -> NDArray[np.float64]:
    """All that is known of each group by itself. The first have a glyph, (n, BLOCKS²), and the
    network's answers, (n, 10); what is not read has 0 in their places. `affinities` are the
    log-odds that the pieces of each are of one digit."""
    without = len(traits) - len(glyphs)
    none = np.maximum(1 - answers.sum(axis=1), 0)
    likeliest = answers.max(axis=1)
    read = np.column_stack([np.ones(len(glyphs)), answers, none, likeliest, glyphs])
    joined = np.clip(np.array(affinities) / AFFINITY, -1, 2)
    kind = np.full(len(traits), float(by_pen))
    return np.column_stack([traits, joined, kind, np.pad(read, ((0, without), (0, 0)))])


def likes(of_kind: NDArray[np.float64], answers: NDArray[np.float64]) -> NDArray[np.float64]:
    """(groups, 3): how likely each is a 1, another digit or a slash, by what it is taken for by
    itself and by the network's answers, (n, 10), of the first ones."""
    digit = of_kind[:, DIGIT]
    one = np.zeros(len(of_kind))
    one[: len(answers)] = digit[: len(answers)] * answers[:, 1]
    return np.column_stack([one, digit - one, of_kind[:, FIRST_SIGN + SIGNS.index("/")]])


def looks(traits: Traits, upright: Boxes) -> NDArray[np.float64]:
    """(groups, 4): how far each leans by its ink's moments, its top, foot and width beside the
    tallest one's height."""
    unit = float(upright[:, 3].max()) or 1.0
    tops, heights, widths = (upright[:, side] / unit for side in (1, 3, 2))
    return np.column_stack([traits[:, LEANING], tops, tops + heights, widths])


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """One hidden layer: (inputs + 1, hidden) and (hidden + 1, classes), the last rows biases."""

    hidden: NDArray[np.float64]
    output: NDArray[np.float64]

    def probabilities(self, inputs: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, inputs) -> (n, classes): a digit, a part of something, or one of `SIGNS`."""
        between = np.maximum(inputs @ self.hidden[:-1] + self.hidden[-1], 0)
        logits = between @ self.output[:-1] + self.output[-1]
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True, eq=False)
class Classifiers:
    """The one that sees each group `alone`, and the one that has its context beside that."""

    alone: Classifier
    among: Classifier


@cache
def classifiers() -> Classifiers:
    """The fitted ones."""
    weights = json.loads(WEIGHTS.read_text())
    return Classifiers(*(_classifier(weights[name]) for name in ("alone", "among")))


def _classifier(tables: dict[str, Stored]) -> Classifier:
    return Classifier(restored(tables["hidden"]), restored(tables["output"]))
