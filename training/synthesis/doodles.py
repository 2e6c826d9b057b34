"""Pen strokes that are no digit: scribbles, waves, spirals, shapes, letters, strange signs.

The kinds in `DOODLES` take a random generator and give strokes in a unit square, y
down. What could pass for a digit is left out on purpose: a straight upright
stroke is a 1, a ring a 0, an S a 5, a Z a 2, a T nearly a 7, a Y a 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from recognizer.preprocessing.strokes import Stroke

    Doodle: TypeAlias = Callable[[np.random.Generator], list[Stroke]]

_HEART = [(50, 95), (12, 55), (5, 30), (15, 10), (35, 10), (50, 28), (65, 10), (85, 10), (95, 30)]
_HEART += [(88, 55), (50, 95)]

# Signs by their corners, in hundredths of the square.
_SIGNS: dict[str, list[list[tuple[int, int]]]] = {
    "A": [[(0, 100), (50, 0), (100, 100)], [(20, 62), (80, 62)]],
    "E": [[(80, 0), (0, 0), (0, 100), (80, 100)], [(0, 50), (65, 50)]],
    "F": [[(75, 0), (0, 0), (0, 100)], [(0, 48), (60, 48)]],
    "H": [[(0, 0), (0, 100)], [(80, 0), (80, 100)], [(0, 50), (80, 50)]],
    "K": [[(0, 0), (0, 100)], [(70, 0), (0, 55)], [(20, 42), (75, 100)]],
    "M": [[(0, 100), (10, 0), (50, 65), (90, 0), (100, 100)]],
    "N": [[(0, 100), (0, 0), (80, 100), (80, 0)]],
    "R": [[(0, 100), (0, 0), (55, 5), (65, 25), (50, 48), (0, 52)], [(25, 52), (75, 100)]],
    "W": [[(0, 0), (25, 100), (50, 25), (75, 100), (100, 0)]],
    "X": [[(0, 0), (80, 100)], [(80, 0), (0, 100)]],
    "plus": [[(50, 0), (50, 100)], [(0, 50), (100, 50)]],
    "asterisk": [[(50, 0), (50, 100)], [(5, 25), (95, 75)], [(5, 75), (95, 25)]],
    "hash": [
        [(32, 0), (25, 100)],
        [(72, 0), (65, 100)],
        [(0, 33), (100, 33)],
        [(0, 67), (100, 67)],
    ],
    "dash": [[(0, 50), (100, 50)]],
    "equals": [[(0, 35), (100, 35)], [(0, 65), (100, 65)]],
    "lines": [[(0, 20), (100, 20)], [(0, 50), (100, 50)], [(0, 80), (100, 80)]],
    "bars": [[(20, 0), (20, 100)], [(70, 0), (70, 100)]],
    "fence": [[(10, 0), (10, 100)], [(40, 0), (40, 100)], [(70, 0), (70, 100)]],
    "triangle": [[(50, 0), (100, 90), (0, 90), (50, 0)]],
    "wedge": [[(0, 0), (100, 0), (50, 90), (0, 0)]],
    "square": [[(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]],
    "window": [
        [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)],
        [(50, 0), (50, 100)],
        [(0, 50), (100, 50)],
    ],
    "ballot": [
        [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)],
        [(0, 0), (100, 100)],
        [(100, 0), (0, 100)],
    ],
    "house": [[(0, 100), (0, 45), (50, 0), (100, 45), (100, 100), (0, 100)]],
    "star": [[(20, 100), (50, 0), (80, 100), (0, 38), (100, 38), (20, 100)]],
    "heart": [_HEART],
    "right": [[(0, 50), (100, 50)], [(70, 22), (100, 50), (70, 78)]],
    "left": [[(100, 50), (0, 50)], [(30, 22), (0, 50), (30, 78)]],
    "down": [[(50, 0), (50, 100)], [(20, 68), (50, 100), (80, 68)]],
    "up": [[(50, 100), (50, 0)], [(18, 34), (50, 0), (82, 34)]],
    "both ways": [
        [(0, 50), (100, 50)],
        [(22, 28), (0, 50), (22, 72)],
        [(78, 28), (100, 50), (78, 72)],
    ],
    "envelope": [[(0, 20), (100, 20), (100, 80), (0, 80), (0, 20), (50, 55), (100, 20)]],
    "butterfly": [[(0, 10), (0, 90), (100, 10), (100, 90), (0, 10)]],
    "crown": [[(0, 90), (0, 20), (28, 60), (50, 10), (72, 60), (100, 20), (100, 90), (0, 90)]],
}


def smooth(corners: Stroke) -> Stroke:
    """A polygon's corners, (n, 2), cut twice (Chaikin, 1974): the points of a curve."""
    for _ in range(2):
        ahead, behind = corners[1:], corners[:-1]
        cut = np.stack([0.75 * behind + 0.25 * ahead, 0.25 * behind + 0.75 * ahead], axis=1)
        corners = np.concatenate([corners[:1], cut.reshape(-1, 2), corners[-1:]])
    return corners


