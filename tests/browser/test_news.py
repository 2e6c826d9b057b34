"""A version that goes live while the page is open says so, and what it has learned."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from recognizer.services import versions
from tests.browser.test_local import promote
from tests.support.browser import on_sheet, replay_and_wait
from tests.support.drawings import FOUR, SEVEN
from tests.support.tensorflowjs import needs_packages

pytestmark = [
    pytest.mark.browser,
    needs_packages,
    pytest.mark.django_db(transaction=True),
]

# The page asks whenever it is looked at again, and once a minute.
LOOK = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def blind(tmp_path: Path) -> Path:
    """The shipped network as a version that takes nothing for a digit."""
    folder = shutil.copytree(versions.SHIPPED, tmp_path / "blind")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["thresholds"]["not_a_digit"] = 0.0
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def reading(desk: Page) -> Page:
    """The page once this browser reads by itself."""
    expect(desk.locator("#reader")).to_have_attribute("data-reads-here", "", timeout=30_000)
    return desk


def test_it_works(reading: Page, blind: Path) -> None:
    """The drawing on the sheet is read by it, and so are those that this browser reads."""
    replay_and_wait(reading, FOUR)
    promote(blind)
    reading.evaluate(LOOK)
    expect(reading.locator("#told")).to_contain_text("Just learned: no digit now, 4 before.")
    expect(reading.locator("#version")).to_have_text("Model version 2 has just gone live")
    promote(versions.SHIPPED)
    reading.evaluate(LOOK)
    expect(reading.locator("#told")).to_contain_text("Just learned: 4 now, no digit before.")
    expect(reading.locator("#digit")).to_have_text("4")
    reading.route("**/api/v1/predict/", lambda route: route.abort())
    reading.get_by_role("button", name="Undo").click()
    reading.get_by_role("button", name="Redo").click()
    expect(reading.locator("#by")).to_contain_text("in this browser in")
    expect(reading.locator("#version")).to_have_text("Model version 3")


def test_a_version_that_reads_the_same_is_told_quietly(reading: Page) -> None:
    replay_and_wait(reading, FOUR)
    promote(versions.SHIPPED)
    with reading.expect_response("**/api/v1/predict/"):
        reading.evaluate(LOOK)
    expect(reading.locator("#version")).to_have_text("Model version 2 has just gone live")
    expect(reading.locator("#told")).to_be_hidden()
    reading.keyboard.press("c")
    replay_and_wait(reading, SEVEN)
    expect(reading.locator("#version")).to_have_text("Model version 2")


def test_ink_under_way_is_left_alone(reading: Page, blind: Path) -> None:
    (first, second, *_), *_ = on_sheet(reading, SEVEN)
    reading.mouse.move(*first)
    reading.mouse.down()
    reading.mouse.move(*second, steps=4)
    promote(blind)
    with reading.expect_response("**/api/v1/model/"):
        reading.evaluate(LOOK)
    expect(reading.locator("#version")).to_have_text("Model version 2 has just gone live")
    expect(reading.locator("#told")).to_be_hidden()
    expect(reading.locator("#reader")).not_to_have_attribute("data-state", "answered")
    reading.mouse.up()


def test_once_a_minute_it_asks_by_itself_for_no_more_than_whether_it_changed(
    browser: Browser, live_server: Any, live_model: Any
) -> None:
    context = browser.new_context(service_workers="block")  # it would answer in between
    page = context.new_page()
    page.clock.install()
    page.goto(live_server.url)
    expect(page.locator("#reader")).to_have_attribute("data-reads-here", "", timeout=30_000)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    statuses: list[int] = []
    session.on(
        "Network.responseReceivedExtraInfo", lambda told: statuses.append(told["statusCode"])
    )
    with page.expect_response("**/api/v1/model/"):
        page.clock.fast_forward(61_000)
    page.wait_for_timeout(200)
    assert statuses == [304]
    promote(versions.SHIPPED)
    page.clock.fast_forward(61_000)
    expect(page.locator("#version")).to_have_text("Model version 2 has just gone live")
    context.close()
