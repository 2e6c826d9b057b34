"""Fitted weights as they are stored: whole numbers of a byte, each column in steps of its own.

A column are the weights of one unit, the last axis of a table. Both languages read the same bytes:
`static/js/segmentation/weights.js`.
"""

from __future__ import annotations

import base64
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray


class Stored(TypedDict):
    """A table: its shape, how large a step of each column is, and the whole numbers in base64."""

    shape: list[int]
    steps: list[float]
    bytes: str


def stored(table: NDArray[np.floating]) -> Stored:
    """A table with an own step for each column, as near as 127 of them to either side allow."""
    highest = np.iinfo(np.int8).max
    most = np.abs(table).max(axis=tuple(range(table.ndim - 1)))
    steps = [float(f"{one:.6g}") for one in np.where(most > 0, most, 1) / highest]
    whole = np.clip(np.rint(table / np.array(steps)), -highest, highest).astype(np.int8)
    return {
        "shape": [*table.shape],
        "steps": steps,
        "bytes": base64.b64encode(whole.tobytes()).decode(),
    }


def restored(table: Stored) -> NDArray[np.float64]:
    """What was stored."""
    whole = np.frombuffer(base64.b64decode(table["bytes"]), np.int8).reshape(table["shape"])
    return np.asarray(whole * np.array(table["steps"]))
