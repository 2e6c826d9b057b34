"""How an answer looks: a digit, a number, its lines and signs; or an error."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from recognizer.api.serializers.fields import (
    LabelField,
    PlaceVerdictField,
    VerdictField,
)


class AlternativeSerializer(serializers.Serializer[Any]):
    digit = serializers.IntegerField()
    probability = serializers.FloatField()


class NetworkSerializer(serializers.Serializer[Any]):
    digit = serializers.IntegerField(allow_null=True)
    confidence = serializers.FloatField()
    probabilities = serializers.ListField(child=serializers.FloatField())
    verdict = VerdictField()


class MemorySerializer(serializers.Serializer[Any]):
    label = LabelField()  # type: ignore[assignment]
    drawing = serializers.UUIDField()
    similarity = serializers.FloatField(help_text="At most 1.")
    drawn_at = serializers.DateTimeField()
    changed = serializers.BooleanField(
        help_text="Whether the digit is another than the network's own."
    )


class ReadersSerializer(serializers.Serializer[Any]):
    picture = serializers.IntegerField()
    motion = serializers.IntegerField()


class ReadingSerializer(NetworkSerializer):
    verdict = PlaceVerdictField(  # type: ignore[assignment]
        help_text="empty: a cell of a form in which nothing is written."
    )
    alternatives = AlternativeSerializer(many=True)
    readers = ReadersSerializer(
        required=False,
        help_text="The digits that the picture and the pen's way look like, each alone, where "
        "they are not the same.",
    )
    network = NetworkSerializer(
        required=False, help_text="The network's own answer, where memory made it another."
    )
    memory = MemorySerializer(
        required=False, help_text="Which of your own drawings spoke, where one did."
    )
    seen = serializers.ListField(child=serializers.IntegerField(), required=False)


class PlacedReadingSerializer(ReadingSerializer):
    box = serializers.ListField(child=serializers.FloatField(), help_text="[x, y, width, height]")


class SignSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(
        allow_blank=True, help_text="One of - / . , : + ( ) $ % = or a space; empty: may be one."
    )
    box = serializers.ListField(child=serializers.FloatField(), help_text="[x, y, width, height]")
    verdict = VerdictField(help_text="Sure or unsure.")


class LineSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(
        help_text='As written, signs and spaces too: "5/27"; "_" for an empty cell.'
    )
    number = serializers.CharField(
        allow_null=True,
        help_text="Its digits; null unless there are only spaces or hyphens between them.",
    )
    digits = PlacedReadingSerializer(many=True)
    signs = SignSerializer(many=True)
    box = serializers.ListField(child=serializers.FloatField(), help_text="[x, y, width, height]")


class PredictionSerializer(ReadingSerializer):
    model_version = serializers.IntegerField()
    box = serializers.ListField(
        child=serializers.FloatField(),
        required=False,
        help_text="[x, y, width, height] of a cell in which nothing is written.",
    )
    text = serializers.CharField(
        required=False,
        help_text='A number as written, signs and spaces too: "5/27"; lines with newlines between.',
    )
    number = serializers.CharField(
        required=False,
        allow_null=True,
        help_text="Its digits; null of several lines, and unless there are only spaces or hyphens "
        "between them.",
    )
    digits = PlacedReadingSerializer(many=True, required=False)
    signs = SignSerializer(many=True, required=False)
    lines = LineSerializer(many=True, required=False)  # type: ignore[assignment]


class ErrorDetailSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    field = serializers.CharField(allow_null=True)


class ErrorAnswerSerializer(serializers.Serializer[Any]):
    error = ErrorDetailSerializer()


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="BatchItem",
        serializers=[PredictionSerializer, ErrorAnswerSerializer],
        resource_type_field_name=None,
    )
)
class BatchItemField(serializers.JSONField):
    """A prediction, or the error by which the item was refused."""


class BatchAnswerSerializer(serializers.Serializer[Any]):
    items = serializers.ListField(child=BatchItemField())
