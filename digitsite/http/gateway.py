"""The ASGI application in front of the WSGI one: whole requests in, whole answers out.

The event loop alone deals with the network, so a slow or silent client holds a little memory
and no thread. A request reaches one of a fixed number of threads once it is complete, and
leaves it with a complete answer:

    bodies arrive (limits of time, size, memory) -> queue (bounded, with a deadline; `turns`)
    -> thread (`wsgi_call.answer_of`) -> answer goes out at the client's speed (limit of time)

Threads stay for good, so database connections persist with them. `/healthz` needs none. No
thread can be stopped from outside: how long one works is bounded by what a request may ask
for, and by how long the database, Redis and the broker are waited for (docs/reliability.md).
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeAlias

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy

from digitsite.http import errors
from digitsite.http.application import SiteRequest
from digitsite.http.own_header import OWN_HEADER
from digitsite.http.turns import Turn, Turns
from digitsite.http.wsgi_call import Answer, answer_of, environ_of
from digitsite.monitoring.metrics import REFUSED, request_answered

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

logger = logging.getLogger(__name__)

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

KIB = 1 << 10
MIB = 1 << 20

# What lets another site's page read an answer; other headers it may do without.
CORS_HEADERS = ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Vary")

# Between two lines of the log about requests that were refused for the same reason.
LINE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process gives to all requests together, and to each; seconds and bytes."""

    body_bytes: int
    # Beyond its first KiBs a body counts against what all may hold together. Drawings stay
    # below, so that whoever fills the memory with pictures keeps nobody from drawing.
    small_body_bytes: int = 64 * KIB
    large_bodies_bytes: int = 64 * MIB
    # A body has the first seconds for free, and then one more for every so many bytes.
    body_seconds: float = 10.0
    body_bytes_per_second: int = 32 * KIB
    threads: int = 4
    # Some times what a drawing takes, also on a busy machine. A larger body is a picture, which
    # takes so long that no drawing is to wait for it: it counts as late from the beginning.
    late_seconds: float = 0.02
    queue: int = 256
    queue_seconds: float = 10.0
    # How long a client may take over each part of an answer.
    part_bytes: int = 64 * KIB
    part_seconds: float = 20.0


class Refusal(Exception):
    """The gateway's own answer to a request that the site never sees."""

    def __init__(self, status: int, code: str, message: Any, retry_after: int = 0) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


class Disconnected(Exception):
    """The client is gone: nobody is left to answer."""


def busy() -> Refusal:
    message = gettext_lazy("The site is busy; please try again in a moment.")
    return Refusal(503, "busy", message, retry_after=5)


def too_large() -> Refusal:
    return Refusal(413, "too_large", gettext_lazy("The request is too large."))


def too_slow() -> Refusal:
    return Refusal(408, "too_slow", gettext_lazy("The request took too long to arrive."))


def broken_off() -> Refusal:
    return Refusal(400, "bad_request", "The request cannot be read.")


def broken() -> Refusal:
    return Refusal(500, "server_error", "Something broke here; it was logged.")


