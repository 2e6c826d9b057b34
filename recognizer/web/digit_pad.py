"""The address of `<digit-pad>` for other sites' pages, which stays the same for good."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

HALF_AN_HOUR = 1_800  # seconds


@require_safe
def digit_pad(request: HttpRequest) -> HttpResponse:
    """Leads to the script of now, whose address has its hash in it, and may be kept for good."""
    response = HttpResponseRedirect(static("js/digit-pad.js"))
    # As static files have it: a module of another site is taken only where that site says so.
    response.headers["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=HALF_AN_HOUR)
    return response
