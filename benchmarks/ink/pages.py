"""How numbers on a photographed sheet are read: in cells, on several lines, with points.

    .venv/bin/python -m benchmarks.ink.pages [--each 60] [--only KIND ...] [--final]

Numbers are composed of UNIPEN's digits and signs, each of one person's, painted by seed,
photographed and read as the site reads a file with `number`. An empty cell is "_". Choosing uses
one half of the people, `--final` the other; the network and the signs' classifier have met all of
them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import networks, results
from benchmarks.common.results import percent
from benchmarks.ink import composition
from benchmarks.ink.composition import Hand, extent
from benchmarks.ink.numbers import Strokes
from benchmarks.ink.sheets import Camera, Sheet, file_of, grid, nothing, ruled, seen, wobbly
from recognizer.exceptions import InputError
from recognizer.preprocessing.decoding import decode
from recognizer.preprocessing.glyph import Glyphs
from recognizer.segmentation import raster, signs
from recognizer.segmentation.lattice import Mark
from recognizer.services.versions import SHIPPED
from recognizer.serving.artifacts import read_manifest
from recognizer.serving.decision import SURE, Reading, Thresholds, beside_neighbours, readings
from recognizer.serving.engine import LiteRTEngine

Chance: TypeAlias = np.random.Generator
SEED = 23
LIMITS = {"max_bytes": 1 << 26, "max_pixels": 1 << 26}
EMPTY_CELLS = 0.25  # of the cells in a row
HEIGHT = (40, 130)  # of a digit, in pixels
PEN = (0.04, 0.1)  # in heights of a digit


@dataclass(frozen=True, eq=False)
class Page:
    """A picture's file, and the text of each of its lines."""

    file: bytes
    lines: list[str]


def page(lines: list[str], placed: Strokes, frames: Frames, chance: Chance, tall: float) -> Page:
    """What is written on a sheet, as a camera sees it; digits are about `tall` high in pixels."""
    every = np.concatenate([*placed, *frames.lines])
    room = tall * chance.uniform(0.5, 1.5, 2)
    corner = every.min(axis=0) - room
    width, height = (int(side) for side in every.max(axis=0) + room - corner)
    pen = max(1.6, tall * float(chance.uniform(*PEN)))
    paper = Sheet(width, height, [points - corner for points in placed], pen, chance)
    paper.write(float(chance.uniform(0.6, 0.92)))
    if frames.lines:
        thick = pen if frames.by_hand else tall * float(chance.uniform(0.02, 0.07))
        sides = [points - corner for points in frames.lines]
        paper.draw(sides, max(1.5, thick), float(chance.uniform(0.5, 0.92)))
    else:
        chance.choice([nothing, ruled, grid])(paper)
    camera = Camera.by(chance)
    return Page(file_of(seen(paper, camera), camera), lines)


@dataclass(frozen=True, eq=False)
class Frames:
    """The lines of cells, printed or drawn."""

    lines: Strokes
    by_hand: bool = False


# --- cells ------------------------------------------------------------------------------------


def cells(hand: Hand, chance: Chance, *, apart: bool, drawn: bool, touched: bool) -> Page:
    """A row of cells, some of them empty, `apart` or with a line between each two."""
    tall = float(chance.uniform(*HEIGHT))
    count = int(chance.integers(2, 8))
    text = "".join(
        "_" if chance.random() < EMPTY_CELLS else str(chance.choice(_digits(hand)))
        for _ in range(count)
    )
    side = np.array([chance.uniform(1.2, 1.7), chance.uniform(1.35, 1.8)]) * tall
    gap = float(chance.uniform(0.15, 0.6)) * tall if apart else 0.0
    placed: Strokes = []
    for at, character in enumerate(text):
        if character == "_":
            continue
        strokes = _of_height(hand, character, tall * float(chance.uniform(0.85, 1.1)), chance)
        left, top, wide, high = extent(strokes)
        corner = np.array([at * (side[0] + gap), 0.0]) + (side - (wide, high)) / 2
        over = chance.uniform(-0.08, 0.08, 2) * tall
        if touched and chance.random() < 0.4:
            over[1] += (side[1] - high) / 2 + chance.uniform(-0.05, 0.12) * tall
        placed += [points - (left, top) + corner + over for points in strokes]
    boxes = [
        np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) * side + (at * (side[0] + gap), 0.0)
        for at in range(count)
    ]
    if drawn:
        boxes = [wobbly(one, chance, 0.02 * tall) for one in boxes]
    return page([text], placed, Frames(boxes, drawn), chance, tall)


def _digits(hand: Hand) -> list[str]:
    return [label for label in hand.characters if label.isdigit()]


def _of_height(hand: Hand, character: str, tall: float, chance: Chance) -> Strokes:
    options = hand.characters[character]
    strokes = options[int(chance.integers(len(options)))]
    _, _, width, height = extent(strokes)
    times = tall / max(height, width)
    return [points * times for points in strokes]


# --- lines ------------------------------------------------------------------------------------


