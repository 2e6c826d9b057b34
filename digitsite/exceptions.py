"""What a service says when it will not do a thing; doors turn it into an answer."""

from __future__ import annotations


class Refused(Exception):
    """A request that was understood and is not granted.

    `code` is for machines, the message is a sentence for people, `field` names
    the part of the input it speaks of.
    """

    code = "refused"
    status = 400

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code


class Invalid(Refused):
    """The input itself is wrong; sending it again will not help."""

    code = "invalid"


class TooLarge(Refused):
    """The input is over a limit."""

    code = "too_large"
    status = 413


class Unsupported(Refused):
    """The input is of a kind that is not read here."""

    code = "unsupported_media_type"
    status = 415


class NotAllowed(Refused):
    """The asker may not do this."""

    code = "permission_denied"
    status = 403


class Conflict(Refused):
    """The thing has moved on since the asker looked, or another was first."""

    code = "conflict"
    status = 409


class Unavailable(Refused):
    """Nothing is wrong with the request; the site cannot answer it now."""

    code = "unavailable"
    status = 503
