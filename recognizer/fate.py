"""What became of a drawing, as one would tell its contributor.

The drawings come from `Drawing.objects.with_fate()`; those that do not are told
of as well, in a few queries more. `told` is the API's sentence; the pages' words
are the steps, the word and the turn, in the reader's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from digitsite.exceptions import Unavailable
from recognizer import figures, services
from recognizer.models import NOT_A_DIGIT, Drawing, DrawingUse

if TYPE_CHECKING:
    from datetime import datetime

Review = Drawing.Review
Role = DrawingUse.Role
Now: TypeAlias = dict[str, Any]  # digit, confidence, model_version

# A station that was passed, where the drawing is, what lies before it, and where
# its way ends without that.
DONE, HERE, AHEAD, ENDED = "done", "here", "ahead", "ended"


# --- what is read now ------------------------------------------------------------


def read_now(drawing: Drawing) -> Now | None:
    """What the live version reads; None where no version can be asked."""
    return read_all_now([drawing])[0]


def read_all_now(drawings: list[Drawing]) -> list[Now | None]:
    """As `read_now` for each, in one batch through the network."""
    try:
        prediction = services.reread_many(drawings=drawings)
    except Unavailable:
        return [None] * len(drawings)
    return [
        {
            "digit": reading.digit,
            "confidence": reading.confidence,
            "model_version": prediction.model_version,
        }
        for reading in prediction.readings
    ]


def is_right(drawing: Drawing, now: Now) -> bool:
    """Whether the live version reads it as what it is known to be."""
    return drawing.truth == _label_of(now["digit"])


def _label_of(digit: int | None) -> str:
    return NOT_A_DIGIT if digit is None else str(digit)


# --- the API's sentence ------------------------------------------------------------


def told(drawing: Drawing, now: Now | None) -> str:
    """A sentence: where it stands, or which version used it last and what is read since."""
    uses = _uses(drawing)
    if not uses:
        return _standing(drawing)
    verb = "Used in" if uses[-1].role == Role.TRAIN else "Used to judge"
    said = f"{verb} version {uses[-1].version.number}"
    if now is None:
        return f"{said}."
    reads = "no digit" if now["digit"] is None else now["digit"]
    return f"{said}; version {now['model_version']}, now live, reads it as {reads}."


def _uses(drawing: Drawing) -> list[DrawingUse]:
    return sorted(drawing.uses.all(), key=lambda use: use.version.number)


def _standing(drawing: Drawing) -> str:
    if drawing.review == Review.ACCEPTED and _may_be_used(drawing):
        return "Accepted; the next training will use it."
    return {
        Review.UNLABELLED: "Nobody has said yet what this is.",
        Review.PENDING: "Waiting for a reviewer.",
        Review.REJECTED: "A reviewer decided not to learn from it.",
        Review.ACCEPTED: "Accepted, but not to be learned from.",
    }[Review(drawing.review)]


def _may_be_used(drawing: Drawing) -> bool:
    """Whether an accepted drawing is one of `Drawing.objects.trainable()`."""
    return drawing.consent and not drawing.contributor.blocked


# --- the pages' words -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """A station on a drawing's way: `state` is DONE, HERE, AHEAD or ENDED."""

    name: str
    state: str
    text: str
    at: datetime | None = None


def shown(label: str) -> str:
    """A label in the middle of a sentence."""
    return _("no digit") if label == NOT_A_DIGIT else label


def steps(drawing: Drawing) -> list[Step]:
    """Received, labelled, checked, learned from."""
    received = _("Version %(number)s read it as %(read)s (%(percent)s).") % {
        "number": drawing.version.number,
        "read": shown(drawing.read_as),
        "percent": figures.probability(drawing.confidence),
    }
    return [
        Step(_("Received"), DONE, received, drawing.created_at),
        _labelled(drawing),
        _checked(drawing),
        _learned(drawing),
    ]


def _labelled(drawing: Drawing) -> Step:
    name = _("Labelled")
    if drawing.label:
        said = _("You said it is %(label)s.") % {"label": shown(drawing.label)}
        return Step(name, DONE, said, drawing.labelled_at)
    if drawing.review == Review.UNLABELLED:
        return Step(name, HERE, _("Nobody has said yet what it is. You can, below."))
    return Step(name, DONE, _("You left it to the reviewer."))


def _checked(drawing: Drawing) -> Step:
    name = _("Checked")
    match Review(drawing.review):
        case Review.UNLABELLED:
            return Step(name, AHEAD, _("A person looks at it once you have said what it is."))
        case Review.PENDING:
            return Step(name, HERE, _("It waits for a person to look at it."))
        case Review.REJECTED:
            return Step(
                name,
                ENDED,
                _(
                    "A reviewer decided not to learn from it. Often it could be two digits, or is "
                    "more of a scribble. That costs you nothing; it stays here until you delete it."
                ),
                drawing.reviewed_at,
            )
    said = (
        _("A reviewer agreed: it is %(label)s.")
        if drawing.accepted_label == drawing.label
        else _("A reviewer says it is %(label)s.")
    )
    said %= {"label": shown(drawing.accepted_label)}
    return Step(name, DONE, said, drawing.reviewed_at)


def _learned(drawing: Drawing) -> Step:
    uses = _uses(drawing)
    trained = [use.version.number for use in uses if use.role == Role.TRAIN]
    if trained:
        return Step(_("Learned from"), DONE, _trained(trained), uses[0].version.created_at)
    if uses:
        judged = _(
            "Version %(number)s was tested on it. Some people’s drawings are never learned from, "
            "so that the test is fair."
        ) % {"number": uses[-1].version.number}
        return Step(_("Tested on"), DONE, judged, uses[-1].version.created_at)
    name = _("Learned from")
    if drawing.review == Review.REJECTED:
        return Step(name, ENDED, _("Nothing is learned from it."))
    if drawing.review != Review.ACCEPTED:
        return Step(name, AHEAD, _("Once it is accepted, the next training uses it."))
    if _may_be_used(drawing):
        return Step(name, HERE, _("The next training uses it."))
    return Step(name, ENDED, _("It is accepted, but not to be learned from."))


def _trained(numbers: list[int]) -> str:
    first, later = numbers[0], len(numbers) - 1
    if not later:
        return _("Version %(number)s learned from it.") % {"number": first}
    return ngettext(
        "Version %(number)s learned from it, and %(later)s later version.",
        "Version %(number)s learned from it, and %(later)s later versions.",
        later,
    ) % {"number": first, "later": later}


def word(drawing: Drawing) -> str:
    """Where it stands, as briefly as a list of many can say it."""
    uses = _uses(drawing)
    if uses:
        trained = any(use.role == Role.TRAIN for use in uses)
        return _("learned from") if trained else _("tested on")
    return {
        Review.UNLABELLED: _("no label yet"),
        Review.PENDING: _("waiting"),
        Review.REJECTED: _("not used"),
        Review.ACCEPTED: _("checked"),
    }[Review(drawing.review)]


def turn(drawing: Drawing, now: Now) -> str:
    """What has changed between then and now, in a sentence; empty where nothing can be said."""
    if not drawing.truth:
        return ""
    then, is_now = drawing.truth == drawing.read_as, is_right(drawing, now)
    if drawing.version.number == now["model_version"]:
        return "" if then else _("No newer version has learned since.")
    return {
        (False, True): _("It has learned: what was read wrong is read right now."),
        (True, True): _("Read right then, and still."),
        (False, False): _("Still read wrong. Every such drawing that is checked helps."),
        (True, False): _("It was read right once and is not any more."),
    }[then, is_now]
