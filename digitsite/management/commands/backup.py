"""`manage.py backup`: database, files and key in one archive, while the site runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from digitsite.backup import archive
from digitsite.backup.database import DatabaseFault

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Writes a backup, reads it back, and removes old ones where it is told to."""

    help = "Writes database, images, artifacts and the site's key into one archive."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--keep", type=int, default=0, help="the newest so many; 0 keeps all")

    def handle(self, *, folder: Path, keep: int, **options: Any) -> None:
        if keep < 0:
            raise CommandError("--keep must be 0 or more.")
        try:
            path = archive.write(folder, now=timezone.now())
            contents = archive.check(path)
            for old in archive.old_ones(folder, keep=keep) if keep else ():
                old.unlink()
        except (DatabaseFault, archive.BadArchive, OSError) as error:
            raise CommandError(str(error)) from error
        megabytes = path.stat().st_size / 1e6
        self.stdout.write(f"{path}: {len(contents.files)} files, {megabytes:.1f} MB, read back.")
