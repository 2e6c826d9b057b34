"""The servers that other tests rely on are real, separate and gone afterwards."""

from __future__ import annotations

import socket
from pathlib import Path

import psycopg
import pytest
import redis

from tests import ROOT, conftest
from tests.everything.steps import javascript, steps
from tests.support import servers, spread


@pytest.mark.redis
def test_redis_answers_stops_and_comes_back_at_the_same_address() -> None:
    with servers.redis_server() as server:
        client = redis.Redis.from_url(servers.redis_address(server))
        assert client.ping()
        client.set("kept", "no")
        server.stop()
        with pytest.raises(redis.ConnectionError):
            client.ping()
        server.start()
        assert client.ping()
        client.close()
    assert not listening(server.port)


@pytest.mark.redis
def test_redis_is_no_other_tests_redis(redis_url: str) -> None:
    with servers.redis_server() as server:
        assert servers.redis_address(server) != redis_url


@pytest.mark.postgres
def test_postgres_answers_and_is_gone_afterwards() -> None:
    with servers.postgres_server() as address:
        with psycopg.connect(address) as connection:
            row = connection.execute("SHOW fsync").fetchone()
        assert row == ("off",)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)


@pytest.mark.browser
def test_chromium_opens_a_page(page) -> None:
    page.goto("data:text/html,<title>Here</title>")
    assert page.title() == "Here"


@pytest.mark.javascript
def test_node_is_new_enough() -> None:
    assert servers.node_major(servers.find_node() or "") >= servers.MIN_NODE


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert servers.lacking()["redis"] == "redis-server is not installed"
    assert "browser" in servers.lacking()


def test_every_program_is_asked_for_before_it_is_needed() -> None:
    assert {step.need for step in steps() if step.need} == set(servers.NEEDS)


def test_every_javascript_test_is_run() -> None:
    """By `all.js`, which goes by their names."""
    assert javascript()[-1] == "tests/js/all.js"
    files = (ROOT / "tests/js").rglob("*.*js")
    tests = [path.name for path in files if '"node:test"' in path.read_text()]
    assert len(tests) > 50
    assert [name for name in tests if not name.endswith((".test.js", ".test.mjs"))] == []


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_what_is_named_by_its_place_is_there() -> None:
    named = [*spread.TOGETHER, *spread.LONG, *conftest.BESIDE_ROWS]
    assert [one for one in named if not (ROOT / one.partition("::")[0]).exists()] == []
    assert spread.group("tests/digitsite/test_up.py::test_it_works") == "tests/digitsite/test_up.py"
    assert spread.group("tests/digitsite/test_env.py::test_it_works").endswith("::test_it_works")
