"""What the staff do on their pages, for the tests: look, fill in a form, press its button."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.urls import reverse
from rest_framework.test import APIClient


def look(client: APIClient, name: str, *args: Any, **query: Any) -> str:
    """A staff page's HTML."""
    response = client.get(reverse(f"admin:{name}", args=args), query)
    assert response.status_code == 200
    return str(response.content.decode())


def press(
    client: APIClient, name: str, *args: Any, query: dict[str, str] | None = None, **fields: Any
) -> list[str]:
    """Sends a form to an address; returns the messages on the page after it."""
    address = reverse(f"admin:{name}", args=args, query=query)
    response = client.post(address, fields, format="multipart", follow=True)
    assert response.status_code == 200
    return [str(message) for message in response.context["messages"]]


def status(client: APIClient, name: str, *args: Any, **fields: Any) -> int:
    """Sends a form to an address; returns the answer's status."""
    address = reverse(f"admin:{name}", args=args)
    return int(client.post(address, fields, format="multipart").status_code)


def noted(thing: Model) -> list[str]:
    """What the history of a thing says, the newest first."""
    entries = LogEntry.objects.filter(object_id=str(thing.pk)).order_by("-pk")
    return [entry.get_change_message() for entry in entries]
