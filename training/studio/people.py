"""People: whose ink the site learns from; capped, trusted, blocked, forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from digitsite.database.patience import patient
from recognizer import formatting
from recognizer.models import Contributor
from recognizer.services.contributors import (
    contributor_block,
    contributor_cap,
    contributor_forget,
    contributor_trust,
)
from recognizer.services.roles import Role, has_role
from training.selectors import people as selector
from training.selectors.people import Person
from training.studio import frame
from training.studio.access import (
    admin_required,
    password_required,
    reviewer_required,
    user_of,
)
from training.studio.tiles import tiles

if TYPE_CHECKING:
    import uuid

    from django.http import HttpRequest, HttpResponse

MAX_CAP = 100_000


@require_safe
@reviewer_required
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who has given ink, those with the most first."""
    blocked = request.GET.get("blocked") == "1"
    found = selector.people(
        now=timezone.now(), after=request.GET.get("after", "")[:80], blocked=blocked
    )
    query = {"blocked": "1"} if blocked else {}
    context: dict[str, Any] = {
        "cards": [card(one) for one in found.people],
        "blocked": blocked,
        "more": found.after and reverse("studio:people", query={**query, "after": found.after}),
        "may_change": has_role(request.user, Role.ADMIN),
        "cap": settings.CONTRIBUTOR_CAP,
    }
    return frame.page(request, "studio/people.html", place="people", **context)


def card(person: Person) -> dict[str, Any]:
    """What a card shows."""
    share = formatting.percent(person.share, places=1) if person.trainable else ""
    return {"person": person, "tiles": tiles(person.hand), "share": share}


# --- changes -----------------------------------------------------------------------------


def _block_act(request: HttpRequest, **_kwargs: Any) -> str:
    on = request.POST.get("blocked") == "1"
    return _("Block a contributor.") if on else _("Lift a contributor's block.")


def _trust_act(request: HttpRequest, **_kwargs: Any) -> str:
    on = request.POST.get("trusted") == "1"
    return _("Trust a contributor.") if on else _("Trust a contributor no more.")


def _cap_act(request: HttpRequest, **_kwargs: Any) -> str:
    return _("Cap a contributor at %(cap)s.") % {"cap": request.POST.get("cap", "")}


def _forget_act(request: HttpRequest, **_kwargs: Any) -> str:
    return _("Forget a contributor, with all drawings.")


@require_POST
@admin_required(act=_block_act)
def block(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Blocks a contributor, or lifts the block."""
    contributor = get_object_or_404(Contributor, pk=pk)
    blocked = request.POST.get("blocked") == "1"
    why = request.POST.get("why", "")
    contributor_block(contributor=contributor, blocked=blocked, by=user_of(request), why=why)
    said = _("Their drawings are never trained on.") if blocked else _("The block is lifted.")
    messages.success(request, said)
    return redirect(f"{reverse('studio:people')}#person-{pk}")


@require_POST
@admin_required(act=_trust_act)
def trust(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Trusts a contributor, or no more."""
    contributor = get_object_or_404(Contributor, pk=pk)
    trusted = request.POST.get("trusted") == "1"
    why = request.POST.get("why", "")
    contributor_trust(contributor=contributor, trusted=trusted, by=user_of(request), why=why)
    told = _("What they and the network say alike needs no second opinion.")
    messages.success(request, told if trusted else _("The trust is withdrawn."))
    return redirect(f"{reverse('studio:people')}#person-{pk}")


@require_POST
@admin_required(act=_cap_act)
def cap(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Caps how many drawings a contributor may weigh as; empty is the site's own cap."""
    contributor = get_object_or_404(Contributor, pk=pk)
    given = request.POST.get("cap", "").strip()
    if given and not (given.isdecimal() and len(given) < 7 and int(given) <= MAX_CAP):
        messages.error(request, _("A cap is a number of drawings."))
    else:
        share_cap = int(given) if given else None
        contributor_cap(contributor=contributor, share_cap=share_cap, by=user_of(request))
        messages.success(request, _("The cap is changed."))
    return redirect(f"{reverse('studio:people')}#person-{pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required(act=_forget_act)
@password_required(act=_forget_act)
@patient
def forget(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Says what forgetting somebody touches, and does it by POST."""
    contributor = get_object_or_404(Contributor.objects.select_related("user"), pk=pk)
    touched = selector.touched(contributor)
    if request.method != "POST":
        one = selector.person(contributor, now=timezone.now())
        return frame.page(
            request,
            "studio/people_forget.html",
            place="people",
            card=card(one),
            touched=touched,
        )
    why = request.POST.get("why", "")
    count = contributor_forget(contributor=contributor, by=user_of(request), why=why)
    said = ngettext(
        "Forgotten: %(count)s drawing is gone.", "Forgotten: %(count)s drawings are gone.", count
    )
    messages.success(request, said % {"count": count})
    if touched.versions:
        numbers = ", ".join(map(str, touched.versions))
        told = _("Versions %(numbers)s had learned from them. A run from scratch learns without.")
        messages.warning(request, told % {"numbers": numbers})
        return redirect("studio:train")
    return redirect("studio:people")
