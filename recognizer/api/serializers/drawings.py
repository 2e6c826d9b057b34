"""How a drawing looks, and the hand that is remembered of its contributor."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from recognizer.api.serializers.fields import (
    LabelField,
    VerdictField,
)
from recognizer.api.serializers.readings import PredictionSerializer
from recognizer.models import Drawing, DrawingUse


class DrawingUseSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(source="version.number")
    role = serializers.ChoiceField(DrawingUse.Role.choices)


class NowSerializer(serializers.Serializer[Any]):
    digit = serializers.IntegerField(allow_null=True)
    confidence = serializers.FloatField()
    model_version = serializers.IntegerField()


class DrawingSerializer(serializers.ModelSerializer[Drawing]):
    model_version = serializers.IntegerField(source="version.number", read_only=True)
    label = LabelField(  # type: ignore[assignment]
        allow_null=True, read_only=True, help_text="What its contributor said; null before."
    )
    accepted_label = LabelField(
        allow_null=True, read_only=True, help_text="What a reviewer accepted it as, if one did."
    )
    verdict = VerdictField(read_only=True)
    probabilities = serializers.ListField(child=serializers.FloatField(), read_only=True)
    shown_digit = serializers.SerializerMethodField()
    shown_verdict = serializers.SerializerMethodField()
    used_in = serializers.SerializerMethodField()

    class Meta:
        model = Drawing
        fields = [
            "id", "source", "created_at", "consent", "digit", "confidence", "verdict",
            "probabilities", "model_version", "shown_digit", "shown_verdict", "memory_drawing",
            "label", "labelled_at", "review", "accepted_label", "reviewed_at", "remembered",
            "used_in",
        ]  # fmt: skip
        read_only_fields = fields

    def get_shown_digit(self, drawing: Drawing) -> int | None:
        return drawing.shown_digit if drawing.shown_verdict else drawing.digit

    @extend_schema_field(VerdictField)
    def get_shown_verdict(self, drawing: Drawing) -> str:
        return drawing.shown_verdict or drawing.verdict

    @extend_schema_field(DrawingUseSerializer(many=True))
    def get_used_in(self, drawing: Drawing) -> Any:
        return DrawingUseSerializer(drawing.uses_by_version(), many=True).data


class DrawingFateSerializer(DrawingSerializer):
    now = NowSerializer(
        allow_null=True, read_only=True, help_text="What the live version reads; null without one."
    )
    fate = serializers.CharField(read_only=True, help_text="Where it stands, in a sentence.")

    class Meta(DrawingSerializer.Meta):
        fields = [*DrawingSerializer.Meta.fields, "now", "fate"]
        read_only_fields = fields


class StoredDrawingSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    receipt = serializers.CharField(
        help_text="Makes the drawing yours: send it as `X-Receipt` with calls about it."
    )
    url = serializers.CharField(help_text="The drawing's address in this API.")
    page = serializers.CharField(
        help_text="A private link to the drawing's page: whoever has it may see and delete it."
    )
    label = LabelField(allow_null=True)  # type: ignore[assignment]
    review = serializers.ChoiceField(Drawing.Review.choices)
    prediction = PredictionSerializer()


class RememberedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    label = LabelField()  # type: ignore[assignment]
    drawn_at = serializers.DateTimeField()
    telling = serializers.BooleanField(help_text="The network had read it as something else.")
    strokes = serializers.ListField(
        child=serializers.ListField(
            child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2)
        ),
        required=False,
        help_text="Of ink: strokes of points [x, y].",
    )
    canvas = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, required=False, help_text="Of ink."
    )
    pixels = serializers.CharField(
        required=False, help_text="Of a picture: its glyph's 784 bytes in Base64."
    )


class HandStateSerializer(serializers.Serializer[Any]):
    tag = serializers.CharField(
        help_text="`X-Hand` of answers; another for every change. 0 where nothing counts."
    )
    generation = serializers.IntegerField()
    remembers = serializers.BooleanField(help_text="Whether it counts in answers at all.")
    back = serializers.BooleanField(help_text="Whether `hand/back/` leads to another hand.")
    mended = serializers.IntegerField(help_text="Answers that are right by memory.")
    per_label = serializers.DictField(child=serializers.IntegerField())


class HandSerializer(HandStateSerializer):
    drawings = RememberedSerializer(many=True, help_text="The newest first; none while it is off.")
