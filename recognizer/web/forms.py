"""The forms of visitors' accounts: Django's own, with a limit on tries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UserCreationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digitsite.http.throttling import over_sign_in_limit

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest

THROTTLED = "throttled"


def check_limit(request: HttpRequest, name: str) -> None:
    """Counts a try at an account. Raises `ValidationError` after too many in a minute.

    A form calls it before it hashes a password, which is costly.
    """
    if over_sign_in_limit(request, name):
        raise ValidationError(_("Too many tries. Please wait a minute."), code=THROTTLED)


class SignInForm(AuthenticationForm):
    """The sign-in; its message is the same for a wrong name and for a wrong password."""

    def clean(self) -> dict[str, Any]:
        assert self.request is not None
        check_limit(self.request, self.cleaned_data.get("username", ""))
        return super().clean()


class SignUpForm(UserCreationForm):  # type: ignore[type-arg]  # generic for the checker only
    """A name and a new password, twice."""

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(data)
        self.request = request

    def clean(self) -> dict[str, Any] | None:
        check_limit(self.request, "")
        return super().clean()


class NewPasswordForm(PasswordChangeForm):
    """The old password and a new one, twice."""

    def __init__(self, request: HttpRequest, user: User, data: Any = None) -> None:
        super().__init__(user, data)
        self.request = request

    def clean_old_password(self) -> str:
        check_limit(self.request, self.user.get_username())
        return super().clean_old_password()


class PasswordForm(forms.Form):
    """The password once more, before something that cannot be taken back."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, user: User, data: Any = None) -> None:
        super().__init__(data)
        self.request = request
        self.user = user

    def clean_password(self) -> str:
        check_limit(self.request, self.user.get_username())
        given: str = self.cleaned_data["password"]
        if not self.user.check_password(given):
            raise ValidationError(_("That is not your password."), code="wrong")
        return given
