"""The live network's files for browsers."""

from __future__ import annotations

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from recognizer import browser
from recognizer.exceptions import BadArtifact
from recognizer.models import ModelVersion

logger = logging.getLogger(__name__)

YEAR = 31_536_000  # seconds
TYPES = {browser.TOPOLOGY: "application/json", browser.WEIGHTS: "application/octet-stream"}


@require_safe
def model_file(request: HttpRequest, number: int, sha256: str, name: str) -> HttpResponse:
    """One of a version's files. Its address names its content, so it is kept for good."""
    version = get_object_or_404(ModelVersion, number=number)
    try:
        content = browser.compressed(version, name, sha256)
    except BadArtifact as error:
        logger.error("Version %s cannot be sent to browsers: %s", number, error)
        raise Http404 from error
    if content is None:
        raise Http404
    response = HttpResponse(content_type=TYPES[name])
    if "br" in accepted_encodings(request):
        response.headers["Content-Encoding"] = "br"
        response.content = content
    else:
        response.content = browser.expanded(content)
    patch_vary_headers(response, ["Accept-Encoding"])
    patch_cache_control(response, public=True, max_age=YEAR, immutable=True)
    return response


def accepted_encodings(request: HttpRequest) -> set[str]:
    header = request.headers.get("Accept-Encoding", "")
    named = (part.strip().partition(";") for part in header.lower().split(","))
    return {name.strip() for name, _, quality in named if quality.strip() != "q=0"}
