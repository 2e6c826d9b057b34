"""Straight lines, also where strokes touch them."""

from __future__ import annotations

import numpy as np
import pytest

from recognizer.preprocessing.cleaning import lines


def square() -> np.ndarray:
    """Four lines that meet, and a stroke within them."""
    mask = np.zeros((120, 140), np.uint8)
    mask[[20, 100], 20:121] = 1
    mask[20:101, [20, 120]] = 1
    mask[40:80, 66:72] = 1
    return mask


def test_it_works() -> None:
    rest = lines.without_frame(square(), 60.0)

    assert rest[40:80, 66:72].all()
    assert rest.sum() == 40 * 6


@pytest.mark.parametrize("at", [None, (0, 0), (119, 139)])
def test_where_there_is_hardly_any_ink_there_is_no_line(at: tuple[int, int] | None) -> None:
    mask = np.zeros((120, 140), np.uint8)
    if at:
        mask[at] = 1

    assert np.array_equal(lines.without_frame(mask, 60.0), mask)
    assert np.array_equal(lines.without_lines(mask, mask, mask)[0], mask)
