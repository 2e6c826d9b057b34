"""The answer in a real browser: numbers, settings, what the model sees, slow and lost servers."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from recognizer.models import Drawing
from tests.support.browser import (
    choose,
    draw,
    draw_and_wait,
    ink_on,
    on_sheet,
    reads_as,
    replay,
    replay_and_wait,
    say,
)
from tests.support.drawings import CLOSED_FOUR, CROSS, DOUBTFUL, FOUR, SEVEN, ZERO, beside

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def smaller(strokes: list[Any], left: float) -> list[Any]:
    return [[[left + x * 0.5, 70 + y * 0.5] for x, y in stroke] for stroke in strokes]


FOUR_HUNDRED_SEVEN = beside(
    smaller(FOUR, -30), beside(smaller(ZERO, 60), smaller(SEVEN, 70), gap=65), gap=0
)


def draw_number(page: Page) -> dict[str, Any]:
    page.get_by_label("A number").check()
    answer: dict[str, Any] = replay_and_wait(page, FOUR_HUNDRED_SEVEN).json()
    return answer


# --- numbers -------------------------------------------------------------------------


def test_it_works(desk: Page, complaints: list[str]) -> None:
    answer = draw_number(desk)
    assert answer["number"] == "407"
    expect(desk.locator("#digit")).to_have_text("407")
    expect(desk.locator("#words")).to_contain_text("That’s 407.")
    expect(desk.locator("#boxes .box")).to_have_count(3)
    assert complaints == []


def test_every_digit_has_its_own_bars(desk: Page) -> None:
    draw_number(desk)
    for place, digit in enumerate("407"):
        desk.locator("#digits button").nth(place).focus()
        reads_as(desk, digit)
        expect(desk.locator("#boxes .box").nth(place)).to_have_class("box chosen")


def test_a_tap_in_a_box_looks_at_its_digit(desk: Page) -> None:
    draw_number(desk)
    before = ink_on(desk)
    ((at,),) = on_sheet(desk, [[[35, 150]]])
    desk.mouse.click(*at)
    reads_as(desk, "4")
    assert ink_on(desk) == pytest.approx(before, rel=0.01)


def test_one_digit_of_a_number_is_corrected_on_its_own(desk: Page) -> None:
    answer = draw_number(desk)
    chips = desk.locator("#digits button")
    chips.nth(0).click()
    desk.get_by_role("button", name="It is 9").click()
    expect(desk.get_by_text("Thank you")).to_be_visible()
    drawing = Drawing.objects.get()
    assert drawing.label == "9"
    assert drawing.digit == 4
    assert list(drawing.pixels) == pytest.approx(answer["digits"][0]["seen"], abs=1)
    expect(chips.nth(0)).to_contain_text("✓")
    expect(desk.get_by_role("button", name="It is 9")).to_be_disabled()
    chips.nth(2).click()
    say(desk, "7")
    expect(chips.nth(2)).to_contain_text("✓")
    assert sorted(Drawing.objects.values_list("label", flat=True)) == ["7", "9"]


def test_one_digit_or_a_number_is_remembered(desk: Page) -> None:
    desk.get_by_label("A number").check()
    expect(desk.get_by_text("Draw a number here")).to_be_visible()
    desk.reload()
    expect(desk.get_by_label("A number")).to_be_checked()


# --- one digit -----------------------------------------------------------------------


def test_the_second_guess_is_nearest_to_the_thumb(phone: Page) -> None:
    answer = replay_and_wait(phone, DOUBTFUL).json()
    assert answer["verdict"] == "unsure"
    other = answer["alternatives"][0]["digit"]
    expect(phone.locator("#words")).to_contain_text(f"{answer['digit']} or {other}?")
    guesses = phone.locator("#runners button:visible")
    expect(guesses).to_have_count(2)
    phone.get_by_role("button", name=f"It is rather {other}").tap()
    expect(phone.get_by_text("Thank you")).to_be_visible()
    assert Drawing.objects.get().label == str(other)


def test_where_picture_and_pen_disagree_it_says_who_says_what(phone: Page) -> None:
    answer = replay_and_wait(phone, CLOSED_FOUR).json()
    assert answer["readers"] == {"picture": 9, "motion": 4}
    why = phone.get_by_text("The picture says 9, the way the pen went says 4. Tap the right one.")
    expect(why).to_be_visible()


def test_what_is_no_digit_is_called_so(desk: Page) -> None:
    replay_and_wait(desk, CROSS)
    expect(desk.locator("#words")).to_contain_text("No digit here.")
    expect(desk.locator("#digit")).to_have_text("–")


def test_what_it_sees_is_one_tap_away_step_by_step(desk: Page) -> None:
    draw_and_wait(desk, FOUR)
    desk.locator(".sights button").click()
    light = desk.evaluate(
        """async () => {
          // A panel tells that it was opened a moment after it is.
          await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)));
          return [...document.querySelectorAll("[data-step]")].map((canvas) => {
            const { data } = canvas.getContext("2d")
              .getImageData(0, 0, canvas.width, canvas.height);
            return data.filter((value, index) => index % 4 === 0 && value > 127).length;
          });
        }"""
    )
    assert len(light) == 4
    assert min(light) > 200
    assert light[2] > light[1]  # the pen of step 3 is wider than the lines of step 2


# --- settings ------------------------------------------------------------------------


def test_by_the_button_it_is_read_when_asked(desk: Page) -> None:
    choose(desk, "By a button")
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    draw(desk, FOUR)
    expect(desk.locator("#words")).to_have_text("Press Predict to have it read.")
    desk.wait_for_timeout(300)
    assert not any("/predict/" in url for url in asked)
    desk.get_by_role("button", name="Predict").click()
    expect(desk.locator("#digit")).to_have_text("4")
    desk.keyboard.press("c")
    desk.reload()
    draw(desk, FOUR)
    expect(desk.get_by_role("button", name="Predict")).to_be_visible()
    desk.locator("#sheet").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#digit")).to_have_text("4")


def test_light_and_dark_are_chosen_and_remembered(desk: Page) -> None:
    desk.emulate_media(color_scheme="light")
    paper = "getComputedStyle(document.querySelector('.sheet')).backgroundColor"
    by_day = desk.evaluate(paper)
    choose(desk, "Dark")
    by_night = desk.evaluate(paper)
    assert by_day != by_night
    desk.reload()
    assert desk.evaluate(paper) == by_night
    desk.emulate_media(color_scheme="dark")
    choose(desk, "Light")
    assert desk.evaluate(paper) == by_day
    choose(desk, "As the system")
    assert desk.evaluate(paper) == by_night


def test_left_handed_the_page_is_mirrored(desk: Page) -> None:
    def left(one: str) -> float:
        box = desk.locator(one).bounding_box()
        assert box is not None
        return box["x"]

    assert left("#sheet") < left(".answer")
    choose(desk, "Left hand")
    assert left("#sheet") > left(".answer")
    desk.reload()
    assert left("#sheet") > left(".answer")


def test_single_keys_can_be_switched_off(desk: Page) -> None:
    choose(desk, "Off")
    draw_and_wait(desk, FOUR)
    before = ink_on(desk)
    desk.locator("#sheet").focus()
    desk.keyboard.press("c")
    desk.keyboard.press("z")
    assert ink_on(desk) == before


def test_without_storage_the_page_works_as_well(
    page: Page, complaints: list[str], live_server: Any, live_model: Any
) -> None:
    page.add_init_script(
        """Object.defineProperty(window, "localStorage", {
          get() { throw new DOMException("blocked", "SecurityError"); } });"""
    )
    page.goto(live_server.url)
    choose(page, "Dark")
    assert draw_and_wait(page, FOUR)["digit"] == 4
    assert complaints == []


def test_the_ghost_on_the_sheet_is_for_the_first_visit(desk: Page) -> None:
    expect(desk.locator(".ghost")).to_be_visible()
    draw_and_wait(desk, FOUR)
    expect(desk.locator(".ghost")).to_be_hidden()
    desk.keyboard.press("c")
    desk.reload()
    expect(desk.get_by_text("Draw a digit here")).to_be_visible()
    expect(desk.get_by_text("Nothing is kept until you say what it is")).to_be_visible()
    expect(desk.locator(".ghost")).to_be_hidden()


# --- servers -------------------------------------------------------------------------


def test_while_a_server_is_away_the_sheet_goes_on(desk: Page) -> None:
    choose(desk, "The server")
    desk.route("**/predict/", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    replay(desk, FOUR)
    alert = desk.get_by_role("alert")
    expect(alert).to_contain_text("The server cannot be reached. Your drawing is still here.")
    expect(desk.locator("#words")).to_have_text("Not read yet.")
    assert ink_on(desk) > 0
    desk.unroute("**/predict/")
    desk.get_by_role("button", name="Try again").click()
    expect(desk.locator("#digit")).to_have_text("4")
    expect(alert).to_be_hidden()
