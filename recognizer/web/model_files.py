"""The addresses of versions' files: for browsers, and signed ones for programs of staff."""

from __future__ import annotations

import logging

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from recognizer.exceptions import BadArtifact
from recognizer.models import ModelVersion
from recognizer.selectors.version_files import SIGNED_SECONDS, signed_for
from recognizer.serving import artifacts, browser_files

logger = logging.getLogger(__name__)

YEAR = 31_536_000  # seconds
TYPES = {
    browser_files.TOPOLOGY: "application/json",
    browser_files.WEIGHTS: "application/octet-stream",
}


@require_safe
def model_file(request: HttpRequest, number: int, sha256: str, name: str) -> HttpResponse:
    """One of a version's files. Its address names its hash, so browsers may keep it for good."""
    version = get_object_or_404(ModelVersion, number=number)
    try:
        content = browser_files.compressed(version, name, sha256)
        if content is None:
            raise Http404
        packed = "br" in accepted_encodings(request)
        content = content if packed else browser_files.expanded(content)
    except BadArtifact as error:
        logger.error("Version %s cannot be sent to browsers: %s", number, error)
        raise Http404 from error
    response = HttpResponse(content, content_type=TYPES[name])
    if packed:
        response.headers["Content-Encoding"] = "br"
    patch_vary_headers(response, ["Accept-Encoding"])
    patch_cache_control(response, public=True, max_age=YEAR, immutable=True)
    return response


def accepted_encodings(request: HttpRequest) -> set[str]:
    """The content codings that the request accepts, in lower case (RFC 9110, 12.5.3)."""
    header = request.headers.get("Accept-Encoding", "")
    named = (part.strip().partition(";") for part in header.lower().split(","))
    return {name.strip() for name, _, quality in named if quality.strip() != "q=0"}


@require_safe
def signed_file(request: HttpRequest, number: int, name: str, signature: str) -> HttpResponse:
    """A file of a version for whoever has its signed address, while that holds; no account."""
    version = get_object_or_404(ModelVersion, number=number)
    try:
        is_meant = signed_for(signature) == [number, name]
    except signing.BadSignature as error:
        raise Http404 from error
    if not is_meant or name not in version.manifest["files"]:
        raise Http404
    try:
        content = artifacts.load(version.artifact, name, version.manifest)
    except BadArtifact as error:
        logger.error("A file of version %s is not sent: %s", number, error)
        raise Http404 from error
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    patch_cache_control(response, private=True, max_age=SIGNED_SECONDS)
    return response
