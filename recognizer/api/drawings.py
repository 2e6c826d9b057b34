"""The API's calls about drawings: stored, looked at, labelled, reviewed, deleted."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from digitsite.database.patience import patient
from digitsite.exceptions import Conflict, Invalid, PreconditionFailed
from digitsite.http.throttling import address_of
from recognizer import identity, submission
from recognizer.api import ink
from recognizer.api.base import (
    ANYBODY,
    CONFLICT,
    CONTRIBUTORS,
    HAND,
    LANGUAGE,
    PublicView,
    StaffView,
    require_permission,
)
from recognizer.api.predictions import prediction_body
from recognizer.api.serializers.drawings import (
    DrawingFateSerializer,
    DrawingSerializer,
    StoredDrawingSerializer,
)
from recognizer.api.serializers.readings import ErrorAnswerSerializer
from recognizer.api.serializers.requests import (
    LabelSerializer,
    NewDrawingFormSerializer,
    NewDrawingSerializer,
    ParticularsSerializer,
    ReviewSerializer,
)
from recognizer.models import Drawing
from recognizer.selectors import drawing_status
from recognizer.services.drawings import (
    drawing_delete,
    drawing_label,
    drawing_submit,
    drawing_withdraw,
)
from recognizer.services.predictions import Prediction, hand_asked, price
from recognizer.services.reviews import drawing_review

RECEIPT = OpenApiParameter(
    "X-Receipt",
    str,
    OpenApiParameter.HEADER,
    description="The receipt that was given when the drawing was stored. It is not needed with the"
    " account's token or session, or with the cookie, under which that was.",
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

ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[200],
    description="The drawing as it is now, for `If-Match`.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of the drawing as you saw it. With it you may change what somebody"
    " else decided; where the drawing has changed since, the answer is 412.",
)
CHANGED = {
    412: OpenApiResponse(
        ErrorAnswerSerializer,
        description="The drawing is no longer the one in `If-Match`; nothing was changed.",
    )
}


class DrawingsView(PublicView):
    callers = CONTRIBUTORS
    throttle_scope = "submit"

    @extend_schema(
        operation_id="drawing_submit",
        tags=[ANYBODY],
        parameters=[KEY, ACCOUNT, LANGUAGE, HAND],
        request={
            "application/json": NewDrawingSerializer,
            "multipart/form-data": NewDrawingFormSerializer,
        },
        examples=ink.examples(lambda body: {**body, "label": "7"}),
        responses={201: StoredDrawingSerializer, **CONFLICT},
    )
    @patient
    def post(self, request: Request) -> Response:
        """Read a digit, and store the drawing.

        The `receipt` in the answer makes it yours to label, see and delete.
        """
        _check_account(request)
        data = cast(Mapping[str, Any], request.data)
        sent = submission.parse(data)
        particulars = ParticularsSerializer(data=_particulars(data))
        particulars.is_valid(raise_exception=True)
        self.hand = hand_asked(submissions=[sent], whose=self.whose)
        self.charge(request, price(submission=sent, hand=self.hand))
        drawing, prediction = drawing_submit(
            submission=sent,
            contributor=lambda: identity.contributor_or_new(request._request),
            key=_key(request),
            address=address_of(request._request),
            hand=self.hand,
            **particulars.validated_data,
        )
        response = Response(stored_body(drawing, prediction, detail=sent.detail), status=201)
        # A form on another site's page, sent without our cookies, must not put a stranger's in
        # the place of the one that a visitor has.
        if not request.user.is_authenticated and identity.asked_from_here(request._request):
            contributor = identity.contributor_of(request._request)
            # A drawing sent again may be that of a cookie that was lost with its answer.
            if contributor is None or contributor == drawing.contributor:
                identity.remember(response, drawing.contributor)
        return response

    @extend_schema(
        operation_id="drawing_withdraw",
        parameters=[KEY],
        responses={204: None},
    )
    @patient
    def delete(self, request: Request) -> Response:
        """Delete what was sent under a key, if it arrived.

        For who never got the answer, and so has no receipt.
        """
        key = _key(request)
        if key is None:
            raise Invalid("Send the `Idempotency-Key` of the drawing.", field=KEY.name)
        drawing_withdraw(key=key)
        return Response(status=204)


def _key(request: Request) -> uuid.UUID | None:
    """The request's idempotency key, or None. Raises `Invalid` for one that is no UUID."""
    given = request.headers.get(KEY.name)
    if given is None:
        return None
    try:
        return uuid.UUID(given)
    except ValueError as error:
        raise Invalid("The `Idempotency-Key` must be a UUID.", field=KEY.name) from error


