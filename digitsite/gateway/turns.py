"""Whose turn it is: one request at a time is worked on, and beside it those that take long.

Python runs one thread at a time. Of several that compute at once each takes the interpreter from
the others, at every step of numpy that lets go of it, and waits for all of them to get it back:
all take twice the processor's time. So a thread has its turn, and the next one begins when it has
finished, or is late: then it waits for something itself, or computes so much that nobody who
comes with less is to wait for its end.
"""

from __future__ import annotations

import asyncio


class Turns:
    """At most so many `threads` at work at once, begun one after the other.

    The next begins when the one before has ended, or is late.
    """

    def __init__(self, threads: int) -> None:
        self._threads = asyncio.Semaphore(threads)
        self._turn = asyncio.Semaphore(1)

    @property
    def must_wait(self) -> bool:
        """Whether a turn cannot begin at once."""
        return self._threads.locked() or self._turn.locked()

    async def begin(self, *, late: float) -> Turn:
        """Waits for a turn, in the order of asking; it is late after so many seconds.

        Whoever gets it must `end` it.
        """
        await self._threads.acquire()
        try:
            await self._turn.acquire()
        except BaseException:
            self._threads.release()
            raise
        return Turn(self._threads, self._turn, late)


class Turn:
    """A thread's time to work, which the next one need not wait for once it is late."""

    def __init__(self, threads: asyncio.Semaphore, turn: asyncio.Semaphore, late: float) -> None:
        self._threads = threads
        self._turn = turn
        self._is_over = False
        self._late = asyncio.get_running_loop().call_later(late, self._let_next_begin)

    def end(self) -> None:
        """The thread is free again."""
        self._late.cancel()
        self._let_next_begin()
        self._threads.release()

    def _let_next_begin(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._turn.release()
