"""What can be chosen beside the list of drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet

from recognizer.answer import NO_DIGIT, SURE, UNSURE
from recognizer.models import Drawing, DrawingQuerySet, Label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest


class ReviewFilter(admin.SimpleListFilter):
    """What waits for review, unless something else is asked for."""

    title = "review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        others = [state for state in Drawing.Review.values if state != Drawing.Review.PENDING]
        return [(state, state) for state in ("all", *others)]

    def choices(self, changelist: Any) -> Iterator[Any]:
        default, *others = super().choices(changelist)
        yield {**default, "display": "waiting"}
        yield from others

    def queryset(self, request: HttpRequest, drawings: QuerySet[Drawing]) -> QuerySet[Drawing]:
        if self.value() == "all":
            return drawings
        return drawings.filter(review=self.value() or Drawing.Review.PENDING)


class VerdictFilter(admin.SimpleListFilter):
    """Django's own filter would look through every row for the values there are."""

    title = "verdict"
    parameter_name = "verdict"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(verdict, verdict.replace("_", " ")) for verdict in (SURE, UNSURE, NO_DIGIT)]

    def queryset(self, request: HttpRequest, drawings: QuerySet[Drawing]) -> QuerySet[Drawing]:
        return drawings.filter(verdict=self.value()) if self.value() else drawings


class MisreadFilter(admin.SimpleListFilter):
    """Whether what was read is what it turned out to be."""

    title = "reading"
    parameter_name = "reading"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("right", "read right"), ("wrong", "read wrong")]

    def queryset(self, request: HttpRequest, drawings: QuerySet[Drawing]) -> QuerySet[Drawing]:
        if self.value() not in ("right", "wrong"):
            return drawings
        return cast("DrawingQuerySet", drawings).read_right(right=self.value() == "right")


class ReviewActionForm(ActionForm):
    label = forms.ChoiceField(
        label="as", required=False, choices=[("", "(choose a label)"), *Label.choices]
    )
