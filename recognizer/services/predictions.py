"""Reading: submissions, and drawings that are stored already, through the live version."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from digitsite.exceptions import Unavailable
from digitsite.monitoring.traces import span
from recognizer import monitoring, pricing
from recognizer.exceptions import BadArtifact, EmptyCell, InputError
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Box, Glyph, Glyphs
from recognizer.pricing import Budget
from recognizer.segmentation import ink as numbers
from recognizer.segmentation import signs
from recognizer.segmentation.lattice import Lattice, Mark
from recognizer.services import hands
from recognizer.services.hands import NOBODYS, OwnHand, Recollection, Whose
from recognizer.serving import registry, shelf
from recognizer.serving.decision import doubted, readings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recognizer.models import Drawing, ModelVersion
    from recognizer.serving.decision import Reading
    from recognizer.serving.engine import Outputs
    from recognizer.submission import Submission

# What the network is to be asked about one submission: a digit, or what may be the digits of
# numbers, one a line.
Prepared: TypeAlias = Glyph | list[Lattice]
# An empty cell is answered, without the network.
Answerable: TypeAlias = Prepared | EmptyCell


@dataclass(frozen=True, slots=True)
class Prediction:
    """One submission as answered: one glyph and reading, or with `number` one a digit.

    For each there is what was recalled, None where nothing was; `readings` are those after it.
    `lines` are all characters of numbers, digits, signs, spaces and empty cells, line by line, of
    a digit alone none; the glyphs are those of their digits, in this order. `cell` is the box of
    a cell in which there is no digit.
    """

    glyphs: list[Glyph]
    readings: list[Reading]
    model_version: int
    version_id: int
    recollections: list[Recollection | None] = field(default_factory=list)
    lines: list[list[Mark]] = field(default_factory=list)
    cell: Box | None = None

    def recollection(self, at: int) -> Recollection | None:
        """What was recalled for one of the readings."""
        return self.recollections[at] if self.recollections else None


def hand_asked(*, submissions: Sequence[Submission], whose: Whose | None) -> OwnHand | None:
    """The hand that counts in what is answered; nobody's, where nobody is known.

    None where all ask to go without memory, and where `hands.hand_of` knows none.
    """
    if not any(submission.memory for submission in submissions):
        return None
    return hands.hand_of(whose) if whose else NOBODYS


def price(*, submission: Submission, hand: OwnHand | None = None) -> int:
    """How many usual requests a submission costs, by what is known before any work.

    Raises `OverLimit` where that is more than may be spent on one, and `BadImage`.
    """
    unseen = _hand_cost(hand)
    if not unseen and _is_usual(submission):
        return 1
    return pricing.units(_estimate(submission) + unseen)


def price_many(*, submissions: list[Submission], hand: OwnHand | None = None) -> int:
    """The same for all of a batch; what is refused alone costs nothing. Raises `OverLimit`."""
    total = 0.0
    for submission in submissions:
        with suppress(InputError):
            total += _estimate(submission)
    Budget(pricing.MOST_BATCH).spend(total, field="items")
    return pricing.units(total + _hand_cost(hand))


def predict(*, submission: Submission, hand: OwnHand | None = None) -> Prediction:
    """Reads without storing. Raises `InputError`, and `Unavailable` without a model."""
    with monitoring.SECONDS.time():
        with span("prepare"):
            prepared = _prepared(submission)
        live = _live()
        glyphs = _glyphs(prepared)
        with span("network", glyphs=len(glyphs)):
            outputs = live.outputs(glyphs) if glyphs else None
        with span("decide"):
            return _prediction(prepared, outputs, live, hand if submission.memory else None)


def predict_many(
    *, submissions: list[Submission], most: float = math.inf, hand: OwnHand | None = None
) -> list[Prediction | InputError]:
    """Reads all in one batch through the network, each as `predict` would; a bad one is its error.

    So is one for which nothing is left of the `most` milliseconds that they may cost together.
    """
    budget = Budget(most)
    live = _live()
    with span("prepare", drawings=len(submissions)):
        prepared = [_prepare_or_error(submission, budget) for submission in submissions]
    glyphs = [glyph for one in prepared for glyph in _glyphs(one)]
    with span("network", glyphs=len(glyphs)):
        outputs = live.outputs(glyphs) if glyphs else None
    answers: list[Prediction | InputError] = []
    first = 0
    for submission, one in zip(submissions, prepared, strict=True):
        if isinstance(one, InputError) and not isinstance(one, EmptyCell):
            answers.append(one)
            continue
        last = first + len(_glyphs(one))
        own_hand = hand if submission.memory else None
        own = outputs[first:last] if outputs and last > first else None
        answers.append(_prediction(one, own, live, own_hand))
        first = last
    return answers


def _prepared(submission: Submission, budget: Budget | None = None) -> Answerable:
    try:
        return prepare(submission, within=budget)
    except EmptyCell as cell:
        return cell


def _prepare_or_error(submission: Submission, budget: Budget) -> Answerable | InputError:
    try:
        return _prepared(submission, budget)
    except InputError as error:
        return error


def _glyphs(prepared: Answerable | InputError) -> list[Glyph]:
    """All that the network is to read for one submission."""
    if isinstance(prepared, list):
        return [glyph for lattice in prepared for glyph in lattice.glyphs]
    return [prepared] if isinstance(prepared, Glyph) else []


def _prediction(
    prepared: Answerable, outputs: Outputs | None, live: registry.Live, hand: OwnHand | None
) -> Prediction:
    """What is answered, by the outputs for all glyphs that a submission may be made of."""
    if isinstance(prepared, EmptyCell):
        return Prediction([], [], live.number, live.version, cell=prepared.box)
    if outputs is None:
        assert isinstance(prepared, list)
        lines = [lattice.read(np.zeros((0, 10))) for lattice in prepared]
        return Prediction([], [], live.number, live.version, lines=lines)
    own = live.read(outputs)
    if isinstance(prepared, Glyph):
        return _answered([prepared], outputs, own, live, hand)
    # The characters that make up the numbers are found by the network alone.
    said = np.array([reading.probabilities for reading in own])
    lines = []
    path: list[int] = []
    first = 0
    for lattice in prepared:
        last = first + len(lattice.glyphs)
        marks = lattice.read(said[first:last])
        path += [first + mark.glyph for mark in marks if mark.glyph is not None]
        lines.append(marks)
        first = last
    every = _glyphs(prepared)
    glyphs = [every[at] for at in path]
    answer = _answered(glyphs, outputs[path], [own[at] for at in path], live, hand)
    digits = [mark for marks in lines for mark in marks if mark.glyph is not None]
    certain = [
        reading if mark.probability >= signs.SURE else doubted(reading, mark.probability)
        for reading, mark in zip(answer.readings, digits, strict=True)
    ]
    return replace(answer, readings=certain, lines=lines)


def _answered(
    glyphs: list[Glyph],
    outputs: Outputs,
    own: list[Reading],
    live: registry.Live,
    hand: OwnHand | None,
) -> Prediction:
    """The network's `own` readings, and what a hand makes of them."""
    readings = own
    recollections: list[Recollection | None] = []
    if hand is not None and hand.rows:
        readings, recollections = _recalled(outputs, own, live, hand)
    for before, reading in zip(own, readings, strict=True):
        monitoring.ANSWERS.labels(reading.verdict).inc()
        if reading.digit != before.digit:
            monitoring.MENDED.inc()
    return Prediction(glyphs, readings, live.number, live.version, recollections)


