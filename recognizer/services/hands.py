"""Hands: what contributors said of their drawings, as it counts in their own answers.

A hand is no row of its own: it is the contributor's remembered drawings. Whatever changes them
counts `Contributor.hand_generation` up in the same transaction, by which every process sees that
the features it keeps are old. A request that only asks writes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from recognizer import monitoring
from recognizer.labels import LABELS, label_of
from recognizer.models import Contributor, Drawing
from recognizer.preprocessing import ink
from recognizer.services.hand_cache import Entry, HandCache, Row
from recognizer.serving import memory, registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from recognizer.preprocessing.glyph import Glyph
    from recognizer.serving.decision import Reading
    from recognizer.serving.engine import Outputs
    from recognizer.serving.memory import Recall

logger = logging.getLogger(__name__)

# Of so many labelled drawings, the newest, it is looked which are the newest and most telling.
MOST_LOOKED_AT = 1_000

_TABLE = Contributor._meta.db_table
_HAND = f"SELECT id, hand_generation, remembers FROM {_TABLE} WHERE "  # noqa: S608  (our own table's name)
OF_BROWSER, OF_ACCOUNT = f"{_HAND} id = %s AND user_id IS NULL", f"{_HAND} user_id = %s"


# --- what is remembered ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Whose:
    """Who asks, as far as they may have a hand: an account or, without one, a browser's
    contributor."""

    account: int | None = None
    browser: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, eq=False)
class OwnHand:
    """The hand of who asks, as the database has it; nobody's where `contributor` is None.

    `entry` is what this process keeps of it, maybe of another generation. One drawing may be
    left out: that which is answered.
    """

    contributor: uuid.UUID | None = None
    generation: int = 0
    rows: list[Row] = field(default_factory=list)
    entry: Entry | None = None
    without: uuid.UUID | None = None

    @property
    def tag(self) -> str:
        """Another for every generation of every hand; "0" for nobody's."""
        return hand_tag(self.contributor, self.generation) if self.contributor else "0"

    @property
    def unseen(self) -> int:
        """How many drawings this process has yet to look at."""
        if self.entry is not None and self.entry.generation == self.generation:
            return 0
        known = {row.drawing for row in self.entry.rows} if self.entry else set()
        return sum(row.drawing not in known for row in self.rows)


NOBODYS = OwnHand()


def hand_tag(contributor: uuid.UUID, generation: int) -> str:
    """By which a browser sees that what it holds of a hand is old, or another's."""
    return f"{generation}-{contributor.hex[:8]}"


def kept_rows(contributor: uuid.UUID) -> list[Row]:
    """The drawings that count as a contributor's hand, the newest first: some twenty a label."""
    found = (
        Drawing.objects.remembered()
        .filter(contributor=contributor)
        .values_list("pk", "label", "accepted_label", "digit", "created_at")[:MOST_LOOKED_AT]
    )
    rows = [
        Row(pk, LABELS.index(accepted or label), drawn_at, (accepted or label) != label_of(digit))
        for pk, label, accepted, digit, drawn_at in found
    ]
    stays = memory.kept([row.label for row in rows], [row.telling for row in rows])
    return [rows[at] for at in stays]


# --- looking it up ----------------------------------------------------------------------

_cache = HandCache()
# One hand is made at a time: what keeps the processor busy is the engine, which takes turns anyway.
_making = threading.Lock()
# Until then, by `time.monotonic()`, nobody asks a database that did not answer.
_ask_at = 0.0


def reset() -> None:
    """Drops what this process keeps, as a restart would."""
    global _cache, _ask_at
    _cache, _ask_at = HandCache(), 0.0


def hand_of(whose: Whose) -> OwnHand | None:
    """The hand of who asks, by one indexed row; nobody's where they have none, or want none.

    None where it is not known: the database does not answer, or the live version has no memory.
    """
    if time.monotonic() < _ask_at or not registry.has_memory():
        return None
    try:
        return _hand_of(whose)
    except (OperationalError, InterfaceError) as error:
        _pause(error)
        return None


