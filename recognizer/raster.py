"""Grey pixels -> glyphs."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from recognizer.exceptions import Blank
from recognizer.glyph import BODY, CENTRE, Glyph, centre_of_mass


def normalise(grey: NDArray[np.uint8]) -> Glyph:
    if int(grey.max()) - int(grey.min()) < 40:
        raise Blank("There is no ink in this image.", field="image")
    ink = 255.0 - grey if np.median(grey) > 127 else grey.astype(float)
    ys, xs = np.nonzero(ink > 100)
    cut = ink[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1].astype(np.float32) / 255
    h, w = cut.shape
    k = BODY / max(h, w)
    small = cv2.resize(cut, (max(1, round(w * k)), max(1, round(h * k))), interpolation=cv2.INTER_AREA)
    out = np.zeros((60, 60), np.float32)
    out[15 : 15 + small.shape[0], 15 : 15 + small.shape[1]] = small
    x, y = centre_of_mass(out)
    moved = cv2.warpAffine(out, np.float32([[1, 0, CENTRE - x], [0, 1, CENTRE - y]]), (28, 28))
    box = (float(xs.min()), float(ys.min()), float(w), float(h))
    return Glyph(pixels=np.rint(np.clip(moved, 0, 1) * 255).astype(np.uint8), box=box)


def digits(grey: NDArray[np.uint8]) -> list[Glyph]:
    return [normalise(grey)]