def _recalled(
    outputs: Outputs, own: list[Reading], live: registry.Live, hand: OwnHand
) -> tuple[list[Reading], list[Recollection | None]]:
    recalls, rows = hands.recall(hand, live, outputs)
    if not any(recalls):
        return own, []
    recollections = [
        None if recall is None else hands.recollection(recall, rows[recall.row], before)
        for recall, before in zip(recalls, own, strict=True)
    ]
    return live.read(outputs, recalls), recollections


# --- from a submission to what the network reads ----------------------------------


def prepare(submission: Submission, *, within: Budget | None = None) -> Prepared:
    """What the network is to read: a glyph, or with `number` a lattice a line. Raises `InputError`.

    `within` is the budget of all the submissions that are read together.
    """
    strokes, canvas = submission.strokes, submission.canvas
    if strokes is None:
        return _prepare_image(submission, _budget(submission, within))
    if submission.number:
        return numbers.lines(strokes, canvas=canvas, budget=_budget(submission, within))
    if within is not None or not _is_usual(submission):
        _budget(submission, within).spend(_ink_cost(submission), field="strokes")
    return ink.normalise(strokes, canvas=canvas)


def _prepare_image(submission: Submission, budget: Budget) -> Prepared:
    # Imported with the first image: a site that is only drawn on never needs the
    # libraries behind them.
    from recognizer.preprocessing import decoding, raster
    from recognizer.segmentation import raster as numbers_in_pictures

    assert submission.image is not None
    budget.spend(pricing.PICTURE, field="image")
    grey = decoding.decode(submission.image, **_image_limits(), budget=budget)
    if submission.number:
        return numbers_in_pictures.lines(grey, budget=budget)
    return raster.normalise(grey)


