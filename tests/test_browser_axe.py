"""axe-core finds nothing on any public page, by day and by night."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from recognizer.models import ModelVersion
from tests.browser import replay_and_wait
from tests.drawings import FOUR, body

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).resolve().parent.parent / "node_modules" / "axe-core" / "axe.min.js"

RULES = """async () => (await axe.run()).violations.map(
  ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`)"""

STORE = """async (body) => {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch("/api/v1/drawings/",
    { method: "POST", headers, body: JSON.stringify(body) });
  return (await response.json()).id;
}"""


def flaws(page: Page) -> list[str]:
    """What axe finds, in both colours; outside of the page's policy, as a person with tools."""
    page.evaluate(AXE.read_text())
    found: list[str] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        found += [f"{scheme} {flaw}" for flaw in page.evaluate(RULES)]
    return found


def test_it_works(page: Page, live_server: Any, live_model: ModelVersion) -> None:
    """The checker is there and sees what is wrong."""
    page.goto(live_server.url)
    page.evaluate("document.querySelector('#undo').replaceChildren()")
    assert [flaw for flaw in flaws(page) if "button-name" in flaw]


def test_the_drawing_page_has_no_flaw_in_any_state(
    page: Page, live_server: Any, live_model: ModelVersion
) -> None:
    page.goto(live_server.url)
    expect(page.locator("#version")).to_contain_text("version 1")
    assert flaws(page) == []
    replay_and_wait(page, FOUR)
    page.locator("#steps summary").click()
    assert flaws(page) == []
    page.get_by_role("button", name="Settings").click()
    assert flaws(page) == []
    page.get_by_role("button", name="Help").click()
    assert flaws(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Read by camera").click()
    expect(page.locator("#camera")).to_have_attribute("data-state", "refused")
    assert flaws(page) == []


def test_no_other_page_has_a_flaw(page: Page, live_server: Any, live_model: ModelVersion) -> None:
    page.goto(live_server.url)
    stored = page.evaluate(STORE, body(FOUR))
    drawing = f"/drawings/{stored}/"
    own = (drawing, f"{drawing}delete/", "/mine/", "/mine/forget/")
    account = ("/account/sign-up/", "/account/sign-in/")
    for path in (*own, *account, "/about/", "/nothing/"):
        page.goto(live_server.url + path)
        assert flaws(page) == [], path
