"""A site that a real proxy serves below a path of its own: all of it stays below that path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import replay, replay_and_wait, until
from tests.support.drawings import FOUR, SEVEN
from tests.support.nginx import nginx_server
from tests.support.site import Site
from tests.support.tensorflowjs import needs_packages

pytestmark = [pytest.mark.browser, pytest.mark.nginx, pytest.mark.slow, needs_packages]

PREFIX = "/digits"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with Site(folder, PATH_PREFIX=PREFIX, TRUSTED_PROXIES="1") as site:
        site.manage("collectstatic", "--noinput")
        site.web()
        yield site


@pytest.fixture(scope="module", params=["passed on", "taken away"])
def address(request: pytest.FixtureRequest, site: Site) -> Iterator[str]:
    """The site's own address at nginx, which passes the path on, or takes it away."""
    to = site.address if request.param == "passed on" else f"{site.address}/"
    with nginx_server(f"{PREFIX}/", to) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_it_works(page: Page, address: str) -> None:
    """It reads here and there, keeps what is said, and opens without a network."""
    asked: list[str] = []
    failed: list[tuple[int, str]] = []
    page.context.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.context.on(
        "response",
        lambda response: (
            failed.append((response.status, response.url)) if response.status >= 400 else None
        ),
    )
    page.goto(address)
    replay_and_wait(page, FOUR)
    expect(page.locator("#digit")).to_have_text("4")
    page.get_by_role("button", name="It is 9").click()
    link = page.locator("#kept")
    expect(link).to_have_attribute("href", re.compile(rf"^{PREFIX}/drawings/"))
    expect(page.locator("#reader")).to_have_attribute("data-reads-here", "", timeout=30_000)
    until(page, "navigator.serviceWorker.controller?.state === 'activated'")
    scope = page.evaluate("navigator.serviceWorker.ready.then(({ scope }) => scope)")
    assert scope == address
    assert [path for path in asked if not path.startswith(f"{PREFIX}/")] == []
    assert failed == []
    cookies = page.context.cookies()
    assert {cookie["path"] for cookie in cookies} == {f"{PREFIX}/"}
    page.locator("#clear").click()  # what is unfinished outlives a reload
    page.context.set_offline(True)
    page.reload()
    replay(page, SEVEN)
    expect(page.locator("#digit")).to_have_text("7", timeout=30_000)


def test_pages_lead_to_each_other(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="About").click()
    expect(page).to_have_url(f"{address}about/")
    page.get_by_role("button", name="עברית").click()
    expect(page.locator("html")).to_have_attribute("lang", "he")
    expect(page).to_have_url(f"{address}about/")
    page.goto(f"{address}account/")
    page.locator("[name=username]").fill("admin")
    page.locator("[name=password]").fill("correct-horse")
    page.locator("[name=password]").press("Enter")
    expect(page).to_have_url(re.compile(rf"^{address}"))
    page.goto(f"{address}studio/")
    expect(page).to_have_url(f"{address}studio/")
    expect(page.locator("main")).to_be_visible()


def test_the_api_and_what_describes_it_name_addresses_below_it(address: str, site: Site) -> None:
    body = {"strokes": FOUR, "canvas": [280, 280]}
    assert requests.post(f"{address}api/v1/predict/", json=body, timeout=30).json()["digit"] == 4
    told = requests.get(f"{address}api/v1/model/", timeout=30).json()["browser"]
    for file in told.values():
        assert file["url"].startswith(f"{PREFIX}/models/")
        assert requests.get(f"{address}{file['url'].removeprefix(PREFIX)[1:]}", timeout=30).ok
    manifest: dict[str, Any] = requests.get(f"{address}site.webmanifest", timeout=30).json()
    assert manifest["id"] == manifest["scope"] == manifest["start_url"] == f"{PREFIX}/"
    accept = {"Accept": "application/json"}
    schema = requests.get(f"{address}api/v1/schema/", headers=accept, timeout=30).json()
    assert schema["servers"] == [{"url": PREFIX}]
    lost = requests.get(f"{address}api/v1/nothing/", timeout=30)
    assert (lost.status_code, lost.json()["error"]["code"]) == (404, "not_found")


def test_machines_inside_ask_without_it(site: Site) -> None:
    assert requests.get(f"{site.address}/healthz", timeout=30).text == "ok"
    assert requests.get(f"{site.address}/readyz", timeout=30).status_code in (200, 503)
