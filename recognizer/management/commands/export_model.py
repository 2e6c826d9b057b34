"""`manage.py export_model`: a version's artifact becomes a folder on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recognizer.exceptions import BadArtifact
from recognizer.models import ModelVersion
from recognizer.serving import artifacts


class Command(BaseCommand):
    help = "Writes a version's artifact, checked by hash, into a folder on disk."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help="The version's number.")
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, number: int, folder: Path, **options: Any) -> None:
        version = ModelVersion.objects.filter(number=number).first()
        if version is None:
            raise CommandError(f"There is no version {number}.")
        try:
            artifacts.write(version.artifact, version.manifest, folder)
        except (BadArtifact, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Version {number} is in {folder}.")
