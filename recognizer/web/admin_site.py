"""The administration's site: whatever came to it when a session had ended is not lost there."""

from __future__ import annotations

from functools import update_wrapper
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.shortcuts import render
from django.utils.translation import gettext as _

from digitsite.http.resumption import Interrupted
from recognizer.web.forms import SignInForm
from recognizer.web.privacy import private

if TYPE_CHECKING:
    from django.contrib.admin.sites import _ViewType as View
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class AdminSite(admin.AdminSite):
    """Django's own, but for a form that came too late: it is shown again after the sign-in.

    Django would lead there and back by the form's address, which often answers no GET, and
    forget what was chosen.
    """

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        inner = super().admin_view(view, cacheable)

        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method != "POST" or request.user.is_authenticated or _has_secrets(request):
                return inner(request, *args, **kwargs)
            return _sign_in_first(request)

        return cast("View", update_wrapper(answer, view))


def _has_secrets(request: HttpRequest) -> bool:
    """Whether the form holds a password, which is written into no page."""
    return any("password" in name for name in request.POST)


@private
def _sign_in_first(request: HttpRequest) -> HttpResponseBase:
    waits = Interrupted.of(request, _("A form of the administration."))
    context = {"form": SignInForm(request), "interrupted": waits}
    return render(request, "recognizer/sign_in.html", context, status=403)
