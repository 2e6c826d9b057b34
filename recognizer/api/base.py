"""What all calls of the API have in common: who may call, how often, and the shape of errors."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.permissions import AllowAny, IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from digitsite.exceptions import NotAllowed, Refused
from digitsite.http.bodies import BoundedJSONParser, BoundedMultiPartParser
from digitsite.http.errors import api_exception_handler, refusal_body
from digitsite.http.throttling import ScopeThrottle
from recognizer import identity
from recognizer.api.serializers.readings import ErrorAnswerSerializer
from recognizer.exceptions import InputError
from recognizer.refusals import refusal
from recognizer.services.hands import OwnHand, Whose

# Of an answer in which a hand could count: whose, and at which generation.
HAND_HEADER = "X-Hand"
HAND = OpenApiParameter(
    HAND_HEADER,
    str,
    OpenApiParameter.HEADER,
    response=[200, 201],
    description="Which hand could count in the answer: the `tag` of `hand/`. Left out where none.",
)

LANGUAGE = OpenApiParameter(
    "Accept-Language",
    str,
    OpenApiParameter.HEADER,
    description="The language in which it is said what is wrong with a drawing; English without.",
)

# Who may make a call: the groups of the API's page, in `settings.SPECTACULAR_SETTINGS`.
ANYBODY, CONTRIBUTORS, REVIEWERS, TRAINERS = "anybody", "contributors", "reviewers", "trainers"

# What changes rows may come too late; the errors of every call are described in `schema`.
CONFLICT = {
    409: OpenApiResponse(
        ErrorAnswerSerializer,
        description="It has moved on since you looked; nothing was changed.",
    )
}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's hook: what the mathematics says of an input, in words; then as for all."""
    told = refusal(error) if isinstance(error, InputError) else error
    return api_exception_handler(told, context)


def error_body(error: Refused | InputError) -> dict[str, Any]:
    """The body by which an item of a batch says what is wrong with it."""
    return refusal_body(refusal(error) if isinstance(error, InputError) else error)


class PersonThrottle(ScopeThrottle):
    """A person is an account or, without one, the contributor in the cookie."""

    def person(self, request: Request) -> str | None:
        key = identity.cookie_key(request._request)
        return super().person(request) or (f"contributor-{key}" if key else None)


class PublicView(APIView):
    """A call that anyone may make, within the throttle of its scope.

    `whose` is who asks, as far as their hand may count. A view that answers with a `hand` keeps
    it here; the answer is then tagged with it, as that of `hand/` is.
    """

    whose: Whose | None = None
    hand: OwnHand | None = None
    callers = ANYBODY
    permission_classes = [AllowAny]
    throttle_classes = [PersonThrottle]
    parser_classes = [BoundedJSONParser, BoundedMultiPartParser]
    throttle_scope = "predict"

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        self.whose = identity.whose_hand(request._request)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer: HttpResponse = super().finalize_response(request, response, *args, **kwargs)
        if self.hand is not None and answer.status_code < 400:
            answer.headers[HAND_HEADER] = self.hand.tag
        return answer

    def charge(self, request: Request, requests: int) -> None:
        """Counts a request as so many. Raises `Throttled` where they are too many for this minute.

        One was counted when it came. What is dearer than a whole minute's costs a whole minute.
        """
        more = min(requests, settings.THROTTLE_RATES[self.throttle_scope]) - 1
        throttle = PersonThrottle()
        if more > 0 and not throttle.allow_request(request, self, cost=more):
            self.throttled(request, throttle.wait())


class StaffView(APIView):
    """A call for staff; what exactly somebody may do is decided by Django's permissions."""

    callers = REVIEWERS  # the least of the staff
    permission_classes = [IsAdminUser]
    throttle_classes = [PersonThrottle]
    throttle_scope = "staff"


def require_permission(request: Request, permission: str, sentence: str) -> User:
    """The request's user. Raises `NotAllowed`, saying `sentence`, without the permission."""
    if not request.user.has_perm(permission):
        raise NotAllowed(sentence)
    return cast(User, request.user)
