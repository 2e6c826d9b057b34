"""Pieces of ink of one or more characters, as the reader of touching digits gets them.

They come from numbers composed of one person's digits (UCI pen digits, UNIPEN, MNIST) and signs
(UNIPEN), painted and taken apart as pictures are, or drawn at once with the normalisation's pen.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.common.settings import settings
from benchmarks.ink import composition
from benchmarks.ink.composition import extent
from benchmarks.ink.numbers import Strokes, Variant, compose, pen_digits
from recognizer.labels import NOT_A_DIGIT_CLASS
from recognizer.preprocessing import stroke_width
from recognizer.preprocessing.glyph import PEN
from recognizer.preprocessing.picture import Mask
from recognizer.preprocessing.stroke_width import STRIP_ROWS
from recognizer.segmentation import components
from training.data import corpora, mnist

SEED = 17
EACH = {"painted": 90_000, "drawn": 60_000, "MNIST": 50_000, "signs": 30_000}
# A character of which so much lies in a piece is in it; less than the other does not count, and a
# piece with some of a character in between is nothing to learn from.
WHOLE, LITTLE = 0.65, 0.12
# A piece this low or narrow beside the tallest is no digit, or none that touches.
LOW, NARROW = 0.5, 0.35
FEWEST_DIGITS = 8
ONE_IN = 3  # people of UNIPEN are held out
WIDEST = 280  # columns of a strip


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A strip, (32, width) 0 to 255, and the labels of its characters, left to right."""

    pixels: NDArray[np.uint8]
    text: list[int]


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """Strokes of characters side by side, of each stroke the character, and their labels."""

    strokes: Strokes
    owners: list[int]
    labels: list[int]


Hand: TypeAlias = list[tuple[int, Strokes]]  # a person's characters: the label, the strokes
Keep: TypeAlias = Callable[[str], bool]


# --- people -----------------------------------------------------------------------------


def is_held_out(writer: str) -> bool:
    """Whether a person of UNIPEN is."""
    return zlib.crc32(writer.encode()) % ONE_IN == 0


def unipen(name: str, keep: Keep) -> list[Hand]:
    """Each person's characters in one collection; letters that look like digits are left out."""
    found: dict[tuple[str, str], Hand] = {}
    for one in corpora.unipen(Path(settings.CORPORA_DIR or ""), name):
        is_digit = one.label != NOT_A_DIGIT_CLASS
        if keep(one.writer) and not (one.left_out if is_digit else _is_like_a_digit(one)):
            theirs = found.setdefault((one.writer, one.collection), [])
            theirs.append((one.label, one.strokes))
    usual = [_of_usual_height(hand) for hand in found.values()]
    return [hand for hand in usual if len(hand) >= FEWEST_DIGITS]


def _is_like_a_digit(one: corpora.Drawn) -> bool:
    return one.character in corpora.LOOK_ALIKES


def _of_usual_height(hand: Hand) -> Hand:
    usual = float(np.median([extent(strokes)[3] for _, strokes in hand]))
    low, high = usual / composition.DIGIT_UNIT, usual * composition.DIGIT_UNIT
    return [one for one in hand if low < extent(one[1])[3] < high]


def digits_of(keep: Keep, *, remainders: Sequence[int]) -> list[Hand]:
    """The digits of UNIPEN's people and of the pen digits' writers of these remainders by two."""
    pens = [hand for remainder in remainders for hand in pen_digits(remainder).values()]
    return [*unipen(corpora.UNIPEN_DIGITS, keep), *pens]


# --- numbers ----------------------------------------------------------------------------


def number(hand: Hand, count: int, chance: np.random.Generator) -> Written:
    """So many characters of a person, near to one another or overlapping, leaning or not."""
    chosen = [hand[int(at)] for at in chance.integers(len(hand), size=count)]
    height = float(np.median([extent(strokes)[3] for _, strokes in hand]))
    variant = Variant(
        "",
        overlapping=float(chance.choice([0.0, 0.3, 0.6, 1.0])),
        slant=float(chance.choice([0.0, 15.0, 25.0])),
        jitter=float(chance.choice([0.03, 0.06, 0.1])),
        room=float(chance.choice([0.0, 0.0, -0.05, -0.1])),
    )
    made = compose(chosen, variant, height, 0, chance)
    return Written(made.strokes, made.owners, [label for label, _ in chosen])


