"""How often a whole number is read without a single mistake.

    .venv/bin/python -m benchmarks.ink.numbers [--model FOLDER] [--folds 5] [--each 40]

Numbers of 2 to 6 digits are composed of one writer's own digits (UCI pen digits, 30
people), stroke for stroke in the order of writing, and read as the site reads them:
as strokes, and painted, as pictures. The weights of recognizer/segmentation/grouping.py were
chosen on the writers of even numbers; the figures are of the others.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.common import networks, results
from benchmarks.common.results import percent
from benchmarks.common.settings import settings
from recognizer.preprocessing.glyph import Glyphs
from recognizer.segmentation import ink, raster
from recognizer.segmentation.lattice import Lattice, likeliest
from recognizer.serving.decision import beside_neighbours
from recognizer.serving.engine import LiteRTEngine
from training.data import corpora

Strokes: TypeAlias = list[NDArray[np.float64]]  # each (points, 2)
# By writer: the label and the strokes of each digit, y down.
Writers: TypeAlias = dict[int, list[tuple[int, Strokes]]]

SEED = 7
MARGIN = 40.0  # of the sheet around a number, in the corpus' own unit
MAX_OVERLAP = 0.25
BRUSHES = (12, 18)  # in pixels, where a digit is as high as
HEIGHT = 200
FINER = 4  # a picture is painted so many times as large, for smooth edges


@dataclass(frozen=True)
class Variant:
    """How the digits of a number are set side by side.

    `overlapping` is the share of digits whose boxes overlap the one before, by up to
    a quarter of the narrower one's width; the others leave a gap, small as a rule.
    `room` widens every gap, in heights of a digit. `slant` is the most that a number
    leans to either side, in degrees; `jitter` is how far digits stand off the
    baseline, in heights of a digit.
    """

    name: str
    overlapping: float = 0.0
    room: float = 0.0
    slant: float = 0.0
    jitter: float = 0.04


VARIANTS = [
    Variant("natural spacing"),
    Variant("overlap", overlapping=1.0),
    Variant("slant", slant=25.0),
    Variant("all together", overlapping=0.5, slant=25.0, jitter=0.06),
]


# In a picture ink that touches is no longer in strokes, so room tells more.
PAINTED = [Variant("well apart", room=0.2), VARIANTS[0], VARIANTS[3]]


@dataclass(frozen=True)
class Number:
    """A number as written: `strokes` in the order of writing, `owners` the digit of each."""

    writer: int
    text: str
    strokes: Strokes
    owners: list[int]


def pen_digits(remainder: int) -> Writers:
    """The pen digits of every second writer: of even numbers for 0, of odd ones for 1."""
    writers: Writers = {}
    for record in corpora.pendigits(settings.CORPORA_DIR):
        if int(record.writer) % 2 == remainder:
            writers.setdefault(int(record.writer), []).append((record.label, record.strokes))
    return writers


def numbers(writers: Writers, variant: Variant, *, each: int, seed: int) -> Iterator[Number]:
    """Random numbers of 2 to 6 digits, `each` of them a writer."""
    chance = np.random.default_rng(seed)
    for writer, digits in sorted(writers.items()):
        height = float(np.median([_extent(strokes)[3] for _, strokes in digits]))
        for _ in range(each):
            count = int(chance.integers(2, 7))
            chosen = [digits[int(at)] for at in chance.integers(len(digits), size=count)]
            yield compose(chosen, variant, height, writer, chance)


def compose(
    digits: list[tuple[int, Strokes]],
    variant: Variant,
    height: float,
    writer: int,
    chance: np.random.Generator,
) -> Number:
    """A number of these digits, side by side on one baseline.

    `height` is that of the writer's digits as a rule; jitter and gaps are shares of it.
    """
    placed: Strokes = []
    owners: list[int] = []
    right, width_before = 0.0, 0.0
    for owner, (_, strokes) in enumerate(digits):
        left, top, width, tall = _extent(strokes)
        if owner and chance.random() < variant.overlapping:
            gap = -MAX_OVERLAP * chance.random() * min(width, width_before)
        else:  # mostly apart by a seventh of the height, seldom touching, seldom wide
            gap = height * (variant.room + chance.gamma(2.0, 0.09) - 0.04)
        below = height * variant.jitter * chance.normal()
        shift = np.array([right + gap - left, below - top - tall])
        placed += [points + shift for points in strokes]
        owners += [owner] * len(strokes)
        right, width_before = right + gap + width, width
    lean = np.tan(np.radians(variant.slant * chance.uniform(-1, 1)))
    leaning = [points - points[:, 1:] * [lean, 0.0] for points in placed]
    corner = np.concatenate(leaning).min(axis=0) - MARGIN
    text = "".join(str(label) for label, _ in digits)
    return Number(writer, text, [points - corner for points in leaning], owners)


def _extent(strokes: Strokes) -> tuple[float, float, float, float]:
    """The strokes' bounding box as (x, y, width, height)."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


