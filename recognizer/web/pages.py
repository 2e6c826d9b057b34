"""The public pages that are the same for everybody."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from digitsite.statics import bundles, packages
from recognizer import formatting, identity, thumbnails
from recognizer.models import Drawing
from recognizer.selectors import model_report, prototypes

PICTURE_SECONDS = 86_400


# The page's script sends the cookie's token back, which the API asks of those
# who are logged in.
@ensure_csrf_cookie
@require_safe
def draw(request: HttpRequest) -> HttpResponse:
    """The drawing page: the canvas, with the answer and the feedback beside it."""
    context = {
        "runtime": packages.addresses(),
        "runtime_sizes": json.dumps(packages.sizes()),
        "chunks": bundles.chunks("js/pad.js"),
        "lately": model_report.lately(),
    }
    response = render(request, "recognizer/draw.html", context)
    identity.set_account_cookie(request, response)
    return response


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """The model report: how well the live version reads, what it learned from, the others."""
    answering = model_report.answering()
    context = {
        "history": model_report.history(),
        "labels": formatting.names(),
        "predict": request.build_absolute_uri(reverse("api:predict")),
        **(_live(answering) if answering else {}),
    }
    return render(request, "recognizer/about.html", context)


def _live(answering: model_report.Answering) -> dict[str, Any]:
    version = answering.version
    return {
        "version": version,
        "learned": model_report.learned(version),
        "waiting": Drawing.objects.accepted_since(version.created_at, until=timezone.now()).count(),
        "sets": model_report.measured(version.metrics),
        "pairs": model_report.turning_points(answering.live, version.metrics),
    }


@require_safe
def between(request: HttpRequest, one: int, other: int, step: int) -> HttpResponse:
    """The drawing number `step` between two digits' prototypes, as an SVG."""
    if one > 9 or other > 9 or step >= prototypes.STEPS:
        raise Http404
    picture = thumbnails.ink_svg(prototypes.strokes(one, other, step), prototypes.CANVAS)
    response = HttpResponse(picture, content_type="image/svg+xml")
    patch_cache_control(response, public=True, max_age=PICTURE_SECONDS)
    return response
