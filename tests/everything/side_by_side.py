"""Runs steps side by side: as many as the machine's cores can keep busy, each kept apart."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.everything.steps import Step

# The tests choose these themselves; a developer's own must not leak in.
OURS = (
    "VAR_DIR", "DATABASE_URL", "REDIS_URL", "BROKER_URL", "DJANGO_SETTINGS_MODULE",
    "PYTHONDONTWRITEBYTECODE",  # by which each process would compile all tests anew, in 7 s
)  # fmt: skip
# There are as many processes as cores: one that took several would wait for the others.
ONE_CORE_EACH = dict.fromkeys(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"],
    "1",
)
# How long a step that is told to end may take for it: its servers end first.
LEAVE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    result: str
    seconds: float = 0.0
    reason: str = ""


class Interrupted(Exception):
    """That a step was to begin after all had been told to end."""


class Processes:
    """The steps' processes, each the leader of a session of its own, to be ended together.

    A terminal's Ctrl-C reaches this process alone, which passes it on once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._ended = False

    def run(self, command: list[str], environment: dict[str, str], output: Path) -> int:
        """Runs a command to its end, with its output in a file; returns its status."""
        with output.open("wb") as file, self._lock:
            if self._ended:
                raise Interrupted
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._running.add(process)
        try:
            return process.wait()
        finally:
            _send(process, signal.SIGKILL)  # what it may have left behind
            with self._lock:
                self._running.discard(process)

    def end(self) -> None:
        """Interrupts all; what has not ended in time, or at a second Ctrl-C, is killed."""
        with self._lock:
            self._ended = True
            left = list(self._running)
        give_up = time.monotonic() + LEAVE_SECONDS
        try:
            for process in left:
                _send(process, signal.SIGINT)
            for process in left:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, give_up - time.monotonic()))
        finally:
            for process in left:
                _send(process, signal.SIGKILL)


def _send(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def run(steps: Iterable[Step], *, room: int) -> Iterator[Outcome]:
    """Yields what became of each step, as they end.

    A step begins as soon as the processes that it keeps busy, and those of the steps at
    work, are no more than `room`; one that is larger than that runs alone. An interrupt
    ends them all and comes through.
    """
    waiting = list(steps)
    at_work: dict[Future[Outcome], Step] = {}
    processes = Processes()
    with tempfile.TemporaryDirectory(prefix="digits-") as folder, ThreadPoolExecutor(32) as pool:
        try:
            while waiting or at_work:
                while step := _next(waiting, at_work.values(), room):
                    waiting.remove(step)
                    print(f"... {step.name}", flush=True)
                    place = Path(folder) / step.name
                    at_work[pool.submit(execute, step, place, processes)] = step
                for future in wait(at_work, return_when=FIRST_COMPLETED).done:
                    step = at_work.pop(future)
                    show(step, Path(folder) / step.name)
                    yield future.result()
        except BaseException:
            processes.end()
            raise


def _next(waiting: list[Step], at_work: Iterable[Step], room: int) -> Step | None:
    """The first step that there is room for."""
    busy = sum(step.processes for step in at_work)
    return next((step for step in waiting if not busy or busy + step.processes <= room), None)


def execute(step: Step, place: Path, processes: Processes) -> Outcome:
    """In a folder of its own, so that no step meets what another left behind; beside it there is
    one for what takes long to make, and which nobody changes."""
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    begun = time.monotonic()
    data = place / "var"
    data.mkdir(parents=True)
    try:
        with step.around() as extra:
            folders = {"VAR_DIR": str(data), "TESTS_SHARED_DIR": str(place.parent)}
            environment |= ONE_CORE_EACH | folders | extra
            status = processes.run(step.command, environment, place / "output")
    except (OSError, subprocess.CalledProcessError) as error:
        return Outcome(step.name, "failed", time.monotonic() - begun, str(error))
    finally:
        shutil.rmtree(data, ignore_errors=True)
    return Outcome(step.name, "failed" if status else "passed", time.monotonic() - begun)


def show(step: Step, place: Path) -> None:
    print(f"\n=== {step.name}: {shlex.join(step.command)}", flush=True)
    output = place / "output"
    if output.is_file():
        sys.stdout.buffer.write(output.read_bytes())
        sys.stdout.buffer.flush()
