"""The Euclidean distance transform, exact to the last bit on every machine."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

STEP = np.ones((3, 3), np.uint8)  # a pixel to every side


def distances(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(height, width) -> the distance of each pixel from the nearest that is 0, in pixels."""
    rounded = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # Roundings in OpenCV leave the last bit open. The squares are whole numbers.
    exact: NDArray[np.float32] = np.sqrt(np.rint(rounded * rounded))
    return exact
