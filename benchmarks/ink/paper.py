"""How digits on paper as it comes are read: forms, boxes, torn edges, pale and uneven ink.

    .venv/bin/python -m benchmarks.ink.paper [--each 200] [--only KIND ...] [--final]

Every kind is painted by seed from what people wrote (UCI pen digits, UNIPEN), photographed
(perspective, uneven light, blur, noise, JPEG) and read as the site reads a file. Choosing uses
one half of the people, `--final` the other with other seeds. The network has met these
people's ink, so that what is measured is the picture's path; `as ink` is how it reads the
very same digits as strokes, and MNIST's digits are those kept for validation.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from benchmarks import ROOT
from benchmarks.common import data, results
from benchmarks.common.results import percent
from benchmarks.common.settings import settings
from benchmarks.ink.sheets import (
    Camera,
    Sheet,
    Strokes,
    across,
    file_of,
    grid,
    nothing,
    ruled,
    seen,
    sheet,
    wobbly,
)
from recognizer.exceptions import Blank
from recognizer.preprocessing import ink, raster
from recognizer.preprocessing.decoding import decode
from recognizer.preprocessing.glyph import Glyph, Glyphs
from recognizer.serving.artifacts import read_manifest
from recognizer.serving.decision import SURE, Reading, Thresholds, readings
from recognizer.serving.engine import LiteRTEngine
from training.data import corpora

if TYPE_CHECKING:
    from numpy.typing import NDArray

Chance: TypeAlias = np.random.Generator
SHIPPED = ROOT / "recognizer" / "shipped"
SEED = 14
EMPTY = -1
LIMITS = {"max_bytes": 1 << 26, "max_pixels": 1 << 26}


@dataclass(frozen=True, eq=False)
class Digit:
    """What one person wrote once."""

    label: int
    writer: str
    strokes: Strokes


@cache
def people() -> tuple[list[Digit], ...]:
    """Two halves of all people: to choose by, and for the end."""
    folder = Path(settings.CORPORA_DIR or "")
    every = [
        Digit(one.label, f"pen {one.writer}", list(one.strokes))
        for one in corpora.pendigits(folder)
    ]
    every += [
        Digit(one.label, one.writer, one.strokes)
        for one in corpora.readable(corpora.unipen(folder, corpora.UNIPEN_DIGITS))
        if not one.left_out
    ]
    writers = {writer: at % 2 for at, writer in enumerate(sorted({one.writer for one in every}))}
    return tuple([one for one in every if writers[one.writer] == half] for half in (0, 1))


@dataclass(frozen=True, eq=False)
class Hand:
    """The digits that a kind is made of."""

    digits: list[Digit]
    chance: Chance

    def one(self) -> Digit:
        """A digit, each label as likely."""
        label = int(self.chance.integers(10))
        while True:
            found = self.digits[int(self.chance.integers(len(self.digits)))]
            if found.label == label:
                return found


@dataclass(frozen=True, eq=False)
class Case:
    """A file, the digit in it or `EMPTY`, and its ink."""

    file: bytes
    label: int
    strokes: Strokes = ()


Kind: TypeAlias = Callable[[Hand], Case]
Paint: TypeAlias = Callable[[Sheet], None]


def on_paper(paint: Paint, *, empty: bool = False, rough: float = 1.0, **size: tuple) -> Kind:
    """A kind: the digit is written, `paint` adds what else is there, a camera sees it."""

    def made(hand: Hand) -> Case:
        digit = hand.one()
        paper = sheet(digit.strokes, hand.chance, **size)
        camera = Camera.by(hand.chance, rough)
        if not empty:
            paper.write(float(hand.chance.uniform(0.6, 0.92)))
        paint(paper)
        return Case(
            file_of(seen(paper, camera), camera), EMPTY if empty else digit.label, digit.strokes
        )

    return made


# --- plain ------------------------------------------------------------------------------------


def canvas(hand: Hand) -> Case:
    """A drawing on a canvas of 280 pixels with a pen from 4 to 34 of them."""
    digit = hand.one()
    paper = sheet(digit.strokes, hand.chance, size=(0.35, 0.8), side=(280, 281), pen=(0.02, 0.14))
    paper.write(1.0)
    return Case(
        file_of(np.rint(255 * (1 - paper.dark)).astype(np.uint8), None), digit.label, digit.strokes
    )


def light_on_dark(hand: Hand) -> Case:
    digit = hand.one()
    paper = sheet(digit.strokes, hand.chance)
    paper.write(0.8)
    camera = Camera.by(hand.chance)
    return Case(file_of(255 - seen(paper, camera), camera), digit.label, digit.strokes)


def crop(hand: Hand) -> Case:
    """A digit cut out of a scan, with little paper around it."""
    digit = hand.one()
    paper = sheet(digit.strokes, hand.chance, size=(0.4, 0.6), side=(60, 260))
    paper.write(float(hand.chance.uniform(0.6, 0.95)))
    camera = Camera.by(hand.chance, 0.5)
    picture = seen(paper, Camera(0, camera.light, camera.blur, camera.noise, camera.jpeg))
    x, y, width, height = paper.box
    margin = paper.pen / 2 + hand.chance.uniform(0.02, 0.15) * max(width, height)
    rows = slice(max(0, int(y - margin)), int(y + height + margin) + 1)
    part = picture[rows, max(0, int(x - margin)) : int(x + width + margin) + 1]
    return Case(file_of(part, camera), digit.label, digit.strokes)


# --- frames ------------------------------------------------------------------------------------


def _around(paper: Sheet, gap: tuple[float, float]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a box, each side `gap` shares of the sheet from the digit."""
    x, y, width, height = paper.box
    gaps = paper.chance.uniform(*gap) * paper.side * paper.chance.uniform(0.8, 1.25, 4)
    gaps += paper.pen / 2
    # Cells are no narrower than half their height.
    slim = max(0.0, 0.3 * (height - width))
    left, right = max(x - gaps[0] - slim, 4), min(x + width + gaps[2] + slim, paper.width - 4)
    return left, max(y - gaps[1], 4), right, min(y + height + gaps[3], paper.height - 4)