def _check_account(request: Request) -> None:
    """Raises `Conflict` where the drawing was made under another account than the request's."""
    drawn_under = request.headers.get(ACCOUNT.name)
    if drawn_under not in (None, identity.account_number(request._request)):
        raise Conflict(_("Somebody else drew this."), code="other_account")


def _particulars(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields beside the strokes or the image, one value a name, also of a form."""
    return {name: data[name] for name in ("label", "source", "consent") if name in data}


class DrawingView(PublicView):
    callers = CONTRIBUTORS
    throttle_scope = "submit"

    def drawing(self, request: Request, pk: uuid.UUID, *, permission: str = "") -> Drawing:
        """The drawing, for its owner and for staff. Raises `Http404` for everybody else.

        With `permission` staff need it for the drawings of others; raises `NotAllowed`.
        """
        drawing = get_object_or_404(Drawing.objects.with_status(), pk=pk)
        if identity.owns(request._request, drawing):
            return drawing
        if not request.user.is_staff:
            raise Http404
        if permission:
            require_permission(request, permission, "You may not change the drawings of others.")
        return drawing

    @extend_schema(
        operation_id="drawing_get",
        parameters=[RECEIPT, ETAG],
        responses={200: DrawingFateSerializer},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """See where a drawing stands, and what the live version reads now."""
        drawing = self.drawing(request, pk)
        now = drawing_status.prediction_now(drawing)
        drawing.now = now  # type: ignore[attr-defined]
        drawing.fate = drawing_status.status_sentence(drawing, now)  # type: ignore[attr-defined]
        return _tagged(DrawingFateSerializer(drawing).data, drawing)

    @extend_schema(
        operation_id="drawing_delete",
        parameters=[RECEIPT],
        responses={204: None},
    )
    @patient
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        """Delete a drawing for good, its image included."""
        drawing = self.drawing(request, pk, permission="recognizer.delete_drawing")
        drawing_delete(drawing=drawing, staff=_staff(request, drawing))
        return Response(status=204)


class DrawingLabelView(DrawingView):
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="drawing_label",
        parameters=[RECEIPT],
        request=LabelSerializer,
        responses={200: DrawingSerializer, **CONFLICT},
    )
    @patient
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Say what a drawing is; it then waits for a reviewer."""
        drawing = self.drawing(request, pk, permission="recognizer.change_drawing")
        checked = LabelSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        drawing_label(
            drawing=drawing,
            label=checked.validated_data["label"],
            by_contributor=identity.drew(request._request, drawing),
            staff=_staff(request, drawing),
        )
        return Response(DrawingSerializer(drawing).data)


class DrawingReviewView(StaffView):
    @extend_schema(
        operation_id="drawing_review",
        parameters=[IF_MATCH, ETAG],
        request=ReviewSerializer,
        responses={200: DrawingSerializer, **CONFLICT, **CHANGED},
    )
    @patient
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Accept a drawing for training, under its own or another label, or reject it."""
        reviewer = require_permission(
            request, "recognizer.change_drawing", "You may not review drawings."
        )
        drawing = get_object_or_404(Drawing.objects.with_status(), pk=pk)
        checked = ReviewSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        seen = _seen(request)
        try:
            drawing_review(drawing=drawing, reviewer=reviewer, seen=seen, **checked.validated_data)
        except Conflict as conflict:
            if seen is None or conflict.code != "reviewed":
                raise
            raise PreconditionFailed(conflict.message, code="changed") from conflict
        return _tagged(DrawingSerializer(drawing).data, drawing)


def _staff(request: Request, drawing: Drawing) -> User | None:
    """The member of staff who acts upon somebody else's drawing; None for its owner."""
    return None if identity.owns(request._request, drawing) else cast(User, request.user)


def _tagged(data: Any, drawing: Drawing) -> Response:
    """An answer with the drawing's revision, which `If-Match` brings back."""
    return Response(data, headers={"ETag": f'"{drawing.revision}"'})


def _seen(request: Request) -> int | None:
    """The revision in `If-Match`; None without one. One that is none matches no drawing."""
    given = request.headers.get("If-Match")
    if given is None:
        return None
    revision = given.strip().removeprefix("W/").strip('"')
    return int(revision) if revision.isdecimal() and len(revision) < 10 else -1


def stored_body(drawing: Drawing, prediction: Prediction, *, detail: bool) -> dict[str, Any]:
    """The answer to a stored drawing, with the receipt that makes it its contributor's."""
    return {
        "id": str(drawing.pk),
        "receipt": identity.receipt(drawing),
        "url": reverse("api:drawing", args=[drawing.pk]),
        "page": identity.private_link(drawing),
        "label": drawing.label or None,
        "review": drawing.review,
        "prediction": prediction_body(prediction, number=False, detail=detail),
    }
