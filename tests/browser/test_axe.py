"""axe-core finds nothing on any public page: every state, both colours, both directions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from recognizer.models import Drawing, ModelVersion
from recognizer.selectors import model_report
from recognizer.services.reviews import drawing_review
from tests import ROOT
from tests.support.drawings import FOUR, body
from tests.support.states import STATES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WORD = "paper-and-ink-7"
LOCALES = ["en-GB", "he-IL"]
MEDIA: dict[str, Any] = {"reduced_motion": "reduce"}

RULES = """async (options) =>
  (await axe.run({ ...options, resultTypes: ["violations"] })).violations.map(
  ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`)"""

STORE = """async (body) => {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch("/api/v1/drawings/",
    { method: "POST", headers, body: JSON.stringify(body) });
  return (await response.json()).id;
}"""


@pytest.fixture
def reader(
    request: pytest.FixtureRequest,
    whole_browser: Browser,
    live_server: Any,
    live_model: ModelVersion,
) -> Iterator[Page]:
    """A browser in the language of the test, on the drawing page."""
    context = whole_browser.new_context(locale=request.param, service_workers="block", **MEDIA)
    page = context.new_page()
    page.goto(live_server.url)
    yield page
    context.close()


def flaws(page: Page) -> list[str]:
    """What axe finds; outside of the page's policy, as a person with tools."""
    page.evaluate(AXE.read_text())
    page.emulate_media(color_scheme="light", **MEDIA)
    found: list[str] = page.evaluate(RULES, {})
    page.emulate_media(color_scheme="dark", **MEDIA)
    by_night = page.evaluate(RULES, {"runOnly": ["color-contrast"]})  # all else is the same
    return found + [f"by night {flaw}" for flaw in by_night]


@pytest.mark.parametrize("reader", LOCALES[:1], indirect=True)
def test_it_works(reader: Page) -> None:
    """The checker is there and sees what is wrong, by day and by night."""
    reader.evaluate("document.querySelector('#undo').replaceChildren()")
    reader.evaluate("document.querySelector('#undo').removeAttribute('title')")
    reader.evaluate("document.querySelector('.site-name').style.color = 'light-dark(#000, #222)'")
    found = flaws(reader)
    assert [flaw for flaw in found if flaw.startswith("button-name")]
    assert [flaw for flaw in found if flaw.startswith("by night color-contrast")]


@pytest.mark.parametrize("reader", LOCALES, indirect=True)
def test_the_drawing_page_has_no_flaw_in_any_state(reader: Page) -> None:
    address = reader.url
    found = {}
    for name, bring_about in STATES.items():
        reader.context.clear_permissions()
        if name == "camera":
            reader.context.grant_permissions(["camera"])
        reader.goto(address)
        expect(reader.locator("#version")).to_contain_text("1")
        bring_about(reader)
        found[name] = flaws(reader)
        reader.unroute_all()
        reader.context.set_offline(False)
        reader.evaluate("localStorage.clear(); sessionStorage.clear()")
    assert {name: some for name, some in found.items() if some} == {}


@pytest.mark.parametrize("reader", LOCALES, indirect=True)
def test_no_other_page_has_a_flaw(
    reader: Page, live_server: Any, admin_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings = [reader.evaluate(STORE, body(FOUR, label=label)) for label in ("4", "9")]
    checked = Drawing.objects.get(pk=drawings[1])
    drawing_review(drawing=checked, decision="accept", reviewer=admin_user)
    found = {}

    def look(*paths: str) -> None:
        for path in paths:
            reader.goto(live_server.url + path)
            found[path] = flaws(reader)

    look(*(f"/drawings/{pk}/" for pk in drawings), f"/drawings/{drawings[0]}/delete/")
    look("/mine/?digit=4", "/mine/hand/forget/", "/mine/forget/")
    reader.goto(f"{live_server.url}/mine/?digit=4")
    reader.locator(".own-drawings button").first.click()
    expect(reader.locator(".undo")).to_be_visible()
    found["forgotten"] = flaws(reader)
    look("/mine/", "/about/", "/offline/", "/nothing/")
    look("/account/sign-up/", "/account/sign-in/")
    reader.locator("#id_username").fill("ada")
    reader.locator("#id_password").fill("wrong")
    reader.locator("form.fields button").click()
    found["refused"] = flaws(reader)
    User.objects.create_user("ada", password=WORD)
    reader.locator("#id_username").fill("ada")
    reader.locator("#id_password").fill(WORD)
    reader.locator("form.fields button").click()
    expect(reader.locator(".told")).to_be_visible()
    found["signed in"] = flaws(reader)
    look("/account/", "/account/password/", "/account/delete/")

    def broken() -> None:
        raise RuntimeError("The database is gone.")

    monkeypatch.setattr(model_report, "answering", broken)
    response = reader.goto(f"{live_server.url}/about/")
    assert response is not None
    assert response.status == 500
    found["broken"] = flaws(reader)
    assert {name: some for name, some in found.items() if some} == {}