def _printed(paper: Sheet) -> tuple[float, float]:
    """Thickness and darkness of a form's lines."""
    return paper.side * paper.chance.uniform(0.003, 0.012), paper.chance.uniform(0.45, 0.92)


def cell(paper: Sheet) -> None:
    left, top, right, bottom = _around(paper, (0.03, 0.16))
    ring = np.array([[left, top], [right, top], [right, bottom], [left, bottom], [left, top]])
    paper.draw([ring], *_printed(paper))


def cell_run_on(paper: Sheet) -> None:
    left, top, right, bottom = _around(paper, (0.03, 0.16))
    far = paper.chance.uniform(0.03, 0.6, 8) * paper.side
    lines = [
        [[left - far[0], top], [right + far[1], top]],
        [[left - far[2], bottom], [right + far[3], bottom]],
        [[left, top - far[4]], [left, bottom + far[5]]],
        [[right, top - far[6]], [right, bottom + far[7]]],
    ]
    paper.draw([np.array(line) for line in lines], *_printed(paper))


def cell_touched(paper: Sheet) -> None:
    """The digit runs over one of the cell's lines."""
    x, y, width, height = paper.box
    sides = [*_around(paper, (0.03, 0.16))]
    over = paper.chance.uniform(0.0, 0.12) * height
    which = int(paper.chance.integers(4))
    sides[which] = [x + over, y + over, x + width - over, y + height - over][which]
    left, top, right, bottom = sides
    ring = np.array([[left, top], [right, top], [right, bottom], [left, bottom], [left, top]])
    paper.draw([ring], *_printed(paper))


def box(paper: Sheet) -> None:
    """A box drawn by hand, in one go or side by side."""
    left, top, right, bottom = _around(paper, (0.04, 0.2))
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    corners += paper.chance.uniform(-0.015, 0.015, (4, 2)) * paper.side
    sides = [
        wobbly(corners[[at, (at + 1) % 4]], paper.chance, 0.004 * paper.side) for at in range(4)
    ]
    if paper.chance.random() < 0.5:
        sides = [np.concatenate(sides)]
    _drawn(paper, sides)


def _drawn(paper: Sheet, lines: list[NDArray[np.float64]]) -> None:
    paper.draw(lines, paper.pen * paper.chance.uniform(0.7, 1.1), paper.chance.uniform(0.6, 0.92))


