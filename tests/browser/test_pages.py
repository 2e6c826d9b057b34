"""The pages around the sheet, walked through in a real browser as a visitor would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from recognizer.models import Drawing, ModelVersion
from tests.support.browser import PHONE
from tests.support.drawings import FOUR, body

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What a checker of accessibility looks for first. An answer of [] is a page without a flaw.
FLAWS = """() => {
  const flaws = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;
  if (!document.documentElement.lang) flaws.push("no language");
  if (!document.title) flaws.push("no title");
  if (all("h1").length !== 1) flaws.push("not one h1");
  if (all("main").length !== 1) flaws.push("not one main");
  let level = 1;
  for (const heading of all("h1, h2, h3, h4")) {
    if (Number(heading.tagName[1]) > level + 1) flaws.push(`skips to ${heading.outerHTML}`);
    level = Number(heading.tagName[1]);
  }
  const ids = all("[id]").map((element) => element.id);
  if (new Set(ids).size !== ids.length) flaws.push("an id stands twice");
  for (const image of all("img:not([alt])")) flaws.push(image.outerHTML);
  for (const image of all("img")) {
    if (image.complete && !image.naturalWidth) flaws.push(`broken: ${image.src}`);
  }
  for (const named of all("a, button, summary")) {
    if (!named.textContent.trim() && !named.ariaLabel) flaws.push(`no name: ${named.outerHTML}`);
  }
  for (const table of all("table:not(:has(caption))")) flaws.push("a table without a caption");
  for (const target of all("nav a, button, .button, summary").filter(shown)) {
    const { width, height } = target.getBoundingClientRect();
    if (Math.min(width, height) < 43.9) flaws.push(`small: ${target.outerHTML}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) flaws.push("wider than the window");
  return flaws;
}"""


@pytest.fixture
def drawn(page: Page, live_server: Any, live_model: ModelVersion) -> dict[str, Any]:
    """The answer to a drawing of a 4 that was stored from the page's own browser."""
    page.goto(live_server.url)
    answer: dict[str, Any] = page.evaluate(
        """async (body) => {
          const headers = { "Content-Type": "application/json" };
          const options = { method: "POST", headers, body: JSON.stringify(body) };
          return (await fetch("/api/v1/drawings/", options)).json();
        }""",
        body(FOUR),
    )
    return answer


def test_it_works(page: Page, drawn: dict[str, Any], live_server: Any, tmp_path: Path) -> None:
    """From the sheet to the receipt, the label, the export, and the end of it all."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.get_by_role("link", name="My drawings").click()
    expect(page.get_by_role("heading", name="My drawings")).to_be_visible()
    page.get_by_role("link", name="What is it?").click()
    expect(page.locator("[aria-current=step]")).to_contain_text("Labelled")
    page.get_by_role("button", name="It is 4", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("It is kept as 4")
    expect(page.locator("[aria-current=step]")).to_contain_text("Checked")

    page.get_by_role("link", name="My drawings").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all").click()
    download.value.save_as(tmp_path / "mine.ndjson")
    hand, line = map(json.loads, (tmp_path / "mine.ndjson").read_text().splitlines())
    assert hand["hand"]["drawings"] == [line["id"]] == [drawn["id"]]

    page.get_by_role("link", name="Delete all").click()
    page.get_by_role("button", name="Yes, delete all").click()
    expect(page.get_by_role("status")).to_contain_text("You are forgotten")
    expect(page.get_by_text("No drawings yet.")).to_be_visible()
    assert not Drawing.objects.exists()
    assert complaints == []


def test_a_private_link_opens_elsewhere_without_scripts(
    browser: Browser, drawn: dict[str, Any], live_server: Any
) -> None:
    context = browser.new_context(java_script_enabled=False)
    elsewhere = context.new_page()
    elsewhere.goto(live_server.url + drawn["page"])
    elsewhere.get_by_role("button", name="It is 9").click()
    expect(elsewhere.get_by_role("status")).to_contain_text("It is kept as 9")
    elsewhere.get_by_role("link", name="Delete this drawing").click()
    elsewhere.get_by_role("button", name="Yes, delete it").click()
    expect(elsewhere.get_by_role("status")).to_contain_text("deleted for good")
    elsewhere.goto(live_server.url + drawn["page"])
    expect(elsewhere.get_by_role("heading")).to_have_text("There is nothing here")
    context.close()


def test_an_account_shows_the_same_drawings_on_two_devices(
    page: Page, browser: Browser, drawn: dict[str, Any], live_server: Any
) -> None:
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Make one").click()
    expect(page.get_by_text("1 drawing was made in this browser")).to_be_visible()
    page.get_by_label("Username:").fill("ada")
    page.get_by_label("Password:", exact=True).fill("paper-and-ink-7")
    page.get_by_label("Password confirmation").fill("paper-and-ink-7")
    page.get_by_role("button", name="Make an account").click()
    expect(page.get_by_role("status")).to_have_text("Welcome, ada. This is your account.")
    expect(page.locator(".tiles li")).to_have_count(1)

    context = browser.new_context(**PHONE)
    phone = context.new_page()
    phone.goto(f"{live_server.url}/account/")
    phone.get_by_label("Username:").fill("ada")
    phone.get_by_label("Password:").fill("paper-and-ink-7")
    phone.get_by_label("Password:").press("Enter")
    expect(phone.locator(".tiles li")).to_have_count(1)
    phone.get_by_role("link", name="Account").click()
    phone.get_by_role("button", name="Sign out").click()
    expect(phone.get_by_role("status")).to_contain_text("You are signed out.")
    phone.goto(f"{live_server.url}/mine/")
    expect(phone.get_by_text("No drawings yet.")).to_be_visible()
    context.close()

    page.get_by_role("link", name="Account").click()
    page.get_by_role("link", name="Delete account").click()
    page.get_by_label("Your password").fill("paper-and-ink-7")
    page.get_by_role("button", name="Yes, delete all").click()
    expect(page.get_by_role("status")).to_contain_text("deleted for good")
    assert not Drawing.objects.exists()


SCREENS: list[tuple[int, Any]] = [(320, "light"), (320, "dark"), (1280, "light"), (3840, "dark")]


def test_every_page_is_for_everyone(page: Page, drawn: dict[str, Any], live_server: Any) -> None:
    parts = ["", "delete/"]
    paths = [f"/drawings/{drawn['id']}/{part}" for part in parts]
    public = ("/mine/", "/mine/forget/", "/about/", "/nothing/")
    for path in (*paths, *public, "/account/sign-in/", "/account/sign-up/"):
        page.goto(live_server.url + path)
        for width, scheme in SCREENS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(FLAWS) == [], (path, width, scheme)
