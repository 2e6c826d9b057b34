"""What all staff pages share: the site's name, read-only rows, permissions, messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Model
from django.utils.functional import cached_property
from django.utils.timezone import localtime

from digitsite.exceptions import Refused
from digitsite.storage.disk import on_full_disk

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.db.models import QuerySet
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


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of as many rows as anybody pages through; further than that nothing is counted."""

    MOST = 2_000

    @cached_property
    def count(self) -> int:
        """How many rows there are, as far as `MOST`."""
        rows: QuerySet[Any] = self.object_list.order_by()  # type: ignore[attr-defined]
        return rows[: self.MOST].count()


class StaffAdmin(ModelAdmin[M]):
    """Base of the staff's pages; a list's title is the name of its rows.

    A list never counts a whole table: its pages end somewhere, no filter tells how many rows it
    would leave, and how many there are without any is not told.
    """

    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    # By what rows may be chosen in a list's address, besides its filters: links lead there.
    linked_lookups: tuple[str, ...] = ()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Whether a list's address may choose rows by this lookup: only as the site's links do.

        Django lets the staff choose by any lookup of any field, with values that no database
        can compare.
        """
        filters = [getattr(one, "parameter_name", one) for one in self.list_filter]
        field, _, kind = lookup.partition("__")
        filtered = field in filters and kind in ("", "exact", "isnull")
        return filtered or lookup in self.linked_lookups

    @on_full_disk
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = {"title": str(self.opts.verbose_name_plural).capitalize()}
        response = super().changelist_view(request, title | (extra_context or {}))
        shown = getattr(response, "context_data", None) or {}
        if "cl" in shown and shown["cl"].result_count == BoundedPaginator.MOST:
            shown["subtitle"] = f"The first {BoundedPaginator.MOST:,}; narrow the list for others."
        return response

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[M], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Does what was chosen to the rows that were ticked. A key that is none is a bad
        request here; Django hands it to the database.
        """
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.clean(key, None)
        except ValidationError as error:
            raise BadRequest("What was ticked is no row.") from error
        return super().response_action(request, queryset, *args, **kwargs)

    @on_full_disk
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().delete_view(request, object_id, extra_context)


class LookOnlyAdmin(StaffAdmin[M]):
    """Base of pages whose rows nobody adds, edits or deletes by hand: services change them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


def keys_from(beginning: str) -> tuple[UUID, UUID] | None:
    """The first and the last UUID that begin so; None for what is the beginning of none.

    So an index finds them: as text each row's key would be looked at.
    """
    digits = beginning.replace("-", "").lower()
    if not 0 < len(digits) <= 32 or not set(digits) <= set("0123456789abcdef"):
        return None
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))


def short(moment: datetime | None) -> str:
    """A time in the site's time zone for a narrow column, such as `2026-03-01 17:05`; or a dash."""
    return f"{localtime(moment):%Y-%m-%d %H:%M}" if moment else "–"


def user(request: HttpRequest) -> User:
    """The user who is logged in, as everybody on a staff page is."""
    assert isinstance(request.user, User)
    return request.user


def require(allowed: bool) -> None:
    """Raises `PermissionDenied`, which the site answers with 403, unless `allowed`."""
    if not allowed:
        raise PermissionDenied


def report(request: HttpRequest, service: Callable[[], str]) -> bool:
    """Calls a service and shows the user its sentence, or that of its refusal.

    Returns whether the service did what was asked.
    """
    try:
        messages.success(request, service())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return False
    return True
