"""Reviews: decisions about drawings as rows, their result, and taking them back.

A drawing's state is what its rows come to, written beside it in their transaction. Every
row is based on a revision of the drawing: of two reviewers at the same one the second is
told so, and overwrites nothing.
"""

from __future__ import annotations

import uuid
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from digitsite.exceptions import Conflict, Invalid, NotAllowed, Refused
from recognizer.labels import LABELS
from recognizer.models import Audit, Contributor, Drawing, Review
from recognizer.services import audit
from recognizer.services.hands import hands_change
from recognizer.services.roles import Role, has_role

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from datetime import datetime

    from django.contrib.auth.models import User

State, Opinion = Drawing.Review, Drawing.Opinion
Kind, Verdict = Review.Kind, Review.Decision
# How many of one's own latest acts may be taken back.
UNDOABLE = 50
# More in one transaction would keep all others waiting.
MAX_AT_ONCE = 200
_RESULT = ["review", "accepted_label", "reviewer", "reviewed_at", "opinion", "revision"]


@dataclass(frozen=True)
class Decision:
    """What somebody decides of a drawing; an empty `label` is the contributor's own.

    `seen` is the drawing's revision that was looked at.
    """

    drawing: uuid.UUID
    seen: int
    decision: str
    label: str = ""


@dataclass
class Decided:
    """What came of several decisions: the drawings in their new state, and the refusals."""

    drawings: list[Drawing] = field(default_factory=list)
    refused: dict[uuid.UUID, Refused] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What a drawing's reviews come to."""

    state: str
    label: str = ""
    reviewer: int | None = None
    at: datetime | None = None
    opinion: str = Opinion.FIRST


# --- the result: pure ------------------------------------------------------------------


def standing(rows: Sequence[Review]) -> list[Review]:
    """The decisions among a drawing's rows that count and were not undone, the oldest first."""
    undone = {row.undoes_id for row in rows if row.kind == Kind.UNDO}
    counted = [row for row in rows if row.kind not in (Kind.UNDO, Kind.GOLD)]
    return [row for row in counted if row.pk not in undone]


def result(label: str, rows: Sequence[Review]) -> Result:
    """What a drawing's rows, the oldest first, come to; `label` is its contributor's.

    A first opinion that wants a second waits for it, two that differ for a trainer's, and
    a third decides.
    """
    waiting = State.PENDING if label else State.UNLABELLED
    found = standing(rows)
    if not found:
        return Result(waiting)
    last = found[-1]
    if last.kind == Kind.SECOND:
        first = next((row for row in found[:-1][::-1] if row.kind == Kind.FIRST), None)
        if first is None:
            return Result(State.PENDING, opinion=Opinion.SECOND)
        if (first.decision, first.label) != (last.decision, last.label):
            return Result(State.PENDING, opinion=Opinion.THIRD)
    elif last.kind == Kind.FIRST and last.wants_second:
        return Result(State.PENDING, opinion=Opinion.SECOND)
    accepted = last.decision == Verdict.ACCEPT
    state = State.ACCEPTED if accepted else State.REJECTED
    return Result(state, last.label, last.reviewer_id, last.at)


def wants_second(drawing: Drawing, trusted: Container[uuid.UUID] = ()) -> bool:
    """Whether somebody else is to say the same of a drawing before it counts.

    So it is of all whose answer was not their contributor's word, and of a fixed share of
    the others, by `SECOND_OPINION_PERCENT`; 0 asks for none. Of the contributors who are
    `trusted` only disputed drawings want one.
    """
    percent: int = settings.SECOND_OPINION_PERCENT
    is_disputed = bool(drawing.label) and drawing.label != drawing.read_as
    is_chosen = (
        drawing.contributor_id not in trusted and zlib.crc32(drawing.pk.bytes) % 100 < percent
    )
    return percent > 0 and (is_disputed or is_chosen)


# --- deciding --------------------------------------------------------------------------


def drawing_review(
    *,
    drawing: Drawing,
    decision: str,
    reviewer: User,
    label: str = "",
    seen: int | None = None,
    why: str = "",
) -> Drawing:
    """Accepts a drawing, as its contributor's label or as the reviewer's, or rejects it.

    A decision may be changed by deciding again, somebody else's only by who has seen it:
    `seen` is the revision that was looked at. Raises `Conflict` where the drawing is no
    longer as it was seen, `Invalid` for another decision and for an acceptance without
    a label.
    """
    if seen is None:
        is_decided = drawing.review in (State.ACCEPTED, State.REJECTED)
        if is_decided and drawing.reviewer_id not in (None, reviewer.pk):
            raise Conflict(
                _("Somebody else has decided already; say which state you saw."), code="reviewed"
            )
        seen = drawing.revision
    decided = reviews_decide(
        decisions=[Decision(drawing.pk, seen, decision, label)], reviewer=reviewer, why=why
    )
    for refusal in decided.refused.values():
        raise refusal
    drawing.refresh_from_db()
    return drawing


