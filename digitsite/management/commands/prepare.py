"""`manage.py prepare`: what `up` does before it starts anything, for sites of many machines."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from digitsite.management.commands.up import prepare_database
from digitsite.statics import static_build

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Prepares what all processes share, once for all of them, before the first starts."""

    help = "Brings the database up to date with a first model in it, or builds the static files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=("database", "static"))

    def handle(self, *, what: str, **options: Any) -> None:
        os.umask(0o022 if what == "static" else 0o077)  # an image's files are read by another user
        if what == "static":
            static_build.build()
        else:
            call_command("check", deploy=False)
            prepare_database()
