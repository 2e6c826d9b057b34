"""The public API: predictions, drawings, the live model, the versions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny, IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from digitsite.errors import refusal_body
from digitsite.exceptions import Invalid, NotAllowed, Refused, TooLarge, Unavailable
from digitsite.parsers import BoundedJSONParser, BoundedMultiPartParser
from digitsite.throttling import ScopeThrottle
from recognizer import contributors, serializers, services, submission, versions
from recognizer.models import Drawing, ModelVersion, Promotion

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
            "multipart/form-data": {
                "type": "object",
                "properties": {
                    "image": {"type": "string", "format": "binary"},
                    "number": {"type": "boolean"},
                    "detail": {"type": "boolean"},
                },
            },
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

        Together they may have as many points as ten of the largest drawings.
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
            "multipart/form-data": serializers.NewDrawingSerializer,
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

    def drawing(self, request: Request, pk: uuid.UUID) -> Drawing:
        """The drawing, if the asker is its contributor or staff; else as if it were not there."""
        drawing = Drawing.objects.select_related("version").filter(pk=pk).first()
        if drawing is None or not _may_touch(request, drawing):
            raise Http404
        return drawing

    @extend_schema(
        operation_id="drawing",
        parameters=[RECEIPT],
        responses={200: serializers.DrawingFateSerializer, 404: REFUSALS[404]},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Where a drawing stands, and what the live version reads now."""
        drawing = self.drawing(request, pk)
        now = _now(drawing)
        drawing.now = now  # type: ignore[attr-defined]
        drawing.fate = fate(drawing, now)  # type: ignore[attr-defined]
        return Response(serializers.DrawingFateSerializer(drawing).data)

    @extend_schema(
        operation_id="drawing_delete",
        parameters=[RECEIPT],
        responses={204: None, 404: REFUSALS[404]},
    )
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        """Delete a drawing for good, its image included."""
        services.drawing_delete(drawing=self.drawing(request, pk))
        return Response(status=204)


def _may_touch(request: Request, drawing: Drawing) -> bool:
    return request.user.is_staff or contributors.owns(request._request, drawing)


def _now(drawing: Drawing) -> dict[str, Any] | None:
    try:
        prediction = services.reread(drawing=drawing)
    except Unavailable:
        return None
    reading = prediction.readings[0]
    return {
        "digit": reading.digit,
        "confidence": reading.confidence,
        "model_version": prediction.model_version,
    }


def fate(drawing: Drawing, now: dict[str, Any] | None) -> str:
    """Where a drawing stands, as one would tell its contributor."""
    states = {
        Drawing.Review.UNLABELLED: "Nobody has said yet what this is.",
        Drawing.Review.PENDING: "Waiting for a reviewer.",
        Drawing.Review.REJECTED: "A reviewer decided not to learn from it.",
        Drawing.Review.ACCEPTED: "Accepted; the next training will use it.",
    }
    uses = list(drawing.uses.select_related("version").order_by("version__number"))
    if not uses:
        return states[Drawing.Review(drawing.review)]
    verb = "Used in" if uses[-1].role == "train" else "Used to judge"
    said = f"{verb} version {uses[-1].version.number}"
    if now is None:
        return f"{said}."
    reads = "no digit" if now["digit"] is None else now["digit"]
    return f"{said}; version {now['model_version']}, now live, reads it as {reads}."


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
        drawing = self.drawing(request, pk)
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
        drawing = get_object_or_404(Drawing.objects.select_related("version"), pk=pk)
        checked = serializers.ReviewSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        services.drawing_review(drawing=drawing, reviewer=reviewer, **checked.validated_data)
        return Response(serializers.DrawingSerializer(drawing).data)


# --- the model and its versions ---------------------------------------------------


class ModelView(PublicView):
    @extend_schema(
        operation_id="model", responses={200: serializers.ModelSerializer, 503: ERRORS[503]}
    )
    def get(self, request: Request) -> Response:
        """The live version: its figures, and its files with their hashes."""
        promotion = Promotion.objects.newest()
        if promotion is None:
            raise Unavailable("No model version is live yet.", code="no_model")
        version = promotion.version
        return Response(
            {
                "version": version.number,
                "promoted_at": promotion.at,
                "normalisation": version.normalisation,
                "metrics": version.metrics,
                "files": version.manifest["files"],
            }
        )


class VersionsView(StaffView, ListAPIView[ModelVersion]):
    """All versions, the newest first."""

    serializer_class = serializers.VersionSerializer
    queryset = ModelVersion.objects.select_related("parent")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "live": ModelVersion.objects.live()}


class PromotionView(StaffView):
    """What the two ways of changing the live version have in common."""

    def particulars(self, request: Request) -> dict[str, Any]:
        by = need(request, "recognizer.add_promotion", "You may not change the live version.")
        checked = serializers.PromoteSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        return {"by": by, **checked.validated_data}


class VersionPromoteView(PromotionView):
    @extend_schema(
        operation_id="version_promote",
        request=serializers.PromoteSerializer,
        responses={200: serializers.PromotionSerializer, **REFUSALS},
    )
    def post(self, request: Request, number: int) -> Response:
        """Make a version live for everyone."""
        particulars = self.particulars(request)
        version = get_object_or_404(ModelVersion, number=number)
        promotion = versions.version_promote(version=version, **particulars)
        return Response(serializers.PromotionSerializer(promotion).data)


class VersionRollbackView(PromotionView):
    @extend_schema(
        operation_id="version_rollback",
        request=serializers.PromoteSerializer,
        responses={200: serializers.PromotionSerializer, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """Make live again what was live before."""
        promotion = versions.version_rollback(**self.particulars(request))
        return Response(serializers.PromotionSerializer(promotion).data)
