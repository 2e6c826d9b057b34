"""Connections without a request: no address keeps more than its share of them.

Granian takes `CONNECTIONS` at once and ends those without a request after seconds, but does
not ask whose they are: one stranger could hold all of them. So the process looks through its
own open files, as often as a stranger could fill them again.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Container, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from digitsite.http.throttling import network_of

logger = logging.getLogger(__name__)

# Granian counts connections, idle ones too, and leaves those beyond in the backlog.
CONNECTIONS = 4096
# A school may stand behind one address, with six connections of every browser.
PER_ADDRESS = CONNECTIONS // 4
LOOK_SECONDS = 1.0
OPEN_FILES = Path("/dev/fd")  # on Linux and macOS


def watch(at_work: Container[Any], most: int = PER_ADDRESS) -> None:
    """Looks for surplus connections from now on, in a thread that ends with the process."""

    def look() -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            with suppress(OSError):  # the next look sees more
                if closed := close_surplus(at_work, most):
                    logger.warning("Closed connections without a request: %s", closed)

    threading.Thread(target=look, name="connections", daemon=True).start()


def close_surplus(at_work: Container[Any], most: int) -> Counter[str]:
    """Shuts the connections of each address beyond `most`; tells how many of whose.

    `at_work` are the peers, (address, port), whose request is being dealt with: their
    connections neither count nor are shut.
    """
    closed: Counter[str] = Counter()
    if sum(1 for _ in OPEN_FILES.iterdir()) <= most:
        return closed
    kept: Counter[str] = Counter()
    ports = {one.getsockname()[1] for one in _sockets(lambda one: _is(one, socket.SO_ACCEPTCONN))}
    for connection in _sockets(lambda one: one.getsockname()[1] in ports):
        with suppress(OSError):  # one that listens has no peer, one that broke neither
            peer = connection.getpeername()[:2]
            if peer in at_work:
                continue
            network = network_of(peer[0])
            kept[network] += 1
            if kept[network] > most:
                connection.shutdown(socket.SHUT_RDWR)
                closed[network] += 1
    return closed


def _sockets(wanted: Callable[[socket.socket], bool]) -> Iterator[socket.socket]:
    """The process's own sockets of the internet, one after the other, each by a copy.

    A copy stays the same connection, whatever becomes of the number that it was found by.
    """
    for file in list(OPEN_FILES.iterdir()):
        with suppress(OSError), _copy(int(file.name)) as one:
            if one.family in (socket.AF_INET, socket.AF_INET6) and wanted(one):
                yield one


def _copy(file: int) -> socket.socket:
    """Raises `OSError` for a file that is no socket, or is closed by now."""
    copy = os.dup(file)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise


def _is(one: socket.socket, option: int) -> bool:
    return bool(one.getsockopt(socket.SOL_SOCKET, option))
