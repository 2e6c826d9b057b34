"""What a browser keeps of the site, so that one can draw without a network."""

from __future__ import annotations

import hashlib
import json
from fnmatch import fnmatchcase
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from digitsite.statics import packages, staticfiles

KEPT = ("js/*.js", "css/*.css", "img/*")
# Files of the staff's and of other sites' pages, and the service worker's own.
NOT_KEPT = (
    "js/studio/",
    "js/digit-pad",
    "js/offline/service-worker.js",
    "css/admin",
    "css/studio/",
)


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker: a few lines that change with any file it keeps, so browsers notice."""
    home = reverse("recognizer:draw")
    kept: dict[str, Any] = {
        "home": home,
        "files": _files(),
        "pages": [home, reverse("recognizer:offline")],
        # Another choice of language is another version, and brings its pages.
        "language": get_language(),
        "model": reverse("api:model"),
        "modelFiles": f"{home}models/",
    }
    version = hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:12]
    lines = [
        f"importScripts({json.dumps(static('js/offline/service-worker.js'))});",
        f"serve({json.dumps({'version': version, **kept}, indent=1)});",
    ]
    response = HttpResponse("\n".join(lines) + "\n", content_type="text/javascript")
    patch_cache_control(response, no_cache=True)
    return response


def _files() -> list[str]:
    """The addresses of all that the public pages load, TensorFlow.js with them."""
    ours = [
        name
        for name in staticfiles.names()
        if any(fnmatchcase(name, kind) for kind in KEPT) and not name.startswith(NOT_KEPT)
    ]
    return [static(name) for name in ours] + list(packages.sizes())


@require_safe
def web_manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest, by which browsers install the page as an app."""
    home = reverse("recognizer:draw")
    icon = {"type": "image/png", "sizes": "512x512"}
    manifest = {
        "lang": get_language(),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "name": _("Digit reader"),
        "short_name": _("Digits"),
        "description": _("Reads handwritten digits, and learns from the people who correct it."),
        "id": home,
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": [
            {"src": static("img/favicon.svg"), "type": "image/svg+xml", "sizes": "any"},
            {**icon, "src": static("img/icon-192.png"), "sizes": "192x192"},
            {**icon, "src": static("img/icon-512.png")},
            {**icon, "src": static("img/icon-maskable-512.png"), "purpose": "maskable"},
        ],
    }
    response = HttpResponse(json.dumps(manifest), content_type="application/manifest+json")
    # Not `public`: the language is chosen by a cookie, and a choice counts at once.
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page that a browser without a network shows in place of those it has not kept."""
    return render(request, "recognizer/offline.html")
