"""What reading costs: estimated before anything is done, counted while it goes on. Pure.

Costs are milliseconds of a processor; `benchmarks.site.worst --estimates` holds them to the
clock. What turns out dearer than it looked is stopped between two steps. Throttles count in
requests of the usual kind: `units`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from recognizer.exceptions import OverLimit

# A usual request, one digit of ink, from the socket to the answer.
REQUEST = 2.0
# No answer takes longer than twenty usual ones of its kind. These are estimates: some room
# is left for what they miss.
MOST_DRAWING, MOST_NUMBER = 17.0, 105.0
MOST_PICTURE, MOST_PICTURE_OF_NUMBER = 110.0, 170.0
# To decode what phones write takes a process of its own, which keeps no other request waiting.
MOST_APART = 1_200.0
# All items of a batch together: its largest number of usual pictures of numbers.
MOST_BATCH = 800.0

# Ink: a point in JSON and its checks, a piece of a segment as it is drawn (twice).
POINT, PIECE = 0.0006, 0.0018
# A digit of no more points is a usual request however it is drawn: a segment that goes from corner
# to corner is drawn in nine pieces.
USUAL_POINTS = 150
# What may be a digit: the rest of its drawing, its place in the lattice, and its reading.
GLYPH = 0.35
# And in a number: its traits, by which it may be a sign, and what stands beside it.
SIGN = 0.5
# A remembered drawing that this process has not looked at yet: its row, its motion, its features.
REMEMBERED = 0.6
# A picture once it is decoded: light, threshold, noise. What may be a digit on it is traced.
PICTURE, TRACED = 4.0, 1.0
# A wide piece is drawn as a strip, read and cut: for each of its heights that it is wide.
STRIP = 2.0
# A number's strokes come to half as many groups again, and no more than so many; a picture of one
# is taken to hold so many that may be digits.
JOINED, GLYPHS_A_PICTURE = 24, 8


def units(cost: float) -> int:
    """A cost in usual requests: 1 or more."""
    return max(1, round(cost / REQUEST))


class Budget:
    """What may still be spent on a submission, in milliseconds; without a limit if none is given.

    Every step spends what it is about to cost, and does not begin where that is too much.
    What is spent counts for the budget `within` which it is one, too.
    """

    def __init__(self, most: float = math.inf, *, within: Budget | None = None) -> None:
        self.left = most
        self.within = within

    def spend(self, cost: float, *, field: str) -> None:
        """Raises `OverLimit` where no more than that is left; `field` names what costs it."""
        if cost > self.left:
            raise OverLimit("too_much_work", field=field)
        if self.within:
            self.within.spend(cost, field=field)
        self.left -= cost


def drawing(points: int, pieces: float) -> float:
    """One digit of so many points, drawn in so many pieces (`preprocessing.ink.pieces`)."""
    return GLYPH + POINT * points + PIECE * pieces


def number(points: int, strokes: int) -> float:
    """A number of ink, by what strokes usually come to; `groups` knows once they are grouped."""
    return groups(strokes + min(strokes // 2, JOINED), 2 * points) + POINT * points


def groups(count: int, pieces: float) -> float:
    """So many groups of strokes that may be digits, drawn in so many pieces together."""
    return (GLYPH + SIGN) * count + PIECE * pieces


def traced(glyphs: int) -> float:
    """So many pieces of a picture that may be digits."""
    return (TRACED + GLYPH) * glyphs


# --- pictures -----------------------------------------------------------------------

# Nanoseconds to decode a picture, by format: a byte as stored, a pixel once more as it becomes
# grey, and a byte of the file. Of a JPEG each pass over the pixels counts, and its bytes cost
# more where there are several passes.
PNG, GIF, BMP = (2.5, 5.0, 6.0), (4.0, 3.0, 1.0), (1.0, 5.0, 0.0)
TIFF, WEBP = (1.0, 5.0, 25.0), (3.0, 5.0, 8.0)
JPEG, JPEG_PASS, JPEG_BYTE_IN_PASSES = (2.0, 0.0, 8.0), 0.12, 32.0
HEIF, AVIF = (0.0, 36.0, 20.0), (0.0, 16.0, 20.0)
FORMATS = {
    "PNG": PNG, "GIF": GIF, "BMP": BMP, "TIFF": TIFF, "WEBP": WEBP, "JPEG": JPEG,
    "HEIF": HEIF, "AVIF": AVIF,
}  # fmt: skip
# A strip or tile of a TIFF, beside its pixels. A process of its own: to start it, and its answer.
PART, PROCESS = 0.02, 110.0
APART = frozenset(["HEIF", "AVIF"])

# Bytes of memory while it is decoded: with the site's own 130 MB and a body of 11 MB in its
# several forms a process stays below 300.
MEMORY = 120_000_000
# They are so many a pixel, by Pillow's mode; more in WebP, whose library keeps its own.
BYTES_A_PIXEL = {"1": 3, "L": 3, "P": 7, "RGB": 7, "I;16": 18, "I;16B": 18, "I": 21, "F": 21}
BYTES_A_PIXEL_ELSE, BYTES_A_PIXEL_WEBP = 10, 20
# A JPEG of several passes is kept in coefficients, two bytes each.
COEFFICIENT = 2
# A process of its own may have so much beside its 25 MB, and so many a pixel.
MEMORY_APART, BYTES_A_PIXEL_APART = 250_000_000, 10


@dataclass(frozen=True, slots=True)
class PictureFile:
    """An image file by its head: `format` and `mode` as Pillow calls them, `pixels` in all.

    `samples` are the bytes of a pixel as stored, `passes` the scans of a JPEG and 1 for the
    others, `layers` its channels, `size` the bytes of the file, and `parts` a TIFF's strips.
    """

    format: str
    mode: str
    pixels: int
    samples: int
    layers: int
    passes: int
    size: int
    parts: int = 1

    def spend(self, budget: Budget) -> None:
        """Takes what decoding costs from the budget. Raises `OverLimit` where it has not so much.

        What is decoded in a process of its own has a budget of its own there, and counts for the
        one `within` which this is.
        """
        if self.format in APART:
            budget = Budget(MOST_APART, within=budget.within)
        budget.spend(self.cost(), field="image")

    def cost(self) -> float:
        """Milliseconds to decode it into grey pixels."""
        a_sample, a_pixel, a_byte = FORMATS[self.format]
        if self.passes > 1:
            a_pixel += JPEG_PASS * self.passes
            a_byte = JPEG_BYTE_IN_PASSES
        decoding = self.pixels * (a_sample * self.samples + a_pixel) + self.size * a_byte
        around = PROCESS if self.format in APART else PART * (self.parts - 1)
        return decoding / 1e6 + around

    def most_pixels(self) -> int:
        """As many as memory has room for in a file of this kind."""
        if self.format in APART:
            return MEMORY_APART // BYTES_A_PIXEL_APART
        a_pixel = BYTES_A_PIXEL.get(self.mode, BYTES_A_PIXEL_ELSE)
        if self.format == "WEBP":
            a_pixel = BYTES_A_PIXEL_WEBP
        if self.passes > 1:
            a_pixel += COEFFICIENT * self.layers
        return MEMORY // a_pixel
