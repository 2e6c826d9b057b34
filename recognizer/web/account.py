"""The pages of a visitor's account: sign up, sign in, sign out, new password, deletion."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from digitsite.exceptions import Conflict
from digitsite.http import resumption, sessions
from recognizer import identity
from recognizer.models import Drawing
from recognizer.services import accounts
from recognizer.web.forms import (
    THROTTLED,
    NewPasswordForm,
    PasswordForm,
    SignInForm,
    SignUpForm,
)
from recognizer.web.privacy import private

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import BaseForm
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


def form_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Decorates the view of a private page with a form, whose input no error report shows."""
    return private(sensitive_post_parameters()(require_http_methods(["GET", "HEAD", "POST"])(view)))


def for_strangers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorates a view for who has no account: others go where they wanted, or to theirs."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return view(request)
        return _onwards(request, "recognizer:account")

    return answer


def for_owners(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorates a view of the own account, which it gets as its second argument.

    Without one, visitors are redirected to the sign-in.
    """

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User):
            return redirect("recognizer:sign-in")
        return view(request, request.user)

    return answer


def for_visitors(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorates a view as `for_owners` does, and sends staff back to their account."""

    @for_owners
    def answer(request: HttpRequest, user: User) -> HttpResponse:
        return redirect("recognizer:account") if accounts.is_staff(user) else view(request, user)

    return answer


@private
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """The page of the visitor's own account."""
    if not isinstance(request.user, User):
        return redirect("recognizer:sign-in")
    has_password = request.user.has_usable_password()
    context = {"is_staff": accounts.is_staff(request.user), "has_password": has_password}
    return render(request, "recognizer/account.html", context)


# --- in and out -----------------------------------------------------------------


@form_page
@for_strangers
def sign_up(request: HttpRequest) -> HttpResponse:
    """Makes an account, with what this browser drew before; 404 where `SIGN_UP` is off."""
    if not settings.SIGN_UP:
        raise Http404
    form = SignUpForm(request, data=request.POST or None)
    if not form.is_valid():
        return _form(request, "recognizer/sign_up.html", form, **_drawn_here(request))
    browser = identity.cookie_key(request)
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
    """Signs anybody in, and gives the account what this browser drew before.

    Staff come through the same door, and go on to the studio; whoever was on the way
    somewhere goes there, and a form that came too late is shown again, to be sent.
    """
    form = SignInForm(request, data=request.POST or None)
    if not form.is_valid():
        context = {
            "may_sign_up": settings.SIGN_UP,
            "next": wanted(request),
            "interrupted": resumption.interrupted(request),
            "sign_on": sign_on_name(),
            **_drawn_here(request),
        }
        return _form(request, "recognizer/sign_in.html", form, **context)
    user = form.get_user()
    # Before the session begins: a visitor who is signed in finds everything there,
    # and where this fails in between, signing in once more completes it.
    browser = identity.cookie_key(request)
    count = accounts.contributor_claim(user=user, browser=browser) if browser else 0
    if count:
        said = ngettext(
            "%(count)s drawing of this browser is now in your account.",
            "%(count)s drawings of this browser are now in your account.",
            count,
        )
        messages.success(request, said % {"count": count})
    return _signed_in(request, user)


def sign_on_name() -> str:
    """What the provider is called by which people sign on; empty without one."""
    return settings.OIDC_NAME if settings.OIDC_ISSUER else ""


def sign_on_of(user: User) -> str:
    """What that of somebody is called who has no password; else empty."""
    return "" if user.has_usable_password() else sign_on_name()


def _drawn_here(request: HttpRequest) -> dict[str, int]:
    """How many drawings of this browser would go to the account."""
    contributor = identity.contributor_of(request)
    return {"count": Drawing.objects.filter(contributor=contributor).count()}


def _signed_in(request: HttpRequest, user: User) -> HttpResponse:
    waits = resumption.interrupted(request)
    return let_in(request, user, waits=waits, wanted=wanted(request))


def let_in(
    request: HttpRequest, user: User, *, waits: resumption.Interrupted | None, wanted: str
) -> HttpResponse:
    """Begins the session of somebody who has proven who they are, and leads them onwards."""
    login(request, user)
    otherwise = "studio:today" if accounts.is_staff(user) else "recognizer:mine"
    response = _to(request, waits, wanted or otherwise)
    identity.forget_cookie(response)
    identity.set_account_cookie(request, response)
    return response


def _onwards(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Where somebody goes who was on the way somewhere: the form that waits, or the page."""
    return _to(request, resumption.interrupted(request), wanted(request) or otherwise)


def _to(request: HttpRequest, waits: resumption.Interrupted | None, address: str) -> HttpResponse:
    if waits:
        return render(request, "recognizer/resume.html", {"waits": waits})
    return redirect(address)


def wanted(request: HttpRequest) -> str:
    """The page of this site that a sign-in shall lead to; "" for none, or another site's."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    # A bare word would be one, too, but for `redirect` the name of a page.
    return address if own and address.startswith("/") else ""


def _signed_out(request: HttpRequest, address: str) -> HttpResponse:
    response = redirect(address)
    identity.set_account_cookie(request, response)
    return response


@private
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Signs the visitor out: what this browser draws from now on is of no account."""
    logout(request)
    messages.success(request, _("You are signed out. Your drawings wait in your account."))
    return _signed_out(request, "recognizer:sign-in")


@form_page
@for_owners
def confirm(request: HttpRequest, user: User) -> HttpResponse:
    """Asks for the password once more, before something that much hangs on.

    Who has none signs on once more.
    """
    form = PasswordForm(request, user, data=request.POST or None)
    if not form.is_valid():
        waits = resumption.interrupted(request)
        context = {"next": wanted(request), "interrupted": waits, "sign_on": sign_on_of(user)}
        return _form(request, "recognizer/account_confirm.html", form, **context)
    sessions.proven(request)
    return _onwards(request, "recognizer:account")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def admin_login(request: HttpRequest) -> HttpResponse:
    """Leads from the administration's door to the site's own; 403 for who may not go in there."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(wanted(request) or reverse("admin:index"))


# --- changes --------------------------------------------------------------------


@form_page
@for_owners
def password(request: HttpRequest, user: User) -> HttpResponse:
    """Sets a new password, which ends the account's sessions on all other devices."""
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
    """Asks for the password, and then deletes the account with all its drawings.

    Who has none must have signed on a moment ago.
    """
    if sign_on_of(user):
        if not sessions.is_proven(request.session, seconds=sessions.SENSITIVE_SECONDS):
            return redirect_to_login(request.path, reverse("recognizer:account-confirm"))
        form = Form(data=request.POST or None)
    else:
        form = PasswordForm(request, user, data=request.POST or None)
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