class Body:
    """A request's body on its way; what has come counts until the request is answered."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.held = 0

    def __enter__(self) -> Body:
        return self

    def __exit__(self, *_: object) -> None:
        self.gateway.count(self.held, 0)

    async def whole(self, scope: Scope, receive: Receive) -> bytes:
        """All of it. Raises `Refusal`.

        What a body claims of its length serves to refuse it early; what counts is what
        arrives.
        """
        limits = self.gateway.limits
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
        self.gateway.count(before, self.held)


class Refusals:
    """Tells of what the gateway refuses: a figure for each reason, and now and then a line.

    A crowd that is refused would else fill the log, and be slowed down by it.
    """

    def __init__(self) -> None:
        self._told: dict[str, tuple[float, int]] = {}  # when last, and how many since

    def note(self, code: str, scope: Scope) -> None:
        """One request was refused."""
        REFUSED.labels(code).inc()
        now = time.monotonic()
        last, since = self._told.get(code, (-LINE_SECONDS, 0))
        if now - last < LINE_SECONDS:
            self._told[code] = (last, since + 1)
            return
        self._told[code] = (now, 0)
        logger.warning(
            "Refused (%s): %s %r, and %d others since the last line of this kind",
            *(code, scope["method"], scope["path"], since),
        )


class Gateway:
    """Django's WSGI `application`, as ASGI."""

    def __init__(self, application: WSGIApplication, limits: Limits) -> None:
        self.application = application
        self.limits = limits
        self.pool = ThreadPoolExecutor(limits.threads, thread_name_prefix="request")
        self.turns = Turns(limits.threads)
        self.in_pool = 0  # requests in a thread or waiting for one
        self.large_bodies_bytes = 0
        # The clients, (address, port), whose request is being read, worked on or answered.
        self.at_work: set[tuple[str, int]] = set()
        self.refusals = Refusals()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
            return
        if scope["type"] != "http":
            # How an ASGI application says that it has no use for `lifespan`.
            raise NotImplementedError(f"There is nothing here for {scope['type']!r}.")
        if scope["path"] == "/healthz" and scope["method"] in ("GET", "HEAD"):
            await self.send_whole(scope, send, healthy())
            return
        address, port = scope.get("client") or ("", 0)
        client = (address, int(port))
        self.at_work.add(client)
        try:
            await self.exchange(scope, receive, send)
        finally:
            self.at_work.discard(client)

    async def exchange(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, from the first part of its body to the last of its answer."""
        try:
            with Body(self) as body:
                content = await body.whole(scope, receive)
                begun = time.perf_counter()
                answer = await self.answer(scope, content, receive)
                seconds = time.perf_counter() - begun
                request_answered(
                    scope["path"].removeprefix(settings.PATH_PREFIX), answer.status, seconds
                )
        except Disconnected:
            return
        except Refusal as refusal:
            self.refusals.note(refusal.code, scope)
            answer = refused(scope, refusal)
        except Exception:
            # Django answers its own errors; this one came while the answer was taken in.
            logger.exception("No answer to %s %s", scope["method"], scope["path"])
            answer = refused(scope, broken())
        await self.send_whole(scope, send, answer)

    # --- a body has arrived -----------------------------------------------------------

    def count(self, before: int, after: int) -> None:
        """A body grows, or is given up. Raises `Refusal` where there is no room for it."""
        small = self.limits.small_body_bytes
        self.large_bodies_bytes += max(after - small, 0) - max(before - small, 0)
        if after > self.limits.body_bytes:
            raise too_large()
        if after > small and self.large_bodies_bytes > self.limits.large_bodies_bytes:
            raise busy()

    # --- a thread answers -------------------------------------------------------------

    async def answer(self, scope: Scope, content: bytes, receive: Receive) -> Answer:
        """The site's answer. Raises `Refusal` where no thread is free for too long."""
        if self.in_pool >= self.limits.threads + self.limits.queue:
            raise busy()
        self.in_pool += 1
        try:
            is_small = len(content) <= self.limits.small_body_bytes
            late = self.limits.late_seconds if is_small else 0.0
            turn = await self.until_turn(receive, late)
            try:
                work = self.pool.submit(answer_of, self.application, environ_of(scope, content))
                return await asyncio.wrap_future(work)
            finally:
                turn.end()
        finally:
            self.in_pool -= 1

    async def until_turn(self, receive: Receive, late: float) -> Turn:
        """A thread's turn. Raises `Refusal` and `Disconnected` where it does not come; what has
        begun is done, whoever waits for it.
        """
        if not self.turns.must_wait:
            return await self.turns.begin(late=late)
        gone = asyncio.ensure_future(disconnect(receive))
        turn = asyncio.ensure_future(self.turns.begin(late=late))
        try:
            either: set[asyncio.Future[Any]] = {turn, gone}
            await asyncio.wait(
                either,
                timeout=self.limits.queue_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if not turn.done():
                raise Disconnected if gone.done() else busy()
        except BaseException:
            if not turn.cancel():  # it came in the same moment
                turn.result().end()
            raise
        finally:
            gone.cancel()
        return turn.result()

    # --- the answer goes out ----------------------------------------------------------

    async def send_whole(self, scope: Scope, send: Send, answer: Answer) -> None:
        """In parts, each within its time. A client that takes none is given up: granian closes
        the connection over an answer without its end.
        """
        with answer, suppress(TimeoutError):
            await send(
                {
                    "type": "http.response.start",
                    "status": answer.status,
                    "headers": answer.headers,
                }
            )
            part = b"" if scope["method"] == "HEAD" else answer.body.read(self.limits.part_bytes)
            while len(part) == self.limits.part_bytes:
                async with asyncio.timeout(self.limits.part_seconds):
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                part = answer.body.read(self.limits.part_bytes)
            await send({"type": "http.response.body", "body": part})


async def disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def claimed_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


# --- the gateway's own answers --------------------------------------------------------


def healthy() -> Answer:
    """Liveness: this process answers. It looks at nothing else."""
    return own_answer(200, "text/plain", b"ok")


def refused(scope: Scope, refusal: Refusal) -> Answer:
    """In the shape of the API's errors, in the asker's language; pages of other sites that may ask
    may read it.

    What is left of the request is not read, so its connection cannot be used again.
    """
    request = SiteRequest(environ_of(scope, b""))
    language = translation.get_language_from_request(request)
    with translation.override(language):
        content = json.dumps(errors.body(refusal.code, gettext(refusal.message))).encode()
    answer = own_answer(refusal.status, "application/json", content)
    answer.headers += cors_headers(request)
    answer.headers.append((b"connection", b"close"))
    if refusal.retry_after:
        answer.headers.append((b"retry-after", str(refusal.retry_after).encode()))
    return answer


def cors_headers(request: SiteRequest) -> list[tuple[bytes, bytes]]:
    """What lets a page of another site read an answer, where the settings let it."""
    told = HttpResponse()
    CorsMiddleware(lambda _request: told).add_response_headers(request, told)
    return [(name.lower().encode(), told[name].encode()) for name in CORS_HEADERS if name in told]


def own_answer(status: int, content_type: str, content: bytes) -> Answer:
    headers = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (OWN_HEADER.lower().encode(), b"1"),
    ]
    return Answer(status, headers, BytesIO(content))
