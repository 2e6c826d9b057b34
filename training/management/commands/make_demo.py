"""`manage.py make_demo`: a site with drawings, people, runs and versions to click through."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from digitsite.exceptions import Conflict
from training.demo.site import demo_fill


class Command(BaseCommand):
    help = (
        "Fills an empty site with generated ink, contributors, reviewers, runs and versions, all "
        "of them called demo."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--drawings", type=int, default=300, help="How many drawings to make.")
        parser.add_argument("--seed", type=int, default=0, help="The same seed makes the same.")
        parser.add_argument(
            "--force", action="store_true", help="Add them to a site that has drawings already."
        )

    def handle(self, *args: Any, drawings: int, seed: int, force: bool, **options: Any) -> None:
        if drawings < 1:
            raise CommandError("At least one drawing.")
        try:
            newest = demo_fill(count=drawings, seed=seed, force=force, on_progress=self._show)
        except Conflict as conflict:
            raise CommandError(conflict.message) from conflict
        self.stdout.write(
            f"{drawings:,} drawings. Version {newest.number} waits to be compared with the live "
            "one; all figures of the versions are made up."
        )

    def _show(self, done: int) -> None:
        if sys.stdout.isatty():
            self.stdout.write(f"\r{done:,} ", ending="")
