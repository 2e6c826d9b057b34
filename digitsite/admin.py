"""What all staff pages share: the site's name, rows that are only looked at, told refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.utils.timezone import localtime

from digitsite.exceptions import Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

admin.site.site_header = "Digit reader"
admin.site.site_title = "Digit reader"
admin.site.index_title = "Staff"

M = TypeVar("M", bound=Model)

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin
else:

    class ModelAdmin(admin.ModelAdmin, Generic[M]):
        """Django's own, which cannot be given its model's type at run time."""


class StaffAdmin(ModelAdmin[M]):
    """Lists are called what they hold, not what is to be done with them."""

    list_per_page = 50

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = {"title": str(self.opts.verbose_name_plural).capitalize()}
        return super().changelist_view(request, title | (extra_context or {}))


class LookOnlyAdmin(StaffAdmin[M]):
    """Rows that nobody adds, edits or deletes by hand; services change them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


def short(moment: datetime | None) -> str:
    """A time for a narrow column."""
    return f"{localtime(moment):%Y-%m-%d %H:%M}" if moment else "–"


def asker(request: HttpRequest) -> User:
    """Who is logged in; nobody else comes as far as a staff page."""
    assert isinstance(request.user, User)
    return request.user


def must(allowed: bool) -> None:
    """Raises `PermissionDenied`, which the site answers with 403."""
    if not allowed:
        raise PermissionDenied


def tell(request: HttpRequest, service: Callable[[], str]) -> bool:
    """Shows the asker what a service did, which `service` says, or why it was refused."""
    try:
        messages.success(request, service())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return False
    return True
