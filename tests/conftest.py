"""The small cast of the tests: a visitor, a member, a reviewer, an admin, and the live model."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache
from django.core.servers.basehttp import WSGIRequestHandler
from django.test.testcases import FSFilesHandler
from rest_framework.test import APIClient

from recognizer.models import ModelVersion
from recognizer.services import hands, versions
from recognizer.serving import registry
from tests.support import buckets, marked, networks, servers, shared, spread
from tests.support.buckets import Bucket
from tests.support.wire import Wire
from training.data.mnist import CorpusUnavailable, load_configured

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserType, Page

# Playwright's synchronous API keeps an event loop in this thread for as long as its
# browser lives, and Django then takes every query of every test for one out of a
# coroutine. There are none here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# The live server sends head and body of an answer one after the other: by Nagle's algorithm
# the second waits 40 ms for the first to be acknowledged, eighty times a page.
WSGIRequestHandler.disable_nagle_algorithm = True

# Django's live server would answer for files in the site's place. They come through the site's own
# middleware, as elsewhere: the service worker keeps only what says that it is the site's.
for handler in (StaticFilesHandler, FSFilesHandler):
    handler._should_handle = lambda self, path: False

# Whether a machine is busy says nothing about what is tested.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def _clean_process() -> Iterator[None]:
    """No test inherits another's throttle counters, cached model, hands, files or messages."""
    cache.clear()
    registry.reset()
    hands.reset()
    yield
    registry.reset()
    for path in settings.FILES_DIR.glob("*/*"):  # most tests have made none
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if settings.BROKER_DIR.is_dir():
        for message in (settings.BROKER_DIR / "messages").glob("*.msg"):
            message.unlink(missing_ok=True)


# Each of them opens the database, by itself or by what it asks for.
ROWS = {"db", "transactional_db", "django_db_setup"}
# What these promise is decided before a row is asked for, or beside it: refusals of what was sent,
# headers, counters of the cache, files. That rows stay as they are, one database says for all.
BESIDE_ROWS = (
    "tests/digitsite/http/test_application.py",
    "tests/digitsite/http/test_cross_origin.py",
    "tests/digitsite/http/test_errors.py",
    "tests/digitsite/http/test_security.py",
    "tests/digitsite/http/test_throttling.py",
    "tests/digitsite/monitoring/test_traces.py",
    "tests/digitsite/statics/",
    "tests/digitsite/test_disk.py",
    "tests/digitsite/test_doctor.py",
    "tests/faults/test_pictures.py",
    "tests/project/test_translations.py",
    "tests/recognizer/api/test_bad_input.py",
    "tests/recognizer/api/test_pictures.py",
    "tests/recognizer/api/test_predictions.py",
    "tests/recognizer/api/test_schema.py",
    "tests/recognizer/api/test_version_files.py",
    "tests/recognizer/preprocessing/",
    "tests/recognizer/segmentation/",
    "tests/recognizer/services/test_versions_in_a_bucket.py",
    "tests/recognizer/serving/",
    "tests/recognizer/test_pricing.py",
    "tests/recognizer/web/test_about_page.py",
    "tests/recognizer/web/test_draw_page.py",
    "tests/recognizer/web/test_model_files.py",
    "tests/recognizer/web/test_offline.py",
    "tests/training/evaluation/",
    "tests/training/test_demo.py::test_ink",
    "tests/training/test_demo.py::test_the_map",
    "tests/training/test_demo.py::test_the_same_seed",
    "tests/training/test_feature_map.py",
)


