"""What a browser keeps of the site, so that one can draw without a network."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from digitsite import packages

SOURCES = Path(settings.BASE_DIR) / "static"
KEPT = ("js/**/*.js", "css/*.css", "img/*")
# Of the staff's pages, and the service worker's own.
NOT_KEPT = ("js/admin/", "js/offline/serving.js", "css/admin")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """A few lines that change whenever one of the files does, which is how browsers notice."""
    kept: dict[str, Any] = {
        "files": _files(),
        "pages": [reverse("recognizer:draw"), reverse("recognizer:offline")],
        # Another choice of language is another version, and brings its pages.
        "language": get_language(),
        "model": reverse("api:model"),
        "modelFiles": "/models/",
    }
    version = hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:12]
    lines = [
        f"importScripts({json.dumps(static('js/offline/serving.js'))});",
        f"serve({json.dumps({'version': version, **kept}, indent=1)});",
    ]
    response = HttpResponse("\n".join(lines) + "\n", content_type="text/javascript")
    patch_cache_control(response, no_cache=True)
    return response


def _files() -> list[str]:
    """The addresses of all that the public pages load, TensorFlow.js with them."""
    found = {path.relative_to(SOURCES).as_posix() for kind in KEPT for path in SOURCES.glob(kind)}
    ours = sorted(name for name in found if not name.startswith(NOT_KEPT))
    needed = [address for part, address in packages.addresses().items() if part != "cpu-backend"]
    return [static(name) for name in ours] + needed


@require_safe
def web_manifest(request: HttpRequest) -> HttpResponse:
    """By which the page can be installed as an app."""
    icon = {"type": "image/png", "sizes": "512x512"}
    manifest = {
        "lang": get_language(),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "name": _("Digit reader"),
        "short_name": _("Digits"),
        "description": _("Reads handwritten digits, and learns from the people who correct it."),
        "id": "/",
        "start_url": reverse("recognizer:draw"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbf8f1",
        "theme_color": "#fbf8f1",
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
    """What a browser shows in place of pages that it has not kept."""
    return render(request, "recognizer/offline.html")
