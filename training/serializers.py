"""The shapes of a training run in the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from training.models import TrainingRun
from training.services import MOST_EPOCHS


class NewRunSerializer(serializers.Serializer[Any]):
    mode = serializers.ChoiceField(TrainingRun.Mode.choices, default=TrainingRun.Mode.WARM)
    epochs = serializers.IntegerField(
        min_value=1,
        max_value=MOST_EPOCHS,
        required=False,
        help_text="Left out, the site's own number for the mode.",
    )
    auto_promote = serializers.BooleanField(
        default=False, help_text="Promote at once if the gate lets the candidate through."
    )


class RunSerializer(serializers.ModelSerializer[TrainingRun]):
    requested_by = serializers.CharField(
        source="requested_by.username", default=None, allow_null=True
    )
    champion = serializers.IntegerField(source="champion.number", default=None, allow_null=True)
    candidate = serializers.IntegerField(source="candidate.number", default=None, allow_null=True)
    progress = serializers.DictField()
    dataset = serializers.DictField()
    history = serializers.ListField(child=serializers.DictField())
    gate_report = serializers.DictField(
        source="candidate.gate_report", default=None, allow_null=True
    )

    class Meta:
        model = TrainingRun
        fields = [
            "id", "status", "mode", "epochs", "auto_promote", "trigger", "reason",
            "requested_by", "created_at", "started_at", "finished_at", "attempt",
            "heartbeat_at", "champion", "snapshot_digest", "dataset", "progress",
            "history", "error", "candidate", "gate_report",
        ]  # fmt: skip
