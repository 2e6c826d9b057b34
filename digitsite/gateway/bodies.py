"""Bodies on their way in: whole, or refused for their size, their time or for want of memory."""

from __future__ import annotations

import asyncio

from digitsite.gateway.limits import Limits
from digitsite.gateway.messages import Receive, Scope
from digitsite.gateway.refusals import broken_off, busy, too_large, too_slow


class Room:
    """What all bodies together may hold."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.large_bytes = 0  # of all bodies, beyond what each has for free

    def count(self, before: int, after: int) -> None:
        """A body grows, or is given up. Raises `Refusal` where there is no room for it."""
        small = self.limits.small_body_bytes
        self.large_bytes += max(after - small, 0) - max(before - small, 0)
        if after > self.limits.body_bytes:
            raise too_large()
        if after > small and self.large_bytes > self.limits.large_bodies_bytes:
            raise busy()


class Body:
    """A request's body on its way; what has come counts until the request is answered."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.held = 0

    def __enter__(self) -> Body:
        return self

    def __exit__(self, *_: object) -> None:
        self.room.count(self.held, 0)

    async def whole(self, scope: Scope, receive: Receive) -> bytes:
        """All of it. Raises `Refusal`.

        What a body claims of its length serves to refuse it early; what counts is what
        arrives.
        """
        limits = self.room.limits
        if claimed_length(scope) > limits.body_bytes:
            raise too_large()
        parts: list[bytes] = []
        begin = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(begin + limits.body_seconds) as deadline:
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        # Of one who is gone and one whose chunks cannot be read granian
                        # tells the same.
                        raise broken_off()
                    if part := message.get("body", b""):
                        self.grow(len(part))
                        parts.append(part)
                    if not message.get("more_body", False):
                        return b"".join(parts)
                    seconds = limits.body_seconds + self.held / limits.body_bytes_per_second
                    deadline.reschedule(begin + seconds)
        except TimeoutError:
            raise too_slow() from None

    def grow(self, more: int) -> None:
        """Raises `Refusal` where there is no room for it."""
        before, self.held = self.held, self.held + more
        self.room.count(before, self.held)


def claimed_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
