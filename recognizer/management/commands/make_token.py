"""`manage.py make_token NAME`: a token for the API, for somebody who has an account."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from digitsite.exceptions import Invalid
from recognizer.models import AccessToken
from recognizer.services.team import MAX_DAYS, token_create


class Command(BaseCommand):
    help = "Makes a token for the API and prints it, once: only its hash is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", help="whose requests they will be")
        parser.add_argument("--name", default="command line", help="what it is for")
        parser.add_argument("--days", type=int, default=MAX_DAYS, help="how long it lasts")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["account"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['account']}.")
        try:
            _token, secret = token_create(
                user=user,
                kind=AccessToken.Kind.API,
                name=options["name"],
                by=None,
                days=options["days"],
            )
        except Invalid as error:
            raise CommandError(error.message) from error
        self.stdout.write(secret)