def _pause(error: Exception) -> None:
    """Answers go without memory for a while, or each would wait for what is locked."""
    global _ask_at
    _ask_at = time.monotonic() + registry.ASK_SECONDS
    logger.warning("Answers go without memory: %s", error)


def _hand_of(whose: Whose) -> OwnHand:
    found = _generation(whose)
    if found is None:
        return NOBODYS
    contributor, generation = found
    entry = _cache.get(contributor)
    if entry is not None and entry.generation == generation:
        return OwnHand(contributor, generation, entry.rows, entry)
    # Read after the generation: they may be newer than it says, but never older.
    rows = kept_rows(contributor)
    if not rows:
        entry = Entry(contributor, generation, 0, [], [], memory.EMPTY)
        _cache.put(entry)
    return OwnHand(contributor, generation, rows, entry)


def _generation(whose: Whose) -> tuple[uuid.UUID, int] | None:
    """The contributor and their hand's generation; None without one, and where it is off.

    Every answer asks for it, and building the query would take longer than the database does.
    """
    if whose.account is not None:
        statement, value = OF_ACCOUNT, whose.account
    else:
        statement, value = OF_BROWSER, _as_stored(whose.browser)
    with connection.cursor() as cursor:
        cursor.execute(statement, [value])
        row = cursor.fetchone()
    if row is None or not row[2]:
        return None
    return row[0] if isinstance(row[0], uuid.UUID) else uuid.UUID(row[0]), row[1]


def _as_stored(key: uuid.UUID | None) -> Any:
    return Contributor._meta.pk.get_db_prep_value(key, connection)


# --- recalling ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recollection:
    """The remembered drawing that spoke for an answer, and the network's own reading before it.

    `label` is what the drawing is, `similarity` at most 1.
    """

    own: Reading
    label: str
    drawing: uuid.UUID
    drawn_at: datetime
    similarity: float


def recall(
    hand: OwnHand, live: registry.Live, outputs: Outputs
) -> tuple[list[Recall | None], Sequence[Row]]:
    """What a hand makes of each of the network's outputs, and the rows that it tells of."""
    nothing: list[Recall | None] = [None] * len(outputs.probabilities)
    if outputs.features is None:
        return nothing, []
    try:
        entry = _entry(hand, live)
    except (OperationalError, InterfaceError) as error:
        _pause(error)
        return nothing, []
    kept, rows = entry.hand, entry.rows
    if hand.without is not None:
        stays = [at for at, row in enumerate(rows) if row.drawing != hand.without]
        rows = [rows[at] for at in stays]
        kept = kept.chosen(stays, [row.label for row in rows])
    return memory.recall(kept, outputs), rows


def recollection(recall: Recall, row: Row, own: Reading) -> Recollection:
    """What a recall tells of the drawing that spoke."""
    return Recollection(
        own, LABELS[recall.label], row.drawing, row.drawn_at, round(recall.similarity, 6)
    )


def _entry(hand: OwnHand, live: registry.Live) -> Entry:
    """The hand's features by the live version's network: those in memory, or made now."""
    if _fits(hand.entry, hand, live):
        monitoring.HANDS.labels("hit").inc()
        assert hand.entry is not None
        return hand.entry
    monitoring.HANDS.labels("miss").inc()
    assert hand.contributor is not None
    with _making:
        entry = _cache.get(hand.contributor)
        if entry is not None and _fits(entry, hand, live):
            return entry  # another thread was first
        made = _made(hand, live, entry)
        _cache.put(made)
    return made


def _fits(entry: Entry | None, hand: OwnHand, live: registry.Live) -> bool:
    return (
        entry is not None and entry.generation == hand.generation and entry.version == live.version
    )


