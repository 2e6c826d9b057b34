"""The refusals of services; entry points turn them into answers."""

from __future__ import annotations


class Refused(Exception):
    """A request that was understood and is not granted.

    `code` is for machines, `message` a sentence for people, `field` the part of the
    input that it is about, `status` the HTTP status of the answer, and `retry_after` in how
    many seconds the same request may go well, where that is known.
    """

    code = "refused"
    status = 400
    retry_after: int | None = None

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
    """The user may not do this."""

    code = "permission_denied"
    status = 403


class Conflict(Refused):
    """The row has changed since the client looked at it, or another request was first."""

    code = "conflict"
    status = 409


class PreconditionFailed(Refused):
    """The row is no longer the one that the client says it has seen (`If-Match`)."""

    code = "precondition_failed"
    status = 412


class Unavailable(Refused):
    """Nothing is wrong with the request; the site cannot answer it now."""

    code = "unavailable"
    status = 503


class Full(Refused):
    """Nothing is wrong with the request; there is no room for what it wants to be kept."""

    code = "full"
    status = 507


class OverDailyQuota(Refused):
    """So much was stored from there today that no more is; tomorrow it is again.

    `retry_after` is the number of seconds until then.
    """

    code = "address_full"
    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
