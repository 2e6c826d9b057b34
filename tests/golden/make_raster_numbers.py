"""Writes raster_numbers.json: `python -m tests.golden.make_raster_numbers`.

Golden vectors of whole numbers in pictures, as make_raster.py has them of digits.
All are painted here, of the digits of `make`. Each case holds what may be digits, how
much its pieces belong together, what was read of each group beside what it touches and how
surely, and what the network would see of it, or why there is nothing to read.
tests/recognizer/segmentation/test_raster_numbers_golden.py and
tests/js/segmentation/raster.test.js both read the file.
"""

from __future__ import annotations

import base64
import json
import random
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognizer.exceptions import InputError
from recognizer.segmentation.raster import digits, lines, renders
from tests.golden.make import Strokes, arc, line
from tests.golden.make_numbers import written
from tests.golden.make_raster import Case, Grey, packed, painted, whole

FILE = Path(__file__).with_name("raster_numbers.json")
SEED = 21
MARGIN = 22


def sheet(strokes: Strokes, brush: float = 8, *, margin: int = MARGIN, **paper: float) -> Grey:
    """The strokes painted on as much paper as they need."""
    points = np.array([point for stroke in strokes for point in stroke])
    left, top = points.min(axis=0) - margin
    width, height = np.ceil(np.ptp(points, axis=0)).astype(int) + 2 * margin
    moved = [[[x - left, y - top] for x, y in stroke] for stroke in strokes]
    return painted(moved, brush, (height, width), **paper)


def apart() -> Iterator[Case]:
    """Digits with paper between them."""
    yield "1234567890", sheet(written("1234567890", gap=16, height=70), 7)
    yield "one digit alone", sheet(written("5", height=80))
    yield "leaning to the right", sheet(written("4157", lean=0.4, height=80))
    yield "leaning to the left", sheet(written("905", lean=-0.3, height=80))
    yield "light on dark", sheet(written("26", height=80), paper=30, ink=220)
    shaded = sheet(written("83", height=80), 5, paper=235, ink=120)
    yield "a pencil in the evening", whole(shaded * np.linspace(1, 0.6, shaded.shape[1]))
    yield "small", sheet(written("42", gap=6, height=22), 2.5, margin=6)
    large = np.full((560, 700), 245, np.uint8)
    part = sheet(written("71", height=150), 14)
    large[300 : 300 + part.shape[0], 150 : 150 + part.shape[1]] = part
    yield "on a large sheet", large


def together() -> Iterator[Case]:
    """Digits that touch."""
    rings: Strokes = [arc(60 + 68 * place, 80, 30, 40, 0, 360, 48) for place in range(2)]
    yield "two round digits touch", sheet(rings)
    yield "three round digits touch", sheet([*rings, arc(196, 80, 30, 40, 0, 360, 48)])
    yield "4 and 0 touch", sheet(written("40", gap=-3, height=80))
    bar: Strokes = [[[85, 62], [125, 58]]]
    yield "the bar of a 5 touches the 1", sheet([*written("51", gap=14, height=80), *bar])
    yield "touching and leaning", sheet(written("808", gap=6, lean=0.3, height=80))


def in_parts() -> Iterator[Case]:
    """Digits of several pieces, and what is none."""
    four: Strokes = [line((90, 60), (62, 105), (92, 106)), line((103, 62), (101, 140))]
    yield "a 4 in two parts", sheet([*four, *_right("7", 85)])
    five, bar = written("5", height=80)
    raised = [[x + 4, y - 12] for x, y in bar]
    yield "a 5 in two parts", sheet([five, raised, *_right("8", 60)])
    yield "three gates alike", sheet([bar for x in (40, 110, 180) for bar in _gate(x)], 5)
    yield "a decimal point", sheet([*written("3", height=80), [[105, 136]], *_right("4", 78)], 9)
    comma: Strokes = [*written("9", height=80), line((108, 130), (101, 150)), *_right("6", 82)]
    yield "a comma", sheet(comma)
    yield "a minus before", sheet([line((-10, 102), (18, 101)), *written("17", height=80)])
    yield "an underlined number", sheet([*written("26", height=80), line((30, 160), (190, 161))], 5)
    ones = [line((x, 20), (x, 100)) for x in (20, 60, 100)]
    yield "an underlined 111", sheet([*ones, line((0, 120), (120, 120))], 5)
    colon: Strokes = [[[108, 85], [112, 86]], line((104, 136), (124, 136))]
    yield (
        "a colon with a dash below",
        sheet([*written("3", height=80), *colon, *_right("4", 90)], 5),
    )


def _gate(x: float) -> Strokes:
    """Three bars that do not touch."""
    posts = [line((x + place, 30), (x + place, 90)) for place in (10, 26)]
    return [*posts, line((x, 18), (x + 30, 18))]