def circle(paper: Sheet) -> None:
    left, top, right, bottom = _around(paper, (0.04, 0.2))
    # The corners of the digit's box lie inside as well.
    reach = np.array([right - left, bottom - top]) / 2 * 1.2
    angles = np.linspace(0, 2 * np.pi * paper.chance.uniform(0.96, 1.08), 80)
    angles += paper.chance.uniform(0, 2 * np.pi)
    drift = np.linspace(1, paper.chance.uniform(0.94, 1.06), 80)[:, None]
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach * drift
    middle = np.array([left + right, top + bottom]) / 2
    _drawn(paper, [wobbly(ring + middle, paper.chance, 0.006 * paper.side)])


def three_sides(paper: Sheet) -> None:
    left, top, right, bottom = _around(paper, (0.04, 0.2))
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    order = np.roll(np.arange(4), int(paper.chance.integers(4)))
    if paper.chance.random() < 0.5:
        paper.draw([corners[order]], *_printed(paper))
    else:
        _drawn(paper, [wobbly(corners[order], paper.chance, 0.005 * paper.side)])


def underline(paper: Sheet) -> None:
    x, y, width, height = paper.box
    low = y + height + paper.pen + paper.chance.uniform(0.04, 0.2) * paper.side
    length = max(width, 0.5 * height) * paper.chance.uniform(1.0, 2.0)
    middle = x + width / 2 + paper.chance.uniform(-0.1, 0.1) * length
    slant = paper.chance.normal(0, 0.03) * length
    line = np.array([[middle - length / 2, low - slant], [middle + length / 2, low + slant]])
    lines = [wobbly(line, paper.chance, 0.004 * paper.side)]
    if paper.chance.random() < 0.2:
        lines.append(lines[0] + [0, 2.5 * paper.pen])
    _drawn(paper, lines)


def line_through(paper: Sheet) -> None:
    """One ruled line goes across the sheet, through the digit."""
    _, y, _, height = paper.box
    at = y + paper.chance.uniform(0.05, 1.05) * height
    thick, dark = _printed(paper)
    paper.draw([across(paper, at)], thick * 0.7, dark)


# --- edges -------------------------------------------------------------------------------------


def neighbour(hand: Hand) -> Case:
    """Another digit, of which the picture's edge leaves a part."""
    digit, other = hand.one(), hand.one()
    paper = sheet(digit.strokes, hand.chance, size=(0.3, 0.5))
    dark = float(hand.chance.uniform(0.6, 0.92))
    paper.write(dark)
    x, y, width, height = paper.box
    beside = sheet(other.strokes, hand.chance)
    left, top, wide, high = beside.box
    scale = max(width, height) / max(wide, high) * hand.chance.uniform(0.85, 1.15)
    strokes = [(points - (left, top)) * scale for points in beside.digit]
    extent = np.array([wide, high]) * scale
    shown = hand.chance.uniform(0.2, 0.75)
    which = int(hand.chance.integers(4))
    middle = np.array([x + width / 2, y + height / 2]) - extent / 2
    sheet_size = np.array([paper.width, paper.height])
    axis = which % 2
    near = np.array([x, y])[axis] if which < 2 else (sheet_size - (x + width, y + height))[axis]
    seen_part = min(shown * extent[axis], near - 1.5 * paper.pen - 0.03 * paper.side)
    place = middle.copy()
    place[axis] = seen_part - extent[axis] if which < 2 else sheet_size[axis] - seen_part
    paper.draw([points + place for points in strokes], paper.pen, dark)
    camera = Camera.by(hand.chance)
    return Case(file_of(seen(paper, camera), camera), digit.label, digit.strokes)


def _corner(paper: Sheet, reach: tuple[float, float]) -> NDArray[np.float32]:
    """(height, width) in [0, 1]: what a thing covers that reaches in at a corner or an edge,
    and leaves the digit free."""
    height, width = paper.dark.shape
    free = np.zeros((height, width), np.uint8)
    x, y, wide, high = (round(value) for value in paper.box)
    room = round(paper.pen + 0.02 * paper.side)
    free[max(0, y - room) : y + high + room, max(0, x - room) : x + wide + room] = 1
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    while True:
        at = corners[int(paper.chance.integers(4))]
        if paper.chance.random() < 0.4:
            at = (at + corners[int(paper.chance.integers(4))]) / 2
        sides = int(paper.chance.integers(3, 9))
        angles = np.sort(paper.chance.uniform(0, 2 * np.pi, sides))
        far = paper.chance.uniform(*reach) * paper.side * paper.chance.uniform(0.8, 1.2, sides)
        points = at + np.stack([np.cos(angles), np.sin(angles)], axis=1) * far[:, None]
        thing = np.zeros((height, width), np.float32)
        cv2.fillPoly(thing, [np.rint(points).astype(np.int32)], 1.0)
        if not (thing * free).any() and thing.sum() > 0.004 * thing.size:
            return thing


