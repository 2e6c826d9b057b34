"""Review, one drawing at a time; and for it and the grid: decide, take back."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from digitsite.database.patience import patient
from digitsite.exceptions import Invalid, Refused
from digitsite.http.errors import refusal_body
from recognizer import thumbnails
from recognizer.exceptions import InputError
from recognizer.labels import LABELS
from recognizer.models import Drawing, Review
from recognizer.services.reviews import Decision, drawing_gild, reviews_decide, reviews_undo
from training.selectors import review_queue
from training.studio import frame
from training.studio.access import reviewer_required, trainer_required, user_of, wants_json
from training.studio.cases import cases
from training.studio.tiles import tile_of, word

if TYPE_CHECKING:
    from django.http import HttpRequest

BATCH = 30
MAX_BATCH = 200
AHEAD = 3
FILM = 8
REJECT, AS_LABELLED = "reject", "accept"
ORDERS = {
    review_queue.INFORMATIVE: gettext_lazy("most informative"),
    review_queue.OLDEST: gettext_lazy("oldest"),
    review_queue.ERRORS: gettext_lazy("suspected label errors"),
}


# --- one at a time ---------------------------------------------------------------------


@require_safe
@reviewer_required
def focus(request: HttpRequest) -> HttpResponse:
    """One drawing, large, with all that is known of it; the next ones come with the page."""
    user = user_of(request)
    order, contributor = order_of(request), key_of(request.GET.get("contributor"))
    first = _keys(request.GET.get("first", ""))
    count = _count(request)
    keys = review_queue.queue(user, order=order, count=count, contributor=contributor)
    if contributor is None and order != review_queue.ERRORS:
        keys = review_queue.slipped_in(user, keys, percent=settings.GOLD_PERCENT)
    keys = [*first, *(key for key in keys if key not in first)][:MAX_BATCH]
    context = {
        "keys": keys,
        "cases": cases(keys[: AHEAD + 1], user),
        "film": _film(request),
        **orders(request, order),
    }
    return frame.page(request, "studio/review.html", place="review", **context)


@require_safe
@reviewer_required
def more(request: HttpRequest) -> HttpResponse:
    """Cases by their keys, for the page that loads the next ones ahead."""
    keys = _keys(request.GET.get("keys", ""))[: AHEAD + 1]
    context = {"cases": cases(keys, user_of(request))}
    return render(request, "studio/review_cases.html", context)


@require_safe
@reviewer_required
def image(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """An uploaded image as a PNG made anew: the uploaded bytes never reach a staff browser."""
    drawing = get_object_or_404(Drawing, pk=pk)
    try:
        with drawing.image.open() as file:
            content = thumbnails.upload_png(file.read())
    except (ValueError, OSError, InputError) as error:
        raise Http404("There is no image that can be shown.") from error
    response = HttpResponse(content, content_type="image/png")
    response.headers["Cache-Control"] = "private, max-age=600"
    return response


def _film(request: HttpRequest) -> list[dict[str, Any]]:
    """What one has decided last, the oldest first, each with its stamp."""
    rows = review_queue.last_reviews(user_of(request), count=FILM)
    return [
        {"tile": tile_of(row.drawing), "act": row.act, "pk": row.drawing_id, "stamp": stamp(row)}
        for row in reversed(rows)
    ]


def stamp(review: Review) -> str:
    """A decision as one sign: a digit, or that it was rejected or is no digit."""
    if review.decision == Review.Decision.REJECT:
        return "✕"
    return review.label if len(review.label) == 1 else "∅"


# --- deciding --------------------------------------------------------------------------


def _said(request: HttpRequest) -> str:
    """What a form that came too late would do, in words."""
    count = len(request.POST.getlist("picked"))
    choice = request.POST.get("choice", "")
    drawings = ngettext("%(count)s drawing", "%(count)s drawings", count) % {"count": count}
    if choice == REJECT:
        return _("Reject: %(drawings)s.") % {"drawings": drawings}
    if choice == AS_LABELLED:
        return _("Accept as labelled: %(drawings)s.") % {"drawings": drawings}
    return _("Accept as %(label)s: %(drawings)s.") % {"label": word(choice), "drawings": drawings}


@require_POST
@reviewer_required(act=_said)
@patient
def decide(request: HttpRequest) -> HttpResponse:
    """Decides of the drawings in `picked`, each as "key:revision", what `choice` says.

    A script is told what became of each; a form goes back to its page.
    """
    act = key_of(request.POST.get("act")) or uuid.uuid4()
    try:
        decisions = _decisions(request)
        decided = reviews_decide(decisions=decisions, reviewer=user_of(request), act=act)
    except Refused as refusal:
        return _refused(request, refusal)
    if wants_json(request):
        refused = {str(pk): refusal_body(why) for pk, why in decided.refused.items()}
        done = {str(drawing.pk): drawing.revision for drawing in decided.drawings}
        return JsonResponse({"act": str(act), "done": done, "refused": refused})
    for why in decided.refused.values():
        messages.error(request, why.message)
    if count := len(decided.drawings):
        said = ngettext("%(count)s drawing decided.", "%(count)s drawings decided.", count)
        messages.success(request, said % {"count": count})
    return redirect(_back(request))


def _decisions(request: HttpRequest) -> list[Decision]:
    choice = request.POST.get("choice", "")
    decision = REJECT if choice == REJECT else AS_LABELLED
    label = "" if choice in (REJECT, AS_LABELLED) else choice
    if label not in ("", *LABELS):
        raise Invalid(_("Choose what the drawing is."), field="choice")
    found = []
    for text in request.POST.getlist("picked"):
        key, _colon, revision = text.partition(":")
        pk = key_of(key)
        if pk is None or not (revision.isdecimal() and len(revision) < 10):
            raise Invalid(_("Choose which drawings."), field="picked")
        found.append(Decision(pk, int(revision), decision, label))
    if not found:
        raise Invalid(_("Choose which drawings."), field="picked")
    return found


def _taken_back(request: HttpRequest) -> str:
    return _("Take back what you decided.")


@require_POST
@reviewer_required(act=_taken_back)
@patient
def undo(request: HttpRequest) -> HttpResponse:
    """Takes back one of one's own acts."""
    act = key_of(request.POST.get("act"))
    try:
        if act is None:
            raise Invalid(_("Say what to take back."), field="act")
        drawings = reviews_undo(act=act, by=user_of(request))
    except Refused as refusal:
        return _refused(request, refusal)
    if wants_json(request):
        undone = {str(drawing.pk): drawing.revision for drawing in drawings}
        return JsonResponse({"act": str(act), "undone": undone})
    messages.success(request, _("Taken back."))
    return redirect(_back(request))


