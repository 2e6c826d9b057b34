"""Readers never wait for writers: what the site does while somebody else holds the database.

A whole site of real processes; the lock is held by another process throughout.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import psycopg
import pytest
import requests
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from rest_framework.test import APIClient

from digitsite.database import patience
from tests import ROOT
from tests.support.drawings import FOUR, body
from tests.support.site import Client, Site, with_static_files

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

FORM = "application/x-www-form-urlencoded"

# What needs the lock fails while it is held, whatever its time; this is for a busy machine.
AT_ONCE = 5.0
# How long this site answers from memory where it cannot ask the database.
MEMORY = 4.0
PAGES = ("/", "/about/", "/mine/", "/account/sign-in/", "/admin/login/", "/api/docs/")
MACHINES = ("/healthz", "/readyz", "/api/v1/model/")
HOLD = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
database.execute("UPDATE recognizer_drawing SET label = label")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked(path: Path) -> Iterator[subprocess.Popen[str]]:
    """The database's write lock in another process, until the end or until that is killed."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with Site(folder, BROKER_URL="filesystem://", **with_static_files()) as site:
        site.web()
        yield site


def timed(session: requests.Session, method: str, url: str, **more: object) -> tuple[float, int]:
    """Seconds until the answer, and its status."""
    begun = time.monotonic()
    status = session.request(method, url, timeout=30, **more).status_code  # type: ignore[arg-type]
    return time.monotonic() - begun, status


def reads_at_once(client: Client, *paths: str) -> None:
    """Every kind of reading is answered as if nothing were locked."""
    address, session = client.site.address, client.session
    for path in (*MACHINES, *paths):
        seconds, status = timed(session, "GET", address + path)
        assert (path, status) == (path, 200)
        assert seconds < AT_ONCE, path
    for _ in range(5):
        seconds, status = timed(session, "POST", f"{address}/api/v1/predict/", json=body(FOUR))
        assert status == 200
        assert seconds < AT_ONCE


@pytest.mark.slow
def test_it_works(site: Site) -> None:
    """Reading while another writes; writing is refused with a time to come back, then done."""
    client = Client(site)
    stored = client.post("drawings/", body(FOUR, label="4"))
    with locked(site.folder / "db.sqlite3"):
        reads_at_once(client, *PAGES, stored["url"], stored["page"])
        refused(client)
    assert client.post("drawings/", body(FOUR, label="4"))["review"] == "pending"


def refused(client: Client) -> None:
    url = f"{client.site.address}/api/v1/drawings/"
    begun = time.monotonic()
    response = client.session.post(url, json=body(FOUR, label="4"), timeout=30)
    assert patience.WRITE_WAIT <= time.monotonic() - begun < 2 * patience.WRITE_WAIT
    assert response.status_code == 503
    assert response.headers["Retry-After"] == str(patience.RETRY_AFTER)
    assert response.json()["error"] == {
        "code": "unavailable",
        "message": "The site is busy; please try again in a moment.",
        "field": None,
    }


@pytest.mark.slow
def test_a_crowd_that_wants_to_write_leaves_the_readers_their_threads(site: Site) -> None:
    """For as long as the lock is held more people submit than there are threads."""
    url = f"{site.address}/api/v1/drawings/"
    stop = threading.Event()

    def submit() -> None:
        while not stop.is_set():
            assert requests.post(url, json=body(FOUR, label="4"), timeout=60).status_code == 503

    crowd = [threading.Thread(target=submit) for _ in range(8)]
    with locked(site.folder / "db.sqlite3"):
        for one in crowd:
            one.start()
        try:
            times = [
                timed(requests.Session(), "POST", f"{site.address}/api/v1/predict/", json=body())
                for _ in range(10)
            ]
        finally:
            stop.set()
            for one in crowd:
                one.join()
    assert {status for _, status in times} == {200}
    assert max(seconds for seconds, _ in times) < 2 * AT_ONCE


@pytest.mark.slow
def test_a_short_lock_is_waited_for(site: Site) -> None:
    client = Client(site)
    with locked(site.folder / "db.sqlite3") as holder:
        threading.Timer(2.5, holder.kill).start()
        assert client.post("drawings/", body(FOUR, label="4"))["review"] == "pending"


