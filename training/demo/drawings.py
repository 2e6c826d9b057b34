"""Drawings of a demo site: who drew them, what was read, what reviewers said."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db.models import Model

from recognizer.labels import LABELS
from recognizer.models import Audit, Contributor, Drawing, ModelVersion, Review
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import NORMALISATION, Glyph, Glyphs
from recognizer.services import storage
from recognizer.serving import registry
from recognizer.serving.decision import Reading, Thresholds, readings
from recognizer.split import is_held_out
from training.demo import ink as generated

if TYPE_CHECKING:
    from collections.abc import Callable

# Contributors of the demo are known by what they come from; users by their names.
ORIGIN = "demo:"
USERS = {"demo-reviewer-1": "reviewer", "demo-reviewer-2": "reviewer", "demo-trainer": "trainer"}
DAYS = 90
# So many are really drawn and read; a larger site shows them more than once.
MAX_DISTINCT = 3000
BATCH = 2000
DRAWINGS_A_PERSON = 25
# Every so manyth contributor is held out.
HELD_OUT_EVERY = 4
# Shares of what became of the drawings, and of labels that are not what was drawn: more of those
# that wait, since the others have been looked at.
STATES = {"accepted": 0.66, "rejected": 0.05, "pending": 0.09, "unlabelled": 0.20}
WRONG_LABELS, WRONG_WAITING = 0.02, 0.12
SOURCES = ("ink", "ink", "ink", "ink", "camera", "api")


@dataclass(frozen=True, slots=True)
class Sample:
    """One drawing that was generated and read: its label, ink, glyph and reading."""

    label: str
    strokes: list[list[list[float]]]
    glyph: Glyph
    reading: Reading
    weight: int


def samples(count: int, version: ModelVersion, rng: np.random.Generator) -> list[Sample]:
    """Generated drawings as a version reads them."""
    drawn = generated.draw(min(count, MAX_DISTINCT), rng)
    glyphs = [
        ink.normalise([np.array(line, dtype=np.float64)[:, :2] for line in strokes])
        for _, strokes in drawn
    ]
    engine, thresholds = registry.load_engine(version), Thresholds.of(version.manifest)
    read = [
        reading
        for at in range(0, len(glyphs), 256)
        for reading in readings(engine.predict(Glyphs.of(glyphs[at : at + 256])), thresholds)
    ]
    return [
        Sample(label, strokes, glyph, reading, storage.weigh(strokes=strokes, image=None))
        for (label, strokes), glyph, reading in zip(drawn, glyphs, read, strict=True)
    ]


def users() -> dict[str, User]:
    """The demo's staff, who cannot sign in: they have no password."""
    made = {}
    for name, role in USERS.items():
        user, new = User.objects.get_or_create(username=name, defaults={"is_staff": True})
        if new:
            user.set_unusable_password()
            user.save(update_fields=["password"])
            user.groups.add(*Group.objects.filter(name=role))
        made[name] = user
    return made


