"""How the draw page stands on a window: all of it at once, nothing moving, large enough to hit."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from recognizer.models import Drawing
from tests.support import states
from tests.support.browser import (
    PHONE,
    draw_and_wait,
    draw_with_finger,
    ink_on,
    places,
    replay,
    replay_and_wait,
    sheet_side,
    sheet_width,
    until,
)
from tests.support.drawings import CLOSED_FOUR, CROSS, DOUBTFUL, FOUR, ONE, SEVEN

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def tap(page: Page, label: str) -> None:
    """A finger on the key of a digit, or of "no digit", by touch events."""
    page.locator(f"#feedback [data-label='{label}']").tap()


# --- all of it at once -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "height"),
    [(360, 640), (390, 664), (390, 844), (768, 1024), (900, 640), (1366, 768), (1440, 900)],
)
def test_the_whole_job_fits_one_window_and_nothing_moves(
    desk: Page, width: int, height: int
) -> None:
    desk.set_viewport_size({"width": width, "height": height})
    desk.wait_for_timeout(100)
    before = places(desk)
    assert desk.evaluate("document.documentElement.scrollWidth") <= width
    assert max(y + tall for _, _, y, _, tall in before) <= height
    for strokes in (FOUR, DOUBTFUL, CROSS, [[[140, 140]]]):
        replay(desk, strokes)
        expect(desk.locator("#reader")).to_have_attribute("data-state", re.compile("answered|dot"))
        assert places(desk) == before
        desk.keyboard.press("c")
    replay_and_wait(desk, CLOSED_FOUR)
    desk.keyboard.press("4")
    expect(desk.get_by_text("Thank you")).to_be_visible()
    assert places(desk) == before
    desk.locator("[name=mode][value=number]").evaluate("(radio) => radio.click()")
    expect(desk.locator("#digits button")).to_have_count(1)
    moved = [name for name, *_ in set(map(tuple, places(desk))) - set(map(tuple, before))]
    assert set(moved) <= {".hero", "#words"}  # a number is its own sentence


def test_a_phone_has_the_measures_that_were_wished(phone: Page) -> None:
    heights = phone.evaluate(
        """() => [".site-header", "#sheet", ".tools", ".board"].map((part) =>
          document.querySelector(part).getBoundingClientRect().height)"""
    )
    assert heights == pytest.approx([48, 320, 48, 248], abs=1)


HEIGHT = "(part) => part.getBoundingClientRect().height"


def test_the_sheet_has_its_place_before_the_board_has_come(desk: Page) -> None:
    def heights() -> list[float]:
        found = []
        for width, height in ((390, 664), (768, 1024), (1366, 768)):
            desk.set_viewport_size({"width": width, "height": height})
            found.append(desk.locator(".sheet").evaluate(HEIGHT))
        return found

    whole = heights()
    desk.locator(".board").evaluate("(board) => board.remove()")
    assert heights() == whole
    assert len(set(whole)) > 1


def test_ten_digits_are_drawn_and_answered_without_scrolling(phone: Page) -> None:
    """By touch alone: drawn, read, one tap, the next one, always in the same places."""
    before = places(phone)
    for number, (strokes, digit) in enumerate([(FOUR, "4"), (ONE, "1"), (SEVEN, "7")], start=1):
        draw_with_finger(phone, strokes)
        marked = phone.locator("#feedback [aria-current=true]")
        expect(marked).to_have_attribute("data-label", digit)
        expect(phone.locator("#reader")).to_have_attribute("data-state", "answered")
        tap(phone, "9" if number == 1 else digit)
        expect(phone.get_by_text("Thank you")).to_be_visible()
        assert places(phone) == before
        assert phone.evaluate("scrollY") == 0
    labels = Drawing.objects.order_by("pk").values_list("label", flat=True)
    assert sorted(labels) == ["1", "7", "9"]


def test_nothing_that_is_told_covers_what_one_needs(phone: Page) -> None:
    """Thanks, complaints and their buttons stand beside the keys, never on them."""
    replay_and_wait(phone, FOUR)
    tap(phone, "9")
    expect(phone.get_by_role("button", name="Take it back")).to_be_visible()
    hidden = phone.evaluate(
        """() => [...document.querySelectorAll(".tools > button, .key, #takeback")]
          .filter((part) => part.checkVisibility()).filter((part) => {
            const { x, y, width, height } = part.getBoundingClientRect();
            const top = document.elementFromPoint(x + width / 2, y + height / 2);
            return !part.contains(top);
          }).map(({ outerHTML }) => outerHTML)"""
    )
    assert hidden == []


@pytest.mark.parametrize("name", ["corrected", "not-a-digit", "error"])
def test_what_is_said_is_seen_whole(
    browser: Browser, live_server: Any, live_model: Any, name: str
) -> None:
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.goto(live_server.url)
    expect(page.locator("#version")).to_contain_text("1")
    bring_about: Callable[[Page], None] = states.STATES[name]
    bring_about(page)
    why = page.locator(".why")
    assert why.evaluate("({ scrollHeight, clientHeight }) => scrollHeight <= clientHeight + 1")
    context.close()


# --- the look ----------------------------------------------------------------------------


def test_every_target_is_large_enough_for_a_finger(phone: Page) -> None:
    replay_and_wait(phone, DOUBTFUL)
    sizes = phone.evaluate(
        """() => [...document.querySelectorAll("button, a")]
          .map((element) => element.getBoundingClientRect())
          .filter(({ width }) => width > 0).map(({ width, height }) => [width, height])"""
    )
    assert len(sizes) >= 20
    assert min(min(width, height) for width, height in sizes) >= 44


def test_the_sheet_is_as_sharp_as_the_screen(phone: Page) -> None:
    assert phone.evaluate("document.querySelector('#sheet').width") == sheet_width(phone) * 3


def test_a_turned_phone_keeps_the_ink(phone: Page) -> None:
    draw_with_finger(phone, FOUR)
    expect(phone.locator("#digit")).to_have_text("4")
    upright = ink_on(phone) / (sheet_side(phone) * 3) ** 2
    phone.set_viewport_size({"width": 740, "height": 360})
    expect(phone.locator("#digit")).to_have_text("4")
    until(phone, "document.querySelector('#sheet').width < 1150")
    across = ink_on(phone) / (sheet_side(phone) * 3) ** 2
    assert across == pytest.approx(upright, rel=0.05)


def test_in_the_dark_the_sheet_is_dark_and_the_ink_light(desk: Page) -> None:
    draw_and_wait(desk, FOUR)
    colours = []
    for scheme in ("light", "dark"):
        desk.emulate_media(color_scheme=scheme)
        desk.wait_for_timeout(100)
        colours.append((background(desk), ink_colour(desk)))
    (light_sheet, dark_ink), (dark_sheet, light_ink) = colours
    assert sum(light_sheet) > 700
    assert sum(dark_ink) < 300
    assert sum(dark_sheet) < 200
    assert sum(light_ink) > 550


def background(page: Page) -> list[int]:
    colour: str = page.evaluate(
        "getComputedStyle(document.querySelector('.sheet')).backgroundColor"
    )
    return [int(part) for part in re.findall(r"\d+", colour)][:3]


def ink_colour(page: Page) -> list[int]:
    """Of the first pixel on the sheet that is all ink."""
    colour: list[int] = page.evaluate(
        """() => {
          const canvas = document.querySelector("#sheet");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const at = data.findIndex((value, index) => index % 4 === 3 && value === 255) - 3;
          return [...data.slice(at, at + 3)];
        }"""
    )
    return colour


def test_who_wants_no_motion_gets_none(desk: Page) -> None:
    desk.emulate_media(reduced_motion="reduce")
    durations = desk.evaluate(
        """() => [...document.querySelectorAll("*")]
          .map((element) => getComputedStyle(element).transitionProperty)"""
    )
    assert set(durations) == {"none"}
