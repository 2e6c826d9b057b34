"""What takes long in a site that people use, and not in one of tests."""

from __future__ import annotations

import os
from datetime import timedelta

from django.apps import AppConfig


class HurryConfig(AppConfig):
    name = "tests.support"

    def ready(self) -> None:
        from recognizer.services import sweeping
        from recognizer.serving import registry
        from training import services
        from training.selectors.runs import heartbeats

        registry.MEMORY_SECONDS = float(
            os.environ.get("TEST_MEMORY_SECONDS", registry.MEMORY_SECONDS)
        )
        services.MAX_ATTEMPTS = int(os.environ.get("TEST_MAX_ATTEMPTS", services.MAX_ATTEMPTS))
        if seconds := os.environ.get("TEST_GRACE_SECONDS"):
            sweeping.GRACE = timedelta(seconds=int(seconds))
        if seconds := os.environ.get("TEST_SILENT_SECONDS"):
            heartbeats.SILENT = timedelta(seconds=int(seconds))