@pytest.mark.slow
def test_a_page_that_cannot_write_says_so(site: Site) -> None:
    client = Client(site)
    stored = client.post("drawings/", body(FOUR, label="4"))
    page = site.address + stored["page"]
    form = {"csrfmiddlewaretoken": csrf(client), "label": "5"}
    label = page.replace("/?", "/label/?")
    with locked(site.folder / "db.sqlite3"):
        response = client.session.post(label, form, headers={"Referer": page}, timeout=30)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == str(patience.RETRY_AFTER)
    assert "The site is busy" in response.text


def csrf(client: Client) -> str:
    client.session.get(client.site.address, timeout=10)
    token: str = client.session.cookies["csrftoken"]
    return token


@pytest.mark.slow
@pytest.mark.postgres
def test_on_postgres_too(postgres_url: str, tmp_path: Path) -> None:
    """A lock on the table of drawings, as a long write by a colleague's script would hold it."""
    options = {"DATABASE_URL": postgres_url, "TEST_MEMORY_SECONDS": str(MEMORY)}
    # It asks without a pause, more often than one person may in a minute.
    options |= {"THROTTLE_PREDICT": "0"}
    with Site(tmp_path, BROKER_URL="filesystem://", **options) as site:
        site.manage("prepare", "database")
        site.web()
        client = Client(site)
        stored = client.post("drawings/", body(FOUR, label="4"))
        with closing(psycopg.connect(postgres_url)) as other:
            other.execute("LOCK TABLE recognizer_drawing IN EXCLUSIVE MODE")
            reads_at_once(client, stored["url"])
            refused(client)
        with closing(psycopg.connect(postgres_url)) as other:
            other.execute("SELECT * FROM recognizer_drawing FOR UPDATE")
            url = f"{site.address}/api/v1/drawings/{stored['id']}/label/"
            headers = {"X-Receipt": stored["receipt"]}
            answer = client.session.post(url, json={"label": "5"}, headers=headers, timeout=30)
            assert answer.status_code == 503
            assert answer.json()["error"]["code"] == "unavailable"
            reads_at_once(client, stored["url"])
        assert client.post(f"drawings/{stored['id']}/label/", {"label": "5"})["label"] == "5"
        answered_from_memory_for_a_while(client, postgres_url)


