"""From a grey picture to the 28x28 the network reads.

Whatever made the picture, the network is to see what `ink` would have drawn.
So the way of the pen is found again and drawn anew with the normalisation's
own pen: a marker, a brush and a pencil give the same glyph, and a hole that a
thick stroke has filled opens again.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from digitsite.exceptions import TooLarge
from recognizer.debris import Mask
from recognizer.exceptions import Blank
from recognizer.glyph import BODY, CENTRE, PEN, SIZE, Glyph, Pixels, centre_of_mass
from recognizer.light import STEP, Depth, Grey
from recognizer.sheet import Sheet, look

# Ink whose longer side is below this share of the picture's shorter is a dot.
_DOT_SHARE = 0.03
# In a number, what is lower than this share of the tallest is a dot or a sign.
_LOWEST = 0.3
# Pieces belong to one digit if this share of the narrower stands over the other.
_OVERLAP = 0.3
# Pictures with more are of something else; each costs a millisecond.
_MOST_DIGITS = 32

# A smaller digit is magnified to this many pixels before its pen is followed.
_FINE = 100
# A digit of so few pixels has no detail that drawing it anew would bring out:
# with a pen about as wide as MNIST's it is only moved,
_COARSE = 40
_PENS = (1.2, 4.5)  # in pixels of the glyph
# and where its scale is as near as this to 1, not even scaled.
_SAME = 0.15
# On the middle line of a stroke the way to its edge grows to no side;
# everywhere else it grows by one a pixel.
_FLAT = 0.6


def normalise(grey: Grey) -> Glyph:
    """(height, width) uint8, 0 black to 255 white -> the glyph of the digit in it.

    The ink may be darker or lighter than its paper. `box` is in the picture's
    pixels. Raises `Blank` where there is no ink.
    """
    sheet = _look(grey)
    return _glyph(sheet, sheet.mask)


def digits(grey: Grey) -> list[Glyph]:
    """The same for a whole number -> one glyph a digit, left to right.

    Decimal points, minus signs and specks are passed over. Raises `TooLarge`
    for more digits than any number has.
    """
    sheet = _look(grey)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(sheet.mask)
    groups = _grouped(stats)
    heights = [_height(stats[group]) for group in groups]
    tall = [
        group
        for group, height in zip(groups, heights, strict=True)
        if height >= _LOWEST * max(heights)
    ]
    if len(tall) > _MOST_DIGITS:
        raise TooLarge(f"There are more than {_MOST_DIGITS} digits.", field="image")
    return [_glyph(sheet, np.isin(labels, group).astype(np.uint8)) for group in tall]


def _look(grey: Grey) -> Sheet:
    sheet = look(grey)
    if max(sheet.box(sheet.mask)[2:]) < _DOT_SHARE * min(grey.shape):
        raise Blank("That is only a dot; please write a digit.", field="image")
    return sheet


# --- which pieces make up a digit ---------------------------------------------------


def _grouped(stats: NDArray[np.int32]) -> list[list[int]]:
    """Numbers of the pieces that stand over one another: 4 and 5 may have two."""
    groups: list[list[int]] = []
    for piece in sorted(range(1, len(stats)), key=lambda number: int(stats[number, 0])):
        if groups and _share_a_column(stats[groups[-1]], stats[piece]):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def _share_a_column(group: NDArray[np.int32], piece: NDArray[np.int32]) -> bool:
    start, end = group[:, 0].min(), (group[:, 0] + group[:, 2]).max()
    left, width = piece[0], piece[2]
    return bool(min(end, left + width) - left >= _OVERLAP * min(end - start, width))


def _height(group: NDArray[np.int32]) -> int:
    return int((group[:, 1] + group[:, 3]).max() - group[:, 1].min())


# --- one digit ----------------------------------------------------------------------


def _glyph(sheet: Sheet, mask: Mask) -> Glyph:
    ink = _cut_out(sheet.depth, mask)
    longer = _longer_side(mask)
    magnification = max(1.0, _FINE / longer)
    path, pen = _followed((_magnified(ink, magnification) > sheet.level).astype(np.uint8))
    like_mnist = _PENS[0] <= pen / magnification * BODY / longer <= _PENS[1]
    # The middle of a blot is a point, and no way to go.
    is_blot = _longer_side(path) < longer * magnification / 2
    moved = is_blot or (longer <= _COARSE and like_mnist)
    pixels = _moved(ink, BODY / longer) if moved else _drawn(path)
    return Glyph(pixels=pixels, box=sheet.box(mask))


def _longer_side(mask: Mask) -> int:
    return int(max(cv2.boundingRect(mask)[2:]))


def _cut_out(depth: Depth, mask: Mask) -> Depth:
    """The part of the sheet with one digit, and nothing else on it."""
    x, y, width, height = cv2.boundingRect(mask)
    # Where the ink fades out, beside the mask, it is still the digit's.
    around = slice(max(0, y - 1), y + height + 1), slice(max(0, x - 1), x + width + 1)
    ink: Depth = depth[around] * cv2.dilate(mask[around], STEP)
    return ink


def _magnified(ink: Depth, scale: float) -> Depth:
    if scale > 1:
        ink = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return ink


def _followed(mask: Mask) -> tuple[Mask, float]:
    """The way of the pen's middle through the ink, and the pen's width in pixels.

    The pen went where the ink's edge is half its width away. In a plain stroke
    that is the middle line. In a blot wider than the pen, a loop that ran full,
    it is a line around the middle: the loop. Where the stroke is thinner than
    elsewhere there is no such place, and its middle line stands in.
    """
    mask = cv2.copyMakeBorder(mask, 2, 2, 2, 2, cv2.BORDER_CONSTANT)
    from_edge = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_5)
    across = cv2.Sobel(from_edge, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(from_edge, cv2.CV_32F, 0, 1, scale=1 / 8)
    middle = (across * across + down * down < _FLAT * _FLAT) & (from_edge > 0)
    half = float(np.median(from_edge[middle])) if middle.any() else float(from_edge.max())
    deep = (from_edge >= half).astype(np.uint8)
    thin = middle & (from_edge < half)
    path: Mask = (deep - cv2.erode(deep, STEP)) | thin.astype(np.uint8)
    return path, 2 * half


def _drawn(path: Mask) -> Pixels:
    """The path as `ink` draws a stroke: scaled, drawn with the pen, centred by mass.

    A pixel's value is clamp(PEN/2 + 0.5 - d, 0, 1), d being its distance from
    the path in pixels of the glyph. The path must measure two pixels or more.
    """
    x, y, width, height = cv2.boundingRect(path)
    scale = (BODY - PEN) / (max(width, height) - 1)
    room = 4 * (math.ceil(PEN / scale),)
    path = path[y : y + height, x : x + width]
    paper = cv2.copyMakeBorder(1 - path, *room, cv2.BORDER_CONSTANT, value=1)
    away = scale * cv2.distanceTransform(paper, cv2.DIST_L2, cv2.DIST_MASK_5)
    # From the centre of a pixel of the glyph to where it lies beside the path.
    corner_x, corner_y = (middle - CENTRE / scale for middle in centre_of_mass(_pen(away)))
    placing = np.array([[1 / scale, 0, corner_x], [0, 1 / scale, corner_y]])
    bilinear = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    away = cv2.warpAffine(away, placing, (SIZE, SIZE), flags=bilinear, borderValue=SIZE)
    return np.rint(_pen(away) * 255).astype(np.uint8)


def _pen(away: NDArray[np.float32]) -> NDArray[np.float32]:
    ink: NDArray[np.float32] = np.clip(PEN / 2 + 0.5 - away, 0, 1)
    return ink


def _moved(ink: Depth, scale: float) -> Pixels:
    """The ink as it is: scaled by area average, centred by mass."""
    if abs(scale - 1) > _SAME:
        size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        ink = cv2.resize(ink, size, interpolation=method)
    # Whole pixels keep it sharp. The centre comes to lie between 13.5 and 14.5,
    # as it does in MNIST, whose digits therefore stay what they are.
    x, y = np.ceil(CENTRE - np.array(centre_of_mass(ink.astype(np.float32))))
    pixels: Pixels = cv2.warpAffine(ink, np.array([[1, 0, x], [0, 1, y]]), (SIZE, SIZE))
    return pixels
