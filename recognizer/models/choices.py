"""What a drawing can be said to show, as a field's choices and in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, CharField, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from recognizer.labels import NOT_A_DIGIT

if TYPE_CHECKING:
    pass


class Label(models.TextChoices):
    """What a drawing can be said to show; the values are those of `recognizer.labels.LABELS`."""

    ZERO = "0", "0"
    ONE = "1", "1"
    TWO = "2", "2"
    THREE = "3", "3"
    FOUR = "4", "4"
    FIVE = "5", "5"
    SIX = "6", "6"
    SEVEN = "7", "7"
    EIGHT = "8", "8"
    NINE = "9", "9"
    NOT_A_DIGIT = NOT_A_DIGIT, _("not a digit")


def label_in_sql(field: str) -> Case:
    """`labels.label_of` of a field with a digit or null."""
    return Case(
        When(**{field: None}, then=Value(NOT_A_DIGIT)),
        default=Cast(field, CharField()),
        output_field=CharField(),
    )
