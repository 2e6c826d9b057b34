"""Non-digits: synthetic pictures of what is no digit, so that the network learns to say so.

Some are drawn with the pen of `recognizer.preprocessing.ink`: doodles, and letters of alphabets
that do not exist. Some are letters of fonts. Some are made from digits: crossed
out, two in one picture, one over another, cut off, lying on its side. A drawn
sign that happens to look like a digit is drawn anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np

from recognizer.labels import NOT_A_DIGIT_CLASS
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import (
    BODY,
    CENTRE,
    SIZE,
    Glyph,
    Glyphs,
    centre_of_mass,
)
from recognizer.preprocessing.strokes import Stroke
from training.examples import Examples
from training.synthesis.doodles import DOODLES
from training.synthesis.invented_letters import letter

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from recognizer.preprocessing.glyph import Pixels

    Picture = NDArray[np.float32]  # (28, 28) in [0, 1], or a part of one

# Shares of the pictures: doodles, invented letters, letters of fonts, made from digits.
_SHARES = (0.25, 0.38, 0.07, 0.3)
INKY = 0.3  # a pixel from here on counts as ink where a picture is measured

# Without those that are written like a digit: O, S, Z, l, q and their like.
_LETTERS = "ACEFGHJKLMNPRTUVWXYacdefhijkmnprtuvwxy&%?#@$"
_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)

# How many digits a sign is compared with, and which share of digits lies farther
# from all of these than a sign may come near.
_COMPARED = 5_000
_FARTHEST = 0.05
# Signs whose likeness to digits is measured at once.
_AT_ONCE = 500

# Turns by a quarter (counted anticlockwise) after which a digit is none: a 6 upside
# down is a 9, a 2 on its side is near a 5, a 0, 1 or 8 may lean far in honest handwriting.
_TURNS = {3: (1, 2, 3), 4: (1, 2, 3), 6: (1, 3), 9: (1, 3)}


def generate(count: int, digits: Examples, rng: np.random.Generator) -> Examples:
    """`count` glyphs labelled 10, in random order, some of them made from `digits`.

    A drawn one that looks like a digit of `digits` is drawn anew. Where there is no
    digit at all, every picture is drawn, and compared with none.
    """
    pixels = digits.pixels
    stock = {
        label: Digits(pixels, np.flatnonzero(digits.labels == label))
        for label in np.unique(digits.labels).tolist()
        if label != NOT_A_DIGIT_CLASS
    }
    kinds: list[Callable[[], Glyph]] = [
        lambda: _doodle(rng),
        lambda: drawn(letter(rng), rng),
        lambda: _picture(_printed(rng)),
        lambda: _picture(_spoiled(stock, rng)),
    ]
    shares = np.array(_SHARES) * (1, 1, 1, bool(stock))
    chosen = rng.choice(len(kinds), count, p=shares / shares.sum())
    made: dict[int, Glyph] = {}
    every = Digits(pixels, np.flatnonzero(digits.labels != NOT_A_DIGIT_CLASS))
    like_a_digit = Likeness(every, rng)
    left = np.arange(count)
    while len(left):
        made |= {row: kinds[chosen[row]]() for row in left.tolist()}
        new = np.stack([made[row].pixels for row in left.tolist()])
        left = left[(chosen[left] < 3) & like_a_digit(new)]
    glyphs = Glyphs.of([made[row] for row in range(count)])
    return Examples(glyphs, np.full(count, NOT_A_DIGIT_CLASS, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Digits:
    """Some of many pictures, (n, 28, 28), by their rows; none of them is copied."""

    pixels: Pixels
    rows: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, which: Any) -> Pixels:
        """One of them, or those of a slice or of an index array."""
        found: Pixels = self.pixels[self.rows[which]]
        return found


Stock: TypeAlias = dict[int, Digits]  # digits to make something else from, by label


class Likeness:
    """Tells which pictures come nearer to a digit than one digit in twenty comes to another."""

    def __init__(self, digits: Pixels | Digits, rng: np.random.Generator) -> None:
        some = digits[rng.permutation(len(digits))[: 2 * _COMPARED]]
        half = len(some) // 2
        self._known = _blurred(some[:half])
        among_digits = self._nearest(some[half:])
        self._most = float(np.quantile(among_digits, _FARTHEST)) if half else np.inf

    def __call__(self, pixels: Pixels) -> NDArray[np.bool_]:
        near: NDArray[np.bool_] = self._nearest(pixels) > self._most
        return near

    def _nearest(self, pixels: Pixels) -> NDArray[np.float32]:
        """(n, 28, 28) -> (n,), the cosine of the angle to the nearest digit."""
        if len(self._known) == 0:
            return np.zeros(len(pixels), dtype=np.float32)
        parts = (pixels[at : at + _AT_ONCE] for at in range(0, len(pixels), _AT_ONCE))
        return np.concatenate([(_blurred(part) @ self._known.T).max(axis=1) for part in parts])


def _blurred(pixels: Pixels) -> NDArray[np.float32]:
    """(n, 28, 28) -> (n, 196) of length 1, so blurred that a pen's width hardly matters."""
    side = SIZE // 2
    rows = np.empty((len(pixels), side * side), dtype=np.float32)
    for number, picture in enumerate(pixels):
        soft = cv2.GaussianBlur(picture, (0, 0), 1.2)
        rows[number] = cv2.resize(soft, (side, side), interpolation=cv2.INTER_AREA).ravel()
    unit: NDArray[np.float32] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1.0)
    return unit


