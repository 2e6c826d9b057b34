"""Regional and personal variants of digits, which MNIST's American writers hardly wrote.

A 0 crossed by one line or with a dot inside, or left open; a 1 with a long upstroke, a
foot, or a stroke that goes back up; a 4 that is open, closed or made of two uprights; a 6
that does not close; a 7 with a bar, a serif or a foot; a 9 that is open or whose tail
curls back. They are strokes in the order and the direction in which people write them.
Pens and tablets add their own: a flick where the pen lifts off, a line drawn twice, steps
of a whole unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyphs
from training.examples import Examples
from training.synthesis.doodles import smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recognizer.preprocessing.strokes import Stroke

# How many of a hundred variants are of each digit.
SHARES = {0: 26, 1: 24, 4: 14, 6: 8, 7: 16, 9: 12}
# Shares of the variants that a pen's flick, a line drawn twice and a coarse tablet change.
FLICKED, RETRACED, COARSE = 0.15, 0.05, 0.2
UNITS = (12, 50)  # of a coarse tablet, on the digit's longer side


def generate(count: int, rng: np.random.Generator) -> Examples:
    """`count` glyphs at random, the digits by `SHARES`."""
    labels, drawings = draw(count, rng)
    return Examples(Glyphs.of([ink.normalise(strokes) for strokes in drawings]), labels)


def draw(count: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], list[list[Stroke]]]:
    """`count` labels, (count,) int64, and the strokes of each, about a unit high, y down."""
    writers = {0: _zero, 1: _one, 4: _four, 6: _six, 7: _seven, 9: _nine}
    shares = np.array(list(SHARES.values())) / sum(SHARES.values())
    labels = rng.choice(list(SHARES), count, p=shares)
    return labels, [_by_hand(writers[int(label)](rng), rng) for label in labels]


def _by_hand(strokes: list[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """Strokes slanted, more often to the right, with each corner a little off and rounded, as
    somebody's pen and tablet give them."""
    shear = rng.uniform(-0.35, 0.15)
    slant = np.array([[np.exp(rng.uniform(-0.2, 0.2)), shear], [0.0, 1.0]])
    unsteady = [stroke + rng.normal(0, 0.02, stroke.shape) for stroke in strokes]
    drawn = [smooth(stroke @ slant.T) for stroke in unsteady]
    if rng.random() < FLICKED:
        drawn[-1] = _flicked(drawn[-1], rng)
    if rng.random() < RETRACED:
        drawn[0] = _retraced(drawn[0], rng)
    if rng.random() < COARSE:
        drawn = _coarse(drawn, rng)
    return drawn


def _flicked(stroke: Stroke, rng: np.random.Generator) -> Stroke:
    """A stroke whose end turns away: the pen still writes while it lifts off."""
    if len(stroke) < 2:
        return stroke
    along = stroke[-1] - stroke[-2]
    angle = np.arctan2(along[1], along[0]) + rng.choice([-1, 1]) * rng.uniform(1.2, 2.9)
    length = rng.uniform(0.05, 0.16)
    away = length * np.array([np.cos(angle), np.sin(angle)])
    return np.vstack([stroke, stroke[-1] + away * 0.5, stroke[-1] + away])


def _retraced(stroke: Stroke, rng: np.random.Generator) -> Stroke:
    """A stroke whose first part was drawn twice: there, back, and on."""
    until = max(2, round(len(stroke) * rng.uniform(0.2, 0.5)))
    first = stroke[:until]
    again = first + rng.normal(0, 0.012, 2)
    return np.vstack([first, again[::-1], again, stroke[until:]])


