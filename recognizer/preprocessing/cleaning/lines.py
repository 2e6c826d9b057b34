"""Long straight lines, also where strokes touch or cross them: the lines of a form, a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from recognizer.preprocessing.cleaning import ruling
from recognizer.preprocessing.cleaning.pieces import Pieces, Rectangle, around
from recognizer.preprocessing.picture import Mask

# A line is no thicker than this share of the picture's shorter side and no steeper; what is
# shorter than this share of it, or than so many pixels, is not looked at.
_MAX_THICKNESS, _MAX_SLOPE = 0.03, 0.14
_MIN_LENGTH, _MIN_PIXELS = 0.08, 12
# What goes around cells is known to be lines: they may be as thick as this.
_MAX_THICKNESS_OF_FORM = 0.06
# This share of its columns lies on one straight line, within so many pixels and half its
# thickness.
_STRAIGHT, _TOLERANCE = 0.85, 1.0
_ROUNDS = 3  # of the fit, each without what lay off
# It goes on over gaps of this share of the picture.
_GAP = 0.02
# and is ink, not only paler, along this share of it.
_MIN_INK = 0.25
_MAX_LINES = 24  # more are a pattern
# A line that goes on past the rest on both sides, by this share of the rest's longer side or
# to the picture's edge, is part of no digit where it is longer than this in lengths of it:
# along; along what is narrow (a 1 has a foot); upright, there where it runs out of the picture.
_PAST = 0.25
_LONG, _LONG_NARROW, _LONG_UPRIGHT = 1.35, 1.8, 1.35
_NARROW = 0.5  # of its height
_EDGE = 3  # pixels
# Pieces of the rest that are shorter than this share of its longest are remains.
_CONTENT = 0.3
# The rest is ink where it measures this share of the picture.
_MIN_REST = 0.06
# What surrounds the rest is seen from this share of its rows and columns, on so many sides.
_SEEN, _SIDES = 0.75, 3
# On two of them at least it stands clear of it, by this share of its longer side.
_CLEAR, _CLEAR_SIDES = 0.03, 2
# A digit's stroke between a frame's lines is so many times as thick as they are.
_STEM = 2.0
# A frame's line meets two that are square to it, within this share of the picture's shorter
# side, or one where it is this share of the longest line's length.
_NEAR, _MOST_OF_LONGEST = 0.02, 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line's row in each column from `start` on, and its thickness, in pixels.

    What `is_pale` is no ink: it lies in the mask with the palest ink alone.
    """

    start: int
    rows: NDArray[np.int64]
    thickness: int
    is_pale: bool = False


def without_lines(mask: Mask, ruled: Mask, pale: Mask) -> tuple[Mask, Mask]:
    """Both masks without the lines that are part of no digit; no ink where there is but a frame.

    `ruled` is the mask with the lines that have been taken away already, `pale` with the palest
    ink as well: there a thin line is not broken.
    """
    found = [
        [replace(line, is_pale=not _is_ink(line, across)) for line in _lines(paler)]
        for across, paler in ((ruled, pale), (ruled.T, cv2.transpose(pale)))
    ]
    if not any(found):
        return mask, pale
    found = _of_frames(found, pale)
    frame = _meeting(found, mask)
    stems = _stems(frame)
    found, frame = (_chosen(some, lambda line: line not in stems) for some in (found, frame))
    content = _content(_erased(mask, _inked(found)))
    if content is None:
        content = _content(_erased(mask, _inked(frame)))
    if content is None:
        if _surround(frame, _middle(frame)) == 4:
            return np.zeros_like(mask), pale
        return mask, pale
    surrounding = _surround(frame, content) >= _SIDES
    foreign = [
        [
            line
            for line in lines
            if (surrounding and any(line is one for one in its))
            or _goes_on(line, content, upright, mask)
        ]
        for upright, (lines, its) in enumerate(zip(found, frame, strict=True))
    ]
    if not any(foreign):
        return mask, pale
    darker = [
        [part for line in lines for part in _where_dark(line, content[upright::2])]
        for upright, lines in enumerate(foreign)
    ]
    return _erased(mask, darker), _erased(pale, foreign)