def _image_limits() -> dict[str, int]:
    limits = settings.LIMITS
    return {"max_bytes": limits["image_bytes"], "max_pixels": limits["image_pixels"]}


# --- what it costs ------------------------------------------------------------------


def _is_usual(submission: Submission) -> bool:
    """Whether it is a digit of ink that is cheap however it is drawn: nothing is to be counted."""
    if submission.strokes is None or submission.number:
        return False
    return sum(map(len, submission.strokes)) <= pricing.USUAL_POINTS


def _estimate(submission: Submission) -> float:
    """In milliseconds. Raises `OverLimit` where it is more than may be spent on one."""
    budget = _budget(submission)
    if submission.strokes is None:
        return _picture_cost(submission, budget)
    cost = _ink_cost(submission)
    budget.spend(cost, field="strokes")
    return cost


def _budget(submission: Submission, within: Budget | None = None) -> Budget:
    is_ink = submission.strokes is not None
    if submission.number:
        most = pricing.MOST_NUMBER if is_ink else pricing.MOST_PICTURE_OF_NUMBER
    else:
        most = pricing.MOST_DRAWING if is_ink else pricing.MOST_PICTURE
    return Budget(most, within=within)


def _ink_cost(submission: Submission) -> float:
    strokes = submission.strokes or []
    points = sum(map(len, strokes))
    if submission.number:
        return pricing.number(points, len(strokes))
    return pricing.drawing(points, ink.pieces(strokes))


def _picture_cost(submission: Submission, budget: Budget) -> float:
    from recognizer.preprocessing import decoding  # see `_prepare_image`

    assert submission.image is not None
    file = decoding.head(submission.image, **_image_limits())
    glyphs = pricing.GLYPHS_A_PICTURE if submission.number else 1
    reading = pricing.PICTURE + pricing.traced(glyphs)
    budget.spend(reading, field="image")
    file.spend(budget)
    return reading + file.cost()


def _hand_cost(hand: OwnHand | None) -> float:
    return pricing.REMEMBERED * hand.unseen if hand and hand.rows else 0.0


# --- the live version ---------------------------------------------------------------


def _live() -> registry.Live:
    try:
        return registry.live()
    except registry.NoModel as error:
        raise Unavailable(
            _("No model answers yet. An admin can install one: manage.py install_model."),
            code="no_model",
        ) from error


def predict_stored(*, drawing: Drawing, hand: OwnHand | None = None) -> Prediction:
    """The live version's prediction of a stored drawing, the network's own without a `hand`.

    Raises `Unavailable` without a model.
    """
    if hand is None:
        return predict_stored_many(drawings=[drawing])
    live = _live()
    glyph = ink.of_stored(bytes(drawing.pixels), drawing.strokes)
    return _prediction(glyph, live.outputs([glyph]), live, replace(hand, without=drawing.pk))


def predict_stored_many(*, drawings: list[Drawing]) -> Prediction:
    """The live network's own readings of stored drawings, one for each, in one batch.

    Raises `Unavailable` without a model.
    """
    live = _live()
    glyphs = [ink.of_stored(bytes(drawing.pixels), drawing.strokes) for drawing in drawings]
    return Prediction(glyphs, live.predict(glyphs) if glyphs else [], live.number, live.version)


# --- other versions -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VersionReading:
    """What one version reads, and how long that took it, in milliseconds; or why it cannot."""

    number: int
    reading: Reading | None
    milliseconds: float = 0.0
    error: str = ""


def predict_by(*, glyph: Glyph, versions: Sequence[ModelVersion]) -> list[VersionReading]:
    """What each of some versions reads, live or not, in their order."""
    return [_read_by(glyph, version) for version in versions]


def _read_by(glyph: Glyph, version: ModelVersion) -> VersionReading:
    try:
        shelved = shelf.take(version)
    except BadArtifact as error:
        return VersionReading(version.number, None, error=str(error))
    started = time.perf_counter()
    outputs = shelved.engine.predict(Glyphs.of([glyph]))
    taken = (time.perf_counter() - started) * 1000
    # Two versions may share one artifact, so the number is the row's.
    return VersionReading(version.number, readings(outputs, shelved.thresholds)[0], taken)
