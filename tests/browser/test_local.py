"""The network in the visitor's browser: live while drawing, and where the server is not."""

from __future__ import annotations

import json
import shutil
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from recognizer.services import versions
from recognizer.serving import artifacts, browser_files
from tests.browser.test_answer import FOUR_HUNDRED_SEVEN
from tests.support.browser import choose, draw, on_sheet, reads_as, replay, replay_and_wait
from tests.support.drawings import FOUR, SEVEN
from tests.support.tensorflowjs import needs_packages

pytestmark = [
    pytest.mark.browser,
    needs_packages,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def reading(desk: Page) -> Page:
    """The page once this browser reads by itself."""
    expect(desk.locator("#reader")).to_have_attribute("data-reads-here", "", timeout=20_000)
    return desk


def server_down(page: Page) -> None:
    page.route("**/api/v1/predict/", lambda route: route.abort())


def begin_a_seven(page: Page) -> None:
    """Draws a 7 until it is read, and leaves the pen down."""
    (first, *rest), *_ = on_sheet(page, SEVEN)
    page.mouse.move(*first)
    page.mouse.down()
    for point in rest:
        page.mouse.move(*point, steps=8)
    expect(page.locator("#digit")).to_have_text("7")


def test_it_works(reading: Page, complaints: list[str]) -> None:
    """Bars while the pen is still down, and not one request."""
    asked: list[str] = []
    reading.on("request", lambda request: asked.append(request.url))
    begin_a_seven(reading)
    reads_as(reading, "7")
    assert asked == []
    reading.mouse.up()
    expect(reading.locator("#by")).to_contain_text("by the server in")
    expect(reading.locator("#words")).to_contain_text("7")
    assert complaints == []


def test_a_pen_that_moves_has_only_styled_anew_what_it_changes(
    reading: Page, browser: Browser
) -> None:
    """A rule that hangs on anything within the page styles all of it with every frame."""
    browser.start_tracing(page=reading, categories=["devtools.timeline"])
    begin_a_seven(reading)
    told = json.loads(browser.stop_tracing())["traceEvents"]
    reading.mouse.up()
    styled = [
        one["args"].get("elementCount", 0) for one in told if one["name"] == "UpdateLayoutTree"
    ]
    everything = reading.locator("#reader *").count()
    assert len(styled) > 5
    assert statistics.median(styled) < 0.2 * everything


def test_the_server_settles_what_the_browser_said(reading: Page) -> None:
    told = replay_and_wait(reading, FOUR).json()
    by_server = bars(reading)
    choose(reading, "This browser")
    reading.get_by_role("button", name="Undo").click()
    reading.get_by_role("button", name="Redo").click()
    expect(reading.locator("#by")).to_contain_text("in this browser in")
    assert bars(reading) == by_server
    assert told["digit"] == 4


def bars(page: Page) -> list[str]:
    return page.locator("#feedback .share").all_text_contents()


def test_where_the_server_is_not_the_browser_answers(reading: Page) -> None:
    """Whether it is down or broken."""
    faults: list[Callable[[Route], None]] = [
        lambda route: route.abort(),
        lambda route: route.fulfill(status=502, body="Bad gateway"),
    ]
    for fault in faults:
        reading.route("**/api/v1/predict/", fault)
        draw(reading, FOUR)
        expect(reading.locator("#by")).to_contain_text("in this browser in")
        expect(reading.locator("#words")).to_contain_text("4")
        expect(reading.locator("#version")).to_have_text("Model version 1")
        expect(reading.locator("#notice")).to_be_hidden()
        reading.unroute_all()
        reading.get_by_role("button", name="Clear").click()
        expect(reading.locator("#by")).to_be_empty()


def test_a_number_is_read_here_as_there(reading: Page) -> None:
    reading.get_by_label("A number").check()
    there = replay_and_wait(reading, FOUR_HUNDRED_SEVEN).json()
    boxes = reading.locator("#boxes").inner_html()
    server_down(reading)
    reading.get_by_role("button", name="Undo").click()
    reading.get_by_role("button", name="Redo").click()
    expect(reading.locator("#by")).to_contain_text("in this browser in")
    expect(reading.locator("#boxes .box")).to_have_count(3)
    expect(reading.locator("#digit")).to_have_text(there["number"])
    assert reading.locator("#boxes").inner_html() == boxes


def test_a_slow_server_is_not_waited_for(reading: Page) -> None:
    """The browser's own answer stands there until the settled one comes."""
    waiting: list[Route] = []
    reading.route("**/api/v1/predict/", lambda route: waiting.append(route))
    draw(reading, FOUR)
    expect(reading.locator("#digit")).to_have_text("4")
    expect(reading.locator("#reader")).to_have_attribute("data-state", "live")
    expect(reading.locator("#by")).to_be_empty()
    while not waiting:
        reading.wait_for_timeout(20)
    waiting[-1].continue_()
    expect(reading.locator("#by")).to_contain_text("by the server in")


def test_by_the_button_nothing_is_said_before(reading: Page) -> None:
    choose(reading, "By a button")
    draw(reading, FOUR)
    reading.wait_for_timeout(300)
    expect(reading.locator("#reader")).to_have_attribute("data-state", "waiting")
    expect(reading.locator("#digit")).to_be_empty()
    server_down(reading)
    reading.get_by_role("button", name="Predict").click()
    expect(reading.locator("#by")).to_contain_text("in this browser in")


def test_this_browser_alone_asks_nobody(reading: Page) -> None:
    choose(reading, "This browser")
    asked: list[str] = []
    reading.on("request", lambda request: asked.append(request.url))
    replay(reading, FOUR)
    expect(reading.locator("#by")).to_contain_text("in this browser in")
    assert asked == []


def test_the_server_alone_loads_nothing(
    context: BrowserContext, live_server: Any, live_model: Any
) -> None:
    context.add_init_script("localStorage.settings = JSON.stringify({who: 'server'})")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(live_server.url)
    replay_and_wait(page, FOUR)
    expect(page.locator("#by")).to_contain_text("by the server in")
    assert not [url for url in asked if "packages" in url or "/models/" in url]


@pytest.mark.parametrize("lacking", ["WebAssembly", "Worker"])
def test_with_less_of_a_browser_it_is_read_all_the_same(
    context: BrowserContext, live_server: Any, live_model: Any, lacking: str
) -> None:
    context.add_init_script(f"delete globalThis.{lacking}")
    page = context.new_page()
    page.goto(live_server.url)
    replay_and_wait(page, FOUR)
    expect(page.locator("#digit")).to_have_text("4")


def promote(folder: Path) -> None:
    place, manifest = artifacts.store(folder)
    version = versions.version_create(
        place=place, manifest=manifest, parent=None, gate_verdict="passed", gate_report={}
    )
    versions.version_promote(version=version, by=None)


def test_a_newly_promoted_version_reads_here_too(reading: Page) -> None:
    promote(versions.SHIPPED)
    with reading.expect_response(lambda response: "/models/2/" in response.url):
        replay_and_wait(reading, FOUR)
    expect(reading.locator("#version")).to_contain_text("Model version 2")
    choose(reading, "This browser")
    reading.wait_for_timeout(1500)
    reading.get_by_role("button", name="Undo").click()
    reading.get_by_role("button", name="Redo").click()
    expect(reading.locator("#by")).to_contain_text("in this browser in")
    expect(reading.locator("#version")).to_contain_text("Model version 2")


def test_a_version_without_files_for_browsers_is_asked_of_the_server(
    reading: Page, tmp_path: Path
) -> None:
    """The page that is open goes on with the network that it has; one opened anew has none."""
    folder = shutil.copytree(versions.SHIPPED, tmp_path / "without")
    manifest = json.loads((folder / "manifest.json").read_text())
    for stored in browser_files.STORED.values():
        del manifest["files"][stored]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    promote(folder)
    replay_and_wait(reading, FOUR)
    expect(reading.locator("#version")).to_contain_text("Model version 2")
    choose(reading, "This browser")
    reading.get_by_role("button", name="Undo").click()
    reading.get_by_role("button", name="Redo").click()
    expect(reading.locator("#by")).to_contain_text("in this browser in")
    expect(reading.locator("#version")).to_have_text("Model version 1")
    reading.keyboard.press("c")
    reading.reload()
    replay_and_wait(reading, FOUR)
    expect(reading.locator("#by")).to_contain_text("by the server in")
    expect(reading.locator("#version")).to_have_text("Model version 2")
    expect(reading.locator("#reader")).not_to_have_attribute("data-reads-here", "")