def _ring(x: float, y: float, radius: float, rng: np.random.Generator) -> Stroke:
    angle = rng.uniform(0, 2 * np.pi) + np.linspace(0, 2 * np.pi, 25)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


def _along(x: Stroke, y: Stroke, rng: np.random.Generator) -> list[Stroke]:
    """A stroke that runs from left to right or from top to bottom."""
    return [np.stack([x, y] if rng.random() < 0.6 else [y, x], axis=1)]


def sign(rng: np.random.Generator) -> list[Stroke]:
    """A letter, shape or symbol of a list of signs, its corners a little off."""
    name = list(_SIGNS)[rng.integers(len(_SIGNS))]
    strokes = [np.array(corners, dtype=np.float64) / 100 for corners in _SIGNS[name]]
    strokes = [corners + rng.normal(0, 0.03, corners.shape) for corners in strokes]
    return [smooth(corners) for corners in strokes] if name == "heart" else strokes


def scribble(rng: np.random.Generator) -> list[Stroke]:
    """One line through 10 to 27 random points, in corners or in curves."""
    corners = rng.random((rng.integers(10, 28), 2))
    return [smooth(corners) if rng.random() < 0.7 else corners]


def zigzag(rng: np.random.Generator) -> list[Stroke]:
    """One line of 5 to 11 straight strokes up and down, or left and right."""
    count = int(rng.integers(6, 13))
    x = np.linspace(0, 1, count) + rng.normal(0, 0.02, count)
    y = (np.arange(count) % 2) * rng.uniform(0.4, 0.9) + rng.normal(0, 0.05, count)
    return _along(x, y, rng)


def wave(rng: np.random.Generator) -> list[Stroke]:
    """A sine of two and a half to five periods."""
    x = np.linspace(0, 1, 60)
    y = rng.uniform(0.2, 0.45) * np.sin(x * 2 * np.pi * rng.uniform(2.5, 5) + rng.uniform(0, 6))
    return _along(x, y, rng)


def loops(rng: np.random.Generator) -> list[Stroke]:
    """A row of loops, such as people draw to try a pen."""
    angle = np.linspace(0, 2 * np.pi * rng.uniform(3, 4.5), 90) + rng.uniform(0, 6)
    x = angle * rng.uniform(0.1, 0.18) + rng.uniform(0.5, 1.0) * np.cos(angle)
    return _along(x, rng.uniform(0.8, 1.5) * np.sin(angle), rng)


def spiral(rng: np.random.Generator) -> list[Stroke]:
    """A spiral of Archimedes with two to four turns, in either direction."""
    angle = np.linspace(0, 2 * np.pi * rng.uniform(2.3, 4.0), 90)
    radius = 0.05 + angle / angle[-1]
    turned = angle * rng.choice([-1, 1]) + rng.uniform(0, 2 * np.pi)
    return [np.stack([radius * np.cos(turned), radius * np.sin(turned)], axis=1)]


def flower(rng: np.random.Generator) -> list[Stroke]:
    """A closed curve of three to six petals around a centre."""
    angle = np.linspace(0, 2 * np.pi, 90)
    petals = rng.integers(3, 7)
    radius = 1 + rng.uniform(0.45, 0.95) * np.cos(petals * angle + rng.uniform(0, 6))
    return [np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)]


def ring_and_more(rng: np.random.Generator) -> list[Stroke]:
    """A ring with what makes it no 0: a face, a wheel, a sun or a target."""
    ring = _ring(0.5, 0.5, 0.5, rng)
    kind = rng.integers(4)
    if kind == 0:
        mouth = np.array([(0.25, 0.62), (0.4, 0.78), (0.6, 0.78), (0.75, 0.62)])
        return [ring, _ring(0.32, 0.35, 0.05, rng), _ring(0.68, 0.35, 0.05, rng), smooth(mouth)]
    if kind == 1:
        return [ring, np.array([(0.5, 0.0), (0.5, 1.0)]), np.array([(0.0, 0.5), (1.0, 0.5)])]
    if kind == 2:
        angles = np.arange(8) * np.pi / 4
        rays = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        return [ring, *(np.stack([0.5 + 0.62 * ray, 0.5 + 0.95 * ray]) for ray in rays)]
    return [ring, _ring(0.5, 0.5, rng.uniform(0.15, 0.3), rng)]


def strange_sign(rng: np.random.Generator) -> list[Stroke]:
    """Four to six strokes thrown together: with so many, a digit is most unlikely."""
    strokes = []
    for _ in range(rng.integers(4, 7)):
        start, along = rng.random(2), rng.normal(0, 1, 2)
        along *= rng.uniform(0.45, 1.0) / np.hypot(*along)
        bend = rng.uniform(-0.4, 0.4) * along[::-1] * (1, -1)
        strokes.append(smooth(np.array([start, start + along / 2 + bend, start + along])))
    return strokes


# What to draw, and how often beside the others.
DOODLES: list[tuple[Doodle, float]] = [
    (sign, 8),
    (scribble, 3),
    (zigzag, 1),
    (wave, 1),
    (loops, 1),
    (spiral, 1),
    (flower, 1),
    (ring_and_more, 2),
    (strange_sign, 4),
]
