"""Connections without a request: an address keeps its share, and the rest is shut."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from digitsite.gateway.connections import OPEN_FILES, close_surplus

MOST = 5
HERE = "127.0.0.1"


@pytest.fixture
def clients() -> Iterator[list[socket.socket]]:
    """Eight connections to a server in this very process, which has accepted them."""
    with ExitStack() as stack:
        server = stack.enter_context(closing(socket.create_server((HERE, 0))))
        ends = []
        for _ in range(8):
            ends.append(
                stack.enter_context(closing(socket.create_connection(server.getsockname())))
            )
            stack.enter_context(closing(server.accept()[0]))
        yield ends


def is_shut(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False


def test_it_works(clients: list[socket.socket]) -> None:
    assert close_surplus(set(), MOST) == {HERE: 3}
    assert sum(map(is_shut, clients)) == 3


def test_connections_with_a_request_neither_count_nor_are_shut(
    clients: list[socket.socket],
) -> None:
    at_work = {client.getsockname() for client in clients[-4:]}
    assert not close_surplus(at_work, MOST)
    assert close_surplus(at_work, 3) == {HERE: 1}
    assert not any(is_shut(client) for client in clients[-4:])


def test_a_few_are_left_alone(clients: list[socket.socket]) -> None:
    assert not close_surplus(set(), 8)
    assert not any(map(is_shut, clients))


def test_only_what_came_in_is_shut(clients: list[socket.socket]) -> None:
    """The clients' ends are sockets of this process too, as one to a database would be."""
    assert close_surplus(set(), 0) == {HERE: len(clients)}


def test_no_copy_stays_open(clients: list[socket.socket]) -> None:
    before = len(list(OPEN_FILES.iterdir()))
    close_surplus(set(), 0)
    assert len(list(OPEN_FILES.iterdir())) == before
