"""Which of the drawings that wait tell most, once it is known who says what of them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import numpy as np

from recognizer.selectors.readers import Opinions, opinions
from training.selectors.oddities import unlike_neighbours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recognizer.models import Drawing

# What a drawing is looked for by, the most telling first; the rest keeps its order.
CONTESTED, DIVIDED, UNLIKE, PLAIN = range(4)
FIELDS = ("pk", "pixels", "strokes", "label", "accepted_label")


def ranked(drawings: Sequence[Drawing]) -> list[uuid.UUID]:
    """Their keys: first drawings that the live version reads as something else than is said,
    then those that its two readers read differently, then those unlike their label's others.

    The live version reads all of them, so they are to be few. `FIELDS` of them are needed.
    """
    said_of = opinions(drawings)
    rows = zip(drawings, said_of, unlike(drawings, said_of), strict=True)
    ranks = {drawing.pk: _rank(drawing, said, odd) for drawing, said, odd in rows}
    return sorted(ranks, key=lambda key: ranks[key])


def _rank(drawing: Drawing, said: Opinions | None, odd: bool) -> int:
    if said and drawing.truth and said.both.label != drawing.truth:
        return CONTESTED
    if said and readers_differ(said):
        return DIVIDED
    return UNLIKE if odd and drawing.truth else PLAIN


def readers_differ(said: Opinions) -> bool:
    """Whether the readers of picture and motion, each alone, read different things."""
    return bool(said.motion and said.picture and said.motion.label != said.picture.label)


def unlike(drawings: Sequence[Drawing], said_of: Sequence[Opinions | None]) -> list[bool]:
    """Whether each looks unlike the others of its label, to the live version's features."""
    features = [said.features for said in said_of if said and said.features is not None]
    if len(features) < len(drawings) or not drawings:
        return [False] * len(drawings)
    return unlike_neighbours(np.stack(features), [drawing.truth for drawing in drawings])
