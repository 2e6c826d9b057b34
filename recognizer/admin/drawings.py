"""Looking at drawings, reviewing them one by one or many at once, deleting them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected as ask_and_delete
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe

from digitsite.admin import LookOnlyAdmin, asker, must, short, tell
from digitsite.exceptions import Conflict, Refused
from recognizer import pictures, services
from recognizer.admin.choices import MisreadFilter, ReviewActionForm, ReviewFilter, VerdictFilter
from recognizer.models import Drawing, Label

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from django.http import HttpRequest
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

Review = Drawing.Review
Deleted: TypeAlias = tuple[list[str], dict[str, int], set[str], list[str]]

# The page that asks back carries one field a drawing, and a form has a limit of fields.
MOST_DELETED_AT_ONCE = 500


@admin.register(Drawing)
class DrawingAdmin(LookOnlyAdmin[Drawing]):
    list_display = ["picture", "reading", "said_to_be", "state", "contributor", "created"]
    list_display_links = ["picture"]
    list_filter = [
        ReviewFilter,
        MisreadFilter,
        "label",
        VerdictFilter,
        "source",
    ]
    list_select_related = ["contributor__user"]
    search_fields = ["id", "contributor__user__username"]
    search_help_text = "The beginning of a drawing's id, or an account's name."
    action_form = ReviewActionForm
    actions = ["accept_as_labelled", "accept_as", "reject", "delete_selected"]
    fields = [
        "reading", "read_now", "label", "labelled_at", "review", "accepted_label", "reviewer",
        "reviewed_at", "contributor", "source", "consent", "created_at", "version",
        "normalisation", "used_by", "id",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Drawing]:
        return super().get_queryset(request).defer("strokes", "probabilities")

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """What waits is reviewed in its order; of all else the newest comes first."""
        return ["-created_at" if ReviewFilter.parameter_name in request.GET else "created_at"]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<uuid:pk>/review/",
                wrap(require_POST(self.review_view)),
                name="recognizer_drawing_review",
            ),
            path(
                "<uuid:pk>/image/",
                wrap(require_safe(self.image_view)),
                name="recognizer_drawing_image",
            ),
            *super().get_urls(),
        ]

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recognizer.change_drawing")

    def has_delete_permission(self, request: HttpRequest, obj: Drawing | None = None) -> bool:
        return request.user.has_perm("recognizer.delete_drawing")

    # --- columns ----------------------------------------------------------------

    @admin.display(description="drawing")
    def picture(self, drawing: Drawing) -> SafeString:
        return format_html(
            '<img class="glyph" src="{}" width="84" height="84" alt="{}">',
            pictures.glyph_uri(drawing.pixels),
            drawing,
        )

    @admin.display(description="read as", ordering="digit")
    def reading(self, drawing: Drawing) -> SafeString:
        return format_html(
            '<strong class="read">{}</strong><br><span class="quiet">{}&nbsp;%, {}</span>',
            Label(drawing.read_as).label,
            f"{100 * drawing.confidence:.0f}",
            drawing.verdict.replace("_", " "),
        )

    @admin.display(description="label", ordering="label")
    def said_to_be(self, drawing: Drawing) -> SafeString | str:
        truth = drawing.accepted_label or drawing.label
        if not truth:
            return "–"
        right = truth == drawing.read_as
        return format_html(
            '<strong class="{}">{}</strong>', "right" if right else "wrong", Label(truth).label
        )

    @admin.display(description="review", ordering="review")
    def state(self, drawing: Drawing) -> SafeString:
        """The review's state, and with it what a decision made on this page was based on."""
        return format_html(
            '<span class="badge {}">{}</span><input type="hidden" name="seen-{}" value="{}">',
            drawing.review,
            drawing.review,
            drawing.pk,
            as_seen(drawing),
        )

    @admin.display(ordering="created_at")
    def created(self, drawing: Drawing) -> str:
        return short(drawing.created_at)

    @admin.display(description="read now")
    def read_now(self, drawing: Drawing) -> str:
        try:
            prediction = services.reread(drawing=drawing)
        except Refused as refusal:
            return refusal.message
        reading = prediction.readings[0]
        said = Label.NOT_A_DIGIT.label if reading.digit is None else reading.digit
        return f"{said}, {100 * reading.confidence:.0f} %, by version {prediction.model_version}"

    @admin.display(description="used by")
    def used_by(self, drawing: Drawing) -> str:
        uses = drawing.uses.select_related("version").order_by("version__number")
        words = {"train": "learned from it", "held_out": "was judged on it"}
        return "; ".join(f"{use.version} {words[use.role]}" for use in uses) or "no version yet"

    # --- reviewing --------------------------------------------------------------

    def _decide(
        self, request: HttpRequest, drawing: Drawing, decision: str, label: str, seen: str
    ) -> str:
        """One decision, as a sentence. Raises `Refused`."""
        if seen and seen != as_seen(drawing):
            raise Conflict("Somebody else has changed this drawing since you looked at it.")
        services.drawing_review(
            drawing=drawing, decision=decision, reviewer=asker(request), label=label
        )
        said = "Rejected."
        if drawing.accepted_label:
            said = f"Accepted as {Label(drawing.accepted_label).label}."
        self.log_change(request, drawing, said)
        return said

    def _decide_all(
        self, request: HttpRequest, drawings: QuerySet[Drawing], decision: str, label: str = ""
    ) -> None:
        told: Counter[tuple[int, str]] = Counter()
        for drawing in drawings:
            seen = request.POST.get(f"seen-{drawing.pk}", "")
            try:
                said = self._decide(request, drawing, decision, label, seen)
                told[messages.SUCCESS, said] += 1
            except Refused as refusal:
                told[messages.ERROR, refusal.message] += 1
        # Decided by somebody else since, it may be in this list no more.
        if (gone := len(request.POST.getlist(ACTION_CHECKBOX_NAME)) - len(drawings)) > 0:
            told[messages.ERROR, "Somebody else has reviewed or deleted it meanwhile."] = gone
        for (level, sentence), count in told.items():
            drawings_counted = "1 drawing" if count == 1 else f"{count} drawings"
            messages.add_message(request, level, f"{drawings_counted}: {sentence}")

    @admin.action(description="Accept as labelled", permissions=["review"])
    def accept_as_labelled(self, request: HttpRequest, drawings: QuerySet[Drawing]) -> None:
        self._decide_all(request, drawings, "accept")

    @admin.action(description="Accept as the label chosen here:", permissions=["review"])
    def accept_as(self, request: HttpRequest, drawings: QuerySet[Drawing]) -> None:
        label = request.POST.get("label", "")
        if label:
            self._decide_all(request, drawings, "accept", label)
        else:
            messages.error(request, "Choose the label to accept them as, beside the action.")

    @admin.action(description="Reject", permissions=["review"])
    def reject(self, request: HttpRequest, drawings: QuerySet[Drawing]) -> None:
        self._decide_all(request, drawings, "reject")

    def review_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """A decision made on the drawing's own page; the next one that waits comes up."""
        must(self.has_review_permission(request))
        drawing = get_object_or_404(Drawing, pk=pk)
        waited = drawing.review == Review.PENDING
        label = request.POST.get("label", "")
        decision = request.POST.get("decision", "accept" if label else "")
        seen = request.POST.get("seen", "")
        done = tell(
            request,
            lambda: f"{drawing}: {self._decide(request, drawing, decision, label, seen)}",
        )
        if not (done and waited):
            return redirect("admin:recognizer_drawing_change", pk)
        following = next_waiting(drawing)
        if following is None:
            messages.info(request, "That was the last one; nothing waits for review.")
            return redirect("admin:recognizer_drawing_changelist")
        return redirect("admin:recognizer_drawing_change", following.pk)

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
            "as_read": pictures.glyph_uri(drawing.pixels),
            "probabilities": list(enumerate(drawing.probabilities)),
            "may_review": self.has_review_permission(request),
            "seen": as_seen(drawing),
            "read_as": drawing.read_as,
            "labels": Label.choices,
            "waiting": Drawing.objects.waiting().exclude(pk=drawing.pk).count(),
            "following": next_waiting(drawing),
        }

    def _as_drawn(self, drawing: Drawing) -> str:
        if drawing.strokes is None:
            return reverse("admin:recognizer_drawing_image", args=[drawing.pk])
        return pictures.ink_uri(drawing.strokes, drawing.canvas)

    def image_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """An uploaded image, decoded and drawn anew: the bytes that came are never sent on."""
        must(self.has_view_permission(request))
        drawing = get_object_or_404(Drawing, pk=pk)
        try:
            with drawing.image.open() as file:
                content = pictures.upload_png(file.read())
        except (ValueError, OSError, Refused) as error:
            raise Http404("There is no image that can be shown.") from error
        return HttpResponse(content, content_type="image/png")

    # --- deleting ---------------------------------------------------------------

    @admin.action(description="Delete for good", permissions=["delete"])
    def delete_selected(
        self, request: HttpRequest, drawings: QuerySet[Drawing]
    ) -> HttpResponse | None:
        if drawings.count() > MOST_DELETED_AT_ONCE:
            messages.error(request, f"Delete at most {MOST_DELETED_AT_ONCE} drawings at once.")
            return None
        return ask_and_delete(self, request, drawings)

    def get_deleted_objects(
        self, objs: Sequence[Drawing] | QuerySet[Drawing], request: HttpRequest
    ) -> Deleted:
        return [str(drawing) for drawing in objs], {"drawings": len(objs)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Drawing) -> None:
        services.drawing_delete(drawing=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Drawing]) -> None:
        services.drawings_delete(drawings=list(queryset))


def as_seen(drawing: Drawing) -> str:
    """The state a decision is based on. A page sends it back, so that a stale one is noticed."""
    return f"{drawing.review} {drawing.reviewed_at} {drawing.label}"


def next_waiting(drawing: Drawing) -> Drawing | None:
    """The drawing to review after this one; those that were skipped come round again."""
    others = Drawing.objects.waiting().exclude(pk=drawing.pk)
    return others.filter(created_at__gte=drawing.created_at).first() or others.first()