def _made(hand: OwnHand, live: registry.Live, before: Entry | None) -> Entry:
    """The hand's features, of which those that were known `before` are not made again."""
    assert hand.contributor is not None
    glyphs = _glyphs(hand.rows, before)
    # What has been deleted at this moment is in the next generation.
    rows = [row for row in hand.rows if row.drawing in glyphs]
    known: dict[uuid.UUID, int] = {}
    features = memory.EMPTY
    if before is not None and before.version == live.version:
        known = {row.drawing: at for at, row in enumerate(before.rows)}
        features = before.hand
    new = [row for row in rows if row.drawing not in known]
    if new:
        outputs = live.outputs([glyphs[row.drawing] for row in new])
        features = features.joined(memory.Hand.of(outputs, [row.label for row in new]))
        first = len(known)
        known |= {row.drawing: at for at, row in enumerate(new, first)}
    chosen = features.chosen([known[row.drawing] for row in rows], [row.label for row in rows])
    in_order = [glyphs[row.drawing] for row in rows]
    return Entry(hand.contributor, hand.generation, live.version, rows, in_order, chosen)


def _key(row: Row) -> uuid.UUID:
    return row.drawing


def _glyphs(rows: Iterable[Row], before: Entry | None) -> dict[uuid.UUID, Glyph]:
    """The drawings' glyphs: those of before, the others from their ink."""
    known = dict(zip(map(_key, before.rows), before.glyphs, strict=True)) if before else {}
    missing = [row.drawing for row in rows if row.drawing not in known]
    if missing:
        stored = Drawing.objects.filter(pk__in=missing).values_list("pk", "pixels", "strokes")
        known |= {pk: ink.of_stored(bytes(pixels), strokes) for pk, pixels, strokes in stored}
    return known


# --- what changes it --------------------------------------------------------------------


def hands_change(contributors: Iterable[uuid.UUID]) -> None:
    """Counts hands up, in the transaction that changes them and before it locks their drawings."""
    keys = set(contributors)
    rows = Contributor.objects.filter(pk__in=keys)
    if len(keys) > 1:  # in one order, so that none waits for another
        list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    if keys:
        rows.update(hand_generation=F("hand_generation") + 1)


def hand_change_of(drawing: Drawing) -> None:
    """The same for whose drawing it is, also where they are merged with somebody meanwhile."""
    changed = F("hand_generation") + 1
    if not Contributor.objects.filter(pk=drawing.contributor_id).update(hand_generation=changed):
        Contributor.objects.filter(drawings=drawing.pk).update(hand_generation=changed)


def hand_forget(*, contributor: Contributor, drawing: uuid.UUID | None = None) -> int:
    """Forgets one drawing, or all that are labelled: they stay, and count no more in answers.

    Returns how many counted until now.
    """
    rows = Drawing.objects.filter(contributor=contributor, remembered=True)
    if drawing is not None:
        return _remember(contributor, rows.filter(pk=drawing), remembered=False)
    labelled = rows.exclude(label="", accepted_label="")
    with transaction.atomic():
        hand_drop(contributor.pk)
        return _remember(contributor, labelled, remembered=False)


def hand_remember(*, contributor: Contributor, drawing: uuid.UUID) -> int:
    """Takes a forgotten drawing back into its contributor's hand; 1 where it was one, or 0."""
    rows = Drawing.objects.filter(contributor=contributor, remembered=False, pk=drawing)
    return _remember(contributor, rows, remembered=True)


def _remember(contributor: Contributor, rows: QuerySet[Drawing], *, remembered: bool) -> int:
    with transaction.atomic():
        hands_change([contributor.pk])
        return rows.update(remembered=remembered)


def hand_settings(*, contributor: Contributor, remembers: bool) -> None:
    """Switches memory on or off for good; what is remembered stays, and waits."""
    Contributor.objects.filter(pk=contributor.pk).exclude(remembers=remembers).update(
        remembers=remembers, hand_generation=F("hand_generation") + 1
    )
    contributor.remembers = remembers


def hand_drop(contributor: uuid.UUID) -> None:
    """Drops what this process keeps of a hand, once the transaction is committed.

    Other processes see that it has changed, or time lets it go.
    """
    transaction.on_commit(lambda: _cache.drop(contributor), robust=True)
