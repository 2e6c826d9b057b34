"""Contributors for the staff: how much of their drawings was accepted; block or forget them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected as ask_and_delete
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html

from digitsite.admin import StaffAdmin, short, user
from recognizer import formatting
from recognizer.admin.drawings import MAX_DELETED_AT_ONCE
from recognizer.models import Contributor, Drawing
from recognizer.services.contributors import contributor_block, contributor_cap, contributor_forget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

Review = Drawing.Review


@admin.register(Contributor)
class ContributorAdmin(StaffAdmin[Contributor]):
    """Contributors. Django's deletion, with its page that asks, forgets one with all drawings."""

    list_display = [
        "__str__", "drawn", "accepted", "rejected", "share", "blocked", "cap", "created",
    ]  # fmt: skip
    list_filter = ["blocked"]
    list_select_related = ["user"]
    search_fields = ["id", "user__username", "origin"]
    search_help_text = "The beginning of a contributor's id, an account's name, or a corpus."
    actions = ["delete_selected"]
    fields = [
        "blocked", "share_cap", "drawings_link", "accepted", "rejected", "accepted_share", "user",
        "created_at", "id",
    ]  # fmt: skip
    readonly_fields = [
        "drawings_link", "accepted", "rejected", "accepted_share", "user", "created_at", "id",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contributor]:
        return (
            super()
            .get_queryset(request)
            # Counted for the rows of a page alone; so there is no order by them.
            .annotate(
                count_accepted=_count_of(Review.ACCEPTED), count_rejected=_count_of(Review.REJECTED)
            )
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="drawings", ordering="stored_drawings")
    def drawn(self, contributor: Contributor) -> int:
        return contributor.stored_drawings

    @admin.display(description="drawings")
    def drawings_link(self, contributor: Contributor) -> SafeString:
        address = reverse("admin:recognizer_drawing_changelist")
        return format_html(
            '<a href="{}?review=all&amp;contributor__id__exact={}">{}</a>',
            address,
            contributor.pk,
            contributor.stored_drawings,
        )

    @admin.display
    def accepted(self, contributor: Any) -> int:
        return int(contributor.count_accepted)

    @admin.display
    def rejected(self, contributor: Any) -> int:
        return int(contributor.count_rejected)

    @admin.display(description="accepted of those reviewed")
    def accepted_share(self, contributor: Any) -> str:
        reviewed = contributor.count_accepted + contributor.count_rejected
        share = contributor.count_accepted / reviewed if reviewed else None
        return formatting.percent(share, places=0)

    @admin.display
    def share(self, contributor: Any) -> str:
        return self.accepted_share(contributor)

    @admin.display(ordering="share_cap")
    def cap(self, contributor: Contributor) -> int | str:
        return contributor.share_cap or "–"

    @admin.display(ordering="created_at")
    def created(self, contributor: Contributor) -> str:
        return short(contributor.created_at)

    def save_model(self, request: HttpRequest, obj: Contributor, form: Any, change: bool) -> None:
        if "blocked" in form.changed_data:
            contributor_block(contributor=obj, blocked=obj.blocked, by=user(request))
        contributor_cap(contributor=obj, share_cap=obj.share_cap, by=user(request))

    # --- forgetting -------------------------------------------------------------

    @admin.action(description="Forget, with everything they drew", permissions=["delete"])
    def delete_selected(
        self, request: HttpRequest, contributors: QuerySet[Contributor]
    ) -> HttpResponse | None:
        if contributors.count() > MAX_DELETED_AT_ONCE:
            messages.error(request, f"Forget at most {MAX_DELETED_AT_ONCE} contributors at once.")
            return None
        return ask_and_delete(self, request, contributors)

    def get_deleted_objects(
        self, objs: Sequence[Contributor] | QuerySet[Contributor], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What a deletion would delete, as counts in place of Django's list of every row.

        It needs the permission to delete drawings as well.
        """
        drawings = Drawing.objects.filter(contributor__in=objs).count()
        lacking = set() if request.user.has_perm("recognizer.delete_drawing") else {"drawing"}
        counts = {"contributors": len(objs), "drawings": drawings}
        return [str(contributor) for contributor in objs], counts, lacking, []

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().delete_view(request, object_id, {"title": "Forget"} | (extra_context or {}))

    def delete_model(self, request: HttpRequest, obj: Contributor) -> None:
        contributor_forget(contributor=obj, by=user(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Contributor]) -> None:
        for contributor in queryset:
            contributor_forget(contributor=contributor, by=user(request))


def _count_of(review: str) -> Coalesce:
    """How many drawings of a contributor a reviewer decided on so, in SQL."""
    theirs = Drawing.objects.filter(contributor=OuterRef("pk"), review=review).order_by()
    counted = theirs.values("contributor").annotate(count=Count("*")).values("count")
    return Coalesce(Subquery(counted), 0)
