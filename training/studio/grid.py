"""Review, sixty at a time: ink by label, the odd ones first; picked and rest at a stroke."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recognizer.labels import LABELS
from recognizer.selectors.readers import Opinions, opinions
from recognizer.serving.decision import UNSURE
from training.selectors import review_queue
from training.selectors.informative import readers_differ, unlike
from training.studio import frame
from training.studio.access import reviewer_required, user_of
from training.studio.review import key_of, order_of, orders
from training.studio.tiles import Tile, tile_of, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from recognizer.models import Drawing

TILES = 60


@dataclass(frozen=True, slots=True)
class Square:
    """A drawing in the grid; `odd` says in a few words what is odd about its label, if anything."""

    tile: Tile
    revision: int
    odd: str


@dataclass(frozen=True, slots=True)
class Group:
    """The drawings of one label, the odd ones first; the label is "" where nobody has said."""

    label: str
    name: str
    squares: list[Square]

    @property
    def odd(self) -> int:
        """How many are odd."""
        return sum(bool(square.odd) for square in self.squares)


@require_safe
@reviewer_required
def grid(request: HttpRequest) -> HttpResponse:
    """The next sixty drawings of the queue, by label."""
    user, order = user_of(request), order_of(request)
    contributor = key_of(request.GET.get("contributor"))
    keys = review_queue.queue(user, order=order, count=TILES, contributor=contributor)
    drawings = review_queue.drawings_of(keys)
    groups = _groups(drawings)
    last = review_queue.last_reviews(user, count=1)
    context = {
        "groups": groups,
        "shown": len(drawings),
        "odd": sum(group.odd for group in groups),
        "last": last[0] if last else None,
        **orders(request, order),
    }
    return frame.page(request, "studio/review_grid.html", place="review", **context)


def _groups(drawings: Sequence[Drawing]) -> list[Group]:
    squares: dict[str, list[Square]] = {}
    said_of = opinions(drawings)
    rows = zip(drawings, said_of, unlike(drawings, said_of), strict=True)
    for drawing, said, is_unlike in rows:
        odd = _odd(drawing, said, is_unlike)
        square = Square(tile_of(drawing, is_marked=bool(odd)), drawing.revision, odd)
        squares.setdefault(drawing.truth, []).append(square)
    return [
        Group(label, word(label), sorted(squares[label], key=lambda square: not square.odd))
        for label in (*LABELS, "")
        if label in squares
    ]


def _odd(drawing: Drawing, said: Opinions | None, odd: bool) -> str:
    """What is odd about a label, in a few words; "" where nothing is."""
    if drawing.truth and drawing.truth != drawing.read_as:
        return _("read %(label)s") % {"label": word(drawing.read_as)}
    if said and readers_differ(said):
        return _("readers differ")
    if drawing.verdict == UNSURE:
        return _("unsure")
    return _("unlike others") if odd and drawing.truth else ""
