"""Scanned digits as the site's own pen would have drawn them.

MNIST's strokes are two to five pixels wide and soft; a drawing on the site has
one constant width. Here a stroke is thinned to its middle line, and the pen is
drawn along it by the rule that `recognizer.ink` draws by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from recognizer.glyph import PEN, SIZE

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FINE = 2 * SIZE  # thinned at twice the size: a middle line of whole pixels is jagged
_MOST = 256  # pictures in one strip: OpenCV addresses fewer than 32,768 rows
# No stroke in a picture of this size is wider than can be peeled off in so many rounds.
_ROUNDS = 10
# The ring of neighbours, clockwise from the one above, as bits of one number.
_BITS = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], dtype=np.float32)


def _removable() -> list[NDArray[np.uint8]]:
    """For each of the two half rounds: 1 where a pixel with such neighbours stays, else 0.

    Guo and Hall (1989), "Parallel thinning with two-subiteration algorithms".
    """
    ring = ((np.arange(256)[:, None] >> np.arange(8)) & 1).astype(bool).T
    above, up_right, right, down_right, below, down_left, left, up_left = ring
    crossings = (
        (~above & (up_right | right)).astype(int)
        + (~right & (down_right | below))
        + (~below & (down_left | left))
        + (~left & (up_left | above))
    )
    one = sum(
        (a | b).astype(int)
        for a, b in ((up_left, above), (up_right, right), (down_right, below), (down_left, left))
    )
    other = sum(
        (a | b).astype(int)
        for a, b in ((above, up_right), (right, down_right), (below, down_left), (left, up_left))
    )
    neighbours = np.minimum(one, other)
    edge = (crossings == 1) & (neighbours >= 2) & (neighbours <= 3)
    first = edge & ~((above | up_right | ~down_right) & right)
    second = edge & ~((below | down_left | ~up_left) & left)
    return [(~first).astype(np.uint8), (~second).astype(np.uint8)]


_STAYS = _removable()


def redraw(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 28, 28) in [0, 1] -> the same with strokes of the pen's width; empty ones stay empty."""
    parts = [_redrawn(images[at : at + _MOST]) for at in range(0, len(images), _MOST)]
    return np.concatenate([np.empty((0, SIZE, SIZE), np.float32), *parts])


def _redrawn(images: NDArray[np.float32]) -> NDArray[np.float32]:
    count = len(images)
    tall = cv2.resize(images.reshape(-1, SIZE), (_FINE, count * _FINE))
    # Half of the darkest ink is where a soft stroke ends, however faint it is.
    bound = np.repeat(images.max(axis=(1, 2)) / 2, _FINE)[:, None]
    line = _middle_line(((tall > bound) & (tall > 0)).astype(np.uint8), count)
    distance = cv2.distanceTransform(1 - line, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) / 2
    # A large pixel's centre is where four small ones meet.
    distance = distance.reshape(count, SIZE, 2, SIZE, 2).mean(axis=(2, 4))
    drawn: NDArray[np.float32] = np.clip(PEN / 2 + 0.5 - distance, 0.0, 1.0)
    return drawn


def _middle_line(ink: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    # Pictures must not touch their neighbours in the strip.
    framed = ink.reshape(count, _FINE, _FINE)
    framed[:, [0, -1]] = 0
    for _ in range(_ROUNDS):
        before = cv2.countNonZero(ink)
        for stays in _STAYS:
            ring = cv2.filter2D(ink, cv2.CV_8U, _BITS, borderType=cv2.BORDER_CONSTANT)
            ink = ink & cv2.LUT(ring, stays)
        if cv2.countNonZero(ink) == before:
            break
    return ink
