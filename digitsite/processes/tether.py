"""Runs one command that must not outlive the supervisor, nor may anything that it starts.

`python tether.py COMMAND...` leads the session that the command and all it starts belong
to. Its standard input is a pipe of which the supervisor holds the other end: however the
supervisor ends, by SIGKILL too, the kernel closes that end, and the whole group is killed.
Linux' `PR_SET_PDEATHSIG` would reach the command alone and not the processes that it
starts, which are those that hold the port, and macOS has nothing like it.

It is run as a file, on the standard library: it is there before the command is.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(command: list[str]) -> None:
    """Runs the command and ends as it does, with its exit status or by its signal."""
    heard: list[int] = []
    for number in STOP_SIGNALS:
        # The whole group is told to stop; how soon it does is the command's affair. Not
        # ignored: that, unlike a handler, the command would inherit.
        signal.signal(number, lambda number, frame: heard.append(number))
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603
    if heard:  # it may have come before the command was there to hear it
        process.send_signal(heard[0])
    threading.Thread(target=end_with_the_supervisor, daemon=True).start()
    status = process.wait()
    if status < 0:
        end_by(-status)
    sys.exit(status)


def end_with_the_supervisor() -> None:
    """Kills the whole group, this process too, as soon as nobody holds the pipe's other end."""
    os.read(sys.stdin.fileno(), 1)
    os.kill(0, signal.SIGKILL)


def end_by(number: int) -> None:
    """Ends this process by a signal, so that its parent sees what ended the command."""
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


if __name__ == "__main__":
    main(sys.argv[1:])
