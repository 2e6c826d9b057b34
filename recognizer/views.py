"""The public pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe


# The page's script sends the cookie's token back, which the API asks of those
# who are logged in.
@ensure_csrf_cookie
@require_safe
def draw(request: HttpRequest) -> HttpResponse:
    """The sheet to draw on, with the answer and the feedback beside it."""
    return render(request, "recognizer/draw.html")