def with_signs(hand: composition.Hand, chance: np.random.Generator) -> Written | None:
    """A number with signs, now and then closer than people write; None where they wrote no such."""
    kinds = [kind for kind in composition.KINDS if kind != "plain"]
    pattern = str(chance.choice(composition.KINDS[str(chance.choice(kinds))]))
    if not all(sign in hand.characters for sign in pattern if sign not in "0 "):
        return None
    made = composition.compose(hand, pattern, chance)
    nearer = float(chance.choice([0.0, 0.0, 0.08, 0.16, 0.25])) * hand.height
    strokes = [
        points - [owner * nearer, 0.0]
        for points, owner in zip(made.strokes, made.owners, strict=True)
    ]
    text = made.text.replace(" ", "")
    labels = [int(one) if one.isdigit() else NOT_A_DIGIT_CLASS for one in text]
    return Written(strokes, made.owners, labels)


# --- pieces of ink ----------------------------------------------------------------------


def painted(one: Written, chance: np.random.Generator) -> Iterator[Piece]:
    """The pieces of a number painted with a brush, as a picture of it is taken apart."""
    tall = float(chance.uniform(50, 200))
    brush = tall * float(chance.choice([chance.uniform(0.02, 0.07), chance.uniform(0.05, 0.13)]))
    finer = 2
    heights = [
        extent([points for points, of in zip(one.strokes, one.owners, strict=True) if of == owner])
        for owner in set(one.owners)
    ]
    times = tall / float(np.median([height for *_, height in heights])) * finer
    margin = (brush + 6) * finer
    left, top, width, height = extent(one.strokes)
    strokes = [(points - (left, top)) * times + margin for points in one.strokes]
    size = [int(side * times + 2 * margin) // finer for side in (height, width)]
    sheet = np.zeros([side * finer for side in size], np.uint8)
    whose = [np.zeros(size, np.uint8) for _ in one.labels]
    wide = max(1, round(brush * finer))
    for points, owner in zip(strokes, one.owners, strict=True):
        line = np.rint(points).astype(np.int32)
        line = line if len(line) > 1 else line.repeat(2, 0)
        cv2.polylines(sheet, [line], False, 255, wide)
        cv2.polylines(whose[owner], [line // finer], False, 1, max(1, wide // finer))
    depth = cv2.resize(sheet, size[::-1], interpolation=cv2.INTER_AREA).astype(np.uint8)
    if chance.random() < 0.3:
        depth = cv2.GaussianBlur(depth, (3, 3), 0).astype(np.uint8)
    yield from pieces(depth, float(chance.uniform(90, 150)), whose, one.labels, chance)


def pieces(
    depth: NDArray[np.uint8],
    level: float,
    whose: Sequence[NDArray[np.uint8]],
    labels: Sequence[int],
    chance: np.random.Generator,
) -> Iterator[Piece]:
    """What is connected and as high as a digit, half of the single characters left out."""
    mask: Mask = (depth > level).astype(np.uint8)
    found, slant, boxes = components.connected(mask)
    tallest = boxes[:, 3].max() if len(boxes) else 0.0
    for at, (_, _, width, height) in enumerate(boxes):
        if height < LOW * tallest or width < NARROW * tallest:
            continue
        piece = (found == at + 1).astype(np.uint8)
        shares = [float((piece & one).sum() / max(one.sum(), 1)) for one in whose]
        text = [label for label, share in zip(labels, shares, strict=True) if share >= WHOLE]
        if any(LITTLE < share < WHOLE for share in shares) or not text:
            continue
        if len(text) > 1 or chance.random() < 0.5:
            strip = stroke_width.strip(depth, piece, level, slant).pixels
            yield Piece(np.rint(strip * 255).astype(np.uint8), text)


def drawn(one: Written, chance: np.random.Generator) -> Iterator[Piece]:
    """A whole number drawn at once with about the normalisation's pen."""
    times = 22 / max(extent(one.strokes)[3], 1e-6)
    slant = _slant(one.strokes) + float(chance.normal(0, 0.05))
    upright = [np.stack([p[:, 0] - slant * p[:, 1], p[:, 1]], 1) * times for p in one.strokes]
    left, top, width, height = extent(upright)
    columns = int(np.ceil(width + PEN)) + 8
    if columns > WIDEST:
        return
    middle = np.array([left + width / 2, top + height / 2])
    finer, shift = 4, 4
    sheet = np.zeros((STRIP_ROWS * finer, columns * finer), np.uint8)
    pen = round(PEN * float(chance.uniform(0.85, 1.15)) * finer)
    for points in upright:
        places = (points - middle + np.array([columns, STRIP_ROWS]) / 2) * finer * 2**shift
        line = np.rint(places).astype(np.int32)
        line = line if len(line) > 1 else line.repeat(2, 0)
        cv2.polylines(sheet, [line], False, 255, pen, shift=shift)
    size = (columns, STRIP_ROWS)
    small = cv2.resize(sheet, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    yield Piece(small, one.labels)


def _slant(strokes: Strokes) -> float:
    """In x for each y: the regression of x on y within each stroke."""
    across = sum(float(((p[:, 0] - p[:, 0].mean()) * p[:, 1]).sum()) for p in strokes)
    down = sum(float(((p[:, 1] - p[:, 1].mean()) ** 2).sum()) for p in strokes)
    return across / down if down > 0 else 0.0


def of_mnist(chance: np.random.Generator) -> Iterator[Piece]:
    """Pieces of some digits of MNIST's training images side by side, five times as large."""
    pixels, labels = _mnist()
    times, rows, foot = 5, 60, 42
    count = int(chance.choice([1, 2, 3, 4, 5], p=[0.08, 0.4, 0.27, 0.15, 0.1]))
    first = int(chance.integers(len(labels) - 50))  # neighbours are mostly by one person
    chosen = first + chance.integers(0, 50, size=count)
    overlapping = float(chance.choice([0.0, 0.3, 0.6, 1.0]))
    jitter = float(chance.choice([0.5, 1.2, 2.0]))
    sheet = np.zeros((rows, 28 * count + 60), np.uint8)
    whose, x, before = [], 12, 0
    for place, at in enumerate(chosen):
        digit = _cropped(pixels[at])
        height, width = digit.shape
        if place and chance.random() < overlapping:
            x -= round(0.28 * chance.random() * min(width, before)) + 1
        elif place:
            x += round(20 * (chance.gamma(2.0, 0.06) - 0.08))
        x = max(x, 4)
        y = int(np.clip(foot - height + round(jitter * chance.normal()), 2, rows - 2 - height))
        part = sheet[y : y + height, x : x + width]
        np.maximum(part, digit, out=part)
        own = np.zeros_like(sheet)
        own[y : y + height, x : x + width] = digit > 127
        whose.append(own)
        x, before = x + width, width
    crop = slice(0, x + 12)
    large = [
        cv2.resize(one[:, crop], None, fx=times, fy=times, interpolation=how).astype(np.uint8)
        for one, how in [(sheet, cv2.INTER_CUBIC), *((own, cv2.INTER_NEAREST) for own in whose)]
    ]
    yield from pieces(large[0], 127, large[1:], labels[chosen].tolist(), chance)


def _cropped(digit: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows, columns = np.nonzero(digit > 60)
    left = max(0, columns.min() - 1)
    return digit[rows.min() : rows.max() + 1, left : columns.max() + 2]


@cache
def _mnist() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Without the last 5,000 training images, which are for validation."""
    every = mnist.load_configured()
    return every.train_pixels[:-5000], every.train_labels[:-5000]


def material(keep: Keep, remainders: Sequence[int], share: float, seed: int) -> list[Piece]:
    """Pieces of all kinds of these people's ink, a share of `EACH`."""
    digits = digits_of(keep, remainders=remainders)
    letters = unipen(corpora.UNIPEN_SIGNS, keep)
    hands = [hand for hand in composition.hands() if keep(hand.writer)]

    def some(chance: np.random.Generator) -> Written:
        count = int(chance.choice(6, p=[0.11, 0.3, 0.24, 0.16, 0.11, 0.08])) + 1
        return number(digits[int(chance.integers(len(digits)))], count, chance)

    def other(chance: np.random.Generator) -> Iterator[Piece]:
        if chance.random() < 0.55:
            made = with_signs(hands[int(chance.integers(len(hands)))], chance)
        else:
            hand = letters[int(chance.integers(len(letters)))]
            made = number(hand, int(chance.choice([1, 2, 3], p=[0.5, 0.3, 0.2])), chance)
        return painted(made, chance) if made else iter(())

    kinds: dict[str, Callable[[np.random.Generator], Iterator[Piece]]] = {
        "painted": lambda chance: painted(some(chance), chance),
        "drawn": lambda chance: drawn(some(chance), chance),
        "MNIST": of_mnist,
        "signs": other,
    }
    found: list[Piece] = []
    for at, (kind, make) in enumerate(kinds.items()):
        chance = np.random.default_rng([seed, at])
        until = len(found) + round(share * EACH[kind])
        while len(found) < until:
            found += make(chance)
    return found


def held_out(each: int = 3000) -> dict[str, list[Piece]]:
    """Pieces of people whom `fold` has not learned from."""
    chance = np.random.default_rng([SEED, 99])
    found = {}
    for name, hands in {
        "pen digits": [*pen_digits(1).values()],
        "UNIPEN": unipen(corpora.UNIPEN_DIGITS, is_held_out),
    }.items():
        some: list[Piece] = []
        while len(some) < each:
            count = int(chance.integers(1, 6))
            hand = hands[int(chance.integers(len(hands)))]
            some += painted(number(hand, count, chance), chance)
        found[name] = some
    return found