def dark_object(paper: Sheet) -> None:
    paper.add(_corner(paper, (0.15, 0.5)) * np.float32(paper.chance.uniform(0.45, 0.95)))


def shadow(paper: Sheet) -> None:
    thing = _corner(paper, (0.2, 0.6)) * np.float32(paper.chance.uniform(0.2, 0.5))
    soft = cv2.GaussianBlur(thing, (0, 0), paper.chance.uniform(0.003, 0.03) * paper.side)
    paper.dark = 1 - (1 - paper.dark) * (1 - soft)


def turned_scan(hand: Hand) -> Case:
    """A sheet that lay askew in the scanner: dark corners with specks."""
    digit = hand.one()
    paper = sheet(digit.strokes, hand.chance, size=(0.3, 0.5))
    paper.write(float(hand.chance.uniform(0.6, 0.92)))
    height, width = paper.dark.shape
    turn = hand.chance.uniform(1.5, 8) * hand.chance.choice([-1, 1])
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1.0)
    size = (width, height)
    inside = cv2.warpAffine(np.ones_like(paper.dark), matrix, size)
    dark = cv2.warpAffine(paper.dark, matrix, size)
    around = np.full_like(dark, hand.chance.uniform(0.5, 0.97))
    specks = hand.chance.random(dark.shape) < hand.chance.uniform(0.0, 0.2)
    around[cv2.dilate(specks.astype(np.uint8), np.ones((2, 2), np.uint8)) > 0] *= 0.3
    near = cv2.blur(1 - inside, (9, 9)) * (hand.chance.random(dark.shape) < 0.03)
    paper.dark = np.maximum(dark, near.astype(np.float32)) * inside + around * (1 - inside)
    camera = Camera.by(hand.chance, 0.5)
    picture = seen(paper, Camera(0, 0, camera.blur, camera.noise, camera.jpeg))
    return Case(file_of(picture, camera), digit.label, digit.strokes)


# --- pale --------------------------------------------------------------------------------------


def _in_tones(
    hand: Hand, tones: Callable[[Sheet], list[tuple[NDArray[np.float64], float]]]
) -> Case:
    """A digit whose parts are of different darkness."""
    digit = hand.one()
    paper = sheet(digit.strokes, hand.chance)
    parts: dict[float, list[NDArray[np.float64]]] = {}
    for points, dark in tones(paper):
        parts.setdefault(round(25 * dark) / 25, []).append(points)
    for dark, some in parts.items():
        paper.draw(some, paper.pen, dark)
    camera = Camera.by(hand.chance)
    return Case(file_of(seen(paper, camera), camera), digit.label, digit.strokes)


def pencil(hand: Hand) -> Case:
    """Pale all over."""
    digit = hand.one()
    paper = sheet(digit.strokes, hand.chance)
    paper.write(float(hand.chance.uniform(0.14, 0.3)))
    # Pencil leaves the paper's grain white.
    grain = cv2.GaussianBlur(hand.chance.normal(0, 1, paper.dark.shape), (0, 0), 1.2)
    paper.dark *= np.clip(1 + 0.5 * grain, 0.4, 1.3).astype(np.float32)
    camera = Camera.by(hand.chance, 0.7)
    return Case(file_of(seen(paper, camera), camera), digit.label, digit.strokes)


