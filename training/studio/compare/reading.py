"""What two versions read of a drawing, by the side of each other; nothing is kept of it."""

from __future__ import annotations

import json
import uuid

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from digitsite.exceptions import Invalid, Refused
from digitsite.http.errors import refusal_body
from recognizer import submission
from recognizer.exceptions import InputError
from recognizer.models import Drawing, ModelVersion
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyph
from recognizer.refusals import refusal
from recognizer.services import predictions
from training.studio.access import reviewer_required

MAX_BODY = 200_000  # bytes of a drawing that is to be read


@require_POST
@reviewer_required
def read_by_both(request: HttpRequest, number: int, other: int) -> JsonResponse:
    """What two versions read of strokes, or of a stored drawing; nothing is kept."""
    versions = {
        version.number: version
        for version in ModelVersion.objects.defer("gate_report").filter(number__in=[number, other])
    }
    wanted = [versions[one] for one in (number, other) if one in versions]
    try:
        glyph = _glyph(request)
    except InputError as error:
        return JsonResponse(refusal_body(refusal(error)), status=refusal(error).status)
    except Refused as error:
        return JsonResponse(refusal_body(error), status=error.status)
    found = predictions.predict_by(glyph=glyph, versions=wanted)
    return JsonResponse(
        {
            "versions": [
                {
                    "number": one.number,
                    "digit": one.reading.digit if one.reading else None,
                    "confidence": one.reading.confidence if one.reading else 0,
                    "probabilities": one.reading.probabilities if one.reading else [0] * 10,
                    "milliseconds": round(one.milliseconds, 2),
                    "error": one.error,
                }
                for one in found
            ]
        }
    )


def _glyph(request: HttpRequest) -> Glyph:
    """What the request's body holds. Raises `Refused` and `InputError`."""
    try:
        data = json.loads(request.body[:MAX_BODY])
    except ValueError as error:
        raise Invalid("The body is not JSON.") from error
    if isinstance(data, dict) and "drawing" in data:
        try:
            key = uuid.UUID(str(data["drawing"]))
        except ValueError as error:
            raise Invalid("That is no drawing's id.", field="drawing") from error
        drawing = Drawing.objects.filter(pk=key).first()
        if drawing is None:
            raise Invalid("There is no such drawing.", field="drawing")
        return ink.of_stored(bytes(drawing.pixels), drawing.strokes)
    if not isinstance(data, dict):
        raise Invalid("The body must be an object.")
    prepared = predictions.prepare(submission.parse({**data, "number": False}))
    assert isinstance(prepared, Glyph)
    return prepared