def painted(number: Number, brush: int) -> NDArray[np.uint8]:
    """The number as a picture, black on white, its digits about `HEIGHT` high."""
    tall = np.median([_extent(digit)[3] for digit in _by_digit(number)])
    strokes = [points * (HEIGHT / tall * FINER) for points in number.strokes]
    width, height = (np.concatenate(strokes).max(axis=0) + MARGIN * FINER).astype(int)
    sheet = np.full((height, width), 255, dtype=np.uint8)
    for points in strokes:
        line = np.rint(points).astype(np.int32)
        line = line if len(line) > 1 else line.repeat(2, 0)
        cv2.polylines(sheet, [line], False, 0, brush * FINER)
    small = cv2.resize(sheet, (width // FINER, height // FINER), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def _by_digit(number: Number) -> list[Strokes]:
    owners = sorted(set(number.owners))
    pairs = [*zip(number.owners, number.strokes, strict=True)]
    return [[points for of, points in pairs if of == owner] for owner in owners]


@dataclass
class Tally:
    """Counts of one kind of numbers: how many were grouped and read right, and how fast."""

    count: int = 0
    by_place: int = 0  # grouped right without the network's readings
    grouped: int = 0
    read: int = 0
    glyphs: int = 0
    seconds: float = 0.0

    def cells(self) -> list[str]:
        """The cells of a row of the table."""
        shares = [percent(part / self.count) for part in (self.by_place, self.grouped, self.read)]
        each = f"{self.glyphs / self.count:.1f}", f"{1000 * self.seconds / self.count:.1f}"
        return [str(self.count), *shares, *each]


def add_ink(tally: Tally, number: Number, engine: LiteRTEngine) -> None:
    """Reads a number's strokes; the groups must be those of the digits, stroke for stroke."""
    began = time.perf_counter()
    lattice = ink.digits(number.strokes)
    best, text = _read(lattice, engine)
    tally.seconds += time.perf_counter() - began
    owned = [[at for at, of in enumerate(number.owners) if of == one] for one in number.owners]
    expected = sorted({tuple(strokes) for strokes in owned})

    def right(chosen: list[int]) -> bool:
        return sorted(lattice.groups[at].pieces for at in chosen) == expected

    _count(tally, lattice, number, right(_by_place(lattice)), right(best), text)


def add_picture(tally: Tally, number: Number, brush: int, engine: LiteRTEngine) -> None:
    """Reads a number as a picture; grouped right is one of as many digits as were written."""
    picture = painted(number, brush)
    began = time.perf_counter()
    lattice = raster.digits(picture)
    best, text = _read(lattice, engine)
    tally.seconds += time.perf_counter() - began
    by_place = len(_by_place(lattice)) == len(number.text)
    _count(tally, lattice, number, by_place, len(best) == len(number.text), text)


def _read(lattice: Lattice, engine: LiteRTEngine) -> tuple[list[int], str]:
    outputs = beside_neighbours(engine.predict(Glyphs.of(lattice.glyphs)), lattice.glyphs)
    digits = outputs.probabilities[:, :10].astype(float)
    marks = lattice.read(digits)
    text = "".join(
        mark.text if mark.glyph is None else str(digits[mark.glyph].argmax()) for mark in marks
    )
    return [mark.glyph for mark in marks if mark.glyph is not None], text


def _by_place(lattice: Lattice) -> list[int]:
    best = likeliest(lattice.groups, [group.affinity for group in lattice.groups])
    return [at for at in best if at < len(lattice.glyphs)]


def _count(
    tally: Tally, lattice: Lattice, number: Number, by_place: bool, grouped: bool, text: str
) -> None:
    tally.count += 1
    tally.by_place += by_place
    tally.grouped += grouped
    # Whether a wide gap is a space nobody has said: `benchmarks.ink.signs` asks that.
    tally.read += grouped and text.replace(" ", "") == number.text
    tally.glyphs += len(lattice.glyphs)


@dataclass(frozen=True, eq=False)
class Reader:
    """Some writers, and an engine that has seen nothing of theirs."""

    writers: Writers
    engine: LiteRTEngine


def readers(options: argparse.Namespace) -> list[Reader]:
    """The writers of odd numbers, divided among the networks that `options` name."""
    every = pen_digits(1)
    names = np.array([str(writer) for writer in every])
    found = []
    for part in networks.parts(options, names):
        file = part.path / LiteRTEngine.file_name
        if not file.is_file():
            raise SystemExit(f"There is no {file}: name an artifact's folder.")
        theirs = {int(name): every[int(name)] for name in names[part.rows]}
        found.append(Reader(theirs, LiteRTEngine(file.read_bytes())))
    return found


def measured(every: list[Reader], each: int) -> Iterator[list[str]]:
    """A row of the table for every variant of the ink, then for the painted ones."""
    for variant in VARIANTS:
        tally = Tally()
        for reader in every:
            for number in numbers(reader.writers, variant, each=each, seed=SEED):
                add_ink(tally, number, reader.engine)
        yield ["strokes", variant.name, *tally.cells()]
    for brush in BRUSHES:
        for variant in PAINTED:
            tally = Tally()
            for reader in every:
                for number in numbers(reader.writers, variant, each=each // 4, seed=SEED):
                    add_picture(tally, number, brush, reader.engine)
            yield [f"picture, brush {brush} px", variant.name, *tally.cells()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    networks.add_options(parser)
    parser.add_argument("--each", type=int, default=40, help="numbers a writer and variant")
    networks.add_touching_option(parser)
    options = parser.parse_args()
    networks.use_touching(options)
    columns = [
        "input", "numbers", "count", "grouped right by place alone %", "with the readings %",
        "read right %", "glyphs read", "ms",
    ]  # fmt: skip
    text = [
        results.table(columns, measured(readers(options), options.each)),
        f"{networks.described(options)} Numbers of 2 to 6 digits of the 15 writers of odd "
        "numbers; right is a number without a single mistake, wherever it has spaces. Of a "
        "picture, grouped right means as many digits as were written. "
        f"Pictures are painted with digits about {HEIGHT} px high. "
        "ms: normalising, grouping and reading one number, one thread.",
    ]
    results.write(networks.section("numbers", options), "\n\n".join(text))


if __name__ == "__main__":
    main()