def lines(hand: Hand, chance: Chance, kinds: list[str], most: int) -> Page:
    """Numbers of these kinds, one below the other."""
    tall = float(chance.uniform(*HEIGHT))
    count = int(chance.integers(2, most + 1)) if most > 1 else 1
    placed: Strokes = []
    texts: list[str] = []
    foot = 0.0
    while len(texts) < count:
        pattern = str(chance.choice(composition.KINDS[str(chance.choice(kinds))]))
        if not all(sign in hand.characters for sign in pattern if sign not in "0 "):
            continue
        number = composition.compose(hand, pattern, chance)
        times = tall / hand.height
        strokes = [points * times for points in number.strokes]
        _, top, _, height = extent(strokes)
        shift = np.array([chance.uniform(0, 1.5) * tall, foot - top])
        placed += [points + shift for points in strokes]
        foot += height + float(chance.uniform(0.3, 1.2)) * tall
        texts.append(number.text)
    return page(texts, placed, Frames([]), chance, tall)


Kind: TypeAlias = Callable[[Hand, Chance], Page]


def _cells(**how: bool) -> Kind:
    return lambda hand, chance: cells(hand, chance, **how)


def _lines(*kinds: str, most: int) -> Kind:
    return lambda hand, chance: lines(hand, chance, [*kinds], most)


KINDS: dict[str, Kind] = {
    "cells, one line between": _cells(apart=False, drawn=False, touched=False),
    "cells, apart": _cells(apart=True, drawn=False, touched=False),
    "cells, touched": _cells(apart=False, drawn=False, touched=True),
    "cells, drawn": _cells(apart=True, drawn=True, touched=False),
    "one line, plain": _lines("plain", most=1),
    "one line, points and commas": _lines("points and commas", most=1),
    "several lines, plain": _lines("plain", most=4),
    "several lines, all kinds": _lines(*composition.KINDS, most=4),
}


def pages(kind: str, count: int, *, final: bool) -> Iterator[Page]:
    """So many pages of a kind, always the same ones."""
    hands = composition.hands()
    writers = sorted({hand.writer for hand in hands})
    own = {*writers[int(final) :: 2]}
    people = [hand for hand in hands if hand.writer in own]
    chance = np.random.default_rng([SEED, [*KINDS].index(kind), int(final)])
    for _ in range(count):
        yield KINDS[kind](people[int(chance.integers(len(people)))], chance)


# --- reading ----------------------------------------------------------------------------------


class Reader:
    """The network of an artifact, with the site's thresholds."""

    def __init__(self, folder: Path) -> None:
        self._engine = LiteRTEngine((folder / LiteRTEngine.file_name).read_bytes())
        self._thresholds = Thresholds.of(read_manifest(folder))

    def read(self, file: bytes) -> list[tuple[str, bool]]:
        """What stands on each line, and whether all of it is sure; nothing of what is refused."""
        try:
            found = raster.lines(decode(file, **LIMITS))
        except InputError:
            return []
        return [self._line(lattice) for lattice in found]

    def _line(self, lattice: raster.Lattice) -> tuple[str, bool]:
        said: list[Reading] = []
        probabilities: NDArray[np.float64] = np.zeros((0, 10))
        if lattice.glyphs:
            alone = self._engine.predict(Glyphs.of(lattice.glyphs))
            outputs = beside_neighbours(alone, lattice.glyphs)
            said = readings(outputs, self._thresholds)
            probabilities = np.array([one.probabilities for one in said])
        marks = lattice.read(probabilities)
        text = "".join(_text(mark, said) for mark in marks)
        return text, all(_is_sure(mark, said) for mark in marks)


def _text(mark: Mark, said: list[Reading]) -> str:
    if mark.glyph is None:
        return mark.text
    digit = said[mark.glyph].digit
    return "?" if digit is None else str(digit)


def _is_sure(mark: Mark, said: list[Reading]) -> bool:
    sure = mark.probability >= signs.SURE
    if mark.glyph is None:
        return sure and mark.text != ""
    return sure and said[mark.glyph].verdict == SURE


def row(kind: str, every: list[Page], reader: Reader) -> list[str]:
    """How one kind is read, line by line; a page of another count of lines has none right."""
    count = right = wrong = whole = 0
    started = time.process_time()
    for one in every:
        found = reader.read(one.file)
        texts = [text for text, _ in found]
        whole += texts == one.lines
        count += len(one.lines)
        right += sum(text in texts for text in one.lines) if len(found) == len(one.lines) else 0
        wrong += sum(sure and text not in one.lines for text, sure in found)
    taken = (time.process_time() - started) / len(every)
    shares = [percent(part / count, 1) for part in (right, wrong)]
    milliseconds = f"{1000 * taken:.0f}"
    return [
        kind,
        str(len(every)),
        str(count),
        *shares,
        percent(whole / len(every), 1),
        milliseconds,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="an artifact's folder")
    parser.add_argument("--each", type=int, default=60, help="pages a kind")
    parser.add_argument("--only", nargs="+", choices=[*KINDS], default=[*KINDS])
    networks.add_touching_option(parser)
    results.add_final(parser, "read the other half of the people")
    options = parser.parse_args()
    networks.use_touching(options)
    reader = Reader(options.model)
    rows = (
        row(kind, [*pages(kind, options.each, final=options.final)], reader)
        for kind in options.only
    )
    columns = [
        "kind", "pages", "lines", "lines right %", "lines wrong yet sure %", "pages right %", "ms",
    ]  # fmt: skip
    met = "two thirds of them" if options.touching else "them, too"
    text = [
        results.table(columns, rows),
        "Right is `text` without a single mistake, signs, spaces and empty cells too. Milliseconds "
        "are of processor time, from the file to the answer. The network and the signs' "
        f"classifiers have met all of these people, the reader of touching digits {met}.",
    ]
    results.write(results.final_section("pages", options), "\n\n".join(text))


if __name__ == "__main__":
    main()