@require_POST
@trainer_required
def gold(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Makes an accepted drawing one that reviewers are measured by, or one to learn from again."""
    drawing = get_object_or_404(Drawing, pk=pk)
    is_gold = request.POST.get("gold") == "1"
    try:
        drawing_gild(drawing=drawing, is_gold=is_gold, by=user_of(request))
        said = _("Reviewers are measured by it.") if is_gold else _("It is learned from again.")
        messages.success(request, said)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(reverse("studio:review", query={"first": str(pk)}))


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(refusal_body(refusal), status=refusal.status)
    messages.error(request, refusal.message)
    return redirect(_back(request))


# --- what the address says ---------------------------------------------------------------


def order_of(request: HttpRequest) -> str:
    order = request.GET.get("order", "")
    return order if order in ORDERS else review_queue.INFORMATIVE


def orders(request: HttpRequest, chosen: str) -> dict[str, Any]:
    contributor = key_of(request.GET.get("contributor"))
    query = {"contributor": str(contributor)} if contributor else {}
    here = request.resolver_match
    assert here is not None
    return {
        "order": chosen,
        "contributor": contributor,
        "orders": [
            (name, words, reverse(here.view_name, query={**query, "order": name}))
            for name, words in ORDERS.items()
        ],
        "query": {**query, "order": chosen},
    }


def _count(request: HttpRequest) -> int:
    given = request.GET.get("n", "")
    number = int(given) if given.isdecimal() and len(given) < 5 else BATCH
    return min(max(number, 1), MAX_BATCH)


def key_of(text: str | None) -> uuid.UUID | None:
    with suppress(ValueError, AttributeError, TypeError):
        return uuid.UUID(text)
    return None


def _keys(text: str) -> list[uuid.UUID]:
    found = [key_of(part) for part in text.split(",")[:MAX_BATCH]]
    return list(dict.fromkeys(key for key in found if key))


def _back(request: HttpRequest) -> str:
    back = request.POST.get("back", "")
    own = url_has_allowed_host_and_scheme(back, {request.get_host()})
    return back if own and back.startswith("/") else reverse("studio:review")
