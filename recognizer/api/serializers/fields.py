"""Fields that several shapes have: what a drawing is called, and how sure an answer is."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from recognizer.models import Drawing, Label
from recognizer.serving.decision import EMPTY, NO_DIGIT, SURE, UNSURE

VERDICTS = [SURE, UNSURE, NO_DIGIT]
PLACE_VERDICTS = [*VERDICTS, EMPTY]
SUBMITTED_SOURCES = Drawing.Source.submitted()


class LabelField(serializers.ChoiceField):
    """Of "0" to "9" and "not_a_digit"; the numbers 0 to 9 are taken as well.

    What has no label is answered with null, where that is allowed.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(Label.choices, **options)

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(value) or None


class VerdictField(serializers.ChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(VERDICTS, **options)


class PlaceVerdictField(serializers.ChoiceField):
    """The same, where there may be an empty cell of a form instead of a digit."""

    def __init__(self, **options: Any) -> None:
        super().__init__(PLACE_VERDICTS, **options)