def cells(
    text: str, *, apart: float = 0, below: float = 0, size: tuple[float, float] = (96, 124)
) -> Strokes:
    """A row of cells with a digit in each, none where the text has "_".

    `apart` is the paper between two; `below` is how far digits stand below the middle.
    """
    width, height = size
    made: Strokes = []
    for at, character in enumerate(text):
        left = at * (width + apart)
        made.append(
            [[left, 0], [left + width, 0], [left + width, height], [left, height], [left, 0]]
        )
        if character != "_":
            digit = written(character, height=70)
            points = np.array([point for stroke in digit for point in stroke])
            low, high = points.min(axis=0), points.max(axis=0)
            x, y = np.array([left + width / 2, height / 2 + below]) - (low + high) / 2
            made += [[[px + x, py + y] for px, py in stroke] for stroke in digit]
    return made


def in_cells() -> Iterator[Case]:
    """Cells of a form, some of them empty."""
    yield "a row of cells", sheet(cells("407"), 5)
    yield "cells with a line between them, two empty", sheet(cells("4_07_"), 5)
    yield "cells apart, one empty", sheet(cells("52_8", apart=30), 5)
    yield "digits run over the lines of their cells", sheet(cells("7_42", below=30), 5)
    yield "an empty cell", sheet(cells("_"), 5)
    yield "a row of empty cells", sheet(cells("___"), 5)
    yield "one digit in a cell", sheet(cells("6"), 5)


def odd(chance: random.Random) -> Iterator[Case]:
    """Scribbles, and what cannot be read."""
    way = [[chance.uniform(0, 260), chance.uniform(0, 110)] for _ in range(14)]
    yield "a scribble", sheet([way], 4)
    yield "a long dash", sheet([line((20, 60), (300, 60))], 3)
    flat = np.full((60, 90), 240, np.uint8)
    flat[30, 20:70] = 20
    yield "a line of pixels", flat
    yield "white", np.full((50, 70), 255, np.uint8)
    yield "only a dot", sheet([[[50, 50]]], 2, margin=60)
    yield (
        "more digits than any number has",
        sheet([line((12 * place, 0), (12 * place, 40)) for place in range(40)], 4),
    )


def _right(text: str, shift: float) -> Strokes:
    return [[[x + shift, y] for x, y in stroke] for stroke in written(text, height=80)]


def cases() -> list[Case]:
    chance = random.Random(SEED)
    return [*apart(), *together(), *in_parts(), *in_cells(), *odd(chance)]


def lattice(picture: Grey) -> dict[str, Any]:
    """What is to come out of a picture; `refusal` is the code where nothing does.

    `cells` says in which cell each group stands, `empty` are the boxes of those in which nothing
    does, line by line.
    """
    empty = {"empty": empty_cells(picture)} if empty_cells(picture) else {}
    try:
        found = digits(picture)
    except InputError as refusal:
        return {"refusal": refusal.code, **empty}
    return {
        **empty,
        "cells": found.cells,
        "certain": [round(one, 5) for one in found.certain],
        "groups": [[[*group.pieces], round(group.affinity, 9)] for group in found.groups],
        "boxes": [[*glyph.box] for glyph in found.glyphs],
        "beside": [
            None if glyph.beside is None else [round(float(one), 5) for one in glyph.beside]
            for glyph in found.glyphs
        ],
        "images": packed_images(renders(picture)),
    }


def empty_cells(picture: Grey) -> list[list[list[float]]]:
    """The boxes of the empty cells of each line; nothing where there are none."""
    try:
        found = lines(picture)
    except InputError:
        return []
    boxes = [[[*cell.box] for cell, _ in lattice.unread if cell.is_empty] for lattice in found]
    return boxes if any(boxes) else []


def packed_images(images: list[NDArray[np.float64]]) -> str:
    """Values in [0, 1] of one glyph after another."""
    return base64.b64encode(zlib.compress(np.array(images).astype("<f4").tobytes(), 9)).decode()


def unpacked_images(case: dict[str, Any]) -> NDArray[np.float32]:
    values = np.frombuffer(zlib.decompress(base64.b64decode(case["images"])), "<f4")
    return values.reshape(-1, 28, 28)


def write() -> None:
    """One case a line, so that a change shows which."""
    lines = [
        {
            "name": name,
            "width": picture.shape[1],
            "height": picture.shape[0],
            "picture": packed(picture),
            **lattice(picture),
        }
        for name, picture in cases()
    ]
    content = ",\n".join(json.dumps(line, separators=(",", ":")) for line in lines)
    FILE.write_text(f"[\n{content}\n]\n")


if __name__ == "__main__":
    write()
