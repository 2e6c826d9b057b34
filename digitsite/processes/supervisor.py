"""Runs the site's processes side by side in one terminal, and ends them together.

Every process is in a session of its own: the terminal's Ctrl-C reaches only
the supervisor, which then stops them in order, and whatever a process started
itself can be found and ended as one group. The session's leader is `tether.py`,
which ends the group when the supervisor is gone without having stopped it.
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
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

TETHER = Path(__file__).with_name("tether.py")

# A request of 20 s is answered, and a training saved, well within this.
STOP_SECONDS = 30.0
# How long the last lines of a process that has ended are waited for.
LAST_WORDS_SECONDS = 2.0
# A process that ends again and again is started again ever more slowly.
MIN_BACK_OFF = 1.0
MAX_BACK_OFF = 60.0
# One that ran this long was well; the next pause is a short one again.
HEALTHY_AFTER = 60.0

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Service:
    """One long-running program, started `delay` seconds after the supervisor."""

    name: str
    command: list[str]
    delay: float = 0.0


@dataclass(slots=True)
class Child:
    """A service's process, and when it started (`time.monotonic()`)."""

    service: Service
    process: subprocess.Popen[str]
    since: float

    def relay(self) -> None:
        """Shows the process's output, until the process and all it started have closed it."""
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                say(self.service.name, line)

    def send(self, number: signal.Signals) -> None:
        """Sends a signal to the process and all it started; that none is left is no error."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)


@dataclass(frozen=True, slots=True)
class Ended:
    """The event that a service's process has ended, with its exit status."""

    name: str
    status: int


def say(name: str, line: str) -> None:
    """Prints a line on the common terminal, after the name of the service that it is of."""
    # The terminal may be gone before the processes are.
    with suppress(OSError):
        sys.stdout.write(f"{name:<6} | {line.rstrip()}\n")
        sys.stdout.flush()


def pause_before(attempt: int) -> float:
    """Seconds to wait before starting a service again for the `attempt`-th time (from 1)."""
    # Of a power that has long been enough: at the thousandth attempt it would overflow.
    return min(MIN_BACK_OFF * 2.0 ** min(attempt - 1, 30), MAX_BACK_OFF)


def status_in_words(status: int) -> str:
    """An exit status as `subprocess` gives it, a signal's below zero, in words."""
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"


def _leave_to_the_socket(number: int, frame: FrameType | None) -> None:
    """A handler that does nothing: without one the signal would end the process."""


class Supervisor:
    """Starts services, shows their output, starts again those that ended, stops them all."""

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
        self.events: SimpleQueue[Ended | signal.Signals] = SimpleQueue()

    @property
    def stopping(self) -> bool:
        """Whether the services were told to stop."""
        return self.kill_at is not None

    def run(self) -> None:
        """Runs the services until a signal; one that ends is started again, however often."""
        with self.signals_as_events():
            try:
                while self.children or not self.stopping:
                    self.step()
            finally:
                self.kill()

    @contextmanager
    def signals_as_events(self) -> Iterator[None]:
        """Puts signals into `events` while the context lasts.

        Python runs a handler only between two steps of the main thread, which would learn
        of a signal that comes just before it begins to wait when the wait is over. The
        interpreter writes the number to a socket at once, and another thread reads it.
        """
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
        """Puts the signals whose numbers come through the socket into `events`, to its end."""
        with numbers:
            while content := numbers.recv(64):
                for number in content:
                    if number in STOP_SIGNALS:
                        self.events.put(signal.Signals(number))

    def start(self, service: Service) -> None:
        """Starts a service in a session of its own, and a thread that waits for its end."""
        process = subprocess.Popen(  # noqa: S603  (commands of our own, no shell)
            [sys.executable, "-I", "-S", str(TETHER), *service.command],
            cwd=self.folder,
            stdin=subprocess.PIPE,  # nothing is written: its end tells of ours
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
        """Waits for a process's end, ends what it started, and puts an `Ended` into `events`."""
        relay = threading.Thread(target=child.relay, daemon=True)
        relay.start()
        status = child.process.wait()
        # What it started must neither hold its port nor go on training unseen.
        child.send(signal.SIGKILL)
        relay.join(LAST_WORDS_SECONDS)
        self.events.put(Ended(child.service.name, status))

    def step(self) -> None:
        """Waits for the next event, or for what is due next, and handles it."""
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
        """Seconds until something is due; None where nothing is."""
        moments = list(self.due.values())
        if self.kill_at is not None:
            moments.append(self.kill_at)
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def do_what_is_due(self) -> None:
        """Starts the services that are due or, when the time to stop is up, kills all."""
        now = time.monotonic()
        if self.kill_at is not None:
            if now >= self.kill_at:
                self.kill()
            return
        for name in [name for name, moment in self.due.items() if moment <= now]:
            del self.due[name]
            try:
                self.start(self.services[name])
            except OSError as error:  # no memory or no process left: a passing trouble
                self.start_later(name, f"cannot be started ({error.strerror})")

    def ended(self, event: Ended) -> None:
        """Plans a service's next start after its end, unless all are to stop."""
        child = self.children.pop(event.name)
        assert child.process.stdin is not None
        child.process.stdin.close()
        if self.stopping:
            return
        if time.monotonic() - child.since >= HEALTHY_AFTER:
            self.attempts[event.name] = 0
        self.start_later(event.name, status_in_words(event.status))

    def start_later(self, name: str, words: str) -> None:
        """Says what became of a service, and when it is tried again."""
        self.attempts[name] += 1
        pause = pause_before(self.attempts[name])
        self.due[name] = time.monotonic() + pause
        if self.attempts[name] > 1:
            words += f", {self.attempts[name]} times in a row"
        say("all", f"{name} {words}: starting it again in {pause:.0f} s.")

    def stop(self, reason: str) -> None:
        """Tells every process of every service to end, that of a training included."""
        say("all", reason)
        self.kill_at = time.monotonic() + self.stop_seconds
        self.due.clear()
        for child in self.children.values():
            child.send(signal.SIGTERM)

    def kill(self) -> None:
        """Ends every process of every service at once."""
        for child in self.children.values():
            child.send(signal.SIGKILL)
        # Only once: from here on the ends themselves are waited for.
        self.kill_at = time.monotonic() + self.stop_seconds
