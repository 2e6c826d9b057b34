"""`manage.py try_notices`: sends a notice to each target now, and says what it answered."""

from __future__ import annotations

import base64
import secrets
import sys
import uuid
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from digitsite.notices.targets import targets
from digitsite.notices.webhooks import SECRET_PREFIX, Undeliverable

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Ends with 1 where a target does not take it."""

    help = "Sends a notice to each target of NOTIFY_WEBHOOKS and NOTIFY_EMAIL, to try them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--new-secret",
            action="store_true",
            help="only make a secret for NOTIFY_SIGNING_SECRET, and print it",
        )

    def handle(self, *, new_secret: bool, **options: Any) -> None:
        if new_secret:
            key = base64.b64encode(secrets.token_bytes(32)).decode()
            self.stdout.write(f"{SECRET_PREFIX}{key}")
            return
        content = {
            "type": "test",
            "timestamp": timezone.now().isoformat(timespec="seconds"),
            "data": {},
            "text": "A digit reader tries whether its notices arrive here.",
            "url": "",
        }
        named, failed = targets().values(), 0
        for target in named:
            try:
                target.send(str(uuid.uuid4()), content)
            except Undeliverable as reason:
                failed += 1
                self.stdout.write(f"The {target} did not take it: {reason}.")
            else:
                self.stdout.write(f"The {target} took it.")
        if not named:
            self.stdout.write("Nobody is told: neither NOTIFY_WEBHOOKS nor NOTIFY_EMAIL is set.")
        if failed:
            sys.exit(1)
