"""The shapes of a training run in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from recognizer.api.serializers.versions import GateReportField
from training.models import TrainingRun
from training.services import MAX_EPOCHS


class NewRunSerializer(serializers.Serializer[Any]):
    mode = serializers.ChoiceField(TrainingRun.Mode.choices, default=TrainingRun.Mode.WARM)
    epochs = serializers.IntegerField(
        min_value=1,
        max_value=MAX_EPOCHS,
        required=False,
        help_text="Left out, the site's own number for the mode.",
    )
    auto_promote = serializers.BooleanField(
        default=False, help_text="Promote at once if the gate lets the candidate through."
    )


class EpochSerializer(serializers.Serializer[Any]):
    """One epoch; the validation figures are those of the averaged weights."""

    epoch = serializers.IntegerField(help_text="From 1.")
    loss = serializers.FloatField(help_text="The mean over batches.")
    validation_nll = serializers.FloatField(help_text="In nats.")
    validation_accuracy = serializers.FloatField()
    learning_rate = serializers.FloatField()
    seconds = serializers.FloatField()


@extend_schema_field(EpochSerializer(many=True))
class HistoryField(serializers.JSONField):
    """A run's epochs as they are kept."""


class RunSerializer(serializers.ModelSerializer[TrainingRun]):
    requested_by = serializers.CharField(
        source="requested_by.username", default=None, allow_null=True, read_only=True
    )
    champion = serializers.IntegerField(
        source="champion.number",
        default=None,
        allow_null=True,
        read_only=True,
        help_text="The version that was live.",
    )
    candidate = serializers.IntegerField(
        source="candidate.number",
        default=None,
        allow_null=True,
        read_only=True,
        help_text="The version that came of it.",
    )
    progress = serializers.DictField(read_only=True, help_text="How far it has come, by stage.")
    dataset = serializers.DictField(read_only=True, help_text="Counts by source and split.")
    history = HistoryField(read_only=True, help_text="One entry an epoch.")
    gate_report = GateReportField(
        source="candidate.gate_report", default=None, allow_null=True, read_only=True
    )

    class Meta:
        model = TrainingRun
        fields = [
            "id", "status", "mode", "epochs", "auto_promote", "trigger", "reason",
            "requested_by", "created_at", "started_at", "finished_at", "attempt",
            "heartbeat_at", "champion", "snapshot_digest", "dataset", "progress",
            "history", "error", "candidate", "gate_report",
        ]  # fmt: skip
        read_only_fields = fields
