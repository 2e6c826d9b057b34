"""A drawing's status, in words for its contributor.

The drawings come from `Drawing.objects.with_status()`; others cost a few queries
more. `status_sentence` is the API's, in English; the pages' steps, words and
sentences are in the reader's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from digitsite.exceptions import Unavailable
from recognizer import formatting
from recognizer.labels import NOT_A_DIGIT, label_of
from recognizer.models import Drawing, DrawingUse
from recognizer.services.predictions import predict_stored_many

if TYPE_CHECKING:
    from datetime import datetime

Review = Drawing.Review
Role = DrawingUse.Role

# The states of a step: taken, the one the drawing is at, still to come, never to come.
DONE, HERE, AHEAD, ENDED = "done", "here", "ahead", "ended"


# --- the live version's prediction -------------------------------------------------


class PredictionNow(TypedDict):
    """What the live version reads a drawing as; `digit` is None for no digit."""

    digit: int | None
    confidence: float
    model_version: int


def prediction_now(drawing: Drawing) -> PredictionNow | None:
    """The live version's prediction of a drawing; None where no version answers."""
    return predictions_now([drawing])[0]


def predictions_now(drawings: list[Drawing]) -> list[PredictionNow | None]:
    """The live version's predictions, in one batch; each None where no version answers."""
    try:
        prediction = predict_stored_many(drawings=drawings)
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


def is_right(drawing: Drawing, prediction: PredictionNow) -> bool:
    """Whether a prediction of a labelled drawing is its label."""
    return drawing.truth == label_of(prediction["digit"])


# --- the API's sentence ------------------------------------------------------------


def status_sentence(drawing: Drawing, now: PredictionNow | None) -> str:
    """The API's sentence: how far the review is, or which version last used the drawing.

    In the second case it ends with what the live version reads, `now`, where one answers.
    """
    uses = drawing.uses_by_version()
    if not uses:
        return _review_sentence(drawing)
    verb = "Used in" if uses[-1].role == Role.TRAIN else "Used to judge"
    said = f"{verb} version {uses[-1].version.number}"
    if now is None:
        return f"{said}."
    reads = "no digit" if now["digit"] is None else now["digit"]
    return f"{said}; version {now['model_version']}, now live, reads it as {reads}."


def _review_sentence(drawing: Drawing) -> str:
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
    """One step from a drawing's submission to its use; `state` is DONE, HERE, AHEAD or ENDED."""

    name: str
    state: str
    text: str
    at: datetime | None = None


def label_text(label: str) -> str:
    """A label as it stands in the middle of a sentence."""
    return _("no digit") if label == NOT_A_DIGIT else label


def steps(drawing: Drawing) -> list[Step]:
    """The four steps of a drawing: received, labelled, checked, learned from."""
    received = _("Version %(number)s read it as %(read)s (%(percent)s).") % {
        "number": drawing.version.number,
        "read": label_text(drawing.read_as),
        "percent": formatting.probability(drawing.confidence),
    }
    if drawing.shown_as != drawing.read_as:
        shown = _("By what you had drawn before, you were shown %(shown)s.")
        received += " " + shown % {"shown": label_text(drawing.shown_as)}
    return [
        Step(_("Received"), DONE, received, drawing.created_at),
        _labelled(drawing),
        _checked(drawing),
        _learned(drawing),
    ]


def _labelled(drawing: Drawing) -> Step:
    name = _("Labelled")
    if drawing.label:
        said = _("You said it is %(label)s.") % {"label": label_text(drawing.label)}
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
    said %= {"label": label_text(drawing.accepted_label)}
    return Step(name, DONE, said, drawing.reviewed_at)


def _learned(drawing: Drawing) -> Step:
    uses = drawing.uses_by_version()
    trained = [use.version.number for use in uses if use.role == Role.TRAIN]
    if trained:
        return Step(_("Learned from"), DONE, _trained(trained), uses[0].version.created_at)
    if uses:
        tested = _(
            "Version %(number)s was tested on it. Some people’s drawings are never learned from, "
            "so that the test is fair."
        ) % {"number": uses[-1].version.number}
        return Step(_("Tested on"), DONE, tested, uses[-1].version.created_at)
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


def status_word(drawing: Drawing) -> str:
    """A drawing's status in a word or two, for a list of many."""
    uses = drawing.uses_by_version()
    if uses:
        trained = any(use.role == Role.TRAIN for use in uses)
        return _("learned from") if trained else _("tested on")
    return {
        Review.UNLABELLED: _("no label yet"),
        Review.PENDING: _("waiting"),
        Review.REJECTED: _("not used"),
        Review.ACCEPTED: _("checked"),
    }[Review(drawing.review)]


def effect(drawing: Drawing) -> tuple[str, str]:
    """What a correction has done so far: for whom it counts, and what is next."""
    uses = drawing.uses_by_version()
    trained = [use.version.number for use in uses if use.role == Role.TRAIN]
    if trained:
        return _("Everyone’s"), _trained(trained)
    if drawing.review == Review.ACCEPTED:
        return _("Checked"), _learned(drawing).text
    return _("Yours, at once"), _("Waits for a person to check it.")


def change_since(drawing: Drawing, now: PredictionNow) -> str:
    """How the answer has changed since the submission, in a sentence; "" where that is unknown."""
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
