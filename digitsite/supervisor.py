"""Runs the site's processes side by side in one terminal, and ends them together.

Every process is the leader of a session of its own: the terminal's Ctrl-C
reaches only the supervisor, which then stops them in order, and whatever a
process started itself can be found and ended as one group.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

# A worker that must break off a training saves and leaves well within this.
STOP_SECONDS = 20.0
# How long the last lines of a process that has ended are waited for.
LAST_WORDS_SECONDS = 2.0
# A process that ends again and again is started again ever more slowly.
BACK_OFF_FIRST = 1.0
BACK_OFF_MOST = 60.0
# One that ran this long was well; the next pause is a short one again.
HEALTHY_AFTER = 60.0

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Service:
    """One long-running program, started `delay` seconds after the first. Where a vital one
    ends, all end."""

    name: str
    command: list[str]
    vital: bool = False
    delay: float = 0.0


@dataclass(slots=True)
class Child:
    """A service at work."""

    service: Service
    process: subprocess.Popen[str]
    since: float

    def relay(self) -> None:
        """Shows what is printed, until there is nobody left to print."""
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                say(self.service.name, line)

    def send(self, number: signal.Signals) -> None:
        """To the process and all it started. None of them being left is no error."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)


@dataclass(frozen=True, slots=True)
class Ended:
    """That a service's process is gone, with its exit status."""

    name: str
    status: int


def say(name: str, line: str) -> None:
    """One line of the common terminal, with the name of who speaks."""
    # The terminal may be gone before the processes are.
    with suppress(OSError):
        sys.stdout.write(f"{name:<6} | {line.rstrip()}\n")
        sys.stdout.flush()


def pause_before(attempt: int) -> float:
    """Seconds to wait before starting a service again for the `attempt`-th time (from 1)."""
    return min(BACK_OFF_FIRST * 2.0 ** (attempt - 1), BACK_OFF_MOST)


def status_in_words(status: int) -> str:
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"


def _leave_to_the_socket(number: int, frame: FrameType | None) -> None:
    """Without a handler of Python's own the signal would end the process."""


class Supervisor:
    """Starts services, shows what they print, brings back the fallen, stops them all."""

    def __init__(
        self, services: list[Service], *, folder: Path, stop_seconds: float = STOP_SECONDS
    ) -> None:
        self.services = {service.name: service for service in services}
        self.folder = folder
        self.stop_seconds = stop_seconds
        self.children: dict[str, Child] = {}
        self.attempts = dict.fromkeys(self.services, 0)
        now = time.monotonic()
        self.due = {service.name: now + service.delay for service in services}  # when to start
        self.kill_at: float | None = None  # set once all are told to stop
        self.status = 0
        self.events: SimpleQueue[Ended | signal.Signals] = SimpleQueue()

    @property
    def stopping(self) -> bool:
        return self.kill_at is not None

    def run(self) -> int:
        """Until told to stop, or a vital service has ended. Returns the exit status."""
        with self.signals_as_events():
            try:
                while self.children or not self.stopping:
                    self.step()
            finally:
                self.kill()
        return self.status

    @contextmanager
    def signals_as_events(self) -> Iterator[None]:
        """Python runs a handler only between two steps of the main thread: of a signal that
        comes just before that thread begins to wait, it would know when the wait is over.
        The interpreter writes the number to a socket at once, and another thread reads it."""
        numbers, interpreter = socket.socketpair()
        interpreter.setblocking(False)
        threading.Thread(target=self.relay_signals, args=(numbers,), daemon=True).start()
        wakeup = signal.set_wakeup_fd(interpreter.fileno())
        before = {number: signal.signal(number, _leave_to_the_socket) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(wakeup)
            interpreter.close()

    def relay_signals(self, numbers: socket.socket) -> None:
        with numbers:
            while content := numbers.recv(64):
                for number in content:
                    if number in STOP_SIGNALS:
                        self.events.put(signal.Signals(number))

    def start(self, service: Service) -> None:
        process = subprocess.Popen(  # noqa: S603  (commands of our own, no shell)
            service.command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        child = Child(service, process, time.monotonic())
        self.children[service.name] = child
        threading.Thread(target=self.await_end, args=(child,), daemon=True).start()

    def await_end(self, child: Child) -> None:
        relay = threading.Thread(target=child.relay, daemon=True)
        relay.start()
        status = child.process.wait()
        # What it left behind must neither hold its port nor train on unseen.
        child.send(signal.SIGKILL)
        relay.join(LAST_WORDS_SECONDS)
        self.events.put(Ended(child.service.name, status))

    def step(self) -> None:
        """Waits for the next thing to happen, or to be due, and sees to it."""
        try:
            event = self.events.get(timeout=self.seconds_to_next())
        except Empty:
            self.do_what_is_due()
            return
        if isinstance(event, Ended):
            self.ended(event)
        elif self.stopping:
            say("all", "Killing what is left.")
            self.kill()
        else:
            self.stop("Stopping. Once more kills at once.")

    def seconds_to_next(self) -> float | None:
        moments = list(self.due.values())
        if self.kill_at is not None:
            moments.append(self.kill_at)
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def do_what_is_due(self) -> None:
        now = time.monotonic()
        if self.kill_at is not None:
            if now >= self.kill_at:
                self.kill()
            return
        for name in [name for name, moment in self.due.items() if moment <= now]:
            del self.due[name]
            self.start(self.services[name])

    def ended(self, event: Ended) -> None:
        child = self.children.pop(event.name)
        if self.stopping:
            return
        words = status_in_words(event.status)
        if child.service.vital:
            self.status = event.status if event.status > 0 else 1
            self.stop(f"{event.name} {words}: stopping the rest.")
            return
        healthy = time.monotonic() - child.since >= HEALTHY_AFTER
        self.attempts[event.name] = 1 if healthy else self.attempts[event.name] + 1
        pause = pause_before(self.attempts[event.name])
        self.due[event.name] = time.monotonic() + pause
        say("all", f"{event.name} {words}: starting it again in {pause:.0f} s.")

    def stop(self, reason: str) -> None:
        """Tells every process of every service to end, a training's included."""
        say("all", reason)
        self.kill_at = time.monotonic() + self.stop_seconds
        self.due.clear()
        for child in self.children.values():
            child.send(signal.SIGTERM)

    def kill(self) -> None:
        for child in self.children.values():
            child.send(signal.SIGKILL)
        # Only once: from here on the ends themselves are waited for.
        self.kill_at = time.monotonic() + self.stop_seconds
