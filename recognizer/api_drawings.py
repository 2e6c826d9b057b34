"""The API's calls about drawings: stored, looked at, labelled, reviewed, deleted."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, cast

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from digitsite.exceptions import Conflict, Invalid
from recognizer import contributors, fate, serializers, services, submission
from recognizer.api import ERRORS, REFUSALS, PublicView, StaffView, form, need
from recognizer.models import LABELS, Drawing

RECEIPT = OpenApiParameter(
    "receipt",
    str,
    description="The receipt given when the drawing was stored; or send it as X-Receipt.",
)

KEY = OpenApiParameter(
    "Idempotency-Key",
    uuid.UUID,
    OpenApiParameter.HEADER,
    description="A random UUID of yours: what is sent again under it is stored once.",
)
ACCOUNT = OpenApiParameter(
    "X-Account",
    str,
    OpenApiParameter.HEADER,
    description="The account (its number is in the cookie `account`) that this was drawn under."
    " Where another one asks, or none, it is refused with 409 and `other_account`.",
)


class DrawingsView(PublicView):
    throttle_scope = "submit"

    @extend_schema(
        operation_id="drawing_submit",
        parameters=[KEY, ACCOUNT],
        request={
            "application/json": serializers.NewDrawingSerializer,
            "multipart/form-data": form(
                label={"type": "string", "enum": LABELS},
                source={"type": "string", "enum": Drawing.Source.submitted()},
                consent={"type": "boolean", "default": True},
            ),
        },
        responses={201: serializers.StoredDrawingSerializer, 409: REFUSALS[409], **ERRORS},
    )
    def post(self, request: Request) -> Response:
        """Read and store. The `receipt` in the answer makes the drawing yours to see and delete."""
        _check_account(request)
        data = cast(Mapping[str, Any], request.data)
        sent = submission.parse(data)
        particulars = serializers.ParticularsSerializer(data=_particulars(data))
        particulars.is_valid(raise_exception=True)
        drawing, prediction = services.drawing_submit(
            submission=sent,
            contributor=lambda: contributors.contributor_or_new(request._request),
            key=_key(request),
            **particulars.validated_data,
        )
        response = Response(
            serializers.stored_body(drawing, prediction, detail=sent.detail), status=201
        )
        if not request.user.is_authenticated:
            asker = contributors.contributor_of(request._request)
            # A drawing sent again may be that of a cookie that was lost with its answer.
            if asker is None or asker == drawing.contributor:
                contributors.remember(response, drawing.contributor)
        return response

    @extend_schema(
        operation_id="drawing_withdraw",
        parameters=[KEY],
        responses={204: None, 400: ERRORS[400], 429: ERRORS[429]},
    )
    def delete(self, request: Request) -> Response:
        """Delete what was sent under this key, if it arrived: for who never got the answer."""
        key = _key(request)
        if key is None:
            raise Invalid("Send the `Idempotency-Key` of the drawing.", field=KEY.name)
        services.drawing_withdraw(key=key)
        return Response(status=204)


def _key(request: Request) -> uuid.UUID | None:
    """The sender's own name for what is sent; None without one."""
    given = request.headers.get(KEY.name)
    if given is None:
        return None
    try:
        return uuid.UUID(given)
    except ValueError as error:
        raise Invalid("The `Idempotency-Key` must be a UUID.", field=KEY.name) from error


def _check_account(request: Request) -> None:
    """Raises `Conflict` for what was drawn under one account and is sent under another."""
    drawn_under = request.headers.get(ACCOUNT.name)
    if drawn_under not in (None, contributors.account_number(request._request)):
        raise Conflict(_("Somebody else drew this."), code="other_account")


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