@pytest.hookimpl(tryfirst=True)  # before the tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what reads or writes rows, what of it another database may do otherwise, and the first
    test of each module, by which `make check` sees whether its subject works at all."""
    for item in items:
        marked.check(item)
        fixtures = getattr(item, "fixturenames", ())
        if item.get_closest_marker("django_db") or not ROWS.isdisjoint(fixtures):
            item.add_marker("database")
            if not item.nodeid.startswith(BESIDE_ROWS):
                item.add_marker("dialect")
        if item.name.startswith("test_it_works"):
            item.add_marker("works")


def pytest_configure() -> None:
    gc.disable()  # what is collected is all kept


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist tells of their order
def pytest_collection_finish(session: pytest.Session) -> None:
    """Begins with the longest, and leaves thousands of tests and what they import to themselves.

    To look through them again and again took a third of the tests' time. Of TensorFlow they import
    nothing before they run: it takes each process seconds, and most of them run no test of it.
    """
    if "tensorflow" in sys.modules:
        raise pytest.UsageError("A test's module imports TensorFlow: import it in the test.")
    if hasattr(session.config, "workerinput"):
        spread.longest_first(session.items)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    config.option.loadscopereorder = False
    return spread.Spread(config, log)


def pytest_sessionfinish() -> None:
    if "digits-test-" in str(settings.VAR_DIR):
        shutil.rmtree(settings.VAR_DIR, ignore_errors=True)


@pytest.fixture
def live_model(db: None) -> ModelVersion:
    """The shipped network, installed as version 1."""
    version = versions.version_install()
    assert version is not None
    return version


@pytest.fixture(scope="session")
def formats() -> Path:
    """A folder with an artifact of each format, `1` and `2`; a test changes copies only."""
    return shared.made_once("formats", networks.write_both)


@pytest.fixture
def visitor() -> APIClient:
    """Somebody without an account; cookies are kept, CSRF is enforced."""
    return APIClient(enforce_csrf_checks=True)


def _client(user: User) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


@pytest.fixture
def member(db: None) -> APIClient:
    """Somebody with an account and no rights."""
    return _client(User.objects.create_user("member"))


@pytest.fixture
def member_in_browser(db: None) -> APIClient:
    """Somebody logged in whose page sends the CSRF token along, as it must."""
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(User.objects.create_user("member-in-browser"))
    client.cookies["csrftoken"] = token = "t" * 32
    client.credentials(HTTP_X_CSRFTOKEN=token)
    return client


@pytest.fixture
def reviewer(db: None) -> APIClient:
    """Staff that may review drawings and nothing else."""
    user = User.objects.create_user("reviewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_drawing"))
    return _client(user)


@pytest.fixture
def admin_user(db: None) -> User:
    return User.objects.create_superuser("admin", password="correct-horse")


@pytest.fixture
def admin(admin_user: User) -> APIClient:
    return _client(admin_user)


@pytest.fixture
def wire(db: None, settings: Any) -> Iterator[Wire]:
    """The site as it is behind the gateway, for requests of any bytes; exceptions come through."""
    settings.DEBUG_PROPAGATE_EXCEPTIONS = True
    with closing(Wire()) as wire:
        yield wire


def _require(need: str) -> None:
    """Skips a test for what this machine lacks; in CI a gap is a failure."""
    if reason := LACKING.get(need):
        _lack(reason)


def _lack(reason: str) -> None:
    in_ci = os.environ.get("CI", "").lower() in ("1", "true")
    (pytest.fail if in_ci else pytest.skip)(reason)


LACKING = servers.lacking()


def pytest_runtest_setup(item: pytest.Item) -> None:
    for need in servers.NEEDS:
        if item.get_closest_marker(need):
            _require(need)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a real Redis that this test run has to itself."""
    _require("redis")
    with servers.redis_server() as server:
        yield servers.redis_address(server)


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """The address of a real PostgreSQL that this test run has to itself."""
    _require("postgres")
    with servers.postgres_server() as address:
        yield address


@pytest.fixture
def postgres_url(postgres_address: str) -> str:
    """The address of an empty database that this test has to itself."""
    name = f"test_{uuid4().hex}"
    with closing(psycopg.connect(postgres_address, autocommit=True)) as server:
        server.execute(f"CREATE DATABASE {name}")
    return f"{postgres_address.rpartition('/')[0]}/{name}"


@pytest.fixture(scope="session")
def store() -> Iterator[str]:
    """The address of a store that speaks S3, which this test run has to itself."""
    with buckets.store() as address:
        yield address


@pytest.fixture
def bucket(store: str) -> Bucket:
    """An empty bucket that this test has to itself."""
    return buckets.made(store, f"test-{uuid4().hex}")


@pytest.fixture(scope="session")
def mnist_dir() -> str:
    """MNIST for whole trainings: from `MNIST_DIR`, or fetched once beside the site's own data.

    Child processes find it by the environment.
    """
    try:
        load_configured()
    except CorpusUnavailable as error:
        _lack(str(error))
    found = str(Path(settings.MNIST_DIR or settings.MNIST_CACHE).resolve())
    os.environ["MNIST_DIR"] = found
    return found


@pytest.fixture(scope="session")
def corpora_dir() -> str:
    """The folder with the corpora of pen strokes, which nobody can fetch."""
    folder: str = settings.CORPORA_DIR
    if not folder:
        _lack("CORPORA_DIR is not set")
    return folder


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The distribution's Chromium; its sandbox does not work for root."""
    from playwright.sync_api import expect

    # A machine that checks everything at once may let a page wait: that is no fault of the page's.
    expect.set_options(timeout=20_000)
    return {
        **browser_type_launch_args,
        "executable_path": servers.find_chromium_shell(),
        "args": ["--no-sandbox"] if os.geteuid() == 0 else [],
    }


@pytest.fixture(scope="session")
def whole_browser(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    """Chromium with a camera, which its shell has not."""
    arguments = [*browser_type_launch_args["args"], "--use-fake-device-for-media-stream"]
    launched = {"executable_path": servers.find_chromium(), "args": arguments}
    browser = browser_type.launch(**browser_type_launch_args | launched)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Without the service worker, which would answer in place of what a test says."""
    return {**browser_context_args, "service_workers": "block"}


@pytest.fixture(scope="session")
def base_url() -> None:
    """Browser tests name whole addresses; pytest-playwright's own fixture warns in pytest 9."""


# --- pages in a browser; those who drive them are in tests/support/browser.py ------------


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser has to complain of: exceptions, and breaches of the policy."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda line: heard.append(line.text) if line.type == "error" else None)
    return heard


@pytest.fixture
def desk(page: Page, complaints: list[str], live_server: Any, live_model: ModelVersion) -> Page:
    """The page on a desktop, with a live model."""
    _open(page, live_server.url)
    return page


@pytest.fixture
def phone(browser: Browser, live_server: Any, live_model: ModelVersion) -> Iterator[Page]:
    """The page on a small phone, with a live model."""
    from tests.support.browser import PHONE

    context = browser.new_context(**PHONE)
    page = context.new_page()
    _open(page, live_server.url)
    yield page
    context.close()


def _open(page: Page, address: str) -> None:
    from playwright.sync_api import expect

    page.goto(address)
    expect(page.locator("#version")).to_have_text("Model version 1")