def _where_dark(line: Line, content: NDArray[np.int64]) -> list[Line]:
    """A line's parts to be taken out of the ink: of a pale one those beside the content."""
    if not line.is_pale:
        return [line]
    low, high = np.clip(content - line.start, 0, len(line.rows)).tolist()
    return [
        replace(line, rows=line.rows[:low]),
        replace(line, start=line.start + high, rows=line.rows[high:]),
    ]


def _inked(found: list[list[Line]]) -> list[list[Line]]:
    return _chosen(found, lambda line: not line.is_pale)


def _chosen(found: list[list[Line]], which: Callable[[Line], bool]) -> list[list[Line]]:
    return [[line for line in lines if which(line)] for lines in found]


def without_frame(mask: Mask, least: float) -> Mask:
    """A mask without the lines in it, at least so many pixels long, that meet such others."""
    found = [
        [line for line in _lines(across, _MAX_THICKNESS_OF_FORM) if len(line.rows) >= least]
        for across in (mask, cv2.transpose(mask))
    ]
    return _erased(mask, _meeting(found, mask, met_once=True))


def _meeting(found: list[list[Line]], mask: Mask, *, met_once: bool = False) -> list[list[Line]]:
    """The lines that others, square to them, make a frame with."""
    near = max(3, round(_NEAR * min(mask.shape)))
    longest = max((len(line.rows) for lines in found for line in lines), default=0)

    def is_one(line: Line, others: list[Line]) -> bool:
        met = sum(_meet(line, other, near) for other in others)
        is_long = met_once or len(line.rows) >= _MOST_OF_LONGEST * longest
        return met > 1 or (met == 1 and is_long)

    return [
        [line for line in lines if is_one(line, others)]
        for lines, others in zip(found, found[::-1], strict=True)
    ]


def _stems(frame: list[list[Line]]) -> set[Line]:
    """What is far thicker than a frame's lines and lies between two of them."""
    every = [line for lines in frame for line in lines]
    if not every:
        return set()
    thick = _STEM * float(np.median([line.thickness for line in every]))
    stems: set[Line] = set()
    for lines in frame:
        middles = [float(line.rows.mean()) for line in lines]
        stems.update(
            line
            for line, middle in zip(lines, middles, strict=True)
            if line.thickness >= thick and min(middles) < middle < max(middles)
        )
    return stems


