"""Reduction by area average, in whole numbers, so that every language finds the same bits."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def averaged(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.float64]:
    """(rows, columns) -> (height, width), each pixel the mean of what it lies on."""
    sums = cv2.integral(picture, sdepth=cv2.CV_64F)
    at_corners = _at_edges(_at_edges(sums, height).T, width).T
    mean: NDArray[np.float64] = np.diff(np.diff(at_corners, axis=0), axis=1) / picture.size
    return mean


def _at_edges(sums: NDArray[np.floating], new: int) -> NDArray[np.floating]:
    """(old + 1, n) sums up to each of `old` pixels -> (new + 1, n), `new` times the sums up to
    each of `new` in their place."""
    old = len(sums) - 1
    before, rest = np.divmod(np.arange(new + 1) * old, new)
    after = np.minimum(before + 1, old)
    up_to: NDArray[np.floating] = (new - rest)[:, None] * sums[before] + rest[:, None] * sums[after]
    return up_to
