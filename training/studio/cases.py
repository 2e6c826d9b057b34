"""A drawing as a reviewer sees it: its ink, who says what of it, and whose hand it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recognizer import formatting, thumbnails
from recognizer.labels import LABELS, NOT_A_DIGIT
from recognizer.models import Drawing, Review
from recognizer.selectors.readers import Opinion, Opinions, opinions
from training.selectors import review_queue
from training.selectors.review_queue import Record
from training.studio.tiles import Tile, tile_of, tiles, word

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence

    from django.contrib.auth.models import User

State = Drawing.Review
# How long a replay takes where the pen's times were not kept, in milliseconds a stroke.
STROKE_MS = 600
MAX_STROKE_MS = 3_000
BARS_HEIGHT, BAR_WIDTH, BAR_STEP = 36, 10, 14


@dataclass(frozen=True, slots=True)
class Bar:
    """One of eleven probabilities as a bar of a small chart, `BARS_HEIGHT` high at 1."""

    name: str
    x: int
    height: float
    is_best: bool

    @property
    def y(self) -> float:
        """Where the bar begins, from the chart's top."""
        return round(BARS_HEIGHT - self.height, 1)

    @property
    def middle(self) -> int:
        """Where its name stands."""
        return self.x + BAR_WIDTH // 2


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody who says what a drawing shows; `bars` are the eleven probabilities, if any."""

    who: str
    short: str
    label: str
    told: str
    bars: list[Bar]

    @property
    def word(self) -> str:
        """What is said, as it is shown: a digit, or a sign for what is none."""
        return "✕" if self.label == NOT_A_DIGIT else self.label or "–"


@dataclass(frozen=True, slots=True)
class Stroke:
    """A stroke as an SVG path in a box of 100, and how long it took, in milliseconds."""

    path: str
    milliseconds: int

    @property
    def start(self) -> tuple[str, str]:
        """Where the pen came down: x and y."""
        x, _space, y = self.path[1:].partition("L")[0].partition(" ")
        return x, y


@dataclass(frozen=True, slots=True)
class Key:
    """A key that labels: what it says, and who says the same."""

    label: str
    said_by: str
    is_agreed: bool


@dataclass(frozen=True, slots=True)
class Case:
    """All that a reviewer is shown of one drawing."""

    drawing: Drawing
    tile: Tile
    strokes: list[Stroke]
    picture: str
    seen: str
    witnesses: list[Witness]
    keys: list[Key]
    agreed: str
    sentence: str
    record: Record
    hand: list[Tile]
    kind: str
    words: list[Review]

    @property
    def is_disputed(self) -> bool:
        """Whether they do not all say the same."""
        return not self.agreed and bool(self.sentence)

    @property
    def seconds(self) -> float:
        """How long it took to draw, without the pauses."""
        return sum(stroke.milliseconds for stroke in self.strokes) / 1000


def cases(keys: Iterable[uuid.UUID], user: User) -> list[Case]:
    """The cases of drawings, in their order; those that are gone are left out."""
    drawings = review_queue.drawings_of(keys)
    people = [drawing.contributor_id for drawing in drawings]
    records, hands = review_queue.records(people), review_queue.hands(people)
    words = review_queue.first_words(drawings)
    rows = zip(drawings, opinions(drawings), strict=True)
    return [
        _case(
            drawing,
            said,
            records.get(drawing.contributor_id, Record()),
            hands.get(drawing.contributor_id, []),
            words.get(drawing.pk, []),
        )
        for drawing, said in rows
    ]


def _case(
    drawing: Drawing,
    said: Opinions | None,
    record: Record,
    hand: Sequence[Drawing],
    words: list[Review],
) -> Case:
    witnesses = _witnesses(drawing, said, record)
    labels = {witness.label for witness in witnesses if witness.label}
    agreed = labels.pop() if len(labels) == 1 and drawing.label else ""
    # A golden one looks like any that waits.
    is_decided = drawing.review in (State.ACCEPTED, State.REJECTED) and not drawing.is_gold
    return Case(
        drawing=drawing,
        tile=tile_of(drawing),
        strokes=_strokes(drawing),
        picture="" if drawing.strokes else reverse("studio:review-image", args=[drawing.pk]),
        seen=thumbnails.glyph_uri(drawing.pixels),
        witnesses=witnesses,
        keys=[_key(label, witnesses, agreed) for label in LABELS],
        agreed=agreed,
        sentence=_sentence(drawing, witnesses, agreed),
        record=record,
        hand=tiles(one for one in hand if one.pk != drawing.pk),
        kind="" if is_decided else str(drawing.opinion),
        # Of a second opinion the first is hidden until it is given.
        words=words if is_decided or drawing.opinion == Drawing.Opinion.THIRD else [],
    )


def _witnesses(drawing: Drawing, said: Opinions | None, record: Record) -> list[Witness]:
    found = [_contributor(drawing, record), _then(drawing)]
    if said is None:
        return found
    version = _("version %(number)s") % {"number": said.number}
    if said.picture is None:
        found.append(_reader(_("the network now"), _("network"), said.both, version))
    else:
        found.append(_reader(_("the picture reader"), _("picture"), said.picture, version))
    if said.motion is not None:
        found.append(_reader(_("the stroke reader"), _("strokes"), said.motion, version))
    return found


def _contributor(drawing: Drawing, record: Record) -> Witness:
    told = _("nobody has said what it is")
    if drawing.label:
        told = _("said it after seeing %(read)s") % {"read": _named(drawing.read_as)}
        if drawing.label == drawing.read_as:
            told = _("said that it was right")
    if record.total:
        told += "; " + _("%(agreed)s of %(total)s agreed") % {
            "agreed": record.agreed,
            "total": record.total,
        }
    return Witness(_("the visitor"), _("visitor"), drawing.label, told, [])


def _then(drawing: Drawing) -> Witness:
    told = _("version %(number)s, %(percent)s, when it was drawn") % {
        "number": drawing.version.number,
        "percent": formatting.probability(drawing.confidence),
    }
    rest = max(0.0, 1 - sum(drawing.probabilities))
    bars = _bars([*drawing.probabilities, rest], drawing.read_as)
    return Witness(_("the answer"), _("answer"), drawing.read_as, told, bars)


def _reader(who: str, short: str, opinion: Opinion, version: str) -> Witness:
    told = f"{version}, {formatting.probability(opinion.share)}"
    return Witness(who, short, opinion.label, told, _bars(opinion.probabilities, opinion.label))


def _bars(probabilities: Sequence[float], label: str) -> list[Bar]:
    return [
        Bar(
            one if len(one) == 1 else "✕",
            at * BAR_STEP,
            max(1.0, round(BARS_HEIGHT * share, 1)),
            one == label,
        )
        for at, (one, share) in enumerate(zip(LABELS, probabilities, strict=True))
    ]


def _key(label: str, witnesses: Sequence[Witness], agreed: str) -> Key:
    """A key, and by whom it is said: the network has one name where all of it is of one mind."""
    visitor, *network = witnesses
    said_by = [visitor.short] if visitor.label == label else []
    if all(witness.label == label for witness in network):
        said_by.append(_("network"))
    else:
        said_by += [witness.short for witness in network if witness.label == label]
    return Key(label, "" if agreed else ", ".join(said_by), label == agreed)


def _sentence(drawing: Drawing, witnesses: Sequence[Witness], agreed: str) -> str:
    """Who says what, where they do not all say the same; "" where they do."""
    if agreed:
        return ""
    if not drawing.label:
        return _("Nobody has said what this is.")
    said: dict[str, list[str]] = {}
    for witness in witnesses:
        said.setdefault(witness.label, []).append(witness.who)
    return capfirst(
        "; ".join(
            ngettext("%(who)s says %(label)s", "%(who)s say %(label)s", len(who))
            % {"who": get_text_list(who, _("and")), "label": _named(label)}
            for label, who in said.items()
        )
        + "."
    )


def _named(label: str) -> str:
    return word(label) or "–"


def _strokes(drawing: Drawing) -> list[Stroke]:
    strokes: list[Any] = [stroke for stroke in drawing.strokes or [] if stroke]
    if not strokes:
        return []
    rows = zip(thumbnails.stroke_paths(strokes), strokes, strict=True)
    return [Stroke(path, _milliseconds(stroke)) for path, stroke in rows]


def _milliseconds(stroke: list[list[float]]) -> int:
    """How long a stroke took, if its points have times; within what one likes to wait."""
    if len(stroke[0]) < 3 or len(stroke[-1]) < 3:
        return STROKE_MS
    took = stroke[-1][2] - stroke[0][2]
    return int(min(max(took, 80), MAX_STROKE_MS)) if took == took else STROKE_MS
