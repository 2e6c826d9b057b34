"""The API's calls about one's own hand: what is remembered, forgotten, switched off, changed.

They are for who has a cookie, a session or a token, and for pages of this site.
"""

from __future__ import annotations

import base64
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from digitsite.database.patience import patient
from digitsite.exceptions import Conflict, Invalid, NotAllowed
from digitsite.http.bodies import answered
from recognizer import identity
from recognizer.api.base import CONFLICT, CONTRIBUTORS, HAND_HEADER, PublicView
from recognizer.api.serializers.drawings import HandSerializer, HandStateSerializer
from recognizer.api.serializers.requests import ForgetSerializer, HandSettingsSerializer
from recognizer.labels import LABELS
from recognizer.models import Contributor
from recognizer.selectors import hand
from recognizer.selectors.hand import Remembered, State
from recognizer.services.hands import hand_forget, hand_settings
from recognizer.serving import registry

SEEN = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of the hand that you have: where it is the same still, it is 304.",
)
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[200, 304],
    description="The hand as it is now, for `If-None-Match`.",
)


class HandView(PublicView):
    callers = CONTRIBUTORS

    @extend_schema(
        operation_id="hand_get",
        parameters=[SEEN, ETAG],
        responses={200: HandSerializer, 304: None},
    )
    def get(self, request: Request) -> HttpResponse:
        """See what is remembered of your hand."""
        contributor = _contributor(request)
        state, back = hand.state(contributor), _may_go_back(request)
        etag = f'"{_key(contributor)}-{state.generation}-{state.mended}-{back:d}-{_version()}"'
        response = get_conditional_response(request._request, etag=etag)
        if response is None:
            kept = hand.remembered(contributor)
            response = answered(
                {
                    **_state_body(state, kept, back),
                    "drawings": [_remembered_body(one) for one in kept if state.remembers],
                }
            )
        response.headers["ETag"] = etag
        response.headers[HAND_HEADER] = state.tag
        patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["Cookie", "Authorization"])
        return response


def _key(contributor: Contributor | None) -> str:
    return contributor.pk.hex if contributor else "0"


def _version() -> int:
    """The live version's number: what a browser makes of the drawings is of one network."""
    try:
        return registry.live().number
    except registry.NoModel:
        return 0


def _contributor(request: Request) -> Contributor | None:
    """Whose hand it is. None for who is not known, and for a request from another site."""
    if identity.whose_hand(request._request) is None:
        return None
    return identity.contributor_of(request._request)


def _may_go_back(request: Request) -> bool:
    return not request.user.is_authenticated and bool(identity.hands_before(request._request))


class HandChangeView(PublicView):
    """Base of the calls that change something, by the wish of who asks alone."""

    callers = CONTRIBUTORS
    throttle_scope = "submit"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not identity.asked_from_here(request._request):
            raise NotAllowed("Only pages of this site may ask for that.")


class HandForgetView(HandChangeView):
    @extend_schema(
        operation_id="hand_forget",
        request=ForgetSerializer,
        responses={200: HandStateSerializer},
    )
    @patient
    def post(self, request: Request) -> Response:
        """Forget one of your drawings, or all of them.

        They stay, and count no more in answers.
        """
        checked = ForgetSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        contributor = _contributor(request)
        drawing = checked.validated_data["drawing"]
        if drawing is not None and not _has(contributor, drawing):
            raise Invalid("You have no such drawing.", field="drawing")
        if contributor is not None:
            hand_forget(contributor=contributor, drawing=drawing)
        return _state(request)


class HandSettingsView(HandChangeView):
    @extend_schema(
        operation_id="hand_settings",
        request=HandSettingsSerializer,
        responses={200: HandStateSerializer},
    )
    @patient
    def post(self, request: Request) -> Response:
        """Switch your memory on or off for good.

        What is remembered stays, and waits.
        """
        checked = HandSettingsSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        remembers = checked.validated_data["remembers"]
        contributor = _contributor(request)
        if contributor is None and not remembers:
            with transaction.atomic():  # who has drawn nothing yet may wish so, too
                contributor = identity.contributor_or_new(request._request)
        if contributor is not None:
            hand_settings(contributor=contributor, remembers=remembers)
        response = _state(request, contributor)
        if contributor is not None and not request.user.is_authenticated:
            identity.remember(response, contributor)
        return response


class HandFreshView(HandChangeView):
    @extend_schema(
        operation_id="hand_fresh",
        request=None,
        responses={200: HandStateSerializer, **CONFLICT},
    )
    def post(self, request: Request) -> Response:
        """Begin a fresh hand in this browser: somebody else draws now.

        `hand/back/` returns.
        """
        _check_no_account(request)
        response = Response(_state_body(State(), [], True))
        if not identity.start_fresh(request._request, response):
            raise Conflict(
                _("There are too many hands at this browser already."), code="too_many_hands"
            )
        return response


class HandBackView(HandChangeView):
    @extend_schema(
        operation_id="hand_back",
        request=None,
        responses={200: HandStateSerializer, **CONFLICT},
    )
    def post(self, request: Request) -> Response:
        """Return to the hand before.

        The one that is left waits for the next time.
        """
        _check_no_account(request)
        before = identity.hands_before(request._request)
        if not before:
            raise Conflict(_("There was no other hand at this browser."), code="no_hand_before")
        contributor = Contributor.objects.filter(pk=before[-1], user=None).first()
        response = _state(request, contributor)
        response.data["back"] = identity.go_back(request._request, response)
        return response


def _check_no_account(request: Request) -> None:
    """Raises `Conflict` for an account: whose hand it is, signing out changes."""
    if request.user.is_authenticated:
        raise Conflict(_("Sign out first: this is the hand of your account."), code="signed_in")


def _has(contributor: Contributor | None, drawing: Any) -> bool:
    return contributor is not None and contributor.drawings.filter(pk=drawing).exists()


def _state(request: Request, contributor: Contributor | None = None) -> Response:
    """The answer to a change: where the hand stands now."""
    found = contributor or _contributor(request)
    if found is not None:
        found.refresh_from_db()
    state = hand.state(found)
    response = Response(_state_body(state, hand.remembered(found), _may_go_back(request)))
    response.headers[HAND_HEADER] = state.tag
    return response


def _state_body(state: State, kept: list[Remembered], back: bool) -> dict[str, Any]:
    return {
        "tag": state.tag,
        "generation": state.generation,
        "remembers": state.remembers,
        "back": back,
        "mended": state.mended,
        "per_label": hand.per_label(kept),
    }


def _remembered_body(one: Remembered) -> dict[str, Any]:
    """A remembered drawing, with what a browser needs to look at it: the way of the pen, or the
    glyph."""
    row, drawing = one.row, one.drawing
    body = {
        "id": str(row.drawing),
        "label": LABELS[row.label],
        "drawn_at": row.drawn_at,
        "telling": row.telling,
    }
    if drawing.strokes is None:
        return {**body, "pixels": base64.b64encode(bytes(drawing.pixels)).decode()}
    strokes = [[point[:2] for point in stroke] for stroke in drawing.strokes]
    return {**body, "strokes": strokes, "canvas": drawing.canvas}
