from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from digitsite.exceptions import Refused
from recognizer import versions
from recognizer.exceptions import BadArtifact


class Command(BaseCommand):
    help = "Makes the shipped model (or another artifact) live, where no version is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, default=versions.SHIPPED, help="The artifact's folder."
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            version = versions.version_install(folder=folder)
        except (BadArtifact, Refused) as error:
            raise CommandError(str(error)) from error
        if version is None:
            self.stdout.write("A version is live already; nothing was changed.")
        else:
            self.stdout.write(f"Version {version.number} is live.")
