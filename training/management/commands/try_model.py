"""`manage.py try_model`: whether a network from elsewhere answers and can be trained on."""

from __future__ import annotations

import contextlib
import resource
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

# More than loading and training any network of ours takes, less than a machine has.
MEMORY_BYTES = 6 * 2**30


class Command(BaseCommand):
    help = "Tries an artifact's folder: all its files must answer alike, and it must train."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="The artifact's folder.")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        # A system that knows no such limit has its own.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))

        from training.export.trial import try_artifact

        # Runtimes raise whatever the damaged part leads to.
        try:
            try_artifact(folder)
        except Exception as error:
            said = " ".join(str(error).split())
            raise CommandError(f"{type(error).__name__}: {said:.400}") from error
        self.stdout.write("It answers, and it trains.")
