"""The promotion of a version, from any page that shows one: its number typed, a reason where
the gate could not decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from digitsite.exceptions import Conflict
from recognizer.models import ModelVersion
from recognizer.services.roles import Role, has_role
from recognizer.services.versions import version_promote
from training.studio.access import password_required, trainer_required, user_of

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser


@dataclass(frozen=True, slots=True)
class Offer:
    """What `studio/promote.html` shows: a version, what is live, and what is asked for.

    `may` is whether the user may promote at all; `needs_reason` where the gate is undecided.
    """

    version: ModelVersion
    live: ModelVersion | None
    may: bool

    @property
    def is_live(self) -> bool:
        return self.live is not None and self.live.pk == self.version.pk

    @property
    def is_open(self) -> bool:
        """Whether the gate lets a person promote it."""
        return not self.is_live and self.version.gate_verdict != ModelVersion.GateVerdict.FAILED

    @property
    def needs_reason(self) -> bool:
        return self.version.gate_verdict == ModelVersion.GateVerdict.UNDECIDED


def offer(
    user: AbstractBaseUser | AnonymousUser, version: ModelVersion, live: ModelVersion | None
) -> Offer:
    """The offer to promote a version, for the partial template."""
    return Offer(version, live, has_role(user, Role.TRAINER))


def _act(request: HttpRequest, number: int) -> str:
    return _("Put version %(number)s in the place of the live one") % {"number": number}


@trainer_required(act=_act)  # type: ignore[untyped-decorator]
@password_required
@require_POST
def promote(request: HttpRequest, number: int) -> HttpResponse:
    """Promotes a version whose number was typed, and goes back to the page that asked."""
    version = get_object_or_404(ModelVersion, number=number)
    if request.POST.get("typed", "").strip() != str(number):
        told = _("Nothing was changed: type %(number)s to promote version %(number)s.")
        messages.error(request, told % {"number": number})
        return redirect(_back(request))
    seen = request.POST.get("expected_live", "")
    try:
        version_promote(
            version=version,
            by=user_of(request),
            reason=request.POST.get("reason", "").strip(),
            # Python takes no number of more than 4,300 digits; no version has one of twenty.
            expected_live=int(seen) if seen.isdecimal() and len(seen) < 20 else None,
        )
    except Conflict as conflict:
        messages.error(request, conflict.message)
    else:
        messages.success(request, _("Version %(number)s is live now.") % {"number": number})
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    address = request.POST.get("next", "")
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(address, hosts, require_https=request.is_secure()):
        return address
    return reverse("studio:versions")
