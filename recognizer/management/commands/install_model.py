"""`manage.py install_model`: an artifact's folder becomes the first live version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from digitsite.exceptions import Refused
from recognizer.exceptions import BadArtifact
from recognizer.services import versions


class Command(BaseCommand):
    help = "Makes the shipped model (or another artifact) live, where no version is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, default=versions.SHIPPED, help="The artifact's folder."
        )

    def handle(self, *args: Any, folder: Path, verbosity: int, **options: Any) -> None:
        try:
            version = versions.version_install(folder=folder)
        except (BadArtifact, Refused) as error:
            raise CommandError(str(error)) from error
        if version is not None:
            self.stdout.write(f"Version {version.number} is live.")
        elif folder == versions.SHIPPED and versions.shipped_is_new():
            self.stdout.write(
                "A newer network came with the site. The worker judges it by this site's own "
                "drawings; then it waits under Model versions."
            )
        elif verbosity:
            self.stdout.write("A version is live already; nothing was changed.")
