"""The visitor's own hand on the page of their drawings: shown, forgotten, switched off."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from digitsite.database.patience import patient
from recognizer import identity, thumbnails
from recognizer.labels import LABELS, NOT_A_DIGIT, NOT_A_DIGIT_CLASS
from recognizer.models import Drawing
from recognizer.selectors import drawing_status, hand
from recognizer.services.hands import hand_forget, hand_remember, hand_settings
from recognizer.web.privacy import private

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from recognizer.models import Contributor
    from recognizer.selectors.hand import Remembered


@dataclass(frozen=True, slots=True)
class Tile:
    """A remembered drawing: its ink as a path in a box of 100 by 100, "" of a picture."""

    pk: uuid.UUID
    path: str
    drawn_at: datetime


@dataclass(frozen=True, slots=True)
class Digit:
    """What is remembered of one label, the newest first; `name` is the label in words."""

    label: str
    name: str
    tiles: list[Tile]

    @property
    def best(self) -> Tile | None:
        """The drawing that stands for them."""
        return self.tiles[0] if self.tiles else None


def context(request: HttpRequest, contributor: Contributor) -> dict[str, Any]:
    """What the page of all drawings shows of the hand, and of which digit it shows everything.

    `?digit=` chooses that one; `?forgotten=` is a drawing that can be remembered again.
    """
    digits = _digits(hand.remembered(contributor))
    chosen = next((one for one in digits if one.label == request.GET.get("digit")), None)
    return {
        "state": hand.state(contributor),
        "digits": digits,
        "known": sum(bool(one.tiles) for one in digits[:NOT_A_DIGIT_CLASS]),
        "count": sum(len(one.tiles) for one in digits),
        "chosen": chosen if chosen and chosen.tiles else None,
        "forgotten": _forgotten(contributor, request.GET.get("forgotten")),
    }


def _digits(remembered: list[Remembered]) -> list[Digit]:
    """The ten digits, and what is no digit where any of it is remembered."""
    tiles: dict[str, list[Tile]] = {label: [] for label in LABELS}
    for one in remembered:
        strokes = one.drawing.strokes
        path = thumbnails.ink_path(strokes) if strokes else ""
        tiles[LABELS[one.row.label]].append(Tile(one.drawing.pk, path, one.row.drawn_at))
    return [
        Digit(label, drawing_status.label_text(label), tiles[label])
        for label in LABELS
        if label != NOT_A_DIGIT or tiles[label]
    ]


def _forgotten(contributor: Contributor, given: str | None) -> uuid.UUID | None:
    """The drawing of the address, where it is the contributor's and forgotten."""
    key = _key(given)
    if key is None:
        return None
    return (
        contributor.drawings.filter(pk=key, remembered=False).values_list("pk", flat=True).first()
    )


def may_change(request: HttpRequest, own: Drawing) -> bool:
    """Whether the visitor may forget the drawing or remember it again: not by a mere receipt."""
    counts = bool(own.truth) and own.review != Drawing.Review.REJECTED
    return counts and own.source != Drawing.Source.IMPORT and identity.drew(request, own)


@private
@require_http_methods(["GET", "HEAD", "POST"])
@patient
def forget(request: HttpRequest) -> HttpResponse:
    """Forgets one drawing by POST, or all: the page before that asks. They stay, as drawings."""
    contributor = identity.contributor_of(request)
    if contributor is None:
        return redirect("recognizer:mine")
    if request.method != "POST":
        return render(request, "recognizer/hand_forget.html", {"count": _count(contributor)})
    if "drawing" in request.POST:
        return _forget_one(request, contributor)
    count = hand_forget(contributor=contributor)
    said = ngettext(
        "%(count)s drawing is forgotten. It is kept, and counts no more in your answers.",
        "%(count)s drawings are forgotten. They are kept, and count no more in your answers.",
        count,
    )
    messages.success(request, said % {"count": count})
    return redirect("recognizer:mine")


def _count(contributor: Contributor) -> int:
    return Drawing.objects.remembered().filter(contributor=contributor).count()


def _forget_one(request: HttpRequest, contributor: Contributor) -> HttpResponse:
    own = _posted(request, contributor)
    hand_forget(contributor=contributor, drawing=own.pk)
    if "page" in request.POST:
        return redirect("recognizer:drawing", own.pk)
    query = {"digit": own.truth, "forgotten": str(own.pk)}
    return redirect(reverse("recognizer:mine", query=query, fragment="hand"))


@private
@require_POST
@patient
def remember(request: HttpRequest) -> HttpResponse:
    """Takes a forgotten drawing back into the hand."""
    contributor = identity.contributor_of(request)
    if contributor is None:
        raise Http404
    own = _posted(request, contributor)
    hand_remember(contributor=contributor, drawing=own.pk)
    if "page" in request.POST:
        return redirect("recognizer:drawing", own.pk)
    return redirect(reverse("recognizer:mine", query={"digit": own.truth}, fragment="hand"))


def _posted(request: HttpRequest, contributor: Contributor) -> Drawing:
    """The contributor's drawing that a form names. Raises `Http404` for those of others."""
    key = _key(request.POST.get("drawing"))
    found = contributor.drawings.filter(pk=key).first() if key else None
    if found is None:
        raise Http404
    return found


def _key(given: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(given or "")
    except ValueError:
        return None


@private
@require_POST
@patient
def settings(request: HttpRequest) -> HttpResponse:
    """Switches the hand on or off for good; nothing of it is lost."""
    contributor = identity.contributor_of(request)
    if contributor is not None:
        remembers = request.POST.get("remembers") == "on"
        hand_settings(contributor=contributor, remembers=remembers)
        said = _("Your hand counts again.") if remembers else _("Your hand does not count now.")
        messages.success(request, said)
    return redirect(reverse("recognizer:mine", fragment="hand"))
