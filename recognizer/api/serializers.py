"""The shapes of the API: what comes in is described here, what goes out is built here.

A submission is parsed by `recognizer.submission`, not by its serializer, which
only describes it: nested fields for thousands of points would cost more than
reading the digit.

REST framework takes declared fields out of the class, so one called `label`
shadows no attribute of the serializer itself; the ignored types say otherwise.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from recognizer import gate_words
from recognizer.api.ink import StrokesField
from recognizer.models import Drawing, DrawingUse, Label, ModelVersion, Promotion
from recognizer.preprocessing.strokes import COLUMNS, POINTS
from recognizer.serving.decision import EMPTY, NO_DIGIT, SURE, UNSURE

VERDICTS = [SURE, UNSURE, NO_DIGIT]
PLACE_VERDICTS = [*VERDICTS, EMPTY]
SUBMITTED_SOURCES = Drawing.Source.submitted()

# --- what comes in --------------------------------------------------------------


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


class LabelField(serializers.ChoiceField):
    """Of "0" to "9" and "not_a_digit"; the numbers 0 to 9 are taken as well.

    What has no label is answered with null, where that is allowed.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(Label.choices, **options)

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(value) or None


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


# --- what goes out --------------------------------------------------------------


class AlternativeSerializer(serializers.Serializer[Any]):
    digit = serializers.IntegerField()
    probability = serializers.FloatField()


class VerdictField(serializers.ChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(VERDICTS, **options)


class PlaceVerdictField(serializers.ChoiceField):
    """The same, where there may be an empty cell of a form instead of a digit."""

    def __init__(self, **options: Any) -> None:
        super().__init__(PLACE_VERDICTS, **options)


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


class ForgetSerializer(serializers.Serializer[Any]):
    drawing = serializers.UUIDField(
        required=False, default=None, allow_null=True, help_text="Left out: all of them."
    )


class HandSettingsSerializer(serializers.Serializer[Any]):
    remembers = serializers.BooleanField()


class PromotionSerializer(serializers.ModelSerializer[Promotion]):
    version = serializers.IntegerField(source="version.number", read_only=True)
    by = serializers.CharField(source="by.username", default=None, allow_null=True, read_only=True)

    class Meta:
        model = Promotion
        fields = ["id", "version", "kind", "by", "reason", "at"]
        read_only_fields = fields


class GateRemarkSerializer(serializers.Serializer[Any]):
    """What one sentence of a check says, for programs."""

    code = serializers.CharField()
    parameters = serializers.DictField()


class GateCheckSerializer(serializers.Serializer[Any]):
    """One rule of the gate and what it found."""

    name = serializers.CharField()
    outcome = serializers.ChoiceField(ModelVersion.GateVerdict.choices, required=False)
    passed = serializers.BooleanField()
    sentence = serializers.CharField(help_text="What it found, in the asker's language.")
    remarks = GateRemarkSerializer(many=True, required=False)
    figures = serializers.DictField(required=False)


class GateReportSerializer(serializers.Serializer[Any]):
    """What the gate found. Of a version made long ago, or elsewhere, it may be less."""

    verdict = serializers.ChoiceField(ModelVersion.GateVerdict.choices, required=False)
    checks = GateCheckSerializer(many=True, required=False)
    fixes = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        help_text="Drawings that the live version read wrong and this one reads right.",
    )
    breaks = serializers.ListField(
        child=serializers.UUIDField(), required=False, help_text="The other way round."
    )


@extend_schema_field(GateReportSerializer)
class GateReportField(serializers.JSONField):
    """A gate's report as it is kept, each of its checks with a sentence in the asker's language."""

    def to_representation(self, value: Any) -> Any:
        return gate_words.in_words(value)


class VersionSerializer(serializers.ModelSerializer[ModelVersion]):
    parent = serializers.IntegerField(  # type: ignore[assignment]
        source="parent.number", default=None, allow_null=True, read_only=True
    )
    live = serializers.SerializerMethodField()
    gate_report = GateReportField(read_only=True)
    metrics = serializers.DictField(read_only=True, help_text="Its figures by the set of examples.")
    lineage = serializers.DictField(
        read_only=True, help_text="The run, the data and the parent that it was made of."
    )
    drawings_removed = serializers.IntegerField(
        read_only=True, help_text="How many drawings that it used exist no more."
    )

    class Meta:
        model = ModelVersion
        fields = [
            "number", "live", "created_at", "parent", "gate_verdict", "gate_report",
            "metrics", "lineage", "normalisation", "drawings_removed",
        ]  # fmt: skip
        read_only_fields = fields

    def get_live(self, version: ModelVersion) -> bool:
        live: ModelVersion | None = self.context["live"]
        return live is not None and live.pk == version.pk


class ModelFileSerializer(serializers.Serializer[Any]):
    sha256 = serializers.CharField()
    bytes = serializers.IntegerField()


class BrowserFileSerializer(ModelFileSerializer):
    url = serializers.CharField()


class VersionFilesSerializer(serializers.Serializer[Any]):
    files = serializers.DictField(child=BrowserFileSerializer())


class BrowserFilesSerializer(serializers.Serializer[Any]):
    topology = BrowserFileSerializer()
    weights = BrowserFileSerializer()


class RuntimeSerializer(serializers.Serializer[Any]):
    core = serializers.CharField()
    wasm_backend = serializers.CharField()
    wasm_binary = serializers.CharField()
    cpu_backend = serializers.CharField()


class ModelSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    promoted_at = serializers.DateTimeField()
    normalisation = serializers.IntegerField()
    metrics = serializers.DictField(help_text="Its figures by the set of examples.")
    files = serializers.DictField(child=ModelFileSerializer())
    thresholds = serializers.DictField(child=serializers.FloatField())
    browser = BrowserFilesSerializer(
        allow_null=True, help_text="For TensorFlow.js; null without them."
    )
    runtime = RuntimeSerializer(
        allow_null=True,
        help_text="Addresses of TensorFlow.js; null where the site has not installed it.",
    )