def answered_from_memory_for_a_while(client: Client, postgres_url: str) -> None:
    """Not even readers are let into any table, as a migration keeps them out of one.

    What the contributor had said of a drawing is out of reach for so long, too.
    """
    address = f"{client.site.address}/api/v1"
    first = client.post("predict/", body(FOUR, memory=False))
    with closing(psycopg.connect(postgres_url)) as other:
        tables = other.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in tables.fetchall():
            other.execute(f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE')
        begun, count = time.monotonic(), 0
        while time.monotonic() < begun + MEMORY - 1:
            assert client.post("predict/", body(FOUR)) == first
            count += 1
            time.sleep(0.03)
        assert count > 10  # one waited for the database, and the others not beside it
        assert client.session.get(f"{address}/model/", timeout=30).status_code == 503
        time.sleep(max(0.0, begun + MEMORY + 1 - time.monotonic()))
        late = client.session.post(f"{address}/predict/", json=body(FOUR), timeout=30)
        assert (late.status_code, late.json()["error"]["code"]) == (503, "unavailable")
    assert client.post("predict/", body(FOUR, memory=False)) == first


# --- what is tried again ------------------------------------------------------------


class Locked(Exception):
    """What the driver raises, as far as it is looked at."""

    sqlite_errorcode = 5 | 2 << 8  # SQLITE_BUSY_SNAPSHOT


def refusing(cause: Exception, times: int) -> tuple[list[int], object]:
    """A view that fails `times` times, and the calls it had."""
    calls: list[int] = []

    @patience.patient
    def view() -> str:
        calls.append(1)
        if len(calls) <= times:
            raise OperationalError("no") from cause
        return "done"

    return calls, view


def test_only_a_lock_is_tried_again() -> None:
    calls, view = refusing(Locked(), times=3)
    assert view() == "done"  # type: ignore[operator]
    assert len(calls) == 4
    calls, view = refusing(ValueError(), times=3)
    with pytest.raises(OperationalError):
        view()  # type: ignore[operator]
    assert len(calls) == 1


def test_not_more_try_again_at_once_than_leave_threads_to_readers() -> None:
    places = [patience._retrying.acquire(blocking=False) for _ in range(3)]
    try:
        assert places == [True, True, False]
        calls, view = refusing(Locked(), times=3)
        with pytest.raises(OperationalError):
            view()  # type: ignore[operator]
        assert len(calls) == 1
    finally:
        patience._retrying.release(2)


# --- reading writes nothing -----------------------------------------------------------


def routes(resolver: Any, before: str = "/") -> Iterator[str]:
    """Every address of the site that needs no argument."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).lstrip("^").rstrip("$")
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern, route)
        elif "<" not in route and "(" not in route:
            yield route


@pytest.mark.django_db
@pytest.mark.usefixtures("live_model")
@pytest.mark.parametrize("who", ["visitor", "member", "admin"])
def test_reading_writes_nothing(who: str, request: pytest.FixtureRequest) -> None:
    client = request.getfixturevalue(who)
    stored = client.post("/api/v1/drawings/", body(FOUR, label="4")).json()
    own = [stored["url"], stored["page"]]
    addresses = [each for each in routes(get_resolver()) if not each.startswith("/admin/jsi18n")]
    assert len(addresses) > 30
    with CaptureQueriesContext(connection) as asked:
        for address in (*addresses, *own):
            client.get(address)
        assert client.post("/api/v1/predict/", body(FOUR)).status_code == 200
        client.post("/api/v1/predict/batch/", {"items": [body(FOUR)]})
    first_words = {query["sql"].split()[0].upper() for query in asked.captured_queries}
    assert first_words <= {"SELECT", "PRAGMA", "DECLARE"}, first_words


@pytest.fixture
def signed_in(visitor: APIClient, db: None) -> APIClient:
    """A member who came by the public sign-in."""
    User.objects.create_user("mina", password="correct-horse")
    visitor.get("/account/sign-in/")
    posted(visitor, "/account/sign-in/", username="mina", password="correct-horse")
    return visitor


def posted(client: APIClient, path: str, **form: str) -> None:
    form = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, **form}
    answer = client.post(path, urlencode(form), content_type=FORM)
    assert answer.status_code == 302


def name(client: APIClient) -> str:
    """Whose session it is, as a page and a prediction see it; and neither writes anything."""
    with CaptureQueriesContext(connection) as asked:
        user: AbstractBaseUser | AnonymousUser = client.get("/about/").wsgi_request.user
        told = user.get_username()
        token = {"HTTP_X_CSRFTOKEN": client.cookies["csrftoken"].value}
        assert client.post("/api/v1/predict/", body(FOUR), **token).status_code == 200
    first_words = {query["sql"].split()[0].upper() for query in asked.captured_queries}
    assert first_words <= {"SELECT", "PRAGMA", "DECLARE"}, first_words
    return told


@pytest.mark.usefixtures("live_model")
def test_a_session_that_ended_is_nobodys_and_goes_with_the_next_signing_out(
    signed_in: APIClient,
) -> None:
    assert name(signed_in) == "mina"
    user = User.objects.get()
    user.set_password("another-horse")
    user.save()
    assert name(signed_in) == name(signed_in) == ""
    assert Session.objects.count() == 1
    posted(signed_in, "/account/sign-out/")
    assert not Session.objects.exists()


@pytest.mark.usefixtures("live_model")
def test_a_session_that_an_older_key_signed_stays_its_users(
    signed_in: APIClient, settings: Any
) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = settings.SECRET_KEY[::-1]
    assert name(signed_in) == name(signed_in) == "mina"
    settings.SECRET_KEY_FALLBACKS = []
    assert name(signed_in) == ""


@pytest.mark.usefixtures("live_model")
def test_more_messages_than_a_cookie_holds_are_read_without_writing(
    signed_in: APIClient, settings: Any
) -> None:
    """Nobody looked at the page that would have shown them; the oldest are dropped."""
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"login": 0}
    for _ in range(20):
        posted(signed_in, "/account/sign-out/")
        long = secrets.token_urlsafe(110)
        posted(
            signed_in,
            "/account/sign-up/",
            username=long,
            password1="correct-horse",
            password2="correct-horse",
        )
    assert name(signed_in) == long


@pytest.mark.postgres
def test_web_connections_are_impatient_and_others_are_not(
    postgres_url: str,
) -> None:
    """In processes of their own: the entry point of web servers, and a command."""
    ask = """
from django.db import connection
with connection.cursor() as cursor:
    for name in ("lock_timeout", "statement_timeout"):
        cursor.execute(f"SHOW {name}")
        print(*cursor.fetchone())
"""
    for first, said in {
        "import digitsite.wsgi": "1s 20s",
        "import django; django.setup()": "0 0",
    }.items():
        done = subprocess.run(
            [sys.executable, "-c", f"{first}\n{ask}"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": postgres_url},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == said.split()
