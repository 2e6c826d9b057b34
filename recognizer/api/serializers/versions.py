"""How a version looks: its files, its promotions, what the gate said."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from recognizer import gate_words
from recognizer.models import ModelVersion, Promotion


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
