"""What reaches in over the picture's edge: a table, a shadow, a scan's corners, other ink."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recognizer.preprocessing.cleaning.pieces import Chosen, Pieces, around

# Nothing at the edge is dropped unless something is left that measures this share of the picture.
_MIN_SIZE = 0.07
# Of what is left, pieces as long as this share of the longest are the writing.
_WRITING = 0.3
# What lies along the edge with this share of its outline, or of its own length.
_ALONG_EDGE, _CONTACT = 0.45, 0.4
# What is so many times as thick as the writing's pen is a thing and no stroke.
_THICK = 2.0
# The edge cuts off other ink no longer than so many of the writing's heights; it stands clear
# of the writing by this share of the writing's longer side.
_OTHER_INK, _CLEAR = 2.0, 0.04
# What goes along a side of the writing is seen from this share of it.
_ALONG = 0.9


def from_outside(pieces: Pieces, outlines: NDArray[np.intp], kept: Chosen, *, one: bool) -> Chosen:
    """Which of the kept pieces at the picture's edge are foreign to the writing in it.

    `outlines` is (pieces,), the pixels of each outline. Other ink is foreign to `one` digit; of
    several it may be the first or the last.
    """
    labels = pieces.labels
    rim = np.concatenate([labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]])
    contact = np.bincount(rim, minlength=len(pieces))
    if not (kept & (contact > 0)).any():
        return np.zeros_like(kept)
    along: Chosen = kept & (contact > _ALONG_EDGE * outlines)
    free = kept & (contact == 0)
    longest = int((pieces.longer * free).max(initial=0))
    if longest <= _MIN_SIZE * max(labels.shape):
        rest = kept & ~along
        left = int((pieces.longer * rest).max(initial=0))
        return along if left > _MIN_SIZE * max(labels.shape) else np.zeros_like(kept)
    writing = np.flatnonzero(free & (pieces.longer >= _WRITING * longest))
    box = around(pieces.boxes[writing])
    pen = 2 * pieces.areas[writing].sum() / outlines[writing].sum()
    pens = 2 * pieces.areas / np.maximum(outlines, 1)
    apart = np.maximum(
        (pieces.boxes[:, :2] - box[2:]).max(axis=1), (box[:2] - pieces.boxes[:, 2:]).max(axis=1)
    )
    clear = apart >= _CLEAR * longest
    at_edge = kept & (contact > 0)
    foreign = at_edge & clear & (contact >= _CONTACT * pieces.longer)
    foreign |= at_edge & (pens >= _THICK * pen)
    if one:
        foreign |= at_edge & clear & (pieces.longer <= _OTHER_INK * (box[3] - box[1]))
        for number in np.flatnonzero(at_edge & ~foreign):
            foreign[number] = _passes_by(pieces, int(number), box)
    outside: Chosen = foreign | along
    return outside


def _passes_by(pieces: Pieces, number: int, box: NDArray[np.int64]) -> bool:
    """Whether a piece goes all along a side of the writing and not into it: a circle cut off."""
    left, top, right, bottom = box
    ink = pieces.labels == number
    if ink[top:bottom, left:right].any():
        return False
    sides = (ink[top:bottom, :left], ink[top:bottom, right:])
    over = (ink[:top, left:right], ink[bottom:, left:right])
    shares = [side.any(axis=1).mean() for side in sides] + [
        side.any(axis=0).mean() for side in over
    ]
    return bool(max(shares) >= _ALONG)
