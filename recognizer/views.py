"""The public pages that are the same for everybody."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from digitsite import modules, packages
from recognizer import about as telling
from recognizer import contributors, figures, pictures, specimens
from recognizer.models import Drawing

SPECIMEN_SECONDS = 86_400
# In the order in which the drawing page needs them.
DRAW_MODULES = ("js/reading/ahead.js", "js/reading/worker.js", "js/draw.js")


# The page's script sends the cookie's token back, which the API asks of those
# who are logged in.
@ensure_csrf_cookie
@require_safe
def draw(request: HttpRequest) -> HttpResponse:
    """The sheet to draw on, with the answer and the feedback beside it."""
    context = {
        "runtime": packages.addresses(),
        "modules": modules.addresses(*DRAW_MODULES),
        "ask_percent": settings.ASK_PERCENT,
    }
    response = render(request, "recognizer/draw.html", context)
    contributors.tell_account(request, response)
    return response


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """The live version: how well it reads, what it learned from, and what came before it."""
    answering = telling.answering()
    context = {
        "history": telling.history(),
        "labels": figures.names(),
        "predict": request.build_absolute_uri(reverse("api:predict")),
        **(_live(answering) if answering else {}),
    }
    return render(request, "recognizer/about.html", context)


def _live(answering: telling.Answering) -> dict[str, Any]:
    version = answering.version
    return {
        "version": version,
        "learned": telling.learned(version),
        "came_with_the_site": telling.came_with_the_site(version),
        "waiting": Drawing.objects.accepted_since(version.created_at).count(),
        "sets": telling.measured(version.metrics),
        "pairs": telling.turning_points(answering.live, version.metrics),
    }


@require_safe
def between(request: HttpRequest, one: int, other: int, step: int) -> HttpResponse:
    """A picture on the way from one digit to another; everybody gets the same."""
    if one > 9 or other > 9 or step >= specimens.STEPS:
        raise Http404
    picture = pictures.ink_svg(specimens.strokes(one, other, step), specimens.CANVAS)
    response = HttpResponse(picture, content_type="image/svg+xml")
    patch_cache_control(response, public=True, max_age=SPECIMEN_SECONDS)
    return response
