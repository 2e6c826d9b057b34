"""From a grey picture to the 28x28 the network reads.

Whatever made the picture, the network is to see what `ink` would have drawn.
So the way of the pen is found again and drawn anew with the normalisation's
own pen: a marker, a brush and a pencil give the same glyph, and a hole that a
thick stroke has filled opens again.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from recognizer.exceptions import Blank
from recognizer.glyph import BODY, CENTRE, PEN, SIZE, Glyph, Pixels, centre_of_mass
from recognizer.debris import Mask
from recognizer.light import STEP, Depth, Grey
from recognizer.sheet import Sheet, look

if TYPE_CHECKING:
    from collections.abc import Sequence

# Ink whose longer side is below this share of the picture's shorter is a dot.
_DOT_SHARE = 0.03
# In a number, what is lower than this share of the tallest is a dot or a sign.
_LOWEST = 0.3
# Pieces belong to one digit if this share of the narrower lies over the other.
_OVERLAP = 0.3

# A smaller digit is magnified to this many pixels before its pen is followed.
_FINE = 80
# A digit of so few pixels has no detail that drawing it anew would bring out, so
# where its pen is about as wide as MNIST's it is only moved.
_COARSE = 40
_PENS = (1.2, 4.5)  # in pixels of the glyph
_SAME = 0.15  # a scale so near to 1 is not worth the blur
# On the middle line of a stroke the way to its edge grows to no side;
# everywhere else it grows by one a pixel.
_FLAT = 0.6


def normalise(grey: Grey) -> Glyph:
    """(height, width) uint8, 0 black to 255 white -> the glyph of the digit in it.

    The ink may be darker or lighter than its paper. Raises `Blank` where there
    is none.
    """
    sheet = _look(grey)
    return _glyph(sheet, sheet.mask)


def digits(grey: Grey) -> list[Glyph]:
    """The same for a whole number -> one glyph a digit, left to right.

    Decimal points, minus signs and specks are passed over.
    """
    sheet = _look(grey)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(sheet.mask)
    groups = _grouped(stats)
    heights = [_height(stats[group]) for group in groups]
    return [
        _glyph(sheet, np.isin(labels, group).astype(np.uint8))
        for group, height in zip(groups, heights, strict=True)
        if height >= _LOWEST * max(heights)
    ]


def _look(grey: Grey) -> Sheet:
    sheet = look(grey)
    if max(sheet.box(sheet.mask)[2:]) < _DOT_SHARE * min(grey.shape):
        raise Blank("That is only a dot; please write a digit.", field="image")
    return sheet


def _grouped(stats: NDArray[np.int32]) -> list[list[int]]:
    """Numbers of the pieces that stand over one another: 4 and 5 may have two."""
    groups: list[list[int]] = []
    right = 0
    for number in sorted(range(1, len(stats)), key=lambda piece: int(stats[piece, 0])):
        left, width = int(stats[number, 0]), int(stats[number, 2])
        if groups:
            start = min(int(stats[piece, 0]) for piece in groups[-1])
            overlap = min(right, left + width) - left
            if overlap >= _OVERLAP * min(width, right - start):
                groups[-1].append(number)
                right = max(right, left + width)
                continue
        groups.append([number])
        right = left + width
    return groups


def _height(stats: NDArray[np.int32]) -> int:
    return int((stats[:, 1] + stats[:, 3]).max() - stats[:, 1].min())


def _glyph(sheet: Sheet, mask: Mask) -> Glyph:
    ink = _cut_out(sheet.depth, mask)
    longer = max(cv2.boundingRect(mask)[2:])
    path, width = _followed((_magnified(ink, _FINE / longer) > sheet.level).astype(np.uint8))
    magnification = max(1.0, _FINE / longer)
    pen = width / magnification * BODY / longer
    if _extent(path) < longer * magnification / 2:  # a blot: its middle is no line
        pixels = _moved(ink, BODY / longer)
    elif longer <= _COARSE and _PENS[0] <= pen <= _PENS[1]:
        pixels = _moved(ink, BODY / longer)
    else:
        pixels = _drawn(path)
    return Glyph(pixels=pixels, box=sheet.box(mask))


def _cut_out(depth: Depth, mask: Mask) -> Depth:
    """The part of the sheet with one digit, and nothing else on it."""
    x, y, width, height = cv2.boundingRect(mask)
    # Where the ink fades out, around the mask, it is still the digit's.
    around = slice(max(0, y - 1), y + height + 1), slice(max(0, x - 1), x + width + 1)
    return depth[around] * cv2.dilate(mask[around], STEP)


def _magnified(ink: Depth, scale: float) -> Depth:
    if scale <= 1:
        return ink
    return cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)


def _extent(mask: Mask) -> int:
    return max(cv2.boundingRect(mask)[2:])


def _followed(mask: Mask) -> tuple[Mask, float]:
    """The way of the pen's middle through the ink, and the pen's width.

    The pen went where the ink's edge is half a pen away. In a plain stroke
    that is its middle line; a blot wider than the pen is a loop that ran full,
    and the line within it is the loop. Where the stroke is thinner than the pen
    is elsewhere, its middle line stands in.
    """
    mask = cv2.copyMakeBorder(mask, 2, 2, 2, 2, cv2.BORDER_CONSTANT)
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    across = cv2.Sobel(distance, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(distance, cv2.CV_32F, 0, 1, scale=1 / 8)
    middle = (across * across + down * down < _FLAT * _FLAT) & (distance > 0)
    half = float(np.median(distance[middle])) if middle.any() else float(distance.max())
    deep = (distance >= half).astype(np.uint8)
    outline = deep - cv2.erode(deep, STEP)
    path: Mask = outline | (middle & (distance < half)).astype(np.uint8)
    return path, 2 * half


def _drawn(path: Mask) -> Pixels:
    """The path drawn as `ink` draws strokes: scaled, the same pen, centred by mass."""
    x, y, width, height = cv2.boundingRect(path)
    scale = (BODY - PEN) / (max(width, height) - 1)
    room = math.ceil(PEN / scale)
    around = cv2.copyMakeBorder(
        path[y : y + height, x : x + width], room, room, room, room, cv2.BORDER_CONSTANT
    )
    away = cv2.distanceTransform(1 - around, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) * scale
    middle = centre_of_mass(np.clip(PEN / 2 + 0.5 - away, 0, 1))
    placing = np.array([[1 / scale, 0, middle[0] - CENTRE / scale],
                        [0, 1 / scale, middle[1] - CENTRE / scale]])
    away = cv2.warpAffine(away, placing, (SIZE, SIZE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderValue=SIZE)
    return np.rint(np.clip(PEN / 2 + 0.5 - away, 0, 1) * 255).astype(np.uint8)


def _moved(ink: Depth, scale: float) -> Pixels:
    """The picture itself, scaled by area average and centred by mass."""
    if abs(scale - 1) < _SAME:
        scale = 1.0
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    if scale != 1:
        size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
        ink = cv2.resize(ink, size, interpolation=method)
    x, y = centre_of_mass(ink.astype(np.float64))
    # Whole pixels keep it sharp; MNIST's own digits, which lie up to a pixel
    # beside the centre, are left where they are.
    shift_x, shift_y = np.ceil([CENTRE - x, CENTRE - y])
    return cv2.warpAffine(ink, np.array([[1, 0, shift_x], [0, 1, shift_y]]), (SIZE, SIZE))
