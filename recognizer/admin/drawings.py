"""Drawings for rare repairs: look at them, delete them. They are reviewed in the studio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected as ask_and_delete
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from digitsite.admin import LookOnlyAdmin, keys_from, require, short, user
from digitsite.exceptions import Refused
from recognizer import formatting, thumbnails
from recognizer.admin.filters import MisreadFilter, ReviewFilter, VerdictFilter
from recognizer.exceptions import InputError
from recognizer.labels import label_of
from recognizer.models import Contributor, Drawing, Label
from recognizer.services.drawings import drawing_delete, drawings_delete
from recognizer.services.predictions import predict_stored

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from django.http import HttpRequest
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

Review = Drawing.Review
Deleted: TypeAlias = tuple[list[str], dict[str, int], set[str], list[str]]

# Of what is looked for so many words count, and so many people whose names fit.
MAX_WORDS, MAX_NAMED = 4, 100
# The page that asks back carries one field a drawing, and a form has a limit of fields.
MAX_DELETED_AT_ONCE = 500


@admin.register(Drawing)
class DrawingAdmin(LookOnlyAdmin[Drawing]):
    """Drawings: a list, and a page of each."""

    list_display = ["picture", "reading", "known_label", "state", "contributor", "created"]
    list_display_links = ["picture"]
    list_filter = [
        ReviewFilter,
        MisreadFilter,
        "label",
        VerdictFilter,
        "source",
    ]
    linked_lookups = ("contributor__id__exact",)
    list_select_related = ["contributor__user"]
    search_fields = ["id"]  # of which `get_search_results` makes more
    search_help_text = "The beginning of a drawing's id, or an account's name."
    # No other order has an index.
    sortable_by = ["created"]
    actions = ["delete_selected"]
    fields = [
        "reading", "read_now", "label", "labelled_at", "review", "accepted_label", "reviewer",
        "reviewed_at", "contributor", "source", "consent", "created_at", "version",
        "normalisation", "used_by", "image_lost", "stored_bytes", "id",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Drawing]:
        return super().get_queryset(request).defer("strokes", "probabilities")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Drawing], search_term: str
    ) -> tuple[QuerySet[Drawing], bool]:
        """Drawings by the beginning of their ids, and those of accounts by a part of their names.

        Whose names fit is asked first: then an index has both.
        """
        for word in search_term.split()[:MAX_WORDS]:
            named = Contributor.objects.filter(user__username__icontains=word)
            fits = Q(contributor__in=list(named.values_list("pk", flat=True)[:MAX_NAMED]))
            if keys := keys_from(word):
                fits |= Q(pk__range=keys)
            queryset = queryset.filter(fits)
        return queryset, False

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """The oldest first of what waits for review; the newest first of everything else."""
        return ["-created_at" if ReviewFilter.parameter_name in request.GET else "created_at"]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<uuid:pk>/image/",
                wrap(require_safe(self.image_view)),
                name="recognizer_drawing_image",
            ),
            *super().get_urls(),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Drawing | None = None) -> bool:
        return request.user.has_perm("recognizer.delete_drawing")

    # --- columns ----------------------------------------------------------------

    @admin.display(description="drawing")
    def picture(self, drawing: Drawing) -> SafeString:
        return format_html(
            '<img class="glyph" src="{}" width="84" height="84" alt="{}">',
            thumbnails.glyph_uri(drawing.pixels),
            drawing,
        )

    @admin.display(description="read as", ordering="digit")
    def reading(self, drawing: Drawing) -> SafeString:
        return format_html(
            '<strong class="read">{}</strong><br><span class="quiet">{}, {}</span>',
            Label(drawing.read_as).label,
            formatting.probability(drawing.confidence),
            drawing.verdict.replace("_", " "),
        )

    @admin.display(description="label", ordering="label")
    def known_label(self, drawing: Drawing) -> SafeString | str:
        if not drawing.truth:
            return "–"
        right = drawing.truth == drawing.read_as
        return format_html(
            '<strong class="{}">{}</strong>',
            "right" if right else "wrong",
            Label(drawing.truth).label,
        )

    @admin.display(description="review", ordering="review")
    def state(self, drawing: Drawing) -> SafeString:
        return format_html('<span class="badge {0}">{0}</span>', drawing.review)

    @admin.display(ordering="created_at")
    def created(self, drawing: Drawing) -> str:
        return short(drawing.created_at)

    @admin.display(description="read now")
    def read_now(self, drawing: Drawing) -> str:
        """The live version's prediction, or why there is none."""
        try:
            prediction = predict_stored(drawing=drawing)
        except Refused as refusal:
            return refusal.message
        reading = prediction.readings[0]
        answer = Label(label_of(reading.digit)).label
        confidence = formatting.probability(reading.confidence)
        return f"{answer}, {confidence}, by version {prediction.model_version}"

    @admin.display(description="used by")
    def used_by(self, drawing: Drawing) -> str:
        """The versions that were trained or tested on the drawing."""
        uses = drawing.uses.select_related("version").order_by("version__number")
        words = {"train": "learned from it", "held_out": "was judged on it"}
        return "; ".join(f"{use.version} {words[use.role]}" for use in uses) or "no version yet"

    # --- one drawing ------------------------------------------------------------

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        drawing: Drawing = context["original"]
        return super().render_change_form(
            request, context | self._page(request, drawing), *args, **kwargs
        )

    def _page(self, request: HttpRequest, drawing: Drawing) -> dict[str, Any]:
        return {
            "as_drawn": self._as_drawn(drawing),
            "as_read": thumbnails.glyph_uri(drawing.pixels),
            "probabilities": list(enumerate(drawing.probabilities)),
            "may_review": request.user.has_perm("recognizer.change_drawing"),
        }

    def _as_drawn(self, drawing: Drawing) -> str:
        if drawing.strokes is None:
            return reverse("admin:recognizer_drawing_image", args=[drawing.pk])
        return thumbnails.ink_uri(drawing.strokes, drawing.canvas)

    def image_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """An uploaded image as a PNG made anew: the uploaded bytes never reach a staff browser."""
        require(self.has_view_permission(request))
        drawing = get_object_or_404(Drawing, pk=pk)
        try:
            with drawing.image.open() as file:
                content = thumbnails.upload_png(file.read())
        except (ValueError, OSError, InputError) as error:
            raise Http404("There is no image that can be shown.") from error
        return HttpResponse(content, content_type="image/png")

    # --- deleting ---------------------------------------------------------------

    @admin.action(description="Delete for good", permissions=["delete"])
    def delete_selected(
        self, request: HttpRequest, drawings: QuerySet[Drawing]
    ) -> HttpResponse | None:
        if drawings.count() > MAX_DELETED_AT_ONCE:
            messages.error(request, f"Delete at most {MAX_DELETED_AT_ONCE} drawings at once.")
            return None
        return ask_and_delete(self, request, drawings)

    def get_deleted_objects(
        self, objs: Sequence[Drawing] | QuerySet[Drawing], request: HttpRequest
    ) -> Deleted:
        return [str(drawing) for drawing in objs], {"drawings": len(objs)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Drawing) -> None:
        drawing_delete(drawing=obj, staff=user(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Drawing]) -> None:
        drawings_delete(drawings=list(queryset), staff=user(request))
