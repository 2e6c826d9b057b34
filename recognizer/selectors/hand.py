"""A contributor's hand as its owner sees it: what is remembered, and how often it helped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recognizer.labels import LABELS
from recognizer.models import Contributor, Drawing
from recognizer.services.hands import NOBODYS, hand_tag, kept_rows

if TYPE_CHECKING:
    from recognizer.services.hand_cache import Row


@dataclass(frozen=True, slots=True)
class State:
    """What a hand is at; of nobody's, too.

    `tag` is what answers carry, `mended` the answers that memory changed and nobody called
    wrong.
    """

    tag: str = NOBODYS.tag
    generation: int = 0
    remembers: bool = True
    mended: int = 0


@dataclass(frozen=True, slots=True)
class Remembered:
    """A drawing that counts, as a row with its ink or glyph."""

    row: Row
    drawing: Drawing


def state(contributor: Contributor | None) -> State:
    """The state of a contributor's hand, or of nobody's."""
    if contributor is None:
        return State()
    remembers, generation = contributor.remembers, contributor.hand_generation
    return State(
        tag=hand_tag(contributor.pk, generation) if remembers else NOBODYS.tag,
        generation=generation,
        remembers=remembers,
        mended=Drawing.objects.mended().filter(contributor=contributor).count(),
    )


def remembered(contributor: Contributor | None) -> list[Remembered]:
    """The drawings that count, the newest first; so they do where memory is off, once it is on."""
    if contributor is None:
        return []
    rows = kept_rows(contributor.pk)
    ink = Drawing.objects.only("strokes", "canvas", "pixels").in_bulk([row.drawing for row in rows])
    return [Remembered(row, ink[row.drawing]) for row in rows if row.drawing in ink]


def per_label(kept: list[Remembered]) -> dict[str, int]:
    """How many of each of the eleven labels."""
    counts = Counter(one.row.label for one in kept)
    return {label: counts[at] for at, label in enumerate(LABELS)}
