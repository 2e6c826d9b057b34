"""The shapes of the API: what comes in is described here, what goes out is built here.

A submission is parsed by `recognizer.submission`, not by its serializer, which
only describes it: nested fields for thousands of points would cost more than
reading the digit.

REST framework takes declared fields out of the class, so one called `label`
shadows no attribute of the serializer itself; the ignored types say otherwise.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from recognizer.answer import NO_DIGIT, SURE, UNSURE, Reading
from recognizer.contributors import private_link, receipt
from recognizer.glyph import Glyph
from recognizer.models import Drawing, Label, ModelVersion, Promotion
from recognizer.services import Prediction

# --- what comes in --------------------------------------------------------------


class DigitSerializer(serializers.Serializer[Any]):
    strokes = serializers.ListField(
        child=serializers.ListField(
            child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=4)
        ),
        required=False,
        help_text="Strokes of points [x, y, t?, pressure?]; y down, any unit.",
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
    detail = serializers.BooleanField(
        default=False, help_text="Add `seen`: the 784 values the network saw."
    )


class SubmissionSerializer(DigitSerializer):
    number = serializers.BooleanField(default=False, help_text="Read a whole number.")


class BatchSerializer(serializers.Serializer[Any]):
    items = SubmissionSerializer(many=True)


class LabelField(serializers.ChoiceField):
    """Of "0" to "9" and "not_a_digit"; the numbers 0 to 9 are taken as well."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Label.choices, **options)


class ParticularsSerializer(serializers.Serializer[Any]):
    label = LabelField(required=False)  # type: ignore[assignment]
    source = serializers.ChoiceField(  # type: ignore[assignment]
        Drawing.Source.submitted(), default=Drawing.Source.API
    )
    consent = serializers.BooleanField(
        default=True, help_text="Whether the drawing may be trained on once it is accepted."
    )


class NewDrawingSerializer(ParticularsSerializer, DigitSerializer):
    """Drawings are stored digit by digit."""


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


# --- what goes out --------------------------------------------------------------


class AlternativeSerializer(serializers.Serializer[Any]):
    digit = serializers.IntegerField()
    probability = serializers.FloatField()


class ReadingSerializer(serializers.Serializer[Any]):
    digit = serializers.IntegerField(allow_null=True)
    confidence = serializers.FloatField()
    probabilities = serializers.ListField(child=serializers.FloatField())
    verdict = serializers.ChoiceField([SURE, UNSURE, NO_DIGIT])
    alternatives = AlternativeSerializer(many=True)
    seen = serializers.ListField(child=serializers.IntegerField(), required=False)


class PlacedReadingSerializer(ReadingSerializer):
    box = serializers.ListField(child=serializers.FloatField(), help_text="[x, y, width, height]")


class PredictionSerializer(ReadingSerializer):
    model_version = serializers.IntegerField()
    number = serializers.CharField(required=False)
    digits = PlacedReadingSerializer(many=True, required=False)


class ErrorDetailSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    field = serializers.CharField(allow_null=True)


class ErrorSerializer(serializers.Serializer[Any]):
    error = ErrorDetailSerializer()


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="BatchItem",
        serializers=[PredictionSerializer, ErrorSerializer],
        resource_type_field_name=None,
    )
)
class BatchItemField(serializers.JSONField):
    """A prediction, or the error by which the item was refused."""


class BatchAnswerSerializer(serializers.Serializer[Any]):
    items = serializers.ListField(child=BatchItemField())


class UseSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(source="version.number")
    role = serializers.CharField()


class NowSerializer(serializers.Serializer[Any]):
    digit = serializers.IntegerField(allow_null=True)
    confidence = serializers.FloatField()
    model_version = serializers.IntegerField()


