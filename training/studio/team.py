"""Team: who works here in which role, and the links and tokens by which they come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from digitsite.exceptions import Refused
from recognizer import formatting
from recognizer.models import AccessToken
from recognizer.services import team as service
from recognizer.services.roles import Role
from training.selectors.agreement import Agreement, agreements
from training.studio import frame
from training.studio.access import admin_required, password_required, user_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

MAX_PEOPLE = 200


class MemberForm(forms.Form):
    """Somebody who begins to work here, by a new account."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=150)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)


class RoleForm(forms.Form):
    """A role in the place of another; empty takes it."""

    account = forms.CharField(label=gettext_lazy("Account"), max_length=150)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[*Role.choices, ("", gettext_lazy("none"))],
        required=False,
    )


class TokenForm(forms.Form):
    """A token for the API, or a sign-in link."""

    kind = forms.ChoiceField(choices=AccessToken.Kind.choices)
    name = forms.CharField(label=gettext_lazy("What for"), max_length=service.MAX_NAME)
    days = forms.IntegerField(
        label=gettext_lazy("Days"), min_value=1, max_value=service.MAX_DAYS, initial=90
    )


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team, with the tokens that open something."""

    user: User
    role: Role | None
    tokens: list[AccessToken]
    agreement: Agreement | None
    is_self: bool

    @property
    def kappa(self) -> str:
        """Cohen's kappa as text; a dash where it says nothing."""
        kappa = self.agreement.kappa if self.agreement else None
        return "–" if kappa is None else formatting.figure(kappa, 2)


@require_safe
@admin_required
def team(request: HttpRequest) -> HttpResponse:
    """Everybody who works here."""
    return _page(request)


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    people = User.objects.filter(Q(groups__name__in=Role.values) | Q(is_staff=True)).distinct()
    people = people.prefetch_related("groups").order_by("username")[:MAX_PEOPLE]
    tokens: dict[int, list[AccessToken]] = {}
    rows = AccessToken.objects.filter(user__in=[one.pk for one in people])
    for token in service.valid(rows, now=timezone.now()):
        tokens.setdefault(token.user_id, []).append(token)
    found = agreements()
    context = {
        "members": [
            Member(
                user,
                service.role_in_group(user),
                tokens.get(user.pk, []),
                found.get(user.pk),
                user.pk == user_of(request).pk,
            )
            for user in people
        ],
        "roles": [*Role.choices, ("", _("none"))],
        "member_form": MemberForm(auto_id="new_%s"),
        "role_form": RoleForm(auto_id="known_%s"),
        "max_days": service.MAX_DAYS,
        **more,
    }
    return frame.page(request, "studio/team.html", place="team", **context)


# --- changes -----------------------------------------------------------------------------


def _role_act(request: HttpRequest, **_kwargs: Any) -> str:
    role = request.POST.get("role", "")
    names = {"name": request.POST.get("account", ""), "role": dict(Role.choices).get(role, "–")}
    return _("Role of %(name)s: %(role)s.") % names


def _member_act(request: HttpRequest, **_kwargs: Any) -> str:
    return _("New account: %(name)s.") % {"name": request.POST.get("name", "")}


def _token_act(request: HttpRequest, **_kwargs: Any) -> str:
    return _("Make a way in: %(name)s.") % {"name": request.POST.get("name", "")}


def _withdraw_act(request: HttpRequest, **_kwargs: Any) -> str:
    return _("Withdraw a way in.")


@require_POST
@admin_required(act=_role_act)
@password_required(act=_role_act)
def role(request: HttpRequest) -> HttpResponse:
    """Gives an account a role, or takes it."""
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _wrong(request, form)
    user = User.objects.filter(username=form.cleaned_data["account"]).first()
    if user is None:
        messages.error(request, _("There is no such account."))
        return redirect("studio:team")
    given = Role(form.cleaned_data["role"]) if form.cleaned_data["role"] else None
    return _done(
        request,
        lambda: service.role_set(user=user, role=given, by=user_of(request)),
        _("The role is changed."),
    )


@require_POST
@admin_required(act=_member_act)
@password_required(act=_member_act)
def member(request: HttpRequest) -> HttpResponse:
    """Makes an account with a role, and the link by which its person comes in."""
    form = MemberForm(request.POST)
    if not form.is_valid():
        return _wrong(request, form)
    by = user_of(request)
    try:
        user = service.member_create(
            name=form.cleaned_data["name"], role=Role(form.cleaned_data["role"]), by=by
        )
        _token, secret = service.token_create(
            user=user, kind=AccessToken.Kind.LINK, name=_("first sign-in"), by=by
        )
    except (Refused, ValidationError) as refusal:
        messages.error(request, str(getattr(refusal, "message", refusal)))
        return redirect("studio:team")
    return _shown(request, user, AccessToken.Kind.LINK, secret)


@require_POST
@admin_required(act=_token_act)
@password_required(act=_token_act)
def token(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes a link or a token for somebody, and shows it, once."""
    user = get_object_or_404(User, pk=pk, is_staff=True)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _wrong(request, form)
    try:
        made, secret = service.token_create(user=user, by=user_of(request), **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("studio:team")
    return _shown(request, user, made.kind, secret)


@require_POST
@admin_required(act=_withdraw_act)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraws a link or a token. It asks for no password: what closes is never in the way."""
    found = get_object_or_404(AccessToken, pk=pk)
    return _done(
        request,
        lambda: service.token_withdraw(token=found, by=user_of(request)),
        _("It opens nothing any more."),
    )


def _shown(request: HttpRequest, user: User, kind: str, secret: str) -> HttpResponse:
    """The page with a secret on it: no address leads there again."""
    if kind == AccessToken.Kind.LINK:
        address = reverse("recognizer:sign-in-link", args=[secret])
        secret = request.build_absolute_uri(address)
    return _page(request, secret=secret, secret_kind=kind, secret_of=user)


def _done(request: HttpRequest, change: Callable[[], None], said: str) -> HttpResponse:
    try:
        change()
        messages.success(request, said)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("studio:team")


def _wrong(request: HttpRequest, form: forms.Form) -> HttpResponse:
    for errors in form.errors.values():
        messages.error(request, str(errors[0]))
    return redirect("studio:team")
