"""Who is held out: the people whose drawings judge a network that never learned from them."""

from __future__ import annotations

import uuid

from django.conf import settings

from recognizer.split import is_held_out

# With fewer contributors nobody is held out: a site of one person must be able
# to learn from that person.
MIN_CONTRIBUTORS = 5


def held_out_of(people: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those of all people who are held out: `HELD_OUT_PERCENT`, by their ids.

    Nobody is where they are fewer than `MIN_CONTRIBUTORS`, or where all would be.
    """
    percent = settings.HELD_OUT_PERCENT if len(people) >= MIN_CONTRIBUTORS else 0
    held_out = {person for person in people if is_held_out(person, percent)}
    return set() if held_out == people else held_out
