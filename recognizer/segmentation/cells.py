"""A form's cells in lines of numbers: what stands in which, and which are empty.

`static/js/segmentation/cells.js` is the same in JavaScript.
"""

from __future__ import annotations

from collections.abc import Sequence

from recognizer.preprocessing.binarisation import Binarised
from recognizer.preprocessing.glyph import Box, Cell

# A cell is of a line with which it has this share of the lower one's height in common.
_SHARED = 0.5


def unread(ink: Binarised) -> list[Cell]:
    """The cells in which no writing was found: most are empty, in some it was lost."""
    return [cell for cell in ink.cells if cell.is_empty or not _is_written_in(ink, cell.box)]


def _is_written_in(ink: Binarised, cell: Box) -> bool:
    x, y, width, height = cell
    left, right = (int((at - ink.corner[0]) * ink.scale) for at in (x, x + width))
    top, bottom = (int((at - ink.corner[1]) * ink.scale) for at in (y, y + height))
    return bool(ink.mask[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)].any())


def rows(lines: Sequence[Box], cells: Sequence[Cell]) -> list[tuple[int | None, list[Cell]]]:
    """The cells of each line, None for one where there is nothing else, from the highest down."""
    found: list[tuple[int | None, Box, list[Cell]]] = [
        (at, box, []) for at, box in enumerate(lines)
    ]
    for cell in cells:
        own = next((row for row in found if _shared(row[1], cell.box) >= _SHARED), None)
        if own is None:
            own = (None, cell.box, [])
            found.append(own)
        own[2].append(cell)
    found.sort(key=lambda row: row[1][1] + row[1][3] / 2)
    return [(line, sorted(own, key=lambda cell: cell.box[0])) for line, _, own in found]


def _shared(one: Box, other: Box) -> float:
    """How much of the lower one's height two boxes have in common."""
    common = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return common / min(one[3], other[3])


def holding(box: Box, cells: Sequence[Cell]) -> int:
    """The place of the cell that holds the middle of a box, -1 where none does."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    return next(
        (
            at
            for at, (left, top, width, height) in enumerate(cell.box for cell in cells)
            if left <= x < left + width and top <= y < top + height
        ),
        -1,
    )