class DrawingSerializer(serializers.ModelSerializer[Drawing]):
    model_version = serializers.IntegerField(source="version.number")
    label = LabelField(allow_blank=True, read_only=True)  # type: ignore[assignment]
    accepted_label = LabelField(allow_blank=True, read_only=True)
    used_in = serializers.SerializerMethodField()

    class Meta:
        model = Drawing
        fields = [
            "id", "source", "created_at", "consent", "digit", "confidence", "verdict",
            "probabilities", "model_version", "label", "labelled_at", "review",
            "accepted_label", "reviewed_at", "used_in",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(UseSerializer(many=True))
    def get_used_in(self, drawing: Drawing) -> Any:
        uses = sorted(drawing.uses.all(), key=lambda use: use.version.number)
        return UseSerializer(uses, many=True).data


class DrawingFateSerializer(DrawingSerializer):
    now = NowSerializer(allow_null=True, help_text="What the live version reads.")
    fate = serializers.CharField(help_text="Where it stands, in a sentence.")

    class Meta(DrawingSerializer.Meta):
        fields = [*DrawingSerializer.Meta.fields, "now", "fate"]
        read_only_fields = fields


class StoredDrawingSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    receipt = serializers.CharField()
    url = serializers.CharField()
    page = serializers.CharField(
        help_text="A private link to the drawing's page: whoever has it may see and delete it."
    )
    label = serializers.CharField()  # type: ignore[assignment]
    review = serializers.ChoiceField(Drawing.Review.choices)
    prediction = PredictionSerializer()


class PromotionSerializer(serializers.ModelSerializer[Promotion]):
    version = serializers.IntegerField(source="version.number")
    by = serializers.CharField(source="by.username", default=None, allow_null=True)

    class Meta:
        model = Promotion
        fields = ["id", "version", "kind", "by", "reason", "at"]


class VersionSerializer(serializers.ModelSerializer[ModelVersion]):
    parent = serializers.IntegerField(  # type: ignore[assignment]
        source="parent.number", default=None, allow_null=True
    )
    live = serializers.SerializerMethodField()
    metrics = serializers.DictField()
    lineage = serializers.DictField()
    drawings_removed = serializers.IntegerField()

    class Meta:
        model = ModelVersion
        fields = [
            "number", "live", "created_at", "parent", "gate_passed", "gate_report",
            "metrics", "lineage", "normalisation", "drawings_removed",
        ]  # fmt: skip

    def get_live(self, version: ModelVersion) -> bool:
        live: ModelVersion | None = self.context["live"]
        return live is not None and live.pk == version.pk


class FileSerializer(serializers.Serializer[Any]):
    sha256 = serializers.CharField()
    bytes = serializers.IntegerField()


class BrowserFileSerializer(FileSerializer):
    url = serializers.CharField()


class BrowserSerializer(serializers.Serializer[Any]):
    topology = BrowserFileSerializer()
    weights = BrowserFileSerializer()


class ModelSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    promoted_at = serializers.DateTimeField()
    normalisation = serializers.IntegerField()
    metrics = serializers.DictField()
    files = serializers.DictField(child=FileSerializer())
    thresholds = serializers.DictField(child=serializers.FloatField())
    browser = BrowserSerializer(allow_null=True, help_text="For TensorFlow.js; null without them.")


def prediction_body(prediction: Prediction, *, number: bool, detail: bool) -> dict[str, Any]:
    """A prediction as the API answers it."""
    readings = [_reading_body(reading) for reading in prediction.readings]
    if detail:
        for reading, glyph in zip(readings, prediction.glyphs, strict=True):
            reading["seen"] = glyph.pixels.ravel().tolist()
    if not number:
        return {**readings[0], "model_version": prediction.model_version}
    whole = {**readings[0]} if len(readings) == 1 else _number_summary(readings)
    return {
        **whole,
        "number": "".join("?" if one["digit"] is None else str(one["digit"]) for one in readings),
        "digits": [
            {**reading, "box": _box(glyph)}
            for reading, glyph in zip(readings, prediction.glyphs, strict=True)
        ],
        "model_version": prediction.model_version,
    }


def _reading_body(reading: Reading) -> dict[str, Any]:
    return {
        "digit": reading.digit,
        "confidence": reading.confidence,
        "probabilities": reading.probabilities,
        "verdict": reading.verdict,
        "alternatives": reading.alternatives,
    }


def _number_summary(readings: list[dict[str, Any]]) -> dict[str, Any]:
    """A number is as certain as its least certain digit, and is no single digit."""
    worst = min(readings, key=lambda reading: reading["confidence"])
    verdicts = {reading["verdict"] for reading in readings}
    verdict = next(one for one in (NO_DIGIT, UNSURE, SURE) if one in verdicts)
    return {
        "digit": None,
        "confidence": worst["confidence"],
        "probabilities": [],
        "verdict": verdict,
        "alternatives": [],
    }


def _box(glyph: Glyph) -> list[float]:
    return [round(value, 2) for value in glyph.box]


def stored_body(drawing: Drawing, prediction: Prediction, *, detail: bool) -> dict[str, Any]:
    """The answer to a stored drawing, with the receipt that makes it its contributor's."""
    return {
        "id": str(drawing.pk),
        "receipt": receipt(drawing),
        "url": reverse("api:drawing", args=[drawing.pk]),
        "page": private_link(drawing),
        "label": drawing.label,
        "review": drawing.review,
        "prediction": prediction_body(prediction, number=False, detail=detail),
    }
