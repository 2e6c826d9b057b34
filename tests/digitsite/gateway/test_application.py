"""The gateway in one process: what reaches the WSGI application, what comes back, or is refused."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from wsgiref.validate import validator

import pytest

from digitsite.gateway.application import Gateway
from digitsite.gateway.limits import KIB, Limits
from digitsite.monitoring.metrics import PROCESS

LIMITS = Limits(body_bytes=1000 * KIB)
Message = dict[str, Any]
T = TypeVar("T")


@dataclass
class Exchange:
    """A request as ASGI's messages, and all that was sent back."""

    messages: list[Message] = field(default_factory=lambda: [part(b"")])
    sent: list[Message] = field(default_factory=list)
    pause: float = 0.0  # before each message
    taking: Callable[[], Awaitable[None]] | None = None  # how the client takes an answer's parts

    async def receive(self) -> Message:
        if not self.messages:
            await asyncio.Event().wait()
        await asyncio.sleep(self.pause)
        return self.messages.pop(0)

    async def send(self, message: Message) -> None:
        if self.taking and message["type"] == "http.response.body":
            await self.taking()
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.sent[0]["headers"]}

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["error"]["code"])


def part(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


GONE = {"type": "http.disconnect"}


def scope(method: str = "GET", path: str = "/", **changes: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "client": ("10.0.0.1", "4711"),
        "server": ("127.0.0.1", "8000"),
        **changes,
    }


def post(*headers: tuple[bytes, bytes], **changes: Any) -> dict[str, Any]:
    return scope("POST", headers=[(b"host", b"here"), *headers], **changes)


def in_a_loop(work: Coroutine[Any, Any, T]) -> T:
    """Runs it in a thread of its own: a browser that tests drive keeps a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def exchange(
    gateway: Gateway, scope: dict[str, Any], with_: Exchange | None = None
) -> Exchange:
    one = with_ or Exchange()
    await gateway(scope, one.receive, one.send)
    return one


def run(gateway: Gateway, scope: dict[str, Any], with_: Exchange | None = None) -> Exchange:
    return in_a_loop(exchange(gateway, scope, with_))


class Site:
    """A WSGI application that remembers what it was asked, held to PEP 3333."""

    def __init__(
        self, content: bytes = b"here you are", headers: dict[str, str] | None = None
    ) -> None:
        self.content = content
        self.headers = {"Content-Type": "text/plain", **(headers or {})}
        self.environ: dict[str, Any] = {}
        self.body = b""
        self.asked = 0
        self.open = threading.Event()
        self.open.set()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        self.asked += 1
        assert self.open.wait(10)
        self.environ = environ
        self.body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response("200 OK", list(self.headers.items()))
        return iter([self.content])


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def gateway(site: Site) -> Gateway:
    return Gateway(validator(site), LIMITS)


def test_it_works(gateway: Gateway, site: Site) -> None:
    answer = run(gateway, post(path="/draw"), Exchange([part(b"a ", more=True), part(b"drawing")]))
    assert (answer.status, answer.body) == (200, b"here you are")
    assert site.body == b"a drawing"
    assert site.environ["PATH_INFO"] == "/draw"


# --- what reaches the application ----------------------------------------------------------


def test_the_request_is_told_as_wsgi_does(gateway: Gateway, site: Site) -> None:
    headers = [
        (b"host", b"digits.example.org"),
        (b"content-type", b"application/json"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"x-forwarded-for", b"1.2.3.4"),
        (b"x-forwarded-for", b"5.6.7.8"),
    ]
    run(
        gateway,
        scope(path="/mine/%C3%A9%FF", root_path="/mine", query_string=b"q=%20", headers=headers),
    )
    assert site.environ["SCRIPT_NAME"] == "/mine"
    assert site.environ["PATH_INFO"].encode("latin-1") == b"/\xc3\xa9\xff"
    assert site.environ["QUERY_STRING"] == "q=%20"
    assert site.environ["REMOTE_ADDR"] == "10.0.0.1"
    assert site.environ["HTTP_HOST"] == "digits.example.org"
    assert site.environ["CONTENT_TYPE"] == "application/json"
    assert site.environ["HTTP_COOKIE"] == "a=1; b=2"
    assert site.environ["HTTP_X_FORWARDED_FOR"] == "1.2.3.4,5.6.7.8"


def test_a_header_that_would_pass_for_a_proxys_is_left_out(gateway: Gateway, site: Site) -> None:
    run(gateway, scope(headers=[(b"x_forwarded_for", b"6.6.6.6")]))
    assert "HTTP_X_FORWARDED_FOR" not in site.environ


def test_a_chunked_body_has_its_real_length(gateway: Gateway, site: Site) -> None:
    chunks = Exchange([part(b"abc", more=True), part(b"de", more=True), part(b"")])
    run(gateway, post((b"transfer-encoding", b"chunked")), chunks)
    assert site.body == b"abcde"
    assert "HTTP_TRANSFER_ENCODING" not in site.environ


# --- what comes back -----------------------------------------------------------------------


def test_a_long_answer_goes_out_in_parts_and_tells_its_length() -> None:
    content = bytes(range(256)) * 8 * KIB  # 2 MiB: more than stays in memory
    answer = run(Gateway(Site(content), LIMITS), scope())
    assert answer.body == content
    assert answer.headers["content-length"] == str(len(content))
    assert max(len(message["body"]) for message in answer.sent[1:]) == LIMITS.part_bytes
    assert not answer.sent[-1].get("more_body")


def test_an_answer_of_just_one_part_ends(gateway: Gateway) -> None:
    content = b"x" * LIMITS.part_bytes
    answer = run(Gateway(Site(content), LIMITS), scope())
    assert answer.body == content
    assert not answer.sent[-1].get("more_body")


def test_head_has_the_headers_alone() -> None:
    answer = run(Gateway(Site(headers={"Content-Length": "12"}), LIMITS), scope("HEAD"))
    assert (answer.body, answer.headers["content-length"]) == (b"", "12")


def test_a_client_that_takes_no_answer_is_given_up() -> None:
    stuck = Exchange(taking=asyncio.Event().wait)  # type: ignore[arg-type]
    gateway = Gateway(Site(b"x" * KIB**2), replace(LIMITS, part_seconds=0.05))
    run(gateway, scope(), stuck)
    assert [message["type"] for message in stuck.sent] == ["http.response.start"]


def test_what_breaks_while_it_streams_is_an_error_in_our_shape(caplog: Any) -> None:
    def breaks(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"half"
        raise OSError("No space left on device")

    answer = run(Gateway(breaks, LIMITS), scope())
    assert (answer.status, answer.code) == (500, "server_error")
    assert "No space left" in caplog.text


# --- limits of a body ----------------------------------------------------------------------


def test_a_body_that_is_said_to_be_too_large_is_not_read(gateway: Gateway, site: Site) -> None:
    one = Exchange([])  # reading would wait for ever
    answer = run(gateway, post((b"content-length", b"100000000")), one)
    assert (answer.status, answer.code, site.asked) == (413, "too_large", 0)
    assert answer.headers["connection"] == "close"


def test_requests_are_counted_by_kind_and_status(gateway: Gateway) -> None:
    def counted(kind: str) -> float:
        labels = {"kind": kind, "status": "2xx"}
        return PROCESS.get_sample_value("digits_request_seconds_count", labels) or 0.0

    before = {kind: counted(kind) for kind in ("api", "page", "static", "staff")}
    for path in ("/api/v1/predict/", "/", "/about/", "/static/a.js", "/studio/", "/studious/"):
        in_a_loop(exchange(gateway, scope(path=path), Exchange()))
    more = {kind: counted(kind) - count for kind, count in before.items()}
    assert more == {"api": 1, "page": 3, "static": 1, "staff": 1}


def test_a_body_that_turns_out_too_large_is_refused(gateway: Gateway, site: Site) -> None:
    endless = Exchange([part(b"x" * 64 * KIB, more=True)] * 100)
    answer = run(gateway, post((b"transfer-encoding", b"chunked")), endless)
    assert (answer.status, answer.code, site.asked) == (413, "too_large", 0)
    assert gateway.room.large_bytes == 0


def test_a_body_that_does_not_come_is_refused(site: Site) -> None:
    gateway = Gateway(site, replace(LIMITS, body_seconds=0.05))
    answer = run(gateway, post(), Exchange([part(b"x" * 100, more=True)]))
    assert (answer.status, answer.code, site.asked) == (408, "too_slow", 0)


def test_a_body_may_take_its_time_as_long_as_it_comes(site: Site) -> None:
    gateway = Gateway(site, replace(LIMITS, body_seconds=0.2, body_bytes_per_second=KIB))
    steady = Exchange([*[part(b"x" * KIB, more=True)] * 10, part(b"")], pause=0.05)
    assert run(gateway, post(), steady).status == 200


def test_large_bodies_share_their_memory_and_small_ones_need_none(site: Site) -> None:
    gateway = Gateway(site, replace(LIMITS, large_bodies_bytes=300 * KIB))
    large = [part(b"x" * 200 * KIB, more=True)]

    async def all_at_once() -> tuple[Exchange, Exchange]:
        first = asyncio.create_task(exchange(gateway, post(), Exchange([*large])))
        await asyncio.sleep(0.05)
        refused = await exchange(gateway, post(), Exchange([part(b"x" * 300 * KIB, more=True)]))
        small = await exchange(gateway, post(), Exchange([part(b"x" * 60 * KIB)]))
        first.cancel()
        await asyncio.wait([first])
        return refused, small

    refused, small = in_a_loop(all_at_once())
    assert (refused.status, refused.code, refused.headers["retry-after"]) == (503, "busy", "5")
    assert small.status == 200
    assert gateway.room.large_bytes == 0


def test_a_body_that_breaks_off_asks_nothing(gateway: Gateway, site: Site) -> None:
    """Its client may be gone, or wait for what is wrong with its chunks."""
    answer = run(gateway, post(), Exchange([part(b"x", more=True), GONE]))
    assert (answer.status, answer.code) == (400, "bad_request")
    assert (site.asked, gateway.room.large_bytes) == (0, 0)


def test_a_refusal_speaks_the_askers_language(gateway: Gateway) -> None:
    hebrew = post((b"content-length", b"100000000"), (b"accept-language", b"he"))
    message = json.loads(run(gateway, hebrew).body)["error"]["message"]
    assert message == "הבקשה גדולה מדי."


def figure(reason: str) -> float:
    return PROCESS.get_sample_value("digits_refused_total", {"reason": reason}) or 0.0


def test_a_refusal_can_be_read_by_pages_that_may_ask(gateway: Gateway, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://their.host"]

    def allowed(origin: bytes, path: str) -> str | None:
        asked = post((b"content-length", b"100000000"), (b"origin", origin), path=path)
        answer = run(gateway, asked)
        assert (answer.status, answer.code) == (413, "too_large")
        return answer.headers.get("access-control-allow-origin")

    assert allowed(b"https://their.host", "/api/v1/predict/") == "https://their.host"
    assert allowed(b"https://other.host", "/api/v1/predict/") is None
    assert allowed(b"https://their.host", "/api/v1/drawings/") is None


def test_refusals_are_counted_and_told_of_in_one_line(gateway: Gateway, caplog: Any) -> None:
    before = figure("too_large")
    for _ in range(3):
        run(gateway, post((b"content-length", b"100000000"), path="/a\nb"))
    assert figure("too_large") == before + 3
    assert [one.message for one in caplog.records if "Refused" in one.message] == [
        "Refused (too_large): POST '/a\\nb', and 0 others since the last line of this kind"
    ]


def test_the_line_after_a_pause_tells_how_many_there_were(
    gateway: Gateway, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    too_large = post((b"content-length", b"100000000"))
    for _ in range(3):
        run(gateway, too_large)
    monkeypatch.setattr("digitsite.gateway.refusals.LINE_SECONDS", 0.0)
    run(gateway, too_large)
    assert "and 2 others since" in caplog.records[-1].message


def test_a_request_is_at_work_until_it_is_answered(gateway: Gateway, site: Site) -> None:
    async def look() -> set[tuple[str, int]]:
        site.open.clear()
        at_work = asyncio.create_task(exchange(gateway, scope()))
        await asyncio.sleep(0.05)
        seen = set(gateway.at_work)
        site.open.set()
        await at_work
        return seen

    assert in_a_loop(look()) == {("10.0.0.1", 4711)}
    assert gateway.at_work == set()


# --- the queue -----------------------------------------------------------------------------


@pytest.fixture
def one_thread(site: Site) -> Gateway:
    return Gateway(site, replace(LIMITS, threads=1, queue=1, queue_seconds=0.2))


def beside_a_request_at_work(
    gateway: Gateway, site: Site, *others: Exchange
) -> tuple[Exchange, list[Exchange]]:
    """The one thread is busy; meanwhile `others` ask, and only then is it free again."""

    async def all_at_once() -> tuple[Exchange, list[Exchange]]:
        site.open.clear()
        at_work = asyncio.create_task(exchange(gateway, scope()))
        await asyncio.sleep(0.05)
        try:
            answers = await asyncio.gather(*(exchange(gateway, scope(), one) for one in others))
        finally:
            site.open.set()
        return await at_work, list(answers)

    return in_a_loop(all_at_once())


def test_who_waits_too_long_for_a_thread_is_told(one_thread: Gateway, site: Site) -> None:
    first, [second] = beside_a_request_at_work(one_thread, site, Exchange())
    assert (first.status, second.status, second.code) == (200, 503, "busy")
    assert site.asked == 1


def test_who_finds_the_queue_full_is_told_at_once(one_thread: Gateway, site: Site) -> None:
    _, answers = beside_a_request_at_work(one_thread, site, Exchange(), Exchange(), Exchange())
    assert [one.status for one in answers] == [503] * 3
    assert one_thread.in_pool == 0


def test_the_work_of_who_has_left_is_not_begun(one_thread: Gateway, site: Site) -> None:
    _, [left] = beside_a_request_at_work(one_thread, site, Exchange([part(b""), GONE]))
    assert (left.sent, site.asked) == ([], 1)


class Busy:
    """A WSGI application that counts who is in it at once; whoever asks for /late waits there."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.open = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        self.now += 1
        self.most = max(self.most, self.now)
        assert environ["PATH_INFO"] != "/late" or self.open.wait(10)
        time.sleep(0.001)  # another thread may run
        self.now -= 1
        start_response("200 OK", [("Content-Type", "text/plain")])
        return iter([b"done"])


def test_requests_are_worked_on_one_after_the_other() -> None:
    site = Busy()
    gateway = Gateway(site, replace(LIMITS, late_seconds=10))

    async def all_at_once() -> list[Exchange]:
        return await asyncio.gather(*(exchange(gateway, scope()) for _ in range(20)))

    assert {one.status for one in in_a_loop(all_at_once())} == {200}
    assert site.most == 1


@pytest.mark.parametrize(("late_seconds", "length"), [(0.01, 1), (10, 65 * KIB)])
def test_the_next_does_not_wait_for_one_that_is_late_or_large(
    late_seconds: float, length: int
) -> None:
    site = Busy()
    gateway = Gateway(site, replace(LIMITS, threads=2, late_seconds=late_seconds))

    async def beside_a_late_one() -> list[Exchange]:
        sent = Exchange([part(b"x" * length)])
        late = asyncio.create_task(exchange(gateway, scope(path="/late"), sent))
        await asyncio.sleep(0)  # it has begun
        try:
            others = [await exchange(gateway, scope()) for _ in range(3)]
        finally:
            site.open.set()
        return [*others, await late]

    assert {one.status for one in in_a_loop(beside_a_late_one())} == {200}
    assert site.most == 2


@pytest.mark.parametrize("steps", range(6))
def test_who_is_given_up_in_the_moment_of_the_turn_gives_it_back(steps: int) -> None:
    gateway = Gateway(Busy(), replace(LIMITS, threads=1))

    async def silent() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def given_up() -> bool:
        before = await gateway.turns.begin(late=10)
        waiting = asyncio.create_task(gateway.until_turn(silent, late=10))
        await asyncio.sleep(0.01)
        before.end()
        for _ in range(steps):
            await asyncio.sleep(0)
        waiting.cancel()
        [turn] = await asyncio.gather(waiting, return_exceptions=True)
        if not isinstance(turn, BaseException):
            turn.end()
        await asyncio.sleep(0.01)
        return gateway.turns.must_wait

    assert not in_a_loop(given_up())


def test_health_needs_no_thread(one_thread: Gateway, site: Site) -> None:
    async def ask_while_busy() -> Exchange:
        site.open.clear()
        at_work = asyncio.create_task(exchange(one_thread, scope()))
        await asyncio.sleep(0.05)
        try:
            return await asyncio.wait_for(exchange(one_thread, scope(path="/healthz")), 5)
        finally:
            site.open.set()
            await at_work

    answer = in_a_loop(ask_while_busy())
    assert (answer.status, answer.body) == (200, b"ok")


# --- other protocols -----------------------------------------------------------------------


def test_a_websocket_is_closed(gateway: Gateway) -> None:
    assert run(gateway, {"type": "websocket"}).sent == [{"type": "websocket.close"}]


def test_there_is_no_lifespan(gateway: Gateway) -> None:
    with pytest.raises(NotImplementedError, match="lifespan"):
        run(gateway, {"type": "lifespan"})
