"""Audit: everything that was decided, as sentences with pictures; searched, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from recognizer.models import AccessToken, Audit, Drawing
from recognizer.services.roles import Role
from training.models import TrainingRun
from training.selectors import decisions
from training.selectors.decisions import Act
from training.studio import frame
from training.studio.access import reviewer_required
from training.studio.tiles import Tile, tile_of, word

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

What = Audit.What
KINDS = {
    "labels": gettext_lazy("labels"),
    "runs": gettext_lazy("runs"),
    "versions": gettext_lazy("versions"),
    "people": gettext_lazy("people"),
    "roles": gettext_lazy("roles"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An act as it is read: when, a picture or a sign of it, a sentence, what changed, why."""

    at: datetime
    tile: Tile | None
    sign: str
    sentence: str
    change: str
    why: str
    is_marked: bool


@require_safe
@reviewer_required
def audit(request: HttpRequest) -> HttpResponse:
    """The newest decisions that fit, and the way to earlier ones."""
    text, kind = request.GET.get("q", "")[:200], request.GET.get("kind", "")
    given = request.GET.get("before", "")
    before = int(given) if given.isdecimal() and len(given) < 19 else None
    found = decisions.decisions(text=text, kind=kind, before=before)
    query = {name: value for name, value in (("q", text), ("kind", kind)) if value}
    here = reverse("studio:audit")
    context: dict[str, Any] = {
        "lines": [line_of(act) for act in found.acts],
        "total": decisions.total(),
        "text": text,
        "kind": kind,
        "kinds": [
            (name, words, reverse("studio:audit", query={**query, "kind": name}))
            for name, words in KINDS.items()
        ],
        "all_kinds": reverse("studio:audit", query={"q": text} if text else None),
        "earlier": found.before
        and reverse("studio:audit", query={**query, "before": str(found.before)}),
        "here": here,
    }
    return frame.page(request, "studio/audit.html", place="audit", **context)


def line_of(act: Act) -> Line:
    """An act in words."""
    row = act.row
    drawing = row.drawing if act.count == 1 else None
    return Line(
        at=row.at,
        tile=tile_of(drawing) if drawing else None,
        sign=_sign(act),
        sentence=_sentence(act),
        change=_change(row) if act.count == 1 else "",
        why=row.why,
        is_marked=row.what in (What.UNDO, What.ROLLBACK, What.CANCEL, What.DELETE, What.FORGET),
    )


def _sign(act: Act) -> str:
    if act.count > 1:
        return str(act.count)
    return str(act.row.number) if act.row.number else "–"


def _who(row: Audit) -> str:
    if row.by:
        return row.by.get_username()
    is_own = row.what in (What.RUN, What.PROMOTION, What.ROLLBACK, What.CANCEL)
    return _("The site") if is_own else _("Somebody")


def _sentence(act: Act) -> str:
    row = act.row
    names = {**_values(row), "who": _who(row), "count": act.count}
    if row.what in (What.REVIEW, What.UNDO):
        return _reviewed(row, names)
    if row.what == What.FORGET and row.by is None:
        return _("A person was forgotten, as they asked: %(drawings)s drawings are gone") % names
    return str(_SENTENCES[What(row.what)]) % names


def _reviewed(row: Audit, names: Mapping[str, Any]) -> str:
    count = names["count"]
    if "gold" in row.after:
        gilded = _("%(who)s took this to measure reviewers by")
        return (gilded if row.after["gold"] else _("%(who)s gave this back to learn from")) % names
    if row.what == What.UNDO:
        return (
            ngettext("%(who)s took a review back", "%(who)s took %(count)s reviews back", count)
            % names
        )
    if row.after.get("decision") == "reject":
        return (
            ngettext("%(who)s rejected this", "%(who)s rejected %(count)s drawings", count) % names
        )
    if count > 1:
        return _("%(who)s accepted %(count)s drawings") % names
    return _("%(who)s accepted this as %(said)s") % names


# With the places that `_values` fills.
_SENTENCES = {
    What.LABEL: gettext_lazy("%(who)s labelled this %(claimed)s"),
    What.DELETE: gettext_lazy("%(who)s deleted %(drawings)s drawings"),
    What.RUN: gettext_lazy("%(who)s started run %(number)s"),
    What.CANCEL: gettext_lazy("%(who)s cancelled run %(number)s"),
    What.PROMOTION: gettext_lazy("%(who)s made version %(number)s live"),
    What.ROLLBACK: gettext_lazy("%(who)s went back to version %(number)s"),
    What.BLOCK: gettext_lazy("%(who)s changed the block of %(whom)s"),
    What.CAP: gettext_lazy("%(who)s changed the cap of %(whom)s"),
    What.TRUST: gettext_lazy("%(who)s changed the trust in %(whom)s"),
    What.FORGET: gettext_lazy("%(who)s forgot a person: %(drawings)s drawings are gone"),
    What.ROLE: gettext_lazy("%(who)s changed the role of %(whom)s"),
    What.TOKEN: gettext_lazy("%(who)s changed a way in of %(whom)s"),
}


def _values(row: Audit) -> dict[str, Any]:
    whom = row.account.get_username() if row.account else ""
    if row.contributor:
        whom = str(row.contributor)
    return {
        "number": row.number,
        "whom": whom or _("somebody who is gone"),
        "drawings": row.after.get("drawings", 0),
        "claimed": word(row.after.get("claimed", "")),
        "said": word(row.after.get("said", "")),
    }


def _change(row: Audit) -> str:
    """What was before and is after, in a few words; "" where one cannot tell."""
    before, after = _state(row.before), _state(row.after)
    return f"{before} → {after}" if before and after else after or before


_NAMES = {
    "review": gettext_lazy("review"),
    "live": gettext_lazy("live version"),
    "blocked": gettext_lazy("blocked"),
    "trusted": gettext_lazy("trusted"),
    "cap": gettext_lazy("cap"),
    "role": gettext_lazy("role"),
    "versions": gettext_lazy("versions that had learned from them"),
    "mode": gettext_lazy("mode"),
    "epochs": gettext_lazy("epochs"),
    "kind": gettext_lazy("kind"),
    "name": gettext_lazy("name"),
    "withdrawn": gettext_lazy("withdrawn"),
}


_REVIEWS = {
    Drawing.Review.UNLABELLED: gettext_lazy("not labelled"),
    Drawing.Review.PENDING: gettext_lazy("waiting"),
    Drawing.Review.ACCEPTED: gettext_lazy("accepted"),
    Drawing.Review.REJECTED: gettext_lazy("rejected"),
}


def _state(values: Mapping[str, Any]) -> str:
    said = [f"{_NAMES[name]} {_value(value)}" for name, value in values.items() if name in _NAMES]
    if label := values.get("label"):
        said.append(_("as %(label)s") % {"label": word(label)})
    return ", ".join(said)


def _value(value: Any) -> str:
    if value is None or value == []:
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    for words in (Role, TrainingRun.Mode, AccessToken.Kind):
        if value in words.values:
            return str(words(value).label)
    return str(_REVIEWS.get(value, value))
