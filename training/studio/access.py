"""Who may come into the studio: every view of it carries one of these decorators.

Whoever is not signed in is led to the sign-in and back; a form that came too late is shown
again afterwards, with what was chosen. Scripts get the errors' one shape.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, overload

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django_htmx.http import HttpResponseClientRedirect

from digitsite.http.errors import body
from digitsite.http.resumption import FIELD, MAX_IN_ADDRESS, Interrupted
from digitsite.http.sessions import SENSITIVE_SECONDS, is_proven
from recognizer.services.roles import Role, has_role
from recognizer.web.account import sign_on_name, sign_on_of
from recognizer.web.forms import PasswordForm, SignInForm
from recognizer.web.privacy import private

View = Callable[..., HttpResponseBase]
# What a form would do, in words, from the request and the address's arguments.
Act = Callable[..., str]


class _Guard:
    """A decorator of views, also with `act`: `@guard`, or `@guard(act=...)`."""

    def __init__(self, guarded: Callable[[View, Act | None], View]) -> None:
        self._guarded = guarded

    @overload
    def __call__(self, view: View) -> View: ...

    @overload
    def __call__(self, *, act: Act) -> Callable[[View], View]: ...

    def __call__(self, view: View | None = None, *, act: Act | None = None) -> Any:
        if view is not None:
            return self._guarded(view, act)
        return lambda view: self._guarded(view, act)


def user_of(request: HttpRequest) -> User:
    """The user, as there is one behind these decorators."""
    assert isinstance(request.user, User)
    return request.user


def wants_json(request: HttpRequest) -> bool:
    """Whether a script of ours asks, and not a page or a form."""
    return request.headers.get("Accept", "").startswith("application/json")


def _for(role: Role) -> Callable[[View, Act | None], View]:
    def guarded(view: View, act: Act | None) -> View:
        @private
        @ensure_csrf_cookie
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _ask(request, "sign-in", _said(act, request, args, kwargs))
            if has_role(request.user, role):
                return view(request, *args, **kwargs)
            if wants_json(request):
                told = body("permission_denied", _("You may not do this."))
                return JsonResponse(told, status=403)
            raise PermissionDenied

        return answer

    return guarded


def _with_password(view: View, act: Act | None) -> View:
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        fresh = is_proven(request.session, seconds=SENSITIVE_SECONDS)
        if fresh or request.method != "POST":
            return view(request, *args, **kwargs)
        return _ask(request, "account-confirm", _said(act, request, args, kwargs))

    return answer


def _said(act: Act | None, request: HttpRequest, args: Any, kwargs: Any) -> str:
    return str(act(request, *args, **kwargs)) if act and request.method == "POST" else ""


def _ask(request: HttpRequest, page: str, act: str) -> HttpResponseBase:
    """The sign-in or the question for the password, which afterwards leads back."""
    address = reverse(f"recognizer:{page}")
    if wants_json(request):
        told = body("not_authenticated", _("Your session has ended."))
        return JsonResponse({**told, "sign_in": address}, status=401)
    waits = Interrupted.of(request, act) if request.method == "POST" else None
    if "HX-Request" in request.headers:
        return _ask_by_htmx(request, address, waits)
    if waits is None:
        return redirect_to_login(request.get_full_path(), address)
    context: dict[str, Any] = {"interrupted": waits}
    if page == "sign-in":
        template = "recognizer/sign_in.html"
        context |= {"form": SignInForm(request), "sign_on": sign_on_name()}
    else:
        template, user = "recognizer/account_confirm.html", user_of(request)
        context |= {"form": PasswordForm(request, user), "sign_on": sign_on_of(user)}
    return render(request, template, context, status=403)


def _ask_by_htmx(request: HttpRequest, address: str, waits: Interrupted | None) -> HttpResponse:
    """Sends the whole page there: a part of it cannot show the sign-in."""
    signed = waits.signed() if waits else ""
    if signed and len(signed) <= MAX_IN_ADDRESS:
        return HttpResponseClientRedirect(f"{address}?{FIELD}={signed}")
    back = request.headers.get("HX-Current-URL", reverse("studio:today"))
    return HttpResponseClientRedirect(redirect_to_login(back, address).url)


# For reviewers, trainers and admins; for trainers and admins; for admins.
reviewer_required = _Guard(_for(Role.REVIEWER))
trainer_required = _Guard(_for(Role.TRAINER))
admin_required = _Guard(_for(Role.ADMIN))
# For what much hangs on: a POST asks for the password once more, where that was a while ago.
# It stands below the decorator of a role.
password_required = _Guard(_with_password)
