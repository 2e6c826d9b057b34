"""Frames, boxes and circles around what is written, and lines below it, as pieces of their own.

They are told by what they leave: ink that they surround, or that stands clear above them.
Lines that strokes touch are found in `lines`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recognizer.preprocessing.cleaning.pieces import Chosen, Pieces, around
from recognizer.preprocessing.picture import Mask

# No more pieces than this are looked at, the longest ones.
_MAX_LOOKED_AT = 24
# What is shorter than this share of a frame is no digit in it.
_MIN_CONTENT = 0.15
# A frame is seen from this share of the rows and columns of what it surrounds; where
# one side is open, from all but so few, and what is in it measures this share of it.
_SEEN, _SEEN_OPEN, _MIN_CONTENT_OPEN = 0.85, 0.9, 0.25
_MIN_HEIGHT_OPEN = 0.3
# What else lies in its box is a loose end of it, no longer than this share of the content.
_LOOSE = 0.7
# The slash through a 0 that touches nowhere: at least this share of its height wide, and
# straight, its ink's variance across it no more than this share of that along it.
_SLASH, _STRAIGHT = 0.5, 0.04
# A line is so many times as long as high.
_LINE, _DASH = 2.6, 2.5
# A line below is at least so much of the writing's height away from it, and more from what
# is narrow: a 1 has a foot.
_MIN_GAP, _NARROW, _MIN_GAP_NARROW = 0.02, 0.3, 0.14
# and at least this share of what stands above it long.
_MIN_LENGTH = 0.6
# What stands above it is at least this share of the highest piece high: a colon's lower point,
# drawn as a dash, is no line below the upper one.
_MIN_ABOVE = 0.4
# A frame without a content: its corners' quadrilateral holds this share of its area, its
# middle is empty.
_QUADRILATERAL, _MIDDLE = 0.88, 0.5
_MIN_SIDE = 8  # pixels


def frames(pieces: Pieces, *, one: bool) -> Chosen:
    """Pieces that go around others, and around `one` digit the sides of a broken frame.

    Of several digits the outer ones of an underlined 111 would be such sides.
    """
    found = np.zeros(len(pieces), dtype=np.bool_)
    order = longest(pieces)
    for number in order:
        if found[number]:
            continue
        near = [other for other in order if other != number and not found[other]]
        near = [other for other in near if _can_be_in(pieces, other, number, one=one)]
        inside = [other for other in near if _surrounds(pieces, number, [other])]
        if inside and _surrounds(pieces, number, inside):
            found[number] = True
            # Loose ends of the same line lie beside it.
            content = max(pieces.longer[inside])
            loose = [o for o in near if o not in inside and pieces.longer[o] <= _LOOSE * content]
            found[loose] = True
    if one:
        found |= _broken_frame(pieces, [number for number in order if not found[number]])
    return found


def longest(pieces: Pieces) -> list[int]:
    """The longest pieces first; how pieces are numbered does not matter."""
    left, top = pieces.boxes[:, 0], pieces.boxes[:, 1]
    order = np.lexsort((left, top, -pieces.areas, -pieces.longer))
    return [int(number) for number in order if number][:_MAX_LOOKED_AT]


def _can_be_in(pieces: Pieces, number: int, frame: int, *, one: bool) -> bool:
    left, top, right, bottom = pieces.boxes[frame]
    x, y = (pieces.boxes[number, :2] + pieces.boxes[number, 2:]) / 2
    # Around several digits a frame may be far wider than high.
    size = pieces.longer[frame] if one else pieces.sizes[frame].min()
    content = pieces.longer[number] >= _MIN_CONTENT * size
    return bool(content and left < x < right and top < y < bottom)


def _surrounds(pieces: Pieces, frame: int, inside: list[int]) -> bool:
    box = around(pieces.boxes[inside])
    shares = _seen(pieces.within(frame), box - np.tile(pieces.boxes[frame, :2], 2))
    beyond = (pieces.boxes[frame] - box) * [-1, -1, 1, 1] > 0
    if (shares >= _SEEN).all():
        return not (len(inside) == 1 and _is_slash(pieces, inside[0]))
    open_frame: NDArray[np.bool_] = (shares >= _SEEN_OPEN) & beyond
    size = box[2:] - box[:2]
    return bool(
        open_frame.sum() == 3
        and max(size) >= _MIN_CONTENT_OPEN * pieces.longer[frame]
        and size[1] >= _MIN_HEIGHT_OPEN * pieces.sizes[frame, 1]
    )


def _seen(frame: NDArray[np.uint8], box: NDArray[np.int64]) -> NDArray[np.float64]:
    """From what shares of a box's rows and columns a frame is seen: to the left, up, right, down.

    The box is in the frame's own pixels and need not lie in it. Looked at from its middle: a
    frame that stands askew reaches into the corners of the box.
    """
    left, top, right, bottom = box
    height, width = frame.shape
    x, y = min(max((left + right) // 2, 0), width), min(max((top + bottom) // 2, 0), height)
    rows = frame[max(top, 0) : min(bottom, height)]
    columns = frame[:, max(left, 0) : min(right, width)]
    return np.array(
        [
            rows[:, :x].any(axis=1).sum() / (bottom - top),
            columns[:y].any(axis=0).sum() / (right - left),
            rows[:, x:].any(axis=1).sum() / (bottom - top),
            columns[y:].any(axis=0).sum() / (right - left),
        ]
    )


def _is_slash(pieces: Pieces, number: int) -> bool:
    width, height = pieces.sizes[number]
    if width <= _SLASH * height:
        return False
    rows, columns = np.nonzero(pieces.within(number))
    count, x, y = len(rows), int(columns.sum()), int(rows.sum())
    across = count * int((columns * columns).sum()) - x * x
    down = count * int((rows * rows).sum()) - y * y
    both = count * int((columns * rows).sum()) - x * y
    # The product of the two variances is that of the axes', less their covariance's square.
    both_ways = float(across + down)
    return float(across) * down - float(both) * both <= _STRAIGHT * (both_ways * both_ways)


def _broken_frame(pieces: Pieces, order: list[int]) -> Chosen:
    """Lines on at least three sides of the largest piece that is none, whole or in dashes."""
    found = np.zeros(len(pieces), dtype=np.bool_)
    sizes = pieces.sizes
    flat = [n for n in order if sizes[n, 0] >= _DASH * sizes[n, 1]]
    upright = [n for n in order if sizes[n, 1] >= _DASH * sizes[n, 0]]
    for content in order:
        box = pieces.boxes[content]
        beside = [n for n in upright if n != content and _is_clear(pieces, n, box, 0)]
        over = [n for n in flat if n != content and _is_clear(pieces, n, box, 1)]
        if not beside or not over:
            continue
        shares = np.array(
            [
                _covered(pieces, [n for n in beside if pieces.boxes[n, 0] < box[0]], box, 1),
                _covered(pieces, [n for n in over if pieces.boxes[n, 1] < box[1]], box, 0),
                _covered(pieces, [n for n in beside if pieces.boxes[n, 0] > box[0]], box, 1),
                _covered(pieces, [n for n in over if pieces.boxes[n, 1] > box[1]], box, 0),
            ]
        )
        if (shares >= _SEEN).sum() >= 3:
            found[beside + over] = True
            return found
    return found


def _is_clear(pieces: Pieces, number: int, box: NDArray[np.int64], axis: int) -> bool:
    low, high = pieces.boxes[number, [axis, axis + 2]]
    return bool(high <= box[axis] or low >= box[axis + 2])


def _covered(pieces: Pieces, lines: list[int], box: NDArray[np.int64], axis: int) -> float:
    """The share of a box's side that some lines cover together."""
    covered = np.zeros(box[axis + 2] - box[axis], dtype=np.bool_)
    for number in lines:
        low, high = pieces.boxes[number, [axis, axis + 2]] - box[axis]
        covered[max(low, 0) : max(high, 0)] = True
    return float(covered.mean())


