"""The pages of a visitor's account: sign up, sign in, sign out, new password, deletion."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.models import User
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from digitsite.exceptions import Conflict
from recognizer import accounts, contributors
from recognizer.forms import (
    THROTTLED,
    DeleteAccountForm,
    NewPasswordForm,
    SignInForm,
    SignUpForm,
)
from recognizer.models import Drawing
from recognizer.views_drawings import private

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import BaseForm
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


def form_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A private page with a form; what is typed into it stands in no report of an error."""
    return private(sensitive_post_parameters()(require_http_methods(["GET", "HEAD", "POST"])(view)))


def for_strangers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Who is signed in already has an account, and is led to it."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        return redirect("recognizer:account") if request.user.is_authenticated else view(request)

    return answer


def for_visitors(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For who is signed in; staff keep their accounts in the administration."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User):
            return redirect("recognizer:sign-in")
        if accounts.is_staff(request.user):
            return redirect("recognizer:account")
        return view(request, request.user)

    return answer


@private
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    if not isinstance(request.user, User):
        return redirect("recognizer:sign-in")
    context = {"is_staff": accounts.is_staff(request.user)}
    return render(request, "recognizer/account.html", context)


# --- in and out -----------------------------------------------------------------


@form_page
@for_strangers
def sign_up(request: HttpRequest) -> HttpResponse:
    if not settings.SIGN_UP:
        raise Http404
    form = SignUpForm(request, data=request.POST or None)
    if not form.is_valid():
        return _form(request, "recognizer/sign_up.html", form, **_drawn_here(request))
    browser = contributors.cookie_key(request)
    name, password = form.cleaned_data["username"], form.cleaned_data["password1"]
    try:
        user = accounts.account_create(name=name, password=password, browser=browser)
    except Conflict:
        form.add_error("username", _("This name has just been taken."))
        return _form(request, "recognizer/sign_up.html", form, **_drawn_here(request))
    messages.success(request, _("Welcome, %(name)s. This is your account.") % {"name": name})
    return _signed_in(request, user)


@form_page
@for_strangers
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request, data=request.POST or None)
    if not form.is_valid():
        context = {"may_sign_up": settings.SIGN_UP, **_drawn_here(request)}
        return _form(request, "recognizer/sign_in.html", form, **context)
    user = form.get_user()
    # Before the session begins: whoever is signed in finds everything there, and
    # where this breaks off in between, signing in once more completes it.
    browser = contributors.cookie_key(request)
    count = accounts.contributor_claim(user=user, browser=browser) if browser else 0
    if count:
        said = ngettext(
            "%(count)s drawing of this browser is now in your account.",
            "%(count)s drawings of this browser are now in your account.",
            count,
        )
        messages.success(request, said % {"count": count})
    return _signed_in(request, user)


def _drawn_here(request: HttpRequest) -> dict[str, int]:
    """How many drawings of this browser would go to the account."""
    contributor = contributors.contributor_of(request)
    return {"count": Drawing.objects.filter(contributor=contributor).count()}


def _signed_in(request: HttpRequest, user: User) -> HttpResponse:
    login(request, user, backend=accounts.BACKEND)
    response = redirect("recognizer:mine")
    contributors.forget_cookie(response)
    contributors.tell_account(request, response)
    return response


def _signed_out(request: HttpRequest, address: str) -> HttpResponse:
    response = redirect(address)
    contributors.tell_account(request, response)
    return response


@private
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """What is drawn in this browser from now on is nobody's again."""
    logout(request)
    messages.success(request, _("You are signed out. Your drawings wait in your account."))
    return _signed_out(request, "recognizer:sign-in")


# --- changes --------------------------------------------------------------------


@form_page
@for_visitors
def password(request: HttpRequest, user: User) -> HttpResponse:
    form = NewPasswordForm(request, user, data=request.POST or None)
    if not form.is_valid():
        return _form(request, "recognizer/account_password.html", form)
    form.save()
    update_session_auth_hash(request, user)  # all other sessions end
    messages.success(request, _("Your password is changed. Other devices are signed out."))
    return redirect("recognizer:account")


@form_page
@for_visitors
def delete(request: HttpRequest, user: User) -> HttpResponse:
    form = DeleteAccountForm(request, user, data=request.POST or None)
    if not form.is_valid():
        count = Drawing.objects.filter(contributor__user=user).count()
        return _form(request, "recognizer/account_delete.html", form, count=count)
    count = accounts.account_delete(user=user)
    logout(request)
    said = ngettext(
        "Your account and its %(count)s drawing are deleted for good.",
        "Your account and its %(count)s drawings are deleted for good.",
        count,
    )
    messages.success(request, said % {"count": count})
    return _signed_out(request, "recognizer:mine")


def _form(request: HttpRequest, template: str, form: BaseForm, **context: Any) -> HttpResponse:
    """The page with its form, and with what was wrong if it was sent."""
    tried_too_often = any(form.has_error(name, THROTTLED) for name in form.errors)
    status = 429 if tried_too_often else 200
    return render(request, template, {"form": form, **context}, status=status)
