"""`manage.py restore`: a backup into an empty database and empty folders or an empty bucket."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from digitsite.backup import archive
from digitsite.backup.database import DatabaseFault

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Checks every hash first; then files, key and, last and at once, the database."""

    help = "Fills an empty site from a backup, and brings its tables up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="archive", type=Path)
        parser.add_argument("--check", action="store_true", help="only read it through")

    def handle(self, *, path: Path, check: bool, **options: Any) -> None:
        try:
            if check:
                contents = archive.check(path)
            else:
                contents = archive.restore(path, told=self.stdout.write)
        except (DatabaseFault, archive.BadArchive, OSError) as error:
            raise CommandError(str(error)) from error
        if not check:
            call_command("migrate", interactive=False, verbosity=0)
        done = "is whole" if check else "is restored"
        self.stdout.write(f"The backup of {contents.made_at} {done}.")
