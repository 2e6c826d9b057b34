"""Who is told: the webhooks and the e-mail addresses of the settings, and how each is reached."""

from __future__ import annotations

import hashlib
import json
import smtplib
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from digitsite.notices import webhooks
from digitsite.notices.webhooks import Undeliverable

MAX_SUBJECT = 150


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is sent JSON."""

    address: str

    def __str__(self) -> str:
        """Where it is, without its path, which may be a secret."""
        return f"webhook at {urlsplit(self.address).hostname}"

    def send(self, key: str, content: dict[str, Any]) -> None:
        """Sends one notice. Raises `Undeliverable`."""
        body, now = json.dumps(content, ensure_ascii=False).encode(), int(time.time())
        headers = {
            "User-Agent": "digit-reader",
            "Webhook-Id": key,
            "Webhook-Timestamp": f"{now}",
            "Webhook-Signature": webhooks.signature(
                settings.NOTIFY_SIGNING_SECRET, key=key, at=now, body=body
            ),
        }
        webhooks.post(self.address, body, headers, private=settings.NOTIFY_PRIVATE)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An e-mail address."""

    address: str

    def __str__(self) -> str:
        """Where it is, without whose it is."""
        return f"mailbox at {self.address.rpartition('@')[2]}"

    def send(self, key: str, content: dict[str, Any]) -> None:
        """Sends one notice. Raises `Undeliverable`."""
        lines = [content["text"], content["url"]]
        message = EmailMessage(
            subject=" ".join(content["text"].split())[:MAX_SUBJECT],
            body="\n\n".join(filter(None, lines)),
            to=[self.address],
            # No holiday notice answers a program (RFC 3834).
            headers={"Auto-Submitted": "auto-generated"},
        )
        try:
            message.send()
        except (OSError, smtplib.SMTPException) as error:
            raise Undeliverable(f"{error}".replace(self.address, "it") or repr(error)) from error


Target = Webhook | Mailbox


def targets() -> dict[str, Target]:
    """Each target by a digest of its address, by which rows name it."""
    named: list[Target] = [
        *map(Webhook, settings.NOTIFY_WEBHOOKS),
        *map(Mailbox, settings.NOTIFY_EMAIL),
    ]
    return {hashlib.sha256(each.address.encode()).hexdigest(): each for each in named}
