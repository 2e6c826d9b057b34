"""What every page of the studio shares: its places, the rail with live counts, who may come in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from recognizer.services.roles import Role, has_role, role_of
from training.selectors.circle import Circle, circle
from training.selectors.runs.progress import age

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

STOP_POLLING = 286  # htmx's own


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the rail. `G` and then `letter` lead there; `name` is its address's name.

    It is shown to who has the role that it is for.
    """

    key: str
    letter: str
    label: Promise
    role: Role = Role.REVIEWER

    @property
    def name(self) -> str:
        return f"studio:{self.key}"


TODAY = Place("today", "G", gettext_lazy("Today"))
STATIONS = (
    Place("review", "R", gettext_lazy("Review")),
    Place("train", "T", gettext_lazy("Train")),
    Place("compare", "C", gettext_lazy("Compare")),
    Place("versions", "V", gettext_lazy("Versions")),
)
ROOMS = (
    Place("insights", "I", gettext_lazy("Insights")),
    Place("people", "P", gettext_lazy("People")),
    Place("audit", "A", gettext_lazy("Audit")),
    Place("team", "M", gettext_lazy("Team"), Role.ADMIN),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A place as the rail shows it: where it is, whether it is here, and what waits there.

    `short` is that for a slim rail.
    """

    key: str
    letter: str
    label: str
    address: str
    is_here: bool
    count: str
    short: str
    is_marked: bool


def page(
    request: HttpRequest, template: str, *, place: str, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of the studio, within its frame; `place` is the key of the one it belongs to."""
    now = timezone.now()
    turn = context.pop("circle", None) or circle(now=now)
    return render(request, template, {**frame(request, turn, place), **context}, status=status)


def frame(request: HttpRequest, turn: Circle, place: str) -> dict[str, Any]:
    """What the rail shows."""
    counts = _counts(turn)
    role = role_of(request.user)

    def entries(*places: Place) -> list[Entry]:
        open_ones = [one for one in places if has_role(request.user, one.role)]
        return _entries(open_ones, place, counts)

    return {
        "place": place,
        "role": role,
        "may_train": has_role(request.user, Role.TRAINER),
        "today": entries(TODAY),
        "stations": entries(*STATIONS),
        "rooms": entries(*ROOMS),
        "circle": turn,
        "heard_ago": age(turn.heard, now=turn.now) if turn.heard else "",
    }


def address_of(key: str, otherwise: str) -> str:
    """Where a place is, by its key; while it has no address, that of the name `otherwise`."""
    try:
        return reverse(f"studio:{key}")
    except NoReverseMatch:
        return reverse(otherwise)


def comparison(number: int, other: int) -> str:
    """Where two versions are compared; while there is no such page, where they are listed."""
    try:
        return reverse("studio:compare-versions", args=[number, other])
    except NoReverseMatch:
        return reverse("studio:versions")


def _entries(places: list[Place], here: str, counts: dict[str, tuple[str, str]]) -> list[Entry]:
    """The places that there are; one whose address nobody has given yet is left out."""
    found = []
    for place in places:
        try:
            address = reverse(place.name)
        except NoReverseMatch:
            continue
        found.append(
            Entry(
                key=place.key,
                letter=place.letter,
                label=str(place.label),
                address=address,
                is_here=place.key == here,
                count=counts.get(place.key, ("", ""))[0],
                short=counts.get(place.key, ("", ""))[1],
                is_marked=place.key == "review",
            )
        )
    return found


def _counts(turn: Circle) -> dict[str, tuple[str, str]]:
    """What waits at each station, long and as short as a slim rail is; "" where nothing does."""
    fresh = f"+{turn.fresh}" if turn.fresh else ""
    train = (fresh, fresh)
    if turn.run:
        number, percent = turn.run.run.pk, turn.run.percent
        train = (f"{number}", f"{number}")
        if percent is not None:
            train = (f"{number} · {percent} %", f"{percent} %")
    waiting = str(turn.waiting or "")
    candidate = str(turn.candidate.number) if turn.candidate else ""
    live = turn.live
    return {
        "review": (waiting, waiting),
        "train": train,
        "compare": (candidate, candidate),
        "versions": (_("%(number)s live") % {"number": live.number}, str(live.number))
        if live
        else ("", ""),
    }


def unlisted(response: HttpResponse) -> HttpResponse:
    """The response, marked as nobody's but the asker's."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    add_never_cache_headers(response)
    return response


def polled(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorates the view of a part of a page that asks for itself anew, again and again.

    Whoever was signed out meanwhile is told so in its place, it asks no more, and nothing
    is lost of the page around it.
    """

    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not has_role(request.user, Role.REVIEWER):
            return unlisted(render(request, "studio/signed_out.html", status=STOP_POLLING))
        return unlisted(view(request, *args, **kwargs))

    return answer


@polled
def rail(request: HttpRequest) -> HttpResponse:
    """What of the rail moves: counts, the run's card, the worker's pulse."""
    turn = circle(now=timezone.now())
    return render(request, "studio/live.html", frame(request, turn, ""))
