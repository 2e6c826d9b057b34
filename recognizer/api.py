"""The API's calls about predictions and drawings, and what all calls have in common."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny, IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from digitsite.errors import refusal_body
from digitsite.exceptions import Invalid, NotAllowed, Refused, TooLarge
from digitsite.parsers import BoundedJSONParser, BoundedMultiPartParser
from digitsite.throttling import ScopeThrottle
from recognizer import contributors, serializers, services, submission

ERRORS = {
    code: OpenApiResponse(serializers.ErrorSerializer, description=text)
    for code, text in {
        400: "The input is wrong; nothing was stored.",
        413: "The input is over a limit.",
        415: "The input is of a kind that is not read.",
        429: "Too many requests in this minute.",
        503: "No model can answer now.",
    }.items()
}
REFUSALS = {
    code: OpenApiResponse(serializers.ErrorSerializer, description=text)
    for code, text in {
        400: "The input is wrong.",
        401: "Log in, or send a token that is valid.",
        403: "Not yours to see or change.",
        404: "There is no such thing.",
        409: "It has moved on since you looked.",
        429: "Too many requests in this minute.",
    }.items()
}


def form(**more: Any) -> dict[str, Any]:
    """The description of a form with an image in it."""
    image = {"type": "string", "format": "binary"}
    return {
        "type": "object",
        "properties": {"image": image, "detail": {"type": "boolean"}, **more},
        "required": ["image"],
    }


class PersonThrottle(ScopeThrottle):
    """A person is an account or, without one, the contributor in the cookie."""

    def person(self, request: Request) -> str | None:
        key = contributors.cookie_key(request._request)
        return super().person(request) or (f"contributor-{key}" if key else None)


class PublicView(APIView):
    """A call that anyone may make, within the throttle of its scope."""

    permission_classes = [AllowAny]
    throttle_classes = [PersonThrottle]
    parser_classes = [BoundedJSONParser, BoundedMultiPartParser]
    throttle_scope = "predict"


class StaffView(APIView):
    """A call for staff; what exactly somebody may do is decided by Django's permissions."""

    permission_classes = [IsAdminUser]
    throttle_classes = [PersonThrottle]
    throttle_scope = "staff"


def need(request: Request, permission: str, sentence: str) -> User:
    """The asker; raises `NotAllowed` without the permission."""
    if not request.user.has_perm(permission):
        raise NotAllowed(sentence)
    return cast(User, request.user)


# --- predictions ----------------------------------------------------------------


class PredictView(PublicView):
    @extend_schema(
        operation_id="predict",
        request={
            "application/json": serializers.SubmissionSerializer,
            "multipart/form-data": form(number={"type": "boolean"}),
        },
        responses={200: serializers.PredictionSerializer, **ERRORS},
    )
    def post(self, request: Request) -> Response:
        """Read a digit, or with `number` a whole number, from strokes or an image.

        Nothing is stored.
        """
        sent = submission.parse(request.data)
        prediction = services.predict(submission=sent)
        return Response(
            serializers.prediction_body(prediction, number=sent.number, detail=sent.detail)
        )


class PredictBatchView(PublicView):
    parser_classes = [BoundedJSONParser]
    room_for_drawings = 10  # of the most points a drawing may have: hundreds of usual ones

    @extend_schema(
        operation_id="predict_batch",
        request=serializers.BatchSerializer,
        responses={200: serializers.BatchAnswerSerializer, **ERRORS},
    )
    def post(self, request: Request) -> Response:
        """Read up to 64 at once, each as `predict/` would: a bad one is answered by its error.

        Together they may have as many points as ten of the largest drawings, and as
        many pixels as four of the largest images, each an equal share of them.
        """
        items = request.data.get("items") if isinstance(request.data, dict) else None
        if not isinstance(items, list) or not items:
            raise Invalid("`items` must be a list of submissions.", field="items")
        if len(items) > settings.LIMITS["batch"]:
            raise TooLarge(f"More than {settings.LIMITS['batch']} items.", field="items")
        if len(items) > 1:
            self.charge(request, len(items) - 1)
        return Response({"items": _answers(items)})

    def charge(self, request: Request, more: int) -> None:
        """A batch weighs as many requests as it has items."""
        throttle = PersonThrottle()
        if not throttle.allow_request(request, self, cost=more):
            self.throttled(request, throttle.wait())


def _answers(items: list[Any]) -> list[dict[str, Any]]:
    """One answer or error an item, all good ones read in a single batch."""
    sent = [_parsed_or_refusal(item) for item in items]
    good = [one for one in sent if isinstance(one, submission.Submission)]
    predictions = iter(services.predict_many(submissions=good))
    return [
        _answer(one, next(predictions))
        if isinstance(one, submission.Submission)
        else refusal_body(one)
        for one in sent
    ]


def _parsed_or_refusal(item: Any) -> submission.Submission | Refused:
    try:
        return submission.parse(item)
    except Refused as refusal:
        return refusal


def _answer(
    sent: submission.Submission, prediction: services.Prediction | Refused
) -> dict[str, Any]:
    if isinstance(prediction, Refused):
        return refusal_body(prediction)
    return serializers.prediction_body(prediction, number=sent.number, detail=sent.detail)
