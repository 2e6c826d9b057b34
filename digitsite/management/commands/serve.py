"""`manage.py serve`: one process of the site alone, as containers and systemd start it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from digitsite.management.commands.up import services

if TYPE_CHECKING:
    from argparse import ArgumentParser

# As `up` calls them in its terminal.
PROCESSES = ("web", "worker", "beat")


class Command(BaseCommand):
    """Becomes the process, with the arguments that `up` gives it; nothing stays in between."""

    help = "Becomes the web server, a worker, or the scheduler (beat), of which one may run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("process", choices=PROCESSES)
        parser.add_argument("--host", default="127.0.0.1", help="of the web server")
        parser.add_argument("--port", type=int, default=8000, help="of the web server")
        parser.add_argument(
            "--queues", default="", help=f"of a worker, some of {', '.join(settings.QUEUES)}"
        )

    def handle(self, *, process: str, host: str, port: int, queues: str, **options: Any) -> None:
        if unknown := set(filter(None, queues.split(","))) - set(settings.QUEUES):
            raise CommandError(f"There is no queue {', '.join(sorted(unknown))}.")
        os.umask(0o077)  # what the site writes is its owner's alone
        commands = {each.name: each.command for each in services(host, port, queues)}
        program = commands[process]
        # In place of this process, so that whoever watches it signals the right one.
        os.execv(program[0], program)  # noqa: S606  (our own arguments, and no shell)
