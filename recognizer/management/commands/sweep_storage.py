"""`manage.py sweep_storage`: what the scheduler has done every hour, now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from recognizer.services import sweeping


class Command(BaseCommand):
    help = (
        "Deletes files that belong to no drawing and drawings that are older than KEEP_*_DAYS, "
        "marks drawings whose image is lost, and counts the quotas anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--everything",
            action="store_true",
            help="Delete files that are older than the database, too. They may be another one's.",
        )

    def handle(self, *args: Any, everything: bool, **options: Any) -> None:
        done = sweeping.storage_sweep(now=timezone.now(), everything=everything)
        self.stdout.write("\n".join(done) or "Everything was in order.")
