"""What drawings were made with, as far as what is kept of them tells."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import numpy as np

from recognizer.models import Drawing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# A stylus says how hard it is pressed; a mouse and a finger do not, and cannot be told apart.
STYLUS, POINTER, PICTURE = "stylus", "pointer", "picture"
PENS = (STYLUS, POINTER, PICTURE)
PRESSURE = 3  # its place in a point: x, y, milliseconds, pressure
BATCH = 500


def pen_of(strokes: list[Any] | None) -> str:
    """What strokes were made with; what has none is a picture."""
    if not strokes:
        return PICTURE
    presses = any(len(stroke[0]) > PRESSURE for stroke in strokes if stroke)
    return STYLUS if presses else POINTER


def pens_of(ids: Sequence[uuid.UUID]) -> NDArray[np.str_]:
    """(n,) what each of the drawings was made with; one that is gone counts as a picture."""
    made_with = np.full(len(ids), PICTURE, dtype=np.array(PENS).dtype)
    for at in range(0, len(ids), BATCH):
        some = list(ids[at : at + BATCH])
        rows = Drawing.objects.filter(pk__in=some).values_list("pk", "strokes")
        found = {pk: pen_of(strokes) for pk, strokes in rows}
        made_with[at : at + BATCH] = [found.get(pk, PICTURE) for pk in some]
    return made_with
