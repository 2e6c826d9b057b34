"""The page of a sign-in link: whoever has it chooses a password, once, and is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import login, logout
from django.contrib.auth.forms import SetPasswordForm
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from digitsite.exceptions import Conflict
from recognizer import identity
from recognizer.models import AccessToken
from recognizer.services.team import link_use, token_of
from recognizer.web.privacy import private

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@private
@sensitive_post_parameters()
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Asks for a new password, and signs in with it; looking at the page uses nothing up.

    404 for a link that is used, withdrawn, over or made up.
    """
    token = token_of(secret, kind=AccessToken.Kind.LINK)
    if token is None:
        raise Http404
    form = SetPasswordForm(token.user, data=request.POST or None)
    if not form.is_valid():
        context = {"form": form, "name": token.user.get_username()}
        return render(request, "recognizer/sign_in_link.html", context)
    try:
        user = link_use(token=token, password=form.cleaned_data["new_password1"])
    except Conflict as error:
        raise Http404 from error
    logout(request)  # whoever else was signed in here
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    response = redirect("studio:today" if user.is_staff else "recognizer:mine")
    identity.forget_cookie(response)
    identity.set_account_cookie(request, response)
    return response