def contributors(count: int, rng: np.random.Generator, now: datetime) -> list[Contributor]:
    """The people of so many drawings, each with an origin that says what they are."""
    wanted = max(8, count // DRAWINGS_A_PERSON)
    start = Contributor.objects.filter(origin__startswith=ORIGIN).count()
    rows = [
        Contributor(
            id=_key(rng, held_out=number % HELD_OUT_EVERY == 1),
            origin=f"{ORIGIN}{start + number + 1}",
        )
        for number in range(wanted)
    ]
    with at_given_times(Contributor):
        for row in rows:
            row.created_at = now - timedelta(days=DAYS)
        Contributor.objects.bulk_create(rows, batch_size=BATCH)
    return rows


def _key(rng: np.random.Generator, *, held_out: bool) -> uuid.UUID:
    """An id of somebody who is held out, or who is not: on few people chance would be harsh."""
    while True:
        key = uuid.UUID(bytes=rng.bytes(16), version=4)
        if is_held_out(key, settings.HELD_OUT_PERCENT) is held_out:
            return key


def fill(
    count: int,
    *,
    version: ModelVersion,
    rng: np.random.Generator,
    now: datetime,
    on_progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Adds `count` drawings, their people and the staff who reviewed them."""
    known = samples(count, version, rng)
    people = contributors(count, rng, now)
    staff = list(users().values())
    # A few draw much, many a little.
    share = rng.pareto(2, len(people)) + 0.4
    share /= share.sum()
    done = 0
    with at_given_times(Drawing):
        while done < count:
            size = min(BATCH, count - done)
            rows = [
                _row(known[(done + place) % len(known)], people[who], version, staff, rng, now)
                for place, who in enumerate(rng.choice(len(people), size, p=share))
            ]
            Drawing.objects.bulk_create(rows)
            drawings, weight = storage.add_to_contributors(rows)
            storage.take_of_site(drawings=drawings, stored_bytes=weight)
            done += size
            on_progress(done)
    _reviews(people)


def _reviews(people: list[Contributor]) -> None:
    """One review, and its row in the audit, for each drawing that was reviewed; in their order."""
    reviewed = Drawing.objects.filter(contributor__in=people).exclude(reviewed_at=None)
    keys = list(reviewed.order_by("reviewed_at", "pk").values_list("pk", flat=True))
    for at in range(0, len(keys), BATCH):
        some = keys[at : at + BATCH]
        rows = Drawing.objects.select_related("reviewer").defer("strokes", "pixels").in_bulk(some)
        reviews = [_review(rows[key]) for key in some]
        Review.objects.bulk_create(reviews)
        Audit.objects.bulk_create(map(_audited, reviews))


def _review(row: Drawing) -> Review:
    return Review(
        drawing=row,
        reviewer=row.reviewer,
        decision=(
            Review.Decision.ACCEPT
            if row.review == Drawing.Review.ACCEPTED
            else Review.Decision.REJECT
        ),
        label=row.accepted_label,
        at=row.reviewed_at or row.created_at,
    )


def _audited(one: Review) -> Audit:
    drawing = one.drawing
    after = {"review": str(drawing.review), "decision": str(one.decision), "said": one.label}
    if one.label:
        after["label"] = one.label
    return Audit(
        what=Audit.What.REVIEW,
        by=one.reviewer,
        why="demo",
        before={"review": "pending", "claimed": drawing.label, "read": drawing.read_as},
        after=after,
        act=one.act,
        drawing=drawing,
        at=one.at,
    )


@contextmanager
def at_given_times(*models: type[Model]) -> Iterator[None]:
    """Rows may say when they came about; otherwise it is when they are stored."""
    fields: list[Any] = [
        field
        for model in models
        for field in model._meta.get_fields()
        if getattr(field, "auto_now_add", False)
    ]
    for field in fields:
        field.auto_now_add = False
    try:
        yield
    finally:
        for field in fields:
            field.auto_now_add = True


def _row(
    sample: Sample,
    by: Contributor,
    version: ModelVersion,
    staff: list[User],
    rng: np.random.Generator,
    now: datetime,
) -> Drawing:
    drawn = now - timedelta(seconds=float(rng.uniform(0, DAYS * 86_400)))
    state = str(rng.choice(list(STATES), p=list(STATES.values())))
    label = sample.label
    if rng.random() < (WRONG_WAITING if state == Drawing.Review.PENDING else WRONG_LABELS):
        label = LABELS[rng.integers(10)]
    row = Drawing(
        id=uuid.UUID(bytes=rng.bytes(16), version=4),
        contributor=by,
        source=SOURCES[rng.integers(len(SOURCES))],
        created_at=drawn,
        strokes=sample.strokes,
        canvas=[generated.SIDE, generated.SIDE],
        stored_bytes=sample.weight,
        pixels=sample.glyph.pixels.tobytes(),
        normalisation=NORMALISATION,
        version=version,
        digit=sample.reading.digit,
        confidence=sample.reading.confidence,
        verdict=sample.reading.verdict,
        probabilities=sample.reading.probabilities,
        review=state,
    )
    if state != Drawing.Review.UNLABELLED:
        row.label, row.labelled_at = label, drawn + timedelta(seconds=9)
    if state in (Drawing.Review.ACCEPTED, Drawing.Review.REJECTED):
        row.reviewer = staff[rng.integers(len(staff))]
        row.reviewed_at = drawn + (now - drawn) * float(rng.uniform(0.0, 0.3))
    if state == Drawing.Review.ACCEPTED:
        row.accepted_label = sample.label
    return row
