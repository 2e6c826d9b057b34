"""A name server that knows one name, for proxies that ask where the web processes are."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

A, IN, SECONDS = 1, 1, 1
ANSWERS = 0x8180  # a response to a recursive question, without an error


class NameServer:
    """Answers every question for an IPv4 address with `addresses`, which a test may change."""

    def __init__(self, addresses: list[str]) -> None:
        self.addresses = addresses
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "{}:{}".format(*self.socket.getsockname())

    def serve(self) -> None:
        while True:
            try:
                question, asker = self.socket.recvfrom(512)
            except OSError:  # closed
                return
            self.socket.sendto(self.answer(question), asker)

    def answer(self, question: bytes) -> bytes:
        """RFC 1035, 4.1: the question again, and a record for each address."""
        end = question.index(0, 12) + 5  # the name, its closing zero, type and class
        asked_for = struct.unpack(">H", question[end - 4 : end - 2])[0]
        found = self.addresses if asked_for == A else []
        head = question[:2] + struct.pack(">HHHHH", ANSWERS, 1, len(found), 0, 0)
        records = (
            struct.pack(">HHHIH", 0xC00C, A, IN, SECONDS, 4) + socket.inet_aton(address)
            for address in found
        )
        return head + question[12:end] + b"".join(records)


@contextmanager
def knowing(addresses: list[str]) -> Iterator[NameServer]:
    """A name server that says of every name that it has these addresses."""
    server = NameServer(addresses)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.socket.close()
        thread.join(5)