def grey_beside_dark(hand: Hand) -> Case:
    """One stroke, or one end of the only one, is pale."""

    def tones(paper: Sheet) -> list[tuple[NDArray[np.float64], float]]:
        dark = float(hand.chance.uniform(0.7, 0.92))
        pale = dark * float(hand.chance.uniform(0.28, 0.5))
        strokes = paper.digit
        if len(strokes) > 1:
            which = int(hand.chance.integers(len(strokes)))
            return [(points, pale if at == which else dark) for at, points in enumerate(strokes)]
        points = wobbly(strokes[0], hand.chance, 0.0)
        cut = int(hand.chance.uniform(0.3, 0.7) * len(points))
        pair = [(points[: cut + 1], dark), (points[cut:], pale)]
        return (
            pair
            if hand.chance.random() < 0.5
            else [(points[: cut + 1], pale), (points[cut:], dark)]
        )

    return _in_tones(hand, tones)


def uneven(hand: Hand) -> Case:
    """Ink that runs thin and thick along the way."""

    def tones(paper: Sheet) -> list[tuple[NDArray[np.float64], float]]:
        made = []
        for stroke in paper.digit:
            points = wobbly(stroke, hand.chance, 0.0) if len(stroke) > 1 else stroke
            waves = hand.chance.uniform(1, 4) * np.linspace(0, 2 * np.pi, max(2, len(points)))
            dark = 0.6 + 0.3 * np.sin(waves + hand.chance.uniform(0, 2 * np.pi))
            made += [
                (points[at : at + 2], float(dark[at])) for at in range(max(1, len(points) - 1))
            ]
        return made

    return _in_tones(hand, tones)


def colours(hand: Hand) -> Case:
    """Ink and paper of different colours and the same brightness."""
    digit = hand.one()
    paper = sheet(digit.strokes, hand.chance)
    paper.write(1.0)
    pairs = [
        ((205, 60, 60), (60, 125, 60)),
        ((60, 60, 210), (120, 50, 40)),
        ((170, 90, 150), (90, 130, 90)),
    ]
    of_ink, of_paper = (
        np.array(one, np.float64) for one in pairs[int(hand.chance.integers(len(pairs)))]
    )
    if hand.chance.random() < 0.5:
        of_ink, of_paper = of_paper, of_ink
    weights = np.array([0.299, 0.587, 0.114])
    of_paper = of_paper * (of_ink @ weights) / (of_paper @ weights)
    of_paper = np.clip(of_paper + hand.chance.uniform(-3, 3), 0, 255)
    cover_of = cv2.GaussianBlur(paper.dark, (0, 0), 1.0)[..., None]
    picture = of_paper * (1 - cover_of) + of_ink * cover_of
    picture += hand.chance.normal(0, hand.chance.uniform(0.3, 4), picture.shape)
    whole = np.rint(np.clip(picture, 0, 255)).astype(np.uint8)[..., ::-1]
    camera = Camera.by(hand.chance, 0.6) if hand.chance.random() < 0.5 else None
    return Case(file_of(whole, camera), digit.label, digit.strokes)


def sixteen_bits(hand: Hand) -> Case:
    """A file of 16 bits a pixel that holds values of 8."""
    digit = hand.one()
    paper = sheet(digit.strokes, hand.chance, side=(200, 400))
    paper.write(0.85)
    picture = seen(paper, Camera.by(hand.chance, 0.5)).astype(np.uint16)
    kind = [".png", ".tiff"][int(hand.chance.integers(2))]
    return Case(cv2.imencode(kind, picture)[1].tobytes(), digit.label, digit.strokes)


PLAIN: dict[str, Kind] = {
    "canvas": canvas,
    "photo, plain paper": on_paper(nothing),
    "photo, grid paper": on_paper(grid),
    "photo, ruled paper": on_paper(ruled),
    "single crops": crop,
    "light on dark": light_on_dark,
}
FRAMES: dict[str, Kind] = {
    "cell of a form": on_paper(cell),
    "cell, lines run on": on_paper(cell_run_on),
    "cell, touched": on_paper(cell_touched),
    "drawn box": on_paper(box),
    "circle": on_paper(circle),
    "three sides": on_paper(three_sides),
    "underline": on_paper(underline),
    "ruled line through": on_paper(line_through),
    "empty cell": on_paper(cell, empty=True),
    "empty cell, lines run on": on_paper(cell_run_on, empty=True),
    "empty drawn box": on_paper(box, empty=True),
}
EDGES: dict[str, Kind] = {
    "neighbour at the edge": neighbour,
    "dark object": on_paper(dark_object),
    "shadow": on_paper(shadow),
    "turned scan": turned_scan,
}
PALE: dict[str, Kind] = {
    "pale pencil": pencil,
    "grey beside dark": grey_beside_dark,
    "uneven ink": uneven,
    "colours of one brightness": colours,
    "16 bits holding 8": sixteen_bits,
}
KINDS = PLAIN | FRAMES | EDGES | PALE
MNIST = "MNIST"


