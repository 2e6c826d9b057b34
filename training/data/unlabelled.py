"""Drawings that nobody labelled, which no label can have been made up for."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings

from recognizer.models import Drawing
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyphs
from recognizer.split import is_held_out
from training.synthesis import digit_variants

if TYPE_CHECKING:
    from training.examples import Examples

# As many as are looked at, of a site and of one contributor: somebody who draws for a day is
# one person still.
MAX_DRAWINGS, MAX_OF_ONE = 3000, 60
# With fewer, made-up digits are looked at besides.
ENOUGH = 300
MADE_UP = 600
# The same made-up digits for every candidate; no training begins its generator with it.
SEED = 20_130_109


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """The ids of n drawings, and their glyphs."""

    ids: list[uuid.UUID]
    glyphs: Glyphs


def held_out_unlabelled() -> Unlabelled:
    """The newest unlabelled drawings of contributors that nothing is ever learned from.

    Only those to whose use their contributors agreed, none of whom is blocked.
    """
    rows = Drawing.objects.filter(
        review=Drawing.Review.UNLABELLED, consent=True, contributor__blocked=False
    )
    chosen: list[uuid.UUID] = []
    counts: Counter[uuid.UUID] = Counter()
    newest = rows.order_by("-created_at").values_list("pk", "contributor_id")
    for pk, contributor in newest.iterator(chunk_size=2000):
        if is_held_out(contributor, settings.HELD_OUT_PERCENT) and counts[contributor] < MAX_OF_ONE:
            counts[contributor] += 1
            chosen.append(pk)
        if len(chosen) == MAX_DRAWINGS:
            break
    found = {
        pk: ink.of_stored(bytes(pixels), strokes)
        for pk, pixels, strokes in rows.filter(pk__in=chosen).values_list("pk", "pixels", "strokes")
    }
    ids = [pk for pk in chosen if pk in found]
    return Unlabelled(ids, Glyphs.of([found[pk] for pk in ids]))


def made_up() -> Examples:
    """Made-up digits, the same every time."""
    return digit_variants.generate(MADE_UP, np.random.default_rng(SEED))
