"""`manage.py move_storage`: images and artifacts from disk into a bucket, or back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError

from digitsite.storage import moving

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Copies what is not there yet; may be killed at any time, and goes on when run again."""

    help = (
        "Copies images and artifacts from the disk into the bucket that S3_BUCKET names, or back. "
        "Copy while the site runs, switch S3_BUCKET, and run it again with --remove."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", required=True, choices=("s3", "disk"))
        parser.add_argument(
            "--remove", action="store_true", help="remove what was copied from where it was"
        )

    def handle(self, *, to: str, remove: bool, **options: Any) -> None:
        if not settings.S3_BUCKET:
            raise CommandError("Name the bucket for this command: S3_BUCKET=... and S3_ENDPOINT=")
        places = {"disk": settings.FILES_ON_DISK, "s3": settings.FILES_IN_BUCKET}
        source = places["disk" if to == "s3" else "s3"]
        for name, entry in places[to].items():
            try:
                done = moving.move(
                    storages.create_storage(source[name]),
                    storages.create_storage(entry),
                    remove=remove,
                    told=partial(self.tell, name),
                )
            except OSError as error:
                raise CommandError(f"{error} Run it again: it goes on from here.") from error
            self.tell(name, done)

    def tell(self, name: str, moved: moving.Moved) -> None:
        """One line of how far it has come."""
        folder = settings.FOLDERS[name]
        self.stdout.write(
            f"{folder}: {moved.copied} copied, {moved.there} there already, {moved.removed} removed"
        )