def cases(kind: str, count: int, *, final: bool) -> Iterator[Case]:
    """So many cases of a kind, always the same ones."""
    if kind == MNIST:
        yield from mnist(count, final=final)
        return
    chance = np.random.default_rng([SEED, [*KINDS].index(kind), int(final)])
    hand = Hand(people()[int(final)], chance)
    for _ in range(count):
        yield KINDS[kind](hand)


def mnist(count: int, *, final: bool) -> Iterator[Case]:
    """MNIST's digits as files, half of them four times as large."""
    _, digits = data.mnist_digits(final=final)
    for at in range(min(count, len(digits))):
        picture = 255 - digits.glyphs.pixels[at]
        if at % 2:
            picture = cv2.resize(picture, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
        yield Case(file_of(picture, None), int(digits.labels[at]))


# --- reading -----------------------------------------------------------------------------------


class Reader:
    """The network of an artifact, with the site's thresholds."""

    def __init__(self, folder: Path) -> None:
        self._engine = LiteRTEngine((folder / LiteRTEngine.file_name).read_bytes())
        self._thresholds = Thresholds.of(read_manifest(folder))

    def read(self, glyphs: list[Glyph | None]) -> list[Reading | None]:
        """A reading for each glyph; None for none."""
        there = [glyph for glyph in glyphs if glyph is not None]
        if not there:
            return [None] * len(glyphs)
        outputs = self._engine.predict(Glyphs.of(there))
        found = iter(readings(outputs, self._thresholds))
        return [None if glyph is None else next(found) for glyph in glyphs]


def glyph_of(file: bytes) -> Glyph | None:
    """What the site makes of a file; None where that is "empty"."""
    try:
        return raster.normalise(decode(file, **LIMITS))
    except Blank:
        return None


def row(kind: str, every: list[Case], reader: Reader) -> list[str]:
    """How one kind is read."""
    started = time.process_time()
    glyphs = [glyph_of(one.file) for one in every]
    taken = (time.process_time() - started) / len(every)
    said = reader.read(glyphs)
    right = [is_right(reading, one.label) for reading, one in zip(said, every, strict=True)]
    wrong = [
        reading is not None and reading.verdict == SURE and not good
        for reading, good in zip(said, right, strict=True)
    ]
    strokes = [ink.normalise(one.strokes) for one in every if one.strokes and one.label != EMPTY]
    labels = [one.label for one in every if one.strokes and one.label != EMPTY]
    as_ink = [
        is_right(reading, label)
        for reading, label in zip(reader.read([*strokes]), labels, strict=True)
    ]
    return [
        kind,
        str(len(every)),
        percent(float(np.mean(right)), 1),
        percent(float(np.mean(as_ink)), 1) if as_ink else "",
        percent(float(np.mean(wrong)), 1),
        f"{1000 * taken:.1f}",
    ]


def is_right(reading: Reading | None, label: int) -> bool:
    return label == EMPTY if reading is None else reading.digit == label


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="an artifact's folder")
    parser.add_argument("--each", type=int, default=200, help="pictures a kind")
    parser.add_argument("--only", nargs="+", choices=[*KINDS, MNIST], default=[*KINDS, MNIST])
    results.add_final(parser, "read the other half of the people, and MNIST's test images")
    options = parser.parse_args()
    reader = Reader(options.model)
    rows = (
        row(kind, [*cases(kind, options.each, final=options.final)], reader)
        for kind in options.only
    )
    columns = ["kind", "pictures", "right %", "as ink %", "wrong yet sure %", "ms"]
    text = [
        results.table(columns, rows),
        "Right of an empty cell is that there is no digit in it. `as ink`: the same digits as "
        "strokes. Milliseconds are of processor time, from the file to the 28x28.",
    ]
    results.write(results.final_section("paper", options), "\n\n".join(text))


if __name__ == "__main__":
    main()
