"""Strangers who hold connections open: the server stands, and answers everybody beside them."""

from __future__ import annotations

import json
import resource
import selectors
import signal
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
import requests

from digitsite.gateway.connections import PER_ADDRESS
from digitsite.gateway.limits import KIB
from recognizer.serving.browser_files import WEIGHTS
from tests import ROOT
from tests.support.drawings import body
from tests.support.site import Site

pytestmark = pytest.mark.slow

MANY = 200
SETTLE_SECONDS = 2
PREDICT = "/api/v1/predict/"
# Timing on a busy machine is rough: what must not happen is an answer after seconds, or never.
TIMES, FLOOR_SECONDS = 2.0, 0.5


class Server(Site):
    """The web server of a site, and strangers who connect to it."""

    def connect(self, sent: bytes = b"", *, room: int | None = None) -> socket.socket:
        """A connection that has sent something; `room` bytes for what is not read yet."""
        connection = socket.socket()
        connection.settimeout(30)
        if room:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        try:
            connection.connect(("127.0.0.1", self.port))
            connection.sendall(sent)
        except OSError:
            connection.close()
            raise
        return connection


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("site"), THROTTLE_PREDICT="0") as server:
        server.web()
        yield server


def seconds_of_predicts(server: Server, times: int = 40) -> list[float]:
    """Each on a connection of its own: a new visitor gets in as well."""
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        answer = requests.post(server.address + PREDICT, json=body(), timeout=30)
        seconds.append(time.perf_counter() - started)
        assert answer.status_code == 200, answer.text
    return seconds


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def head(method: str, path: str, *headers: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()


def unfinished_head(server: Server) -> socket.socket:
    return server.connect(b"POST " + PREDICT.encode() + b" HTTP/1.1\r\nHost: localhost\r\nX-A: ")


def unfinished_body(server: Server) -> socket.socket:
    headers = ("Content-Type: application/json", "Content-Length: 2000")
    return server.connect(head("POST", PREDICT, *headers) + b'{"strokes": [')


def unfinished_chunk(server: Server) -> socket.socket:
    headers = ("Content-Type: application/json", "Transfer-Encoding: chunked")
    return server.connect(head("POST", PREDICT, *headers) + b"ff\r\n{")


def idle(server: Server) -> socket.socket:
    connection = server.connect(head("GET", "/healthz"))
    assert b"200 OK" in connection.recv(1000)
    return connection


def slow_reader(server: Server) -> socket.socket:
    """Asks for the network's weights again and again, and takes none of them."""
    manifest = json.loads((ROOT / "recognizer/shipped/manifest.json").read_text())
    weights = f"/models/1/{manifest['files'][WEIGHTS + '.br']['sha256']}/{WEIGHTS}"
    request = head("GET", weights, "Accept-Encoding: br")
    return server.connect(request * 5, room=4 * KIB)


@contextmanager
def many(make: Callable[[Server], socket.socket], server: Server) -> Iterator[None]:
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(closing(make(server)))
        yield


@pytest.mark.parametrize(
    "stranger", [unfinished_head, unfinished_body, unfinished_chunk, idle, slow_reader]
)
def test_beside_many_strangers_predictions_and_health_are_answered(
    server: Server, stranger: Callable[[Server], socket.socket]
) -> None:
    usual = p95(seconds_of_predicts(server))
    with many(stranger, server):
        time.sleep(SETTLE_SECONDS)  # the files that nobody takes have to be read first
        assert requests.get(f"{server.address}/healthz", timeout=5).text == "ok"
        beside = p95(seconds_of_predicts(server))
    assert beside < max(TIMES * usual, FLOOR_SECONDS)


def test_who_never_finishes_is_sent_away(server: Server) -> None:
    with (
        closing(unfinished_head(server)) as no_head,
        closing(unfinished_body(server)) as no_body,
        closing(idle(server)) as waiting,
    ):
        assert no_head.recv(1000) == b""
        assert no_body.recv(1000).startswith(b"HTTP/1.1 408")
        assert no_body.recv(1000) == b""
        assert waiting.recv(1000) == b""


def test_one_address_cannot_hold_all_connections(server: Server) -> None:
    """Beyond its share they are shut within seconds; who asks meanwhile is answered."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, PER_ADDRESS + 500), hard))
    with ExitStack() as stack:
        strangers = [
            stack.enter_context(closing(server.connect())) for _ in range(PER_ADDRESS + 100)
        ]
        end = time.monotonic() + 5
        while len(shut(strangers, 0.1)) < 100 and time.monotonic() < end:
            assert len(seconds_of_predicts(server, 1)) == 1
        assert len(shut(strangers, 0)) >= 100


def shut(connections: list[socket.socket], seconds: float) -> list[socket.socket]:
    """Those among them that were shut from the other side."""
    with selectors.DefaultSelector() as selector:
        for one in connections:
            selector.register(one, selectors.EVENT_READ)
        return [key.fileobj for key, _ in selector.select(seconds)]  # type: ignore[misc]


def test_a_chunked_body_is_read(server: Server) -> None:
    content = json.dumps(body()).encode()
    half = len(content) // 2
    answer = requests.post(
        server.address + PREDICT,
        data=iter([content[:half], content[half:]]),
        headers={"Content-Type": "application/json"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text


JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(sent, id=name)
        for name, sent in {
            "no size": head("POST", PREDICT, JSON, CHUNKED) + b"\r\n{}\r\n0\r\n\r\n",
            "no number": head("POST", PREDICT, JSON, CHUNKED) + b"zz\r\n{}\r\n0\r\n\r\n",
            "too large a number": head("POST", PREDICT, JSON, CHUNKED) + b"f" * 40 + b"\r\n{}\r\n",
            "longer than said": head("POST", PREDICT, JSON, CHUNKED) + b"1\r\n{}\r\n0\r\n\r\n",
            "with notes": head("POST", PREDICT, JSON, CHUNKED)
            + b"2;a=b\r\n{}\r\n0\r\nX: y\r\n\r\n",
            "two lengths": head("POST", PREDICT, JSON, "Content-Length: 2", "Content-Length: 3")
            + b"{}",
            "length and chunks": head("POST", PREDICT, JSON, "Content-Length: 2", CHUNKED) + b"{}",
            "a negative length": head("POST", PREDICT, JSON, "Content-Length: -1") + b"{}",
            "no length": head("POST", PREDICT, JSON) + b"{}",
            "another coding": head("POST", PREDICT, JSON, "Transfer-Encoding: gzip") + b"{}",
            "charset": head(
                "GET", "/api/v1/model/?a=1", "Content-Type: text/plain; charset=base64"
            ),
            "bytes": b"GET /\xff\xfe?\xff HTTP/1.1\r\nHost: localhost\r\nX: \xff\r\n\r\n",
            "no host": b"GET / HTTP/1.1\r\n\r\n",
            "no version": b"GET /\r\n\r\n",
            "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 50,
            "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "a long head": head("GET", "/", *[f"X-{number}: {'a' * 500}" for number in range(500)]),
            "a long address": head("GET", "/" + "a" * 100_000),
            "another's address": head("GET", "http://elsewhere.example.org/"),
        }.items()
    ],
)
def test_what_is_hardly_http_is_no_failure(server: Server, sent: bytes) -> None:
    """Refused by the web server itself, where the site never sees it; 400 and the like, or gone."""
    with closing(server.connect(sent)) as client:
        client.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: received(client), b""))
    assert not answer.startswith(b"HTTP/1.1 5"), answer
    assert requests.get(f"{server.address}/healthz", timeout=5).ok


def received(client: socket.socket) -> bytes:
    try:
        return client.recv(10_000)
    except ConnectionResetError:
        return b""


def test_an_endless_chunked_body_is_refused(server: Server) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with closing(server.connect(head("POST", PREDICT, "Transfer-Encoding: chunked"))) as client:
        sent = sum(1 for _ in range(2000) if is_taken(client, chunk))
    assert sent < 500  # of 125 MiB
    assert requests.get(f"{server.address}/healthz", timeout=5).ok


def is_taken(client: socket.socket, content: bytes) -> bool:
    try:
        client.sendall(content)
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def test_who_asks_first_is_told_to_go_on(server: Server) -> None:
    content = json.dumps(body()).encode()
    headers = (
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        "Expect: 100-continue",
    )
    with closing(server.connect(head("POST", PREDICT, *headers))) as client:
        assert client.recv(1000).startswith(b"HTTP/1.1 100")
        client.sendall(content)
        assert client.recv(10_000).startswith(b"HTTP/1.1 200")


def test_told_to_stop_it_finishes_what_is_in_flight(tmp_path: Path) -> None:
    """A request whose body is still on its way counts as in flight."""
    content = json.dumps(body()).encode()
    headers = ("Content-Type: application/json", f"Content-Length: {len(content)}")
    with Server(tmp_path) as server:
        process = server.web()
        with (
            closing(server.connect(head("POST", PREDICT, *headers))) as client,
            closing(idle(server)),
        ):
            client.sendall(content[:100])
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            time.sleep(1)
            assert not is_let_in(server)
            client.sendall(content[100:])
            assert client.recv(10_000).startswith(b"HTTP/1.1 200")
        assert process.wait(timeout=10) == 0


def is_let_in(server: Server) -> bool:
    try:
        with closing(server.connect(head("GET", "/healthz"))) as client:
            return bool(client.recv(100))
    except OSError:
        return False