def reviews_decide(
    *,
    decisions: Sequence[Decision],
    reviewer: User,
    act: uuid.UUID | None = None,
    why: str = "",
) -> Decided:
    """Decides of several drawings at one stroke; what is refused of some holds no other up.

    `act` names the stroke: sent again, because its answer was lost, it is done once.
    """
    if len(decisions) > MAX_AT_ONCE:
        raise Invalid(f"At most {MAX_AT_ONCE} drawings are decided at once.", field="decisions")
    act = act or uuid.uuid4()
    by_drawing = {decision.drawing: decision for decision in decisions}
    decided = Decided()
    with transaction.atomic():
        drawings = _locked(by_drawing)
        rows = _rows_of(drawings)
        trusted = _trusted(drawings.values())
        fresh: list[tuple[Drawing, Review]] = []
        now = timezone.now()
        for pk, decision in by_drawing.items():
            drawing = drawings.get(pk)
            try:
                if drawing is None:
                    raise Conflict(_("This drawing has been deleted."), code="deleted")
                if any(row.act == act for row in rows[pk]):
                    decided.drawings.append(drawing)
                    continue
                review = _review(drawing, rows[pk], decision, reviewer, trusted)
            except Refused as refusal:
                decided.refused[pk] = refusal
                continue
            review.act, review.at = act, now
            fresh.append((drawing, review))
        Review.objects.bulk_create([review for _drawing, review in fresh])
        changes = []
        for drawing, review in fresh:
            before = _summary(drawing)
            _apply(drawing, [*rows[drawing.pk], review])
            changes.append(_audited(Audit.What.REVIEW, drawing, review, before, why))
        _save([drawing for drawing, _review in fresh])
        audit.record_all(changes)
    decided.drawings += [drawing for drawing, _review in fresh]
    return decided


def _locked(keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, Drawing]:
    """The drawings to be decided of. What they are taken for counts in their contributors' hands;
    these are locked first, as whoever deletes drawings does.
    """
    rows = Drawing.objects.filter(pk__in=list(keys)).order_by("pk")
    owners = set(rows.order_by().values_list("contributor", flat=True))
    hands_change(owners)
    rows = rows.defer("strokes", "canvas", "pixels", "probabilities")
    locked = {drawing.pk: drawing for drawing in rows.select_for_update(no_key=True)}
    # Those whom signing in has made somebody else's meanwhile.
    hands_change({drawing.contributor_id for drawing in locked.values()} - owners)
    return locked


def _rows_of(drawings: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Review]]:
    rows: dict[uuid.UUID, list[Review]] = {pk: [] for pk in drawings}
    for row in Review.objects.filter(drawing__in=list(rows)).order_by("pk"):
        rows[row.drawing_id].append(row)
    return rows


def _trusted(drawings: Iterable[Drawing]) -> set[uuid.UUID]:
    """Those of the drawings' contributors who are trusted."""
    owners = {drawing.contributor_id for drawing in drawings}
    rows = Contributor.objects.filter(pk__in=owners, trusted=True)
    return set(rows.values_list("pk", flat=True))


def _review(
    drawing: Drawing,
    rows: list[Review],
    decision: Decision,
    reviewer: User,
    trusted: Container[uuid.UUID],
) -> Review:
    """The row of a decision, not saved yet. Raises `Refused`."""
    label = _checked_label(drawing, decision)
    if decision.seen != drawing.revision:
        raise Conflict(
            _("Somebody else has changed this drawing since you looked at it."), code="reviewed"
        )
    kind = Kind.FIRST
    if drawing.is_gold:
        kind = Kind.GOLD
    elif drawing.review == State.PENDING and drawing.opinion != Opinion.FIRST:
        kind = Kind[drawing.opinion.upper()]
        _check_opinion(kind, standing(rows), reviewer)
    return Review(
        drawing=drawing,
        reviewer=reviewer,
        decision=decision.decision,
        label=label,
        kind=kind,
        wants_second=kind == Kind.FIRST and wants_second(drawing, trusted),
    )


def _checked_label(drawing: Drawing, decision: Decision) -> str:
    if decision.decision not in Verdict.values:
        raise Invalid("The decision must be accept or reject.", field="decision")
    if decision.label and decision.label not in LABELS:
        raise Invalid("The label must be a digit from 0 to 9, or not_a_digit.", field="label")
    if decision.decision == Verdict.REJECT:
        return ""
    if not (label := decision.label or drawing.label):
        raise Invalid(_("Nobody has said what this drawing is; give a label."), field="label")
    return label