def _doodle(rng: np.random.Generator) -> Glyph:
    kinds, shares = zip(*DOODLES, strict=True)
    kind = kinds[rng.choice(len(kinds), p=np.array(shares) / sum(shares))]
    return drawn(kind(rng), rng)


def _picture(pixels: Pixels) -> Glyph:
    return Glyph(pixels, (0.0, 0.0, float(SIZE), float(SIZE)))


def _printed(rng: np.random.Generator) -> Pixels:
    """A letter of one of OpenCV's fonts, light or bold, upright or slanted."""
    text = _LETTERS[rng.integers(len(_LETTERS))]
    font, pen = _FONTS[rng.integers(len(_FONTS))], int(rng.integers(3, 10))
    page = np.zeros((160, 160), dtype=np.uint8)
    cv2.putText(page, text, (35, 110), font, 3.0, 255, pen, cv2.LINE_AA)
    shear = rng.uniform(-0.3, 0.3)
    lean = np.array([[1.0, shear, -80 * shear], [0.0, 1.0, 0.0]])
    slanted = cv2.warpAffine(page, lean, page.shape)
    return _placed(_as_picture(np.asarray(slanted, dtype=np.uint8)))


def drawn(strokes: list[Stroke], rng: np.random.Generator) -> Glyph:
    """Strokes, unsteadily drawn by the normalisation's pen or by one like MNIST's -> a glyph."""
    angle, shear = rng.uniform(-0.25, 0.25), rng.uniform(-0.25, 0.25)
    stretch = np.exp(rng.uniform(-0.25, 0.25))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    slant = turn @ np.array([[stretch, shear], [0.0, 1.0]])
    glyph = ink.normalise([stroke @ slant.T for stroke in strokes])
    if rng.random() < 0.5:
        return glyph
    return replace(glyph, pixels=_with_soft_pen(glyph.pixels, rng))


