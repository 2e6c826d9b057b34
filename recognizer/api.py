"""The API's calls about predictions and drawings, and what all calls have in common."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny, IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from digitsite.errors import refusal_body
from digitsite.exceptions import Invalid, NotAllowed, Refused, TooLarge
from digitsite.parsers import BoundedJSONParser, BoundedMultiPartParser
from digitsite.throttling import ScopeThrottle
from recognizer import contributors, fate, serializers, services, submission
from recognizer.models import LABELS, Drawing

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
RECEIPT = OpenApiParameter(
    "receipt",
    str,
    description="The receipt given when the drawing was stored; or send it as X-Receipt.",
)


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


# --- drawings -------------------------------------------------------------------


class DrawingsView(PublicView):
    throttle_scope = "submit"

    @extend_schema(
        operation_id="drawing_submit",
        request={
            "application/json": serializers.NewDrawingSerializer,
            "multipart/form-data": form(
                label={"type": "string", "enum": LABELS},
                source={"type": "string", "enum": Drawing.Source.submitted()},
                consent={"type": "boolean", "default": True},
            ),
        },
        responses={201: serializers.StoredDrawingSerializer, **ERRORS},
    )
    def post(self, request: Request) -> Response:
        """Read and store. The `receipt` in the answer makes the drawing yours to see and delete."""
        data = cast(Mapping[str, Any], request.data)
        sent = submission.parse(data)
        particulars = serializers.ParticularsSerializer(data=_particulars(data))
        particulars.is_valid(raise_exception=True)
        drawing, prediction = services.drawing_submit(
            submission=sent,
            contributor=lambda: contributors.contributor_or_new(request._request),
            **particulars.validated_data,
        )
        response = Response(
            serializers.stored_body(drawing, prediction, detail=sent.detail), status=201
        )
        if not request.user.is_authenticated:
            contributors.remember(response, drawing.contributor)
        return response


def _particulars(data: Mapping[str, Any]) -> dict[str, Any]:
    """What is said beside the strokes or the image; of a form, too, one value a name."""
    return {name: data[name] for name in ("label", "source", "consent") if name in data}


class DrawingView(PublicView):
    throttle_scope = "submit"

    def drawing(self, request: Request, pk: uuid.UUID, *, permission: str = "") -> Drawing:
        """The drawing, if it is the asker's own; for others it is as if it were not there.

        Staff see all of them; to change one that is not theirs they need a permission.
        """
        drawing = get_object_or_404(Drawing.objects.with_fate(), pk=pk)
        if contributors.owns(request._request, drawing):
            return drawing
        if not request.user.is_staff:
            raise Http404
        if permission:
            need(request, permission, "You may not change the drawings of others.")
        return drawing

    @extend_schema(
        operation_id="drawing",
        parameters=[RECEIPT],
        responses={200: serializers.DrawingFateSerializer, 404: REFUSALS[404]},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Where a drawing stands, and what the live version reads now."""
        drawing = self.drawing(request, pk)
        now = fate.read_now(drawing)
        drawing.now = now  # type: ignore[attr-defined]
        drawing.fate = fate.told(drawing, now)  # type: ignore[attr-defined]
        return Response(serializers.DrawingFateSerializer(drawing).data)

    @extend_schema(
        operation_id="drawing_delete",
        parameters=[RECEIPT],
        responses={204: None, **REFUSALS},
    )
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        """Delete a drawing for good, its image included."""
        drawing = self.drawing(request, pk, permission="recognizer.delete_drawing")
        services.drawing_delete(drawing=drawing)
        return Response(status=204)


class DrawingLabelView(DrawingView):
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="drawing_label",
        parameters=[RECEIPT],
        request=serializers.LabelSerializer,
        responses={200: serializers.DrawingSerializer, **REFUSALS},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Say what the drawing is; it then waits for a reviewer."""
        drawing = self.drawing(request, pk, permission="recognizer.change_drawing")
        checked = serializers.LabelSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        services.drawing_label(drawing=drawing, label=checked.validated_data["label"])
        return Response(serializers.DrawingSerializer(drawing).data)


class DrawingReviewView(StaffView):
    @extend_schema(
        operation_id="drawing_review",
        request=serializers.ReviewSerializer,
        responses={200: serializers.DrawingSerializer, **REFUSALS},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Accept a drawing for training, under its own or another label, or reject it."""
        reviewer = need(request, "recognizer.change_drawing", "You may not review drawings.")
        drawing = get_object_or_404(Drawing.objects.with_fate(), pk=pk)
        checked = serializers.ReviewSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        services.drawing_review(drawing=drawing, reviewer=reviewer, **checked.validated_data)
        return Response(serializers.DrawingSerializer(drawing).data)
