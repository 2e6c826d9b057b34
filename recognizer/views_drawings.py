"""The pages about one's own drawings: each one's receipt, all of them, export, deletion."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from digitsite.exceptions import Refused
from recognizer import collection, contributors, fate, figures, images, pictures, services
from recognizer.models import Contributor, Drawing, Label

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

DRAWINGS_A_PAGE = 24
# A drawing's pictures never change, but one that was deleted should not be seen for long.
PICTURE_SECONDS = 600

Review = Drawing.Review


def private(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For what is one person's: found by no search engine, kept by no cache on the way.

    What is not there, what was deleted and what is somebody else's get one and the
    same answer. The site's policy for referrers (`same-origin`) keeps a receipt in
    an address from other sites.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            response = render(request, "404.html", status=404)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        if "Cache-Control" not in response.headers:
            add_never_cache_headers(response)
        return response

    return answer


# --- one drawing -----------------------------------------------------------------


@private
@require_safe
def drawing(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The receipt: where a drawing stands, what was read then and is read now."""
    own = _own(request, pk)
    now = fate.read_now(own)
    context = {
        "drawing": own,
        "steps": fate.steps(own),
        "readings": _readings(own, now),
        "turn": fate.turn(own, now) if now else "",
        "labels": Label.choices,
        "may_label": own.review in (Review.UNLABELLED, Review.PENDING),
        "link": request.build_absolute_uri(contributors.private_link(own)),
        "address": _addresses(request, own),
    }
    return render(request, "recognizer/drawing.html", context)


@private
@require_POST
def drawing_label(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    own = _own(request, pk)
    try:
        services.drawing_label(drawing=own, label=request.POST.get("label", ""))
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        said = _("Thank you. It is kept as %(label)s and waits for a person to check it.")
        messages.success(request, said % {"label": fate.shown(own.label)})
    return redirect(_addresses(request, own)["page"])


@private
@require_http_methods(["GET", "HEAD", "POST"])
def drawing_delete(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Asks first; what is sent from there deletes."""
    own = _own(request, pk)
    if request.method != "POST":
        context = {"drawing": own, "address": _addresses(request, own)}
        return render(request, "recognizer/drawing_delete.html", context)
    services.drawing_delete(drawing=own)
    messages.success(request, _("The drawing is deleted for good."))
    return redirect("recognizer:mine")


@private
@require_safe
def drawing_picture(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """As it was drawn, or as it was uploaded: the file itself, which its owner's browser opens.

    Here it is decoded once, when it is read, and never again for everybody who asks.
    """
    own = _own(request, pk)
    if own.strokes:
        return _picture(pictures.ink_svg(own.strokes, own.canvas), "image/svg+xml")
    if (uploaded := _uploaded(own)) is not None:
        return uploaded
    return _picture(pictures.glyph_png(own.pixels), "image/png")


def _uploaded(own: Drawing) -> HttpResponse | None:
    """The file, where it is there and of a kind that browsers show."""
    try:
        with own.image.open() as file:
            content = file.read()
    except OSError:
        return None
    kind = images.kind_in_browsers(content)
    if kind is None:
        return None
    # Opened by itself it is a picture too, whatever else a stranger has put into it.
    response = _picture(content, kind)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@private
@require_safe
def drawing_seen(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The 28 by 28 pixels that the network saw."""
    return _picture(pictures.glyph_png(_own(request, pk).pixels), "image/png")


def _own(request: HttpRequest, pk: uuid.UUID) -> Drawing:
    """The drawing, if it is the asker's; staff look at those of others in the administration."""
    found = get_object_or_404(Drawing.objects.with_fate(), pk=pk)
    if not contributors.owns(request, found):
        raise Http404
    return found


def _addresses(request: HttpRequest, own: Drawing) -> dict[str, str]:
    """Of the drawing's page and its parts. Who came with a receipt goes on with it; it is added
    for nobody else, lest it stay in the history of a browser that others use.
    """
    given = request.GET.get("receipt")
    query = {"receipt": given} if given else None
    names = {
        "page": "drawing",
        "picture": "drawing-picture",
        "seen": "drawing-seen",
        "label": "drawing-label",
        "delete": "drawing-delete",
    }
    return {
        key: reverse(f"recognizer:{name}", args=[own.pk], query=query)
        for key, name in names.items()
    }


def _readings(own: Drawing, now: fate.Now | None) -> list[dict[str, Any]]:
    """Then, and now where another version answers by now."""
    then: fate.Now = {
        "digit": own.digit,
        "confidence": own.confidence,
        "model_version": own.version.number,
    }
    is_new = now is not None and now["model_version"] != own.version.number
    moments = [(_("When it was drawn"), then), *([(_("Now"), now)] if is_new else [])]
    return [
        {
            "when": when,
            "digit": reading["digit"],
            "percent": figures.probability(reading["confidence"]),
            "number": reading["model_version"],
            "right": fate.is_right(own, reading) if own.truth else None,
        }
        for when, reading in moments
        if reading is not None
    ]


def _picture(content: bytes, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    patch_cache_control(response, private=True, max_age=PICTURE_SECONDS)
    return response


# --- all drawings ----------------------------------------------------------------


@private
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Everything the asker drew, the newest first."""
    contributor = contributors.contributor_of(request)
    if contributor is None:
        return render(request, "recognizer/mine.html", {"totals": None})
    rows = Drawing.objects.with_fate().filter(contributor=contributor).order_by("-created_at", "pk")
    page = Paginator(
        rows.defer("strokes", "canvas", "probabilities", "pixels"), DRAWINGS_A_PAGE
    ).get_page(request.GET.get("page"))
    context = {
        "totals": collection.totals(contributor),
        "page": page,
        "tiles": [_tile(each) for each in page],
    }
    return render(request, "recognizer/mine.html", context)


def _tile(own: Drawing) -> dict[str, Any]:
    return {
        "drawing": own,
        "label": fate.shown(own.truth) if own.truth else "",
        "read": fate.shown(own.read_as),
        "right": own.truth == own.read_as if own.truth else None,
        "word": fate.word(own),
    }


@private
@require_safe
def mine_export(request: HttpRequest) -> StreamingHttpResponse:
    """A file of one drawing a line, as JSON; of an account, its own line comes first."""
    contributor = contributors.contributor_of(request)
    account = request.user if isinstance(request.user, User) else None
    lines = collection.export(contributor, account)
    response = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    response.headers["Content-Disposition"] = 'attachment; filename="my-drawings.ndjson"'
    return response


@private
@require_http_methods(["GET", "HEAD", "POST"])
def mine_forget(request: HttpRequest) -> HttpResponse:
    """Asks first; what is sent from there forgets the asker with all drawings."""
    contributor = contributors.contributor_of(request)
    if contributor is None:
        return redirect("recognizer:mine")
    if request.method != "POST":
        count = Drawing.objects.filter(contributor=contributor).count()
        return render(request, "recognizer/mine_forget.html", {"count": count})
    return _forget(request, contributor)


def _forget(request: HttpRequest, contributor: Contributor) -> HttpResponse:
    count = services.contributor_forget(contributor=contributor)
    said = ngettext(
        "You are forgotten: %(count)s drawing is deleted for good.",
        "You are forgotten: %(count)s drawings are deleted for good.",
        count,
    )
    messages.success(request, said % {"count": count})
    response = redirect("recognizer:mine")
    contributors.forget_cookie(response)
    return response