def underlines(pieces: Pieces) -> Chosen:
    """Lines that lie clear below what stands over them."""
    found = np.zeros(len(pieces), dtype=np.bool_)
    order = longest(pieces)
    sizes = pieces.sizes
    flat = [number for number in order if sizes[number, 0] >= _LINE * sizes[number, 1]]
    others = [number for number in order if number not in flat]
    highest = sizes[others, 1].max(initial=0)
    for line in flat:
        left, top, right, bottom = pieces.boxes[line]
        beside = [n for n in others if pieces.boxes[n, 0] < right and pieces.boxes[n, 2] > left]
        below = [pieces.boxes[n, 1] - bottom for n in beside if pieces.boxes[n, 1] >= top]
        above = [n for n in beside if pieces.boxes[n, 3] <= top]
        if not above or len(above) + len(below) < len(beside):
            continue
        box = around(pieces.boxes[above])
        width, height = box[2:] - box[:2]
        if height < _MIN_ABOVE * highest:
            continue
        gap = top - box[3]
        least = _MIN_GAP_NARROW if width < _NARROW * height else _MIN_GAP
        # What lies nearer to the line below is the rest of it: a 5 and its bar.
        is_below = gap >= least * height and all(gap < other for other in below)
        found[line] = is_below and right - left >= _MIN_LENGTH * min(width, height)
    return found


def is_empty_frame(pieces: Pieces) -> bool:
    """Whether there is nothing but a box of four straight sides with an empty middle."""
    order = longest(pieces)
    if not order or (pieces.longer[order[1:]] >= _MIN_CONTENT * pieces.longer[order[0]]).any():
        return False
    return is_empty_box(pieces.within(order[0]))


def is_empty_box(mask: Mask) -> bool:
    """Whether a piece, cut to its box, is four straight sides with an empty middle."""
    height, width = mask.shape
    if min(height, width) < _MIN_SIDE:
        return False
    down, across = (int(side * (1 - _MIDDLE) / 2) for side in (height, width))
    if mask[down : height - down, across : width - across].any():
        return False
    if (_seen(mask, np.array([across, down, width - across, height - down])) < _SEEN).any():
        return False
    rows, columns = np.nonzero(mask)
    corners = [
        int(np.argmin(rows + columns)), int(np.argmin(rows - columns)),
        int(np.argmax(rows + columns)), int(np.argmax(rows - columns)),
    ]  # fmt: skip
    x, y = columns[corners], rows[corners]
    twice = abs(int((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()))
    return twice >= 2 * _QUADRILATERAL * _area_within(mask)


def _area_within(mask: NDArray[np.uint8]) -> int:
    """The pixels from the first to the last of each row."""
    ink = mask.any(axis=1)
    first, last = mask.argmax(axis=1), mask.shape[1] - mask[:, ::-1].argmax(axis=1)
    return int((last - first)[ink].sum())