def _check_opinion(kind: str, found: list[Review], reviewer: User) -> None:
    """Raises `Refused` where a second opinion comes from the first's, a third from no trainer."""
    if kind == Kind.SECOND and found and found[-1].reviewer_id == reviewer.pk:
        raise Conflict(_("A second opinion is somebody else's."), code="own_opinion")
    if kind == Kind.THIRD and not has_role(reviewer, Role.TRAINER):
        raise NotAllowed(_("Two reviewers differ here; a trainer decides."))


# --- golden drawings ---------------------------------------------------------------------


def drawing_gild(*, drawing: Drawing, is_gold: bool, by: User) -> None:
    """Takes an accepted drawing to measure reviewers by, and no more to learn from; or the reverse.

    Raises `Conflict` where it is not accepted, or is so already.
    """
    with transaction.atomic():
        rows = Drawing.objects.accepted().filter(pk=drawing.pk, is_gold=not is_gold)
        if not rows.update(is_gold=is_gold, revision=F("revision") + 1):
            raise Conflict(_("Only an accepted drawing measures reviewers."), code="not_accepted")
        audit.record(
            what=audit.What.REVIEW,
            by=by,
            before={"gold": not is_gold},
            after={"gold": is_gold},
            drawing=drawing,
        )


# --- taking back -----------------------------------------------------------------------


def reviews_undo(*, act: uuid.UUID, by: User) -> list[Drawing]:
    """Takes back all that one decided at a stroke, by rows that undo it; returns the drawings.

    Whatever others decided of them stands. Raises `Conflict` where there is nothing to
    take back: not one's own, undone already, or more than `UNDOABLE` acts ago.
    """
    undo = uuid.uuid4()
    nothing = Conflict(_("There is nothing of yours to take back."), code="nothing_to_undo")
    if act not in undoable(by):
        raise nothing
    try:
        with transaction.atomic():
            mine = Review.objects.filter(act=act, reviewer=by, undone_by=None)
            drawings = _locked(mine.exclude(kind=Kind.UNDO).values_list("drawing", flat=True))
            rows = _rows_of(drawings)
            fresh = []
            for pk, drawing in drawings.items():
                for row in rows[pk]:
                    if row.act == act and row.reviewer_id == by.pk:
                        taken = Review(drawing=drawing, reviewer=by, kind=Kind.UNDO, undoes=row)
                        taken.act = undo
                        fresh.append((drawing, taken))
            Review.objects.bulk_create([taken for _drawing, taken in fresh])
            changes = []
            for drawing, taken in fresh:
                before = _summary(drawing)
                _apply(drawing, [*rows[drawing.pk], taken])
                changes.append(_audited(Audit.What.UNDO, drawing, taken, before, ""))
            _save([drawing for drawing, _taken in fresh])
            audit.record_all(changes)
    except IntegrityError as error:  # two at once: each row is undone by one other
        raise nothing from error
    if not fresh:
        raise nothing
    return [drawing for drawing, _taken in fresh]


def undoable(by: User) -> list[uuid.UUID]:
    """One's own last acts that may be taken back, the newest first."""
    rows = Review.objects.filter(reviewer=by, undone_by=None).exclude(kind=Kind.UNDO)
    # The rows of one act lie side by side.
    acts: list[uuid.UUID] = []
    for act in rows.order_by("-pk").values_list("act", flat=True).iterator(chunk_size=MAX_AT_ONCE):
        if not acts or acts[-1] != act:
            acts.append(act)
        if len(acts) > UNDOABLE:
            break
    return acts[:UNDOABLE]


# --- the result, written -----------------------------------------------------------------


def _apply(drawing: Drawing, rows: list[Review]) -> None:
    drawing.revision += 1
    if drawing.is_gold:  # it measures others, and is what it is
        return
    found = result(drawing.label, rows)
    drawing.review, drawing.accepted_label = found.state, found.label
    drawing.reviewer_id, drawing.reviewed_at = found.reviewer, found.at
    drawing.opinion = found.opinion


def _save(drawings: list[Drawing]) -> None:
    if len(drawings) == 1:
        drawings[0].save(update_fields=_RESULT)
    elif drawings:
        Drawing.objects.bulk_update(drawings, _RESULT)


def _summary(drawing: Drawing) -> dict[str, str]:
    said = {"review": str(drawing.review)}
    if drawing.accepted_label:
        said["label"] = drawing.accepted_label
    if drawing.review == State.PENDING and drawing.opinion != Opinion.FIRST:
        said["opinion"] = str(drawing.opinion)
    return said


def _audited(
    what: str, drawing: Drawing, review: Review, before: dict[str, str], why: str
) -> Audit:
    after = _summary(drawing)
    if review.decision:
        after |= {"decision": str(review.decision), "said": review.label}
    return Audit(
        what=what,
        by=review.reviewer,
        why=why[: audit.MAX_WHY],
        before={**before, "claimed": drawing.label, "read": drawing.read_as},
        after=after,
        act=review.act,
        drawing=drawing,
    )
