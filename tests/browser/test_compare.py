"""Compare and Insights in a real browser: no flaw in either colour or direction, and what moves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect

from recognizer.models import ModelVersion
from tests.browser.test_axe import LOCALES, MEDIA, flaws
from tests.browser.test_studio import WORD
from tests.support import factories
from tests.support.judged import judged

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def compared(live_model: ModelVersion) -> ModelVersion:
    """A version that fixes some drawings and breaks two, beside the live one."""
    drawings = [
        factories.drawing(factories.contributor(number % 4), live_model, shape="47"[number % 2])
        for number in range(40)
    ]
    return judged(live_model, drawings, fixed=9, broken=2)


@pytest.fixture
def desk(
    request: pytest.FixtureRequest,
    browser: Browser,
    live_server: Any,
    admin_user: User,
    compared: ModelVersion,
) -> Iterator[Page]:
    """An admin before the comparison, in the language of the test."""
    context = browser.new_context(
        locale=getattr(request, "param", LOCALES[0]), service_workers="block", **MEDIA
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/account/sign-in/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", WORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/")
    page.goto(f"{live_server.url}/studio/compare/")
    yield page
    context.close()


@pytest.mark.parametrize("desk", LOCALES, indirect=True)
def test_no_page_has_a_flaw(desk: Page, live_server: Any) -> None:
    found = {"compare": flaws(desk)}
    desk.locator("details summary").first.click()
    found["compare, side by side"] = flaws(desk)
    for name in ("mnist", "live"):
        desk.goto(f"{live_server.url}/studio/insights/?set={name}")
        found[f"insights, {name}"] = flaws(desk)
    assert {name: told for name, told in found.items() if told} == {}


def test_both_read_what_is_drawn_and_what_is_pressed(desk: Page) -> None:
    desk.locator("#sheet").scroll_into_view_if_needed()
    box = desk.locator("#sheet").bounding_box()
    assert box is not None
    desk.mouse.move(box["x"] + 40, box["y"] + 40)
    desk.mouse.down()
    for x, y in ((120, 42), (80, 150)):
        desk.mouse.move(box["x"] + x, box["y"] + y, steps=12)
    desk.mouse.up()
    answers = desk.locator(".board .answer")
    # The first answer loads both networks.
    expect(answers).to_have_text(["7", "7"], timeout=20_000)
    desk.locator("#try-clear").click()
    expect(answers).to_have_text(["–", "–"])
    desk.locator("[data-drawing]").first.click()
    expect(answers).to_have_text(["4", "4"])
    expect(desk.locator(".board .told-by").first).to_contain_text("ms")


def test_the_button_opens_once_the_number_is_typed(desk: Page, compared: ModelVersion) -> None:
    button = desk.locator("form.promote button")
    expect(button).to_be_disabled()
    desk.fill("form.promote [name=typed]", "1")
    expect(button).to_be_disabled()
    desk.fill("form.promote [name=typed]", str(compared.number))
    button.click()
    expect(desk.locator(".told")).to_contain_text(f"Version {compared.number} is live now.")
    assert ModelVersion.objects.live() == compared


def test_a_demo_site_fills_the_pages(
    page: Page, live_server: Any, admin_user: User, complaints: list[str]
) -> None:
    call_command("make_demo", drawings=60)
    page.goto(f"{live_server.url}/account/sign-in/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", WORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/")
    for name in ("compare", "insights"):
        page.goto(f"{live_server.url}/studio/{name}/")
        expect(page.locator("main h1")).to_contain_text("ersion" if name == "compare" else "mixes")
    assert complaints == []