def _with_soft_pen(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """The picture with strokes wider and softer, as scanned.

    Otherwise the network would learn that what is drawn by a crisp pen is no digit.
    """
    wider = cv2.dilate(pixels, np.ones((2, 2), dtype=np.uint8))
    mixed = cv2.addWeighted(wider, share := rng.random(), pixels, 1 - share, 0)
    return np.asarray(cv2.GaussianBlur(mixed, (3, 3), rng.uniform(0.3, 0.8)), dtype=np.uint8)


def _spoiled(stock: Stock, rng: np.random.Generator) -> Pixels:
    kinds: list[Callable[[Stock, np.random.Generator], Pixels]] = [
        _crossed_out,
        _side_by_side,
        _over_another,
        _turned,
        _cut_off,
    ]
    return kinds[rng.choice(len(kinds), p=[0.3, 0.35, 0.15, 0.12, 0.08])](stock, rng)


def _crossed_out(stock: Stock, rng: np.random.Generator) -> Pixels:
    """A digit under a cross or under a zigzag; one line alone could belong to a 0 or a 7."""
    picture = _one_of(stock, rng)
    x, y, width, height = cv2.boundingRect((picture > INKY).astype(np.uint8))
    left, right = x - 2.0, x + width + 1.0
    top, bottom = y - 1.0, y + float(height)
    if rng.random() < 0.5:
        corners = np.array([[left, top], [right, bottom], [left, bottom], [right, top]])
        starts, ends = corners[::2], corners[1::2]
    else:
        down = np.linspace(top + 2, bottom - 2, int(rng.integers(5, 9)))
        across = np.where(np.arange(len(down)) % 2, right, left)
        line = np.stack([across, down], axis=1)
        starts, ends = line[:-1], line[1:]
    wobble = rng.normal(0, 0.8, (2, *starts.shape))
    line = ink.draw(starts + wobble[0], ends + wobble[1]).astype(np.float32)
    return _placed(np.maximum(picture, line))


def _side_by_side(stock: Stock, rng: np.random.Generator) -> Pixels:
    """Two digits, sometimes three, in one picture."""
    parts = [_trimmed(_one_of(stock, rng)) for _ in range(2 if rng.random() < 0.8 else 3)]
    row = np.zeros((SIZE, 0), dtype=np.float32)
    for part in parts:
        top = int(rng.integers(0, min(5, SIZE - len(part)) + 1))
        below = SIZE - len(part) - top
        gap = int(rng.integers(2, 6))
        row = np.hstack([row, np.pad(part, ((top, below), (gap, 0)))])
    return _placed(row)


def _over_another(stock: Stock, rng: np.random.Generator) -> Pixels:
    """Two different digits half over each other. A 1 touching a 0 would be a 6 or a 9."""
    thick = [label for label in stock if label > 1]
    if len(thick) < 2:
        return _side_by_side(stock, rng)
    one, other = (_one_of(stock, rng, (label,)) for label in rng.permutation(thick)[:2].tolist())
    right, down = int(rng.integers(6, 11)), int(rng.integers(0, 5))
    under = np.pad(one, ((0, down), (0, right)))
    over = np.pad(other, ((down, 0), (right, 0)))
    return _placed(np.maximum(under, over))


def _turned(stock: Stock, rng: np.random.Generator) -> Pixels:
    labels = [label for label in stock if label in _TURNS]
    if not labels:
        return _crossed_out(stock, rng)
    label = labels[rng.integers(len(labels))]
    turns = _TURNS[label][rng.integers(len(_TURNS[label]))]
    return _placed(np.rot90(_one_of(stock, rng, (label,)), turns))


def _cut_off(stock: Stock, rng: np.random.Generator) -> Pixels:
    """The upper or lower half of a 0: other halves are digits too, or near to one."""
    if 0 not in stock:
        return _crossed_out(stock, rng)
    picture = _trimmed(_one_of(stock, rng, (0,)))
    half = len(picture) // 2
    return _placed(picture[half:] if rng.random() < 0.5 else picture[:half])


def _one_of(stock: Stock, rng: np.random.Generator, labels: tuple[int, ...] = ()) -> Picture:
    """A random digit of one of these labels; of any label where none is named."""
    pictures = stock[int(rng.choice(labels or list(stock)))]
    return _as_picture(pictures[rng.integers(len(pictures))])


def _as_picture(pixels: Pixels) -> Picture:
    return pixels.astype(np.float32) / np.float32(255)


def _trimmed(picture: Picture) -> Picture:
    x, y, width, height = cv2.boundingRect((picture > INKY).astype(np.uint8))
    return picture[y : y + height, x : x + width] if width else picture


def _placed(picture: Picture) -> Pixels:
    """Any picture -> a glyph: its ink's longer side 20 pixels, the centre of mass in the middle."""
    trimmed = _trimmed(picture)
    height, width = trimmed.shape
    scale = BODY / max(height, width)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    resized = cv2.resize(np.ascontiguousarray(trimmed), size, interpolation=how)
    x, y = centre_of_mass(resized)
    shift = np.array([[1, 0, CENTRE - x], [0, 1, CENTRE - y]], dtype=np.float32)
    placed = cv2.warpAffine(resized, shift, (SIZE, SIZE))
    return np.asarray(np.rint(placed * 255).clip(0, 255), dtype=np.uint8)