def _coarse(strokes: list[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """Strokes as a tablet of few units gives them: in whole units, with no point twice."""
    everything = np.concatenate(strokes)
    side = float((everything.max(axis=0) - everything.min(axis=0)).max())
    unit = side / rng.uniform(*UNITS)
    stepped = [np.rint(stroke / unit) * unit for stroke in strokes]
    return [_without_repeats(stroke) for stroke in stepped]


def _without_repeats(stroke: Stroke) -> Stroke:
    kept = np.ones(len(stroke), dtype=bool)
    kept[1:] = (np.diff(stroke, axis=0) != 0).any(axis=1)
    return stroke[kept]


def _points(*points: tuple[float, float]) -> Stroke:
    return np.array(points)


def _ring(
    rng: np.random.Generator, width: float, height: float, *, gap: float = 0.0, turn: float = 0.0
) -> Stroke:
    """A ring about (width/2, height/2) from its top on, `turn` radians to the right of it, mostly
    anticlockwise; with a `gap` in radians left open, or drawn beyond its start below zero."""
    way = 1.0 if rng.random() < 0.15 else -1.0
    angles = -np.pi / 2 + turn + way * np.linspace(0, 2 * np.pi - gap, 14)
    square = rng.uniform(0.75, 1.0)  # below 1 the ring comes nearer to a rectangle
    x, y = np.cos(angles), np.sin(angles)
    x, y = np.sign(x) * np.abs(x) ** square, np.sign(y) * np.abs(y) ** square
    return np.column_stack([(1 + x) * width / 2, (1 + y) * height / 2])


def _zero(rng: np.random.Generator) -> list[Stroke]:
    """A 0 that one line crosses, within it or beyond, or that has a dot inside, or is open."""
    width = rng.uniform(0.4, 0.95)
    kind = rng.random()
    if kind < 0.2:
        gap = rng.uniform(-0.6, 0.7)
        ring = _ring(rng, width, 1.0, gap=gap, turn=rng.uniform(-0.5, 1.0))
        if gap < 0 and rng.random() < 0.5:  # ends inside itself
            inward = ring[-1] + (np.array([width / 2, 0.5]) - ring[-1]) * rng.uniform(0.2, 0.6)
            ring = np.vstack([ring, inward])
        return [ring]
    ring = _ring(rng, width, 1.0, gap=rng.uniform(-0.4, 0.15), turn=rng.uniform(-0.5, 0.5))
    if kind < 0.28:
        middle = np.array([width / 2, 0.5]) + rng.normal(0, 0.05, 2)
        return [ring, middle + rng.uniform(-0.04, 0.04, (2, 2))]
    return _crossed(ring, width, rng)


def _crossed(ring: Stroke, width: float, rng: np.random.Generator) -> list[Stroke]:
    """A ring and the line through it: as a stroke of its own, or drawn on from the ring's end."""
    way = rng.random()
    if way < 0.75:  # rising to the right
        reach, rise = width / 2 * rng.uniform(0.55, 1.7), rng.uniform(0.25, 0.62)
    elif way < 0.88:  # falling to the right
        reach, rise = width / 2 * rng.uniform(0.55, 1.5), -rng.uniform(0.25, 0.6)
    else:  # nearly level
        reach, rise = width / 2 * rng.uniform(0.7, 1.7), rng.uniform(-0.08, 0.15)
    middle = np.array([width / 2, 0.5]) + rng.normal(0, 0.04, 2)
    along = np.array([reach, -rise])
    line = np.stack([middle + along, middle, middle - along])
    if rng.random() < 0.35:
        line = line[::-1]
    if rng.random() < 0.25:
        first, last = (np.hypot(*(ring[-1] - end)) for end in (line[0], line[-1]))
        return [np.vstack([ring, line if first < last else line[::-1]])]
    return [ring, line]


def _one(rng: np.random.Generator) -> list[Stroke]:
    """A 1 whose upstroke rises clearly: a level one would make it a 7."""
    kind = rng.random()
    if kind < 0.25:
        return [_down_and_up(rng)]
    reach = rng.uniform(0.1, 0.6)
    rise = reach * rng.uniform(0.5, 1.6)
    bend = (-reach / 2, rise * rng.uniform(0.3, 0.55))
    corner = [(0.0, 0.0), (0.01, 0.03)]  # twice, so that rounding leaves it sharp
    strokes = [_points((-reach, rise), bend, *corner, (0.0, 0.5), (0.0, 1.0))]
    if rng.random() < 0.25:
        left, right = rng.uniform(0.1, 0.35, 2)
        strokes.append(_points((-left, 1.0), (right, 1.0)))
    return strokes


def _down_and_up(rng: np.random.Generator) -> Stroke:
    """A 1 whose pen, once down, goes some of the way back up, close by, or turns into a hook."""
    back, away = rng.uniform(0.05, 0.95), rng.uniform(-0.02, 0.12)
    if rng.random() < 0.4:
        back, away = rng.uniform(0.02, 0.15), rng.uniform(0.05, 0.2)
    foot = [(0.0, 1.0), (0.01, 1.0)]
    return _points((0.0, 0.0), (0.0, 0.5), *foot, (away / 2, 1 - back / 2), (away, 1 - back))


def _four(rng: np.random.Generator) -> list[Stroke]:
    """A 4: open, of two uprights joined by a level line, or closed."""
    width, bar = rng.uniform(0.35, 0.7), rng.uniform(0.45, 0.7)
    beyond = rng.uniform(0.05, 0.3)
    stem = width * rng.uniform(0.7, 1.0)
    kind = rng.random()
    if kind < 0.35:  # the left arm leans, the bar goes beyond the stem
        left = [(stem * rng.uniform(0.3, 0.9), 0.0), (0.0, bar), (0.01, bar)]
        top = rng.uniform(0.05, bar - 0.1)
        return [
            _points(*left, (width / 2, bar), (width + beyond, bar)),
            _points((stem, top), (stem, 0.6), (stem, 1.0)),
        ]
    if kind < 0.75:  # two uprights
        top, lean = rng.uniform(-0.1, 0.15), rng.uniform(-0.05, 0.1)
        corner = [(0.0, bar), (0.02, bar)] if rng.random() < 0.6 else [(0.05, bar)]
        arm = _points((lean, 0.0), (0.0, bar * 0.6), *corner, (width / 2, bar), (width, bar))
        if rng.random() < 0.3:  # in one stroke: up again, and down
            return [np.vstack([arm, _points((width, top), (width, top + 0.02), (width, 1.0))])]
        return [arm, _points((width, top), (width, 0.5), (width - lean, 1.0))]
    corners = [(0.0, bar), (0.01, bar), (width + beyond, bar)]
    if rng.random() < 0.5:  # closed, in one stroke from the bar's right end
        stroke = [(width + beyond, bar), (0.0, bar), (0.0, bar - 0.01), (stem, 0.0), (stem, 0.02)]
        return [_points(*stroke, (stem, 0.5), (stem, 1.0))]
    return [
        _points((stem, 0.0), (stem / 2, bar / 2), *corners),
        _points((stem, 0.0), (stem, 0.5), (stem, 1.0)),
    ]


def _six(rng: np.random.Generator) -> list[Stroke]:
    """A 6 whose loop does not come back to its back, or crosses it."""
    width, loop = rng.uniform(0.4, 0.7), rng.uniform(0.35, 0.6)
    top = width * rng.uniform(0.1, 0.9)
    back = [(top, 0.0), (top * 0.3, 0.25), (0.0, 0.6), (0.08, 0.93), (width * 0.55, 1.0)]
    side = [(width, 1 - loop * 0.55), (width * 0.75, 1 - loop)]
    end = (width * rng.uniform(-0.25, 0.6), 1 - loop * rng.uniform(0.35, 0.95))
    return [_points(*back, *side, end)]


def _seven(rng: np.random.Generator) -> list[Stroke]:
    width = rng.uniform(0.4, 0.7)
    foot = width * rng.uniform(0.3, 0.7)
    corner = [(width, 0.0), (width, 0.02)]
    points = [(0.0, 0.0), (width / 2, 0.0), *corner, ((width + foot) / 2, 0.45), (foot, 1.0)]
    if rng.random() < 0.4:
        points.insert(0, (-0.02, rng.uniform(0.08, 0.22)))
    if rng.random() < 0.2:
        points += [(foot + 0.02, 1.0), (foot + rng.uniform(0.1, 0.2), rng.uniform(0.93, 1.0))]
    strokes = [np.array(points)]
    if rng.random() < 0.7:
        middle, half, y = (width + foot) / 2, rng.uniform(0.15, 0.35), rng.uniform(0.42, 0.58)
        strokes.append(_points((middle - half, y), (middle + half, y - 0.03)))
    return strokes


def _nine(rng: np.random.Generator) -> list[Stroke]:
    """A 9 with a round head, open or closed, and a tail straight down or curled to the left."""
    width, head = rng.uniform(0.45, 0.75), rng.uniform(0.4, 0.55)
    ring = _points((1.0, 0.2), (0.6, -0.08), (0.0, 0.1), (-0.05, 0.8), (0.45, 1.1), (1.0, 0.7))
    if rng.random() < 0.3:  # open above: the head begins at its left and only meets the stem
        ring = _points((0.55, -0.05), (0.0, 0.1), (-0.05, 0.8), (0.45, 1.05), (1.0, 0.6))
    end = (rng.uniform(-0.1, 0.3), 0.88)
    tail = _points((1.0, 0.15), (1.05, 0.6), (1.0, 0.95), (0.5, 1.05), end)
    if rng.random() < 0.3:
        tail = _points((1.0, 0.1), (1.0, 0.5), (rng.uniform(0.8, 1.05), 1.0))
    return [np.concatenate([ring * (width, head), tail * (width, 1.0)])]
