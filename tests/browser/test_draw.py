"""The page in a real browser: drawn on by mouse, finger, pen and keyboard."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from recognizer.models import Drawing
from tests.support.browser import (
    choose,
    draw,
    draw_and_wait,
    draw_with_finger,
    ink_on,
    on_sheet,
    reads,
    reads_as,
    replay_and_wait,
    say,
    seen_on,
    squared,
    touch,
)
from tests.support.drawings import FOUR, ONE, SCRIBBLE, SEVEN

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_it_works(desk: Page, complaints: list[str]) -> None:
    answer = draw_and_wait(desk, FOUR)
    expect(desk.locator("#digit")).to_have_text("4")
    expect(desk.get_by_role("status").first).to_contain_text("4")
    expect(desk.locator("#feedback .key")).to_have_count(11)
    reads_as(desk, "4")
    assert answer["digit"] == 4
    assert seen_on(desk) == answer["seen"]
    assert complaints == []


def test_other_digits_are_read(desk: Page) -> None:
    for strokes, digit in ((ONE, "1"), (SEVEN, "7")):
        draw_and_wait(desk, strokes)
        expect(desk.locator("#digit")).to_have_text(digit)
        desk.get_by_role("button", name="Clear").click()


def test_browser_and_server_see_the_same(desk: Page) -> None:
    with desk.expect_response(lambda response: reads(response, 2)) as caught:
        draw(desk, FOUR)
    sent = caught.value.request.post_data_json
    seen = desk.evaluate(
        """async ({ strokes, canvas }) => {
          const { normalise } = await import("/static/js/preprocessing/ink.js");
          return [...normalise(strokes, canvas).pixels];
        }""",
        sent,
    )
    # A value that lies on the edge between two bytes may fall to either side.
    pairs = zip(seen, caught.value.json()["seen"], strict=True)
    assert max(abs(ours - theirs) for ours, theirs in pairs) <= 1


# --- feedback -------------------------------------------------------------------


def test_nothing_is_stored_before_somebody_answers(desk: Page) -> None:
    expect(desk.get_by_text("Nothing is kept until you say what it is.")).to_be_visible()
    expect(desk.locator("#feedback .none")).to_be_disabled()
    draw_and_wait(desk, FOUR)
    assert not Drawing.objects.exists()
    expect(desk.get_by_text("Then this drawing is kept")).to_be_visible()


def test_a_right_answer_is_stored(desk: Page) -> None:
    answer = draw_and_wait(desk, FOUR)
    say(desk, "4")
    expect(desk.get_by_text("Thank you")).to_be_visible()
    expect(desk.locator("#feedback .none")).to_be_disabled()
    said = desk.locator("#feedback [aria-pressed=true]")
    expect(said).to_have_attribute("data-label", "4")
    drawing = Drawing.objects.get()
    assert drawing.label == str(answer["digit"])
    assert (drawing.source, drawing.consent, drawing.review) == ("ink", True, "pending")
    assert len(drawing.strokes) == 2
    assert list(drawing.pixels) == answer["seen"]


def test_a_wrong_answer_is_corrected(desk: Page) -> None:
    draw_and_wait(desk, FOUR)
    desk.get_by_role("button", name="It is 9").click()
    expect(desk.get_by_text("Thank you")).to_be_visible()
    assert Drawing.objects.get().label == "9"


# Counts the ink that flies to a key.
FLIGHTS = """() => {
  window.flights = 0;
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      window.flights += [...addedNodes].filter(({ className }) => className === "flight").length;
  }).observe(document.body, { childList: true });
}"""


def test_ink_flies_to_the_key_that_corrects_and_to_no_other(desk: Page) -> None:
    desk.evaluate(FLIGHTS)
    for label, motion, flights in (("4", None, 0), ("9", None, 1), ("7", "reduce", 1)):
        desk.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
        draw_and_wait(desk, FOUR)
        say(desk, label)
        expect(desk.get_by_text("Thank you")).to_be_visible()
        assert desk.evaluate("window.flights") == flights
        expect(desk.locator(".flight")).to_have_count(0)


def test_what_is_no_digit_is_stored_as_such(desk: Page) -> None:
    replay_and_wait(desk, SCRIBBLE[:2])
    desk.get_by_role("button", name="No digit").click()
    expect(desk.get_by_text("Thank you")).to_be_visible()
    assert Drawing.objects.get().label == "not_a_digit"


def test_feedback_is_taken_back(desk: Page) -> None:
    draw_and_wait(desk, FOUR)
    say(desk, "4")
    desk.get_by_role("button", name="Take it back").click()
    expect(desk.get_by_text("Taken back")).to_be_visible()
    assert not Drawing.objects.exists()
    expect(desk.locator("#feedback .none")).to_be_enabled()
    expect(desk.locator("#words")).to_contain_text("That’s a 4.")
    reads_as(desk, "4")


def test_the_offer_to_take_it_back_stays_until_the_next_drawing(desk: Page) -> None:
    draw_and_wait(desk, FOUR)
    say(desk, "4")
    back = desk.get_by_role("button", name="Take it back")
    expect(back).to_be_visible()
    assert draw_and_wait(desk, ONE)["digit"] == 1  # its first stroke began a new sheet
    expect(back).to_be_hidden()
    assert Drawing.objects.count() == 1


def test_what_becomes_of_a_drawing_is_one_tap_away(desk: Page) -> None:
    expect(desk.get_by_role("link", name="Follow it")).to_be_hidden()
    draw_and_wait(desk, FOUR)
    desk.get_by_role("button", name="It is 4").click()
    desk.get_by_role("link", name="Follow it").click()
    expect(desk.get_by_role("heading", name="Your drawing")).to_be_visible()
    assert "receipt" not in desk.url
    desk.go_back()
    draw_and_wait(desk, FOUR)
    desk.get_by_role("button", name="It is 4").click()
    desk.get_by_role("button", name="Take it back").click()
    expect(desk.get_by_role("link", name="Follow it")).to_be_hidden()


def test_who_is_logged_in_gives_feedback_too(
    desk: Page, live_server: Any, admin_client: Any
) -> None:
    session = admin_client.cookies["sessionid"].value
    desk.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    desk.reload()
    draw_and_wait(desk, FOUR)
    desk.get_by_role("button", name="It is 4").click()
    expect(desk.get_by_text("Thank you")).to_be_visible()
    assert Drawing.objects.get().contributor.user is not None


# --- hands ----------------------------------------------------------------------


def test_a_finger_draws_and_the_page_stays(phone: Page) -> None:
    draw_with_finger(phone, FOUR)
    expect(phone.locator("#digit")).to_have_text("4")
    assert phone.evaluate("scrollY") == 0
    assert ink_on(phone) > 1000


def test_a_second_finger_does_not_draw(phone: Page) -> None:
    session = phone.context.new_cdp_session(phone)
    (first, second), (other, another) = on_sheet(
        phone, [[(50, 50), (50, 200)], [(200, 50), (200, 200)]]
    )
    touch(session, "touchStart", first)
    touch(session, "touchStart", first, other)
    touch(session, "touchMove", second, another)
    with phone.expect_response(lambda response: reads(response, 1)) as caught:
        touch(session, "touchEnd")
    (stroke,) = squared(caught.value.request.post_data_json)
    assert [x for x, _, _ in stroke] == pytest.approx([50 / 280 * 1000] * len(stroke), abs=3)


def test_a_pen_draws(desk: Page) -> None:
    session = desk.context.new_cdp_session(desk)

    def pen(kind: str, point: tuple[float, float]) -> None:
        session.send(
            "Input.dispatchMouseEvent",
            {
                "type": kind,
                "x": point[0],
                "y": point[1],
                "button": "left",
                "buttons": 1,
                "clickCount": 1,
                "pointerType": "pen",
                "force": 0.5,
            },
        )

    for first, *rest in on_sheet(desk, FOUR):
        pen("mousePressed", first)
        for point in rest:
            pen("mouseMoved", point)
        pen("mouseReleased", rest[-1])
    expect(desk.locator("#digit")).to_have_text("4")


def test_a_stroke_that_leaves_the_sheet_stays_at_its_edge(desk: Page) -> None:
    with desk.expect_response(lambda response: reads(response, 1)) as caught:
        draw(desk, [[[140, 140], [140, 400], [-60, 400]]])
    sent = caught.value.request.post_data_json
    (stroke,) = sent["strokes"]
    width, height = sent["canvas"]
    assert stroke[-1][:2] == [0, height]
    assert all(0 <= x <= width and 0 <= y <= height for x, y, _ in stroke)


def test_points_tell_where_and_when(desk: Page) -> None:
    with desk.expect_response(lambda response: reads(response, 2)) as caught:
        draw(desk, FOUR)
    sent = caught.value.request.post_data_json
    assert min(sent["canvas"]) == 1000  # whatever its size on the screen
    points = [point for stroke in squared(sent) for point in stroke]
    assert points[0] == pytest.approx([120 / 280 * 1000, 50 / 280 * 1000, 0], abs=3)
    times = [time for _, _, time in points]
    assert times == sorted(times)
    assert times[-1] > 0


def test_a_dot_is_asked_to_become_a_digit(desk: Page) -> None:
    draw(desk, [[[140, 140]]])
    expect(desk.locator("#words")).to_have_text("Only a dot.")
    expect(desk.get_by_text("A digit is larger than that.")).to_be_visible()
    expect(desk.locator("#reader")).to_have_attribute("data-state", "dot")
    assert ink_on(desk) > 0


# --- keyboard and buttons ---------------------------------------------------------


def test_buttons_and_keys_undo_and_clear(desk: Page) -> None:
    draw_and_wait(desk, FOUR)
    whole = ink_on(desk)
    desk.get_by_role("button", name="Undo").click()
    assert 0 < ink_on(desk) < whole
    desk.get_by_role("button", name="Clear").click()
    assert ink_on(desk) == 0
    expect(desk.get_by_text("Draw a digit here")).to_be_visible()
    desk.get_by_role("button", name="Undo").click()
    assert ink_on(desk) > 0
    desk.get_by_role("button", name="Clear").click()

    draw_and_wait(desk, FOUR)
    desk.keyboard.press("z")
    assert 0 < ink_on(desk) < whole
    desk.keyboard.press("c")
    assert ink_on(desk) == 0
    desk.keyboard.press("Control+z")
    assert ink_on(desk) > 0


def test_one_key_says_what_it_is(desk: Page) -> None:
    for key, label in (("r", "4"), ("7", "7"), ("n", "not_a_digit")):
        draw_and_wait(desk, FOUR)
        expect(desk.get_by_text("Thank you")).to_be_hidden()
        desk.keyboard.press(key)
        expect(desk.get_by_text("Thank you")).to_be_visible()
        assert Drawing.objects.latest("created_at").label == label
    assert Drawing.objects.count() == 3


def test_without_single_keys_they_are_taken_in_the_feedback_only(desk: Page) -> None:
    choose(desk, "Off")
    draw_and_wait(desk, FOUR)
    desk.locator("#sheet").focus()
    desk.keyboard.press("7")
    desk.locator("#feedback [data-label='1']").focus()
    desk.keyboard.press("9")
    expect(desk.get_by_text("Thank you")).to_be_visible()
    assert Drawing.objects.get().label == "9"


def test_everything_is_reached_by_tab_and_shows_the_focus(desk: Page) -> None:
    draw_and_wait(desk, FOUR)
    desk.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(60):  # once around the page, from the sheet on
        desk.keyboard.press("Tab")
        name, outline = desk.evaluate(
            """() => [document.activeElement.id || document.activeElement.dataset.label || "",
                      getComputedStyle(document.activeElement).outlineStyle]"""
        )
        reached.add(name)
        assert outline == "solid" or name == ""
    assert reached >= {"sheet", "undo", "eraser", "clear", "0", "9", "not_a_digit"}


# --- faults -----------------------------------------------------------------------


def test_offline_the_drawing_stays_and_is_read_once_the_server_is_back(desk: Page) -> None:
    choose(desk, "The server")
    desk.context.set_offline(True)
    draw(desk, FOUR)
    alert = desk.get_by_role("alert")
    expect(alert).to_contain_text("The server cannot be reached. Your drawing is still here.")
    assert ink_on(desk) > 0
    desk.context.set_offline(False)
    expect(desk.locator("#digit")).to_have_text("4")
    expect(alert).to_be_hidden()


def test_feedback_that_cannot_be_sent_is_not_lost(desk: Page) -> None:
    draw_and_wait(desk, FOUR)
    desk.context.set_offline(True)
    say(desk, "4")
    expect(desk.get_by_text("Kept on this device until the server is back")).to_be_visible()
    desk.context.set_offline(False)
    expect(desk.locator("#away")).to_be_hidden()
    assert Drawing.objects.count() == 1


def test_who_is_too_fast_is_asked_to_wait(desk: Page, settings: Any) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "predict": 1}
    settings.THROTTLE_ADDRESS_SHARES = 1
    draw(desk, FOUR)
    expect(desk.get_by_role("alert")).to_contain_text(re.compile(r"Please wait \d+ s"))
    assert ink_on(desk) > 0


def test_without_a_model_the_page_says_so(page: Page, live_server: Any) -> None:
    page.goto(live_server.url)
    expect(page.get_by_role("alert")).to_contain_text("No model")


def test_an_answer_to_older_ink_is_not_shown(desk: Page) -> None:
    held: list[Route] = []
    desk.route("**/predict/", lambda route: held.append(route), times=1)
    with desk.expect_request("**/predict/"):
        draw(desk, FOUR[:1])
    with desk.expect_response(lambda response: reads(response, 2)) as caught:
        draw(desk, FOUR[1:])
    expect(desk.locator("#digit")).to_have_text("4")
    held[0].fulfill(json={**caught.value.json(), "digit": 0})
    desk.wait_for_timeout(300)
    expect(desk.locator("#digit")).to_have_text("4")