def _meet(line: Line, other: Line, near: int) -> bool:
    """Whether a line and one square to it come within so many pixels of each other."""
    column = int(other.rows[len(other.rows) // 2])
    row = int(line.rows[min(max(column - line.start, 0), len(line.rows) - 1)])
    column = int(other.rows[min(max(row - other.start, 0), len(other.rows) - 1)])
    return (
        -near <= column - line.start < len(line.rows) + near
        and -near <= row - other.start < len(other.rows) + near
    )


def _middle(frame: list[list[Line]]) -> NDArray[np.int64]:
    """The middle half, both ways, of the box that lines make."""
    rows, columns = ([float(line.rows.mean()) for line in lines] or [0.0] for lines in frame)
    left, top, right, bottom = min(columns), min(rows), max(columns), max(rows)
    across, down = (right - left) / 4, (bottom - top) / 4
    return np.array([left + across, top + down, right - across, bottom - down]).astype(np.int64)


def _is_ink(line: Line, mask: Mask) -> bool:
    rows = np.clip(line.rows, 0, mask.shape[0] - 1)
    columns = np.arange(line.start, line.start + len(rows))
    return bool(_seen(mask, rows, columns).mean() >= _MIN_INK)


def _seen(mask: Mask, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether there is ink at each place, or just above or below it."""
    near = rows + np.array([[-1], [0], [1]])
    seen: NDArray[np.bool_] = mask[np.clip(near, 0, mask.shape[0] - 1), columns].any(axis=0)
    return seen


def _of_frames(found: list[list[Line]], pale: Mask) -> list[list[Line]]:
    """Without the straight strokes of a digit: of a piece that lies within the lines of another."""
    pieces = Pieces.of(pale)
    numbers = [
        [_number(pieces.labels if not upright else pieces.labels.T, line) for line in lines]
        for upright, lines in enumerate(found)
    ]
    boxes = [pieces.boxes[number] for number in {*numbers[0], *numbers[1]}]

    def is_inside(number: int) -> bool:
        left, top, right, bottom = pieces.boxes[number]
        return any(
            box[0] < left and box[1] < top and right < box[2] and bottom < box[3] for box in boxes
        )

    return [
        [line for line, number in zip(lines, its, strict=True) if not is_inside(number)]
        for lines, its in zip(found, numbers, strict=True)
    ]


def _number(labels: NDArray[np.uint16], line: Line) -> int:
    """The piece that most of a line belongs to."""
    rows = np.clip(line.rows, 0, labels.shape[0] - 1)
    counts = np.bincount(labels[rows, np.arange(line.start, line.start + len(rows))])
    counts[0] = 0
    return int(counts.argmax())


def _lines(mask: Mask, most: float = _MAX_THICKNESS) -> Iterator[Line]:
    """Lines from left to right, no thicker than so much of the picture's shorter side."""
    height, width = mask.shape
    thickest = max(2, round(most * min(height, width)))
    least = max(_MIN_PIXELS, _MIN_LENGTH * min(height, width))
    box = cv2.boundingRect(mask)
    if not box[2]:
        return
    pieces = Pieces.of(_thin(mask, box, thickest), box)
    long = np.flatnonzero(pieces.sizes[:, 0] >= least)
    if not 0 < len(long) <= _MAX_LINES:
        return
    found: list[Line] = []
    left, top = pieces.boxes[long, 0], pieces.boxes[long, 1]
    for number in long[np.lexsort((left, top, -pieces.sizes[long, 0]))].tolist():
        line = _fitted(pieces, number, mask)
        if line is not None and not any(_is_same(line, other) for other in found):
            found.append(line)
            yield line


def _thin(mask: Mask, box: Rectangle, thickest: int) -> Mask:
    """The ink, all of it in the box, that is in no column thicker than so many pixels."""
    reach = thickest // 2
    left, top, width, height = box
    part = slice(max(0, top - reach), top + height + reach), slice(left, left + width)
    upright = np.ones((2 * reach + 1, 1), np.uint8)
    thin = mask.copy()
    thin[part] -= cv2.morphologyEx(mask[part], cv2.MORPH_OPEN, upright)
    return thin


def _fitted(pieces: Pieces, number: int, mask: Mask) -> Line | None:
    left, top, right, _ = (int(side) for side in pieces.boxes[number])
    rows, columns = np.nonzero(pieces.within(number))
    width = right - left
    thickness = len(rows) / width
    on = np.ones(len(rows), dtype=np.bool_)
    for _ in range(_ROUNDS):
        slope, offset = _least_squares(columns[on], rows[on])
        on = np.abs(rows - (offset + slope * columns)) <= thickness / 2 + _TOLERANCE
        if not on.any():
            return None
    straight = np.count_nonzero(np.bincount(columns[on]))
    if straight < _STRAIGHT * width or abs(slope) > _MAX_SLOPE:
        return None
    way = np.floor(top + offset + slope * (np.arange(mask.shape[1]) - left) + 0.5).astype(np.int64)
    start, end = _extent(way, mask, left, right)
    return Line(start, way[start:end], max(1, round(int(on.sum()) / straight)))


def _least_squares(x: NDArray[np.int64], y: NDArray[np.int64]) -> tuple[float, float]:
    """Slope and offset of the line through points."""
    count, sum_x, sum_y = len(x), int(x.sum()), int(y.sum())
    across = count * int((x * x).sum()) - sum_x * sum_x
    slope = (count * int((x * y).sum()) - sum_x * sum_y) / across if across else 0.0
    return slope, (sum_y - slope * sum_x) / count


def _extent(way: NDArray[np.int64], mask: Mask, left: int, right: int) -> tuple[int, int]:
    """How far ink goes on along a way to both sides of [left, right)."""
    height, width = mask.shape
    seen = (way >= 0) & (way < height)
    seen &= _seen(mask, np.clip(way, 0, height - 1), np.arange(width))
    gap = max(3, round(_GAP * width))
    return left - _reach(seen[:left][::-1], gap), right + _reach(seen[right:], gap)


def _reach(seen: NDArray[np.bool_], gap: int) -> int:
    """How many places there are up to the last one seen before a gap."""
    places = np.flatnonzero(seen)
    if not len(places):
        return 0
    steps = np.diff(places, prepend=-1)
    wide = np.flatnonzero(steps > gap)
    last = int(wide[0]) if len(wide) else len(places)
    return int(places[last - 1]) + 1 if last else 0


def _is_same(line: Line, other: Line) -> bool:
    """Whether a line's middle lies on another."""
    middle = line.start + len(line.rows) // 2
    at = middle - other.start
    if not 0 <= at < len(other.rows):
        return False
    return abs(int(line.rows[len(line.rows) // 2] - other.rows[at])) <= other.thickness + 2


def _erased(mask: Mask, found: list[list[Line]]) -> Mask:
    """A copy without lines, those along it and those upright."""
    rest = mask.copy()
    for across, lines in zip((rest, rest.T), found, strict=True):
        for line in lines:
            columns = np.arange(line.start, line.start + len(line.rows))
            ruling.erase(across, line.rows, line.thickness, columns)
    return rest


def _content(rest: Mask) -> NDArray[np.int64] | None:
    """The box around the ink that lines have left, None where that is nothing."""
    pieces = Pieces.of(rest)
    longest = int(pieces.longer.max())
    if longest < _MIN_REST * min(rest.shape):
        return None
    return around(pieces.boxes[pieces.longer >= _CONTENT * longest])


def _goes_on(line: Line, content: NDArray[np.int64], upright: int, mask: Mask) -> bool:
    """Whether a line goes past the content on both sides, farther than any digit's."""
    start, end = line.start, line.start + len(line.rows)
    width, height = content[2:] - content[:2]
    past = _PAST * max(width, height)
    at_start, at_end = start < _EDGE, end > mask.shape[1 - upright] - _EDGE
    if not (at_start or start <= content[upright] - past):
        return False
    if not (at_end or end >= content[upright + 2] + past):
        return False
    if upright:
        return bool((at_start or at_end) and end - start > _LONG_UPRIGHT * max(width, height))
    is_narrow = width < _NARROW * height and not (at_start and at_end)
    long = _LONG_NARROW if is_narrow else _LONG
    return bool(end - start > long * max(width, height))


def _surround(frame: list[list[Line]], content: NDArray[np.int64]) -> int:
    """On how many sides lines go along the box of the content; 0 where they touch it all around."""
    left, top, right, bottom = (int(side) for side in content)
    x, y = (left + right) / 2, (top + bottom) / 2
    most = max((line.start + len(line.rows) for lines in frame for line in lines), default=0)
    sides = np.zeros((4, max(most, right, bottom)), dtype=np.bool_)
    away = np.zeros(4)
    for upright, lines in enumerate(frame):
        for line in lines:
            middle = float(line.rows.mean())
            side = (0 if middle < x else 2) if upright else (1 if middle < y else 3)
            sides[side, line.start : line.start + len(line.rows)] = True
            away[side] = (middle - content[side]) * (1 if side > 1 else -1) - line.thickness / 2
    along = [sides[0, top:bottom], sides[1, left:right], sides[2, top:bottom], sides[3, left:right]]
    seen = np.array([bool(side.size and side.mean() >= _SEEN) for side in along])
    clear = seen & (away > max(1.0, _CLEAR * max(right - left, bottom - top)))
    return int(seen.sum()) if clear.sum() >= _CLEAR_SIDES else 0
