"""How the same drawings are read as a canvas that is shrunk, as images, and as ink.

    .venv/bin/python -m benchmarks.ink.canvas [--model FOLDER_OR_KERAS] [--folds 5]

7,494 digits of 30 people (UCI pen digits, drawn in a box of 500x500) are painted
on a canvas of 280x280 with brushes of three widths. The canvas is then shrunk to
28x28 by area average, as most sites do, or read as an image by the raster path;
and the strokes themselves are read by the ink path, by the picture's reader alone
and with the motion's.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.common import data, networks, results
from benchmarks.common.results import percent, points
from recognizer.exceptions import Blank
from recognizer.preprocessing import raster
from recognizer.preprocessing.glyph import SIZE, Glyph, Glyphs

if TYPE_CHECKING:
    from benchmarks.common.data import Ink
    from recognizer.ink_files import Handwriting

Grey: TypeAlias = NDArray[np.uint8]

CANVAS = 280
WHOLE = (0.0, 0.0, float(CANVAS), float(CANVAS))
BOX = 500.0  # the sheet that the pen digits were written on
BRUSHES = (12, 18, 26)  # in pixels of the canvas
INK, INK_AS_PICTURE = "ink path", "ink path, picture's reader alone"
FINER = 4
# Coordinates are handed to OpenCV in 1/16 of a pixel.
SHIFT = 4
NO_ANSWER = -1


def paint(record: Handwriting, brush: int) -> Grey:
    """A drawing on a canvas of 280x280, black on white, with round caps and smooth edges.

    It is painted four times as large and made smaller by area average: OpenCV's
    own smooth lines are more than a pixel too wide.
    """
    side = CANVAS * FINER
    canvas = np.full((side, side), 255, dtype=np.uint8)
    for stroke in record.strokes:
        # A browser's pixel has its corner at whole coordinates, OpenCV's its centre.
        places = np.rint((stroke * (side / BOX) - 0.5) * (1 << SHIFT)).astype(np.int32)
        line = places if len(places) > 1 else places.repeat(2, axis=0)
        cv2.polylines(canvas, [line], False, 0, brush * FINER, cv2.LINE_8, SHIFT)
    small = cv2.resize(canvas, (CANVAS, CANVAS), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def shrunk(canvas: Grey) -> Glyph:
    """The whole canvas made small, as most sites show it to their network."""
    small = cv2.resize(canvas, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    return Glyph(np.asarray(255 - small, dtype=np.uint8), WHOLE)


def by_raster(canvas: Grey) -> Glyph | None:
    """The glyph of the canvas by the raster path; None where that finds nothing to read."""
    try:
        return raster.normalise(canvas)
    except Blank:
        return None


def paths(ink: Ink) -> dict[str, list[Glyph | None]]:
    """The glyphs of all drawings by each path to the network, by the path's name."""
    normalisations: list[tuple[str, Callable[[Grey], Glyph | None]]] = [
        ("canvas shrunk", shrunk),
        ("raster path", by_raster),
    ]
    found: dict[str, list[Glyph | None]] = {
        f"{name}, brush {brush}": [] for name, _ in normalisations for brush in BRUSHES
    }
    for record in tqdm(ink.records, desc="painting", unit=" drawings"):
        for brush in BRUSHES:
            canvas = paint(record, brush)
            for name, normalised in normalisations:
                found[f"{name}, brush {brush}"].append(normalised(canvas))
    glyphs = ink.examples.glyphs
    drawn = zip(glyphs.pixels, glyphs.motion, strict=True)
    return {
        **found,
        INK_AS_PICTURE: [Glyph(pixels, WHOLE) for pixels in glyphs.pixels],
        INK: [Glyph(pixels, WHOLE, motion) for pixels, motion in drawn],
    }


def answers(pictures: list[Glyph | None], parts: list[networks.Part]) -> NDArray[np.int64]:
    """(n,) the answers of networks that have not seen a drawing's writer; -1 where it is blank."""
    given = np.full(len(pictures), NO_ANSWER, dtype=np.int64)
    there = np.array([picture is not None for picture in pictures])
    blank = Glyph(np.zeros((SIZE, SIZE), np.uint8), WHOLE)
    glyphs = Glyphs.of([blank if one is None else one for one in pictures])
    for part in parts:
        given[part.rows] = part.network.predict(glyphs[part.rows]).answers
    return np.where(there, given, NO_ANSWER)


def worst(right: NDArray[np.bool_], groups: NDArray[np.generic]) -> tuple[str, float]:
    """The group with the smallest share of right answers, and that share."""
    shares = {str(group): float(right[groups == group].mean()) for group in np.unique(groups)}
    name = min(shares, key=lambda group: shares[group])
    return name, shares[name]


def overview(right: dict[str, NDArray[np.bool_]], ink: Ink) -> str:
    """A table with a row for each path: the share read right, the worst writer and digit."""
    rows = []
    for path, hits in right.items():
        writer, of_writer = worst(hits, ink.writers)
        digit, of_digit = worst(hits, ink.labels)
        rows.append(
            [
                path, percent(hits.mean()), points(hits.mean() - right[INK_AS_PICTURE].mean()),
                f"{percent(of_writer)} ({writer})", f"{percent(of_digit)} ({digit})",
            ]
        )  # fmt: skip
    columns = [
        "path", "read right %", "against the picture's reader of ink, points",
        "worst writer %", "worst digit %",
    ]  # fmt: skip
    return results.table(columns, rows)


def by_group(right: dict[str, NDArray[np.bool_]], groups: NDArray[np.generic], name: str) -> str:
    """A table of the shares read right, with a row for each group and a column for each path."""
    order = sorted(np.unique(groups), key=int)
    rows = [
        [group, int((groups == group).sum())]
        + [percent(hits[groups == group].mean(), 1) for hits in right.values()]
        for group in order
    ]
    return results.table([name, "drawings", *(f"{path} %" for path in right)], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    networks.add_options(parser)
    parser.add_argument("--sample", type=int, default=0, help="drawings (default: 0, all)")
    options = parser.parse_args()
    ink = data.pen_digits(options.sample)
    parts = networks.parts(options, ink.writers)
    read = np.any([part.rows for part in parts], axis=0)
    ink, parts = ink.select(read), [replace(part, rows=part.rows[read]) for part in parts]
    right = {path: answers(made, parts) == ink.labels for path, made in paths(ink).items()}
    text = [
        overview(right, ink),
        f"{networks.described(options)} {len(ink)} drawings of {len(set(ink.writers))} people on "
        f"a canvas of {CANVAS}x{CANVAS}; brushes in pixels of it. A digit that is taken for none, "
        "and a drawing in which nothing is found, counts as misread.",
        by_group(right, ink.labels, "digit"),
        by_group(right, ink.writers, "writer"),
    ]
    results.write(networks.section("canvas", options), "\n\n".join(text))


if __name__ == "__main__":
    main()
