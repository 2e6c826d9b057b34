"""The pages in a language that runs from right to left, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_pages import FLAWS
from tests.support.browser import draw_and_wait
from tests.support.drawings import FOUR

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reader(browser: Browser, live_server: Any, live_model: Any) -> Iterator[Page]:
    """A browser that asks for Hebrew."""
    context = browser.new_context(locale="he-IL", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(live_server.url)
    yield page
    context.close()


def left(part: Locator) -> float:
    box = part.bounding_box()
    assert box is not None
    return box["x"]


def test_it_works(reader: Page) -> None:
    """The page is mirrored, the sheet and the digits are not."""
    complaints: list[str] = []
    reader.on("pageerror", lambda error: complaints.append(str(error)))
    answer = draw_and_wait(reader, FOUR)
    assert answer["digit"] == 4
    expect(reader.locator("#words")).to_contain_text("4")
    assert left(reader.locator("#drawing")) > left(reader.locator("#digit"))
    assert left(reader.locator("#undo")) > left(reader.locator("#redo"))
    keys = reader.locator("#feedback button")
    assert left(keys.nth(0)) < left(keys.nth(1)) < left(keys.last)
    assert complaints == []


def test_on_glass_the_sheet_is_under_the_writing_hand(
    browser: Browser, live_server: Any, live_model: Any
) -> None:
    for locale in ("en-GB", "he-IL"):
        context = browser.new_context(
            locale=locale, has_touch=True, is_mobile=True, viewport={"width": 900, "height": 700}
        )
        page = context.new_page()
        page.goto(live_server.url)
        for hand in ("left", "right"):
            page.locator(f"[name=hand][value={hand}]").evaluate("(radio) => radio.click()")
            is_right = left(page.locator("#drawing")) > left(page.locator("#digit"))
            assert is_right is (hand == "right"), (locale, hand)
        context.close()


def test_the_language_is_chosen_and_remembered(
    page: Page, live_server: Any, live_model: Any
) -> None:
    page.goto(f"{live_server.url}/about/")
    page.get_by_role("button", name="עברית").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("על המודל הזה")
    page.goto(f"{live_server.url}/mine/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mes dessins")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My drawings")


def test_an_installed_page_has_the_language_that_was_chosen(
    page: Page, live_server: Any, live_model: Any
) -> None:
    page.goto(live_server.url)
    page.get_by_role("button", name="עברית").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    told = page.context.new_cdp_session(page).send("Page.getAppManifest")
    assert told["errors"] == []
    manifest = json.loads(told["data"])
    assert (manifest["lang"], manifest["dir"]) == ("he", "rtl")


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_is_for_everyone(reader: Page, live_server: Any, width: int) -> None:
    reader.set_viewport_size({"width": width, "height": 800})
    for path in ("/mine/", "/about/", "/account/sign-in/", "/account/sign-up/", "/nothing/"):
        reader.goto(live_server.url + path)
        assert reader.evaluate(FLAWS) == [], path
