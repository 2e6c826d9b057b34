"""A form that came when nobody was signed in any more: kept, signed, until somebody is.

It travels through the sign-in as one signed text, so the site stores nothing for strangers.
What it asks for is done only once the person has seen it again and sent it, with the new
session's token.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core import signing

if TYPE_CHECKING:
    from django.http import HttpRequest

FIELD = "interrupted"
MAX_AGE = 3600
# Of a text in an address; servers and proxies take about 4 KB.
MAX_IN_ADDRESS = 2000
_SALT = "digitsite.resumption"


@dataclass(frozen=True)
class Interrupted:
    """A form's address, its fields, and what it would do, in words; `act` may be empty."""

    path: str
    fields: list[tuple[str, str]]
    act: str = ""

    @classmethod
    def of(cls, request: HttpRequest, act: str = "") -> Interrupted:
        """The form of a POST request, without its token and its files."""
        fields = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name != "csrfmiddlewaretoken"
        ]
        return cls(request.get_full_path(), fields, act)

    def signed(self) -> str:
        """The form as a text that only this site can have written."""
        content = [self.path, self.fields, self.act]
        return signing.dumps(content, salt=_SALT, compress=True)


def interrupted(request: HttpRequest) -> Interrupted | None:
    """The form that a request brings along; None without one, or where it is old or not ours."""
    return opened(request.POST.get(FIELD) or request.GET.get(FIELD) or "")


def opened(text: str) -> Interrupted | None:
    """The form that was signed as this text; None for none, or where it is old or not ours."""
    if not text:
        return None
    try:
        path, fields, act = signing.loads(text, salt=_SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    return Interrupted(path, [(name, value) for name, value in fields], act)
