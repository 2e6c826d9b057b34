"""The API's calls that read and store nothing: one submission, or a batch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from digitsite.exceptions import Invalid, Refused, TooLarge
from digitsite.http.bodies import BoundedJSONParser, answered
from recognizer import submission
from recognizer.api import ink
from recognizer.api.base import HAND, LANGUAGE, PublicView, error_body
from recognizer.api.serializers.readings import BatchAnswerSerializer, PredictionSerializer
from recognizer.api.serializers.requests import (
    BatchSerializer,
    SubmissionFormSerializer,
    SubmissionSerializer,
)
from recognizer.exceptions import InputError
from recognizer.preprocessing.glyph import SIZE, Box
from recognizer.pricing import MOST_BATCH
from recognizer.segmentation.lattice import EMPTY as EMPTY_MARK
from recognizer.segmentation.lattice import Mark
from recognizer.segmentation.signs import SURE as SURE_MARK
from recognizer.services.hands import Recollection
from recognizer.services.predictions import (
    Prediction,
    hand_asked,
    predict,
    predict_many,
    price,
    price_many,
)
from recognizer.serving.decision import EMPTY, NO_DIGIT, SURE, UNSURE, Reading
from recognizer.submission import Submission

# What is a number, without signs but spaces and hyphens between its digits.
PLAIN = re.compile(r"[0-9?]+([ -]+[0-9?]+)*")


class PredictView(PublicView):
    @extend_schema(
        operation_id="predict",
        parameters=[LANGUAGE, HAND],
        request={
            "application/json": SubmissionSerializer,
            "multipart/form-data": SubmissionFormSerializer,
        },
        examples=ink.examples(),
        responses={200: PredictionSerializer},
    )
    def post(self, request: Request) -> HttpResponse:
        """Read a digit, or with `number` a whole number, from strokes or an image.

        Nothing is stored. What the asker has labelled counts in it, unless `memory` is false.
        """
        sent = submission.parse(request.data)
        self.hand = hand_asked(submissions=[sent], whose=self.whose)
        if (cost := price(submission=sent, hand=self.hand)) > 1:
            self.charge(request, cost)
        prediction = predict(submission=sent, hand=self.hand)
        return answered(prediction_body(prediction, number=sent.number, detail=sent.detail))


class PredictBatchView(PublicView):
    parser_classes = [BoundedJSONParser]
    room_for_drawings = 10  # of the most points a drawing may have: hundreds of usual ones

    @extend_schema(
        operation_id="predict_batch",
        parameters=[LANGUAGE, HAND],
        request=BatchSerializer,
        examples=ink.examples(lambda body: {"items": [body]}),
        responses={200: BatchAnswerSerializer},
    )
    def post(self, request: Request) -> HttpResponse:
        """Read up to 64 at once, each as `predict/` would.

        A bad one is answered by its error. Each counts as one request at least. Where all
        together would take too long, none is read.
        """
        items = request.data.get("items") if isinstance(request.data, dict) else None
        if not isinstance(items, list) or not items:
            raise Invalid("`items` must be a list of submissions.", field="items")
        if len(items) > settings.LIMITS["batch"]:
            raise TooLarge(f"More than {settings.LIMITS['batch']} items.", field="items")
        parsed = [_parsed_or_error(item) for item in items]
        good = [one for one in parsed if isinstance(one, Submission)]
        self.hand = hand_asked(submissions=good, whose=self.whose)
        self.charge(request, max(price_many(submissions=good, hand=self.hand), len(items)))
        predictions = iter(predict_many(submissions=good, most=MOST_BATCH, hand=self.hand))
        return answered({"items": [_answer(one, predictions) for one in parsed]})


def _parsed_or_error(item: Any) -> Submission | Refused | InputError:
    try:
        return submission.parse(item)
    except (Refused, InputError) as error:
        return error


def _answer(
    parsed: Submission | Refused | InputError, predictions: Iterator[Prediction | InputError]
) -> dict[str, Any]:
    """The body for an item of a batch; a good one takes the next of the predictions."""
    if not isinstance(parsed, Submission):
        return error_body(parsed)
    answer = next(predictions)
    if not isinstance(answer, Prediction):
        return error_body(answer)
    return prediction_body(answer, number=parsed.number, detail=parsed.detail)


# --- the answer's body ---------------------------------------------------------------


def prediction_body(prediction: Prediction, *, number: bool, detail: bool) -> dict[str, Any]:
    """A prediction as the API answers it."""
    if prediction.cell is not None:
        cell = _cell_body(prediction.cell, detail=detail)
        return {**cell, "model_version": prediction.model_version}
    readings = [
        {**reading_body(reading), **_memory_body(reading, prediction.recollection(at))}
        for at, reading in enumerate(prediction.readings)
    ]
    if detail:
        for reading, glyph in zip(readings, prediction.glyphs, strict=True):
            reading["seen"] = glyph.pixels.ravel().tolist()
    if not number:
        return {**readings[0], "model_version": prediction.model_version}
    written = iter(
        {**reading, "box": _box(glyph.box)}
        for reading, glyph in zip(readings, prediction.glyphs, strict=True)
    )
    lines = [_line_body(marks, written, detail=detail) for marks in prediction.lines]
    digits = [digit for line in lines for digit in line["digits"]]
    signs = [sign for line in lines for sign in line["signs"]]
    every = [mark for marks in prediction.lines for mark in marks]
    alone = len(digits) == 1 and not signs
    summary = _number_summary(digits, every)
    if alone:
        summary = {name: value for name, value in digits[0].items() if name != "box"}
    return {
        **summary,
        "text": "\n".join(line["text"] for line in lines),
        "number": lines[0]["number"] if len(lines) == 1 else None,
        "digits": digits,
        "signs": signs,
        "lines": lines,
        "model_version": prediction.model_version,
    }


def _line_body(
    marks: list[Mark], written: Iterator[dict[str, Any]], *, detail: bool
) -> dict[str, Any]:
    """One line of numbers; of the digits that are written it takes as many as it has."""
    characters = [
        (_cell_body(mark.box, detail=detail) if mark.text == EMPTY_MARK else next(written), "")
        if _is_digit(mark)
        else (None, mark.text)
        for mark in marks
    ]
    text = "".join(_name(digit) if digit else sign for digit, sign in characters)
    return {
        "text": text,
        "number": re.sub("[ -]", "", text) if PLAIN.fullmatch(text) else None,
        "digits": [digit for digit, _ in characters if digit],
        "signs": [_sign_body(mark) for mark in marks if not _is_digit(mark)],
        "box": _box(_around([mark.box for mark in marks])),
    }


def _is_digit(mark: Mark) -> bool:
    """Whether there is a place for a digit, be it an empty one."""
    return mark.glyph is not None or mark.text == EMPTY_MARK


def _cell_body(box: Box, *, detail: bool) -> dict[str, Any]:
    """A cell of a form in which nothing is written."""
    body = {
        "digit": None,
        "confidence": 1.0,
        "probabilities": [0.0] * 10,
        "verdict": EMPTY,
        "alternatives": [],
        "box": _box(box),
    }
    return {**body, "seen": [0] * SIZE * SIZE} if detail else body


def _name(digit: dict[str, Any]) -> str:
    """A digit in a text: "?" for what is none, "_" for an empty cell."""
    if digit["verdict"] == EMPTY:
        return EMPTY_MARK
    return "?" if digit["digit"] is None else str(digit["digit"])


def _around(boxes: list[Box]) -> Box:
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right = max(box[0] + box[2] for box in boxes)
    return left, top, right - left, max(box[1] + box[3] for box in boxes) - top


def _sign_body(mark: Mark) -> dict[str, Any]:
    return {"text": mark.text, "box": _box(mark.box), "verdict": _verdict(mark)}


def _verdict(mark: Mark) -> str:
    return SURE if mark.probability >= SURE_MARK and mark.text else UNSURE


def reading_body(reading: Reading) -> dict[str, Any]:
    return {
        "digit": reading.digit,
        "confidence": reading.confidence,
        "probabilities": reading.probabilities,
        "verdict": reading.verdict,
        "alternatives": reading.alternatives,
        **_readers_body(reading),
    }


def _readers_body(reading: Reading) -> dict[str, Any]:
    """What picture and motion look like, each alone, where that is not the same digit."""
    if not reading.opinions:
        return {}
    picture, motion = reading.opinions
    return {"readers": {"picture": picture, "motion": motion}}


def _memory_body(reading: Reading, recalled: Recollection | None) -> dict[str, Any]:
    """Which remembered drawing spoke and, where it made a difference, what the network said."""
    if recalled is None:
        return {}
    own = reading_body(recalled.own)
    network = {name: own[name] for name in ("digit", "confidence", "probabilities", "verdict")}
    memory = {
        "label": recalled.label,
        "drawing": str(recalled.drawing),
        "similarity": recalled.similarity,
        "drawn_at": recalled.drawn_at,
        "changed": reading.digit != recalled.own.digit,
    }
    is_other = reading != recalled.own
    return {"network": network, "memory": memory} if is_other else {"memory": memory}


def _number_summary(readings: list[dict[str, Any]], marks: list[Mark]) -> dict[str, Any]:
    """A number is as certain as its least certain character, and is no single digit."""
    signs = [mark for mark in marks if not _is_digit(mark)]
    certainties = [round(mark.probability, 6) for mark in signs]
    verdicts = {reading["verdict"] for reading in readings} | {_verdict(sign) for sign in signs}
    verdict = next(one for one in (NO_DIGIT, UNSURE, SURE, EMPTY) if one in verdicts)
    return {
        "digit": None,
        "confidence": min([*(one["confidence"] for one in readings), *certainties]),
        "probabilities": [],
        "verdict": verdict,
        "alternatives": [],
    }


def _box(box: Box) -> list[float]:
    return [round(value, 2) for value in box]
