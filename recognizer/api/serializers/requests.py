"""What comes in.

A submission is parsed by `recognizer.submission`, not by its serializer, which only describes it:
nested fields for thousands of points would cost more than reading the digit.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from recognizer.api.ink import StrokesField
from recognizer.api.serializers.fields import (
    SUBMITTED_SOURCES,
    LabelField,
)
from recognizer.models import Drawing
from recognizer.preprocessing.strokes import COLUMNS, POINTS


class WishesSerializer(serializers.Serializer[Any]):
    detail = serializers.BooleanField(
        default=False, help_text="Add `seen`: the 784 values the network saw."
    )
    memory = serializers.BooleanField(
        default=True, help_text="Whether your own labelled drawings count in the answer."
    )


class NumberSerializer(serializers.Serializer[Any]):
    number = serializers.BooleanField(default=False, help_text="Read a whole number.")


class DigitSerializer(WishesSerializer):
    strokes = StrokesField(required=False)
    layout = serializers.ChoiceField(
        [POINTS, COLUMNS],
        required=False,
        help_text="What the lists of a stroke are. Left out: points, unless they cannot be.",
    )
    canvas = serializers.ListField(
        child=serializers.FloatField(),
        min_length=2,
        max_length=2,
        required=False,
        help_text="[width, height] in the strokes' unit; lets a dot be told from a digit.",
    )
    image = serializers.CharField(
        required=False, help_text="Base64 or a data URL; or a file in a multipart form."
    )


class PictureSerializer(serializers.Serializer[Any]):
    image = serializers.CharField(help_text="Base64 or a data URL; or a file in a multipart form.")


class PictureFormSerializer(serializers.Serializer[Any]):
    image = serializers.FileField(help_text="A PNG, JPEG, HEIC, WebP, AVIF, GIF, BMP or TIFF.")


class SubmissionSerializer(NumberSerializer, DigitSerializer):
    """Strokes, or an image."""


class SubmissionFormSerializer(NumberSerializer, WishesSerializer, PictureFormSerializer):
    """An image, as a file."""


class BatchSerializer(serializers.Serializer[Any]):
    items = SubmissionSerializer(many=True)


class ParticularsSerializer(serializers.Serializer[Any]):
    label = LabelField(required=False)  # type: ignore[assignment]
    source = serializers.ChoiceField(  # type: ignore[assignment]
        SUBMITTED_SOURCES, default=Drawing.Source.API
    )
    consent = serializers.BooleanField(
        default=True, help_text="Whether the drawing may be trained on once it is accepted."
    )


class NewDrawingSerializer(ParticularsSerializer, DigitSerializer):
    """Drawings are stored digit by digit."""


class NewDrawingFormSerializer(ParticularsSerializer, PictureFormSerializer):
    """An image, as a file, with one digit."""


class LabelSerializer(serializers.Serializer[Any]):
    label = LabelField(help_text="A digit, or not_a_digit.")  # type: ignore[assignment]


class ReviewSerializer(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(["accept", "reject"])
    label = LabelField(  # type: ignore[assignment]
        required=False, help_text="What it is, if not what its contributor said."
    )


class PromoteSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    expected_live = serializers.IntegerField(
        required=False,
        default=None,
        allow_null=True,
        help_text="The version you saw as live; the call is refused if another is by now.",
    )


class ForgetSerializer(serializers.Serializer[Any]):
    drawing = serializers.UUIDField(
        required=False, default=None, allow_null=True, help_text="Left out: all of them."
    )


class HandSettingsSerializer(serializers.Serializer[Any]):
    remembers = serializers.BooleanField()
