"""The pages about one's own drawings: each one's receipt, all of them, export, deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from digitsite.database.patience import patient
from digitsite.exceptions import Refused
from recognizer import formatting, identity, thumbnails
from recognizer.models import Contributor, Drawing, Label
from recognizer.preprocessing import decoding
from recognizer.selectors import contributor_data, drawing_status
from recognizer.services import drawings
from recognizer.services.contributors import contributor_forget
from recognizer.web import hand
from recognizer.web.export import export
from recognizer.web.privacy import private

if TYPE_CHECKING:
    import uuid

    from django.http import HttpRequest

DRAWINGS_A_PAGE = 24
# A drawing's pictures never change, but one that was deleted should not be seen for long.
PICTURE_SECONDS = 600

Review = Drawing.Review


# --- one drawing -----------------------------------------------------------------


@private
@require_safe
def drawing(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The receipt page: a drawing's status, what it was read as then and is read as now."""
    own = _own(request, pk)
    now = drawing_status.prediction_now(own)
    context = {
        "drawing": own,
        "steps": drawing_status.steps(own),
        "readings": _readings(own, now),
        "turn": drawing_status.change_since(own, now) if now else "",
        "labels": Label.choices,
        "may_label": own.review in (Review.UNLABELLED, Review.PENDING),
        "may_forget": hand.may_change(request, own),
        "link": request.build_absolute_uri(identity.private_link(own)),
        "address": _addresses(request, own),
    }
    return render(request, "recognizer/drawing.html", context)


@private
@require_POST
@patient
def drawing_label(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Stores what the contributor says a drawing is, and shows its page again."""
    own = _own(request, pk)
    try:
        drawings.drawing_label(
            drawing=own,
            label=request.POST.get("label", ""),
            by_contributor=identity.drew(request, own),
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        said = _("Thank you. It is kept as %(label)s and waits for a person to check it.")
        messages.success(request, said % {"label": drawing_status.label_text(own.label)})
    return redirect(_addresses(request, own)["page"])


@private
@require_http_methods(["GET", "HEAD", "POST"])
@patient
def drawing_delete(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Deletes a drawing by POST; the page before it asks."""
    own = _own(request, pk)
    if request.method != "POST":
        context = {"drawing": own, "address": _addresses(request, own)}
        return render(request, "recognizer/drawing_delete.html", context)
    drawings.drawing_delete(drawing=own)
    messages.success(request, _("The drawing is deleted for good."))
    return redirect("recognizer:mine")


@private
@require_safe
def drawing_picture(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A drawing as it was drawn, or as it was uploaded: the file itself, for its owner's browser.

    The site decodes an upload once, when it is submitted, and not for every visit.
    """
    own = _own(request, pk)
    if own.strokes:
        return _picture(thumbnails.ink_svg(own.strokes, own.canvas), "image/svg+xml")
    if (uploaded := _uploaded(own)) is not None:
        return uploaded
    return _picture(thumbnails.glyph_png(own.pixels), "image/png")


def _uploaded(own: Drawing) -> HttpResponse | None:
    """The uploaded file; None where it is lost or of a kind that browsers do not show."""
    try:
        with own.image.open() as file:
            content = file.read()
    except OSError:
        return None
    kind = decoding.kind_in_browsers(content)
    if kind is None:
        return None
    # Opened by its own address it is no more than a picture, whatever is hidden in it.
    response = _picture(content, kind)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@private
@require_safe
def drawing_seen(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The glyph of a drawing as a PNG: the 28x28 pixels that the network saw."""
    return _picture(thumbnails.glyph_png(_own(request, pk).pixels), "image/png")


def _own(request: HttpRequest, pk: uuid.UUID) -> Drawing:
    """The visitor's own drawing. Raises `Http404` for those of others, also for staff, who look
    at drawings in the administration."""
    found = get_object_or_404(Drawing.objects.with_status(), pk=pk)
    if not identity.owns(request, found):
        raise Http404
    return found


def _addresses(request: HttpRequest, own: Drawing) -> dict[str, str]:
    """The addresses of the drawing's page and its parts, by name.

    A receipt in the request's address is kept in them. It is not added otherwise, or it
    would stay in the history of a browser that others use.
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


def _readings(own: Drawing, now: drawing_status.PredictionNow | None) -> list[dict[str, Any]]:
    """What the drawing was read as then and, where another version is live by now, is now."""
    then: drawing_status.PredictionNow = {
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
            "percent": formatting.probability(reading["confidence"]),
            "number": reading["model_version"],
            "right": drawing_status.is_right(own, reading) if own.truth else None,
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
    """All drawings of the visitor, the newest first."""
    contributor = identity.contributor_of(request)
    if contributor is None:
        return render(request, "recognizer/mine.html", {"totals": None})
    rows = (
        Drawing.objects.with_status().filter(contributor=contributor).order_by("-created_at", "pk")
    )
    page = Paginator(
        rows.defer("strokes", "canvas", "probabilities", "pixels"), DRAWINGS_A_PAGE
    ).get_page(request.GET.get("page"))
    context = {
        "totals": contributor_data.totals(contributor),
        "hand": hand.context(request, contributor),
        "page": page,
        "tiles": [_tile(each) for each in page],
        "changes": [_change(each) for each in contributor_data.corrections(contributor)],
    }
    return render(request, "recognizer/mine.html", context)


def _tile(own: Drawing) -> dict[str, Any]:
    return {
        "drawing": own,
        "label": drawing_status.label_text(own.truth) if own.truth else "",
        "read": drawing_status.label_text(own.shown_as),
        "right": own.truth == own.shown_as if own.truth else None,
        "word": drawing_status.status_word(own),
    }


def _change(own: Drawing) -> dict[str, Any]:
    """What somebody said of a wrong answer, and what that has changed."""
    whose, what = drawing_status.effect(own)
    return {**_tile(own), "truth": own.truth, "shown": own.shown_as, "whose": whose, "what": what}


@private
@require_safe
def mine_export(request: HttpRequest) -> StreamingHttpResponse:
    """A file of the visitor's drawings, one a line as JSON; an account has the first line."""
    contributor = identity.contributor_of(request)
    account = request.user if isinstance(request.user, User) else None
    lines = export(contributor, account)
    response = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    response.headers["Content-Disposition"] = 'attachment; filename="my-drawings.ndjson"'
    return response


@private
@require_http_methods(["GET", "HEAD", "POST"])
@patient
def mine_forget(request: HttpRequest) -> HttpResponse:
    """Deletes the contributor with all drawings by POST; the page before it asks."""
    contributor = identity.contributor_of(request)
    if contributor is None:
        return redirect("recognizer:mine")
    if request.method != "POST":
        count = Drawing.objects.filter(contributor=contributor).count()
        return render(request, "recognizer/mine_forget.html", {"count": count})
    return _forget(request, contributor)


def _forget(request: HttpRequest, contributor: Contributor) -> HttpResponse:
    count = contributor_forget(contributor=contributor)
    said = ngettext(
        "You are forgotten: %(count)s drawing is deleted for good.",
        "You are forgotten: %(count)s drawings are deleted for good.",
        count,
    )
    messages.success(request, said % {"count": count})
    response = redirect("recognizer:mine")
    identity.forget_cookie(response)
    return response
