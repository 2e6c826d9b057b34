"""The ASGI application in front of the WSGI one: whole requests in, whole answers out.

The event loop alone deals with the network, so a slow or silent client holds a little memory
and no thread. A request reaches one of a fixed number of threads once it is complete, and
leaves it with a complete answer:

    bodies arrive (limits of time, size, memory; `bodies`)
    -> queue (bounded, with a deadline; `turns`)
    -> thread (`wsgi_call.answer_of`) -> answer goes out at the client's speed (limit of time)

Threads stay for good, so database connections persist with them. `/healthz` needs none. No
thread can be stopped from outside: how long one works is bounded by what a request may ask
for, and by how long the database, Redis and the broker are waited for (docs/reliability.md).
"""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.conf import settings

from digitsite.gateway.bodies import Body, Room
from digitsite.gateway.limits import Limits
from digitsite.gateway.messages import Receive, Scope, Send
from digitsite.gateway.refusals import Refusal, Refusals, broken, busy, healthy, refused
from digitsite.gateway.turns import Turn, Turns
from digitsite.gateway.wsgi_call import Answer, answer_of, environ_of
from digitsite.monitoring.metrics import request_answered

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

logger = logging.getLogger(__name__)


class Disconnected(Exception):
    """The client is gone: nobody is left to answer."""


class Gateway:
    """Django's WSGI `application`, as ASGI."""

    def __init__(self, application: WSGIApplication, limits: Limits) -> None:
        self.application = application
        self.limits = limits
        self.pool = ThreadPoolExecutor(limits.threads, thread_name_prefix="request")
        self.turns = Turns(limits.threads)
        self.in_pool = 0  # requests in a thread or waiting for one
        self.room = Room(limits)
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
            with Body(self.room) as body:
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
