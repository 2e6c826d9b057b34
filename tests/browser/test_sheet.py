"""The sheet in a real browser: what draws on it, in what size, and what is never left behind."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from recognizer.models import ModelVersion
from recognizer.preprocessing.strokes import parse
from recognizer.services.predictions import predict
from recognizer.submission import Submission
from tests.support.browser import (
    choose,
    draw,
    draw_and_wait,
    draw_with_finger,
    ink_on,
    on_sheet,
    reads,
    replay,
    replay_and_wait,
    sheet_side,
    sheet_width,
    squared,
    touch,
)
from tests.support.drawings import FOUR, ONE
from training.data import corpora

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LINE = [[[60, 140], [100, 140], [140, 140], [180, 140], [220, 140]]]


def tell(page: Page, name: str, x: float, y: float, **more: Any) -> None:
    """One pointer event on the sheet, at a place on 280 by 280."""
    page.evaluate(
        """([name, x, y, more]) => {
          const sheet = document.querySelector("#sheet");
          const { left, top, width, height } = sheet.getBoundingClientRect();
          const side = Math.min(width, height);
          sheet.dispatchEvent(new PointerEvent(name, { bubbles: true, cancelable: true,
            clientX: left + (width - side) / 2 + x * side / 280,
            clientY: top + (height - side) / 2 + y * side / 280,
            pointerType: "touch", pointerId: 1, button: 0, buttons: 1, ...more }));
        }""",
        [name, x, y, more],
    )


def strokes_sent(page: Page, number: int) -> Any:
    """The strokes of the next request that has so many of them."""
    with page.expect_request(
        lambda request: (
            request.url.endswith("/predict/") and len(request.post_data_json["strokes"]) == number
        )
    ) as caught:
        page.keyboard.press("Enter")
    return squared(caught.value.post_data_json)


def by_button(page: Page) -> None:
    """Reading waits for the Predict button, so that a test decides when."""
    choose(page, "By a button")
    page.locator("#sheet").focus()


# --- real people's strokes ---------------------------------------------------------


def test_it_works(desk: Page, corpora_dir: str, complaints: list[str]) -> None:
    """Ten digits of ten people, through pointer events, are read as their ink is."""
    digits = corpora.pendigits(corpora_dir)
    sample = [next(one for one in digits[700 * n :] if one.label == n) for n in range(10)]
    right = 0
    for one in sample:
        strokes = [[point[:2] for point in stroke] for stroke in one.submission.strokes_json]
        response = replay_and_wait(desk, strokes, side=500)
        answer = response.json()
        expected = predict(submission=one.submission).readings[0]
        assert answer["digit"] == expected.digit
        assert answer["confidence"] == pytest.approx(expected.confidence, abs=0.05)
        right += answer["digit"] == one.label
        desk.keyboard.press("c")
    assert right >= 9
    assert complaints == []


def test_a_real_number_is_read_and_taken_apart(desk: Page, corpora_dir: str) -> None:
    digits = corpora.pendigits(corpora_dir)
    writer = [one for one in digits if one.writer == digits[0].writer]
    strokes: list[Any] = []
    for place, digit in enumerate((2, 0, 2, 6)):
        one = next(one for one in writer if one.label == digit)
        assert one.submission.strokes_json is not None
        strokes += [
            [[125 * place + x / 4, 180 + y / 4] for x, y, *_ in stroke]
            for stroke in one.submission.strokes_json
        ]
    desk.get_by_label("A number").check()
    answer = replay_and_wait(desk, strokes, side=500).json()
    assert answer["number"] == "2026"
    expect(desk.locator("#boxes .box")).to_have_count(4)


# --- pens and hands -----------------------------------------------------------------


def test_a_hard_pen_draws_wider_and_is_read_the_same(desk: Page) -> None:
    bodies, inks = [], []
    for pressure in (0.1, 0.9):
        bodies.append(places(replay_and_wait(desk, FOUR, pressure=pressure)))
        inks.append(ink_on(desk))
        desk.keyboard.press("c")
    assert inks[1] > 1.4 * inks[0]
    assert bodies[0] == bodies[1]


def places(response: Any) -> Any:
    """Where the points of a request are; when they were drawn differs."""
    sent = response.request.post_data_json
    sent["strokes"] = [[point[:2] for point in stroke] for stroke in squared(sent)]
    return sent


def test_a_brush_changes_the_looks_and_never_the_answer(desk: Page) -> None:
    answers, bodies, inks = [], [], []
    for brush in ("Thin", "Medium", "Marker"):
        choose(desk, brush)
        response = replay_and_wait(desk, FOUR, kind="mouse")
        answers.append(response.json())
        bodies.append(places(response))
        inks.append(ink_on(desk))
        desk.locator("#clear").click()
    assert bodies[0] == bodies[1] == bodies[2]
    assert answers[0] == answers[1] == answers[2]
    assert inks == sorted(inks)
    assert inks[2] > 2 * inks[0]
    desk.reload()
    assert desk.evaluate("document.documentElement.dataset.brush") == "marker"


def test_a_palm_beside_the_pen_leaves_no_ink(desk: Page) -> None:
    by_button(desk)
    tell(desk, "pointerdown", 200, 200)  # the hand comes down first,
    tell(desk, "pointermove", 205, 205)
    pen = {"pointerType": "pen", "pointerId": 2, "pressure": 0.5}
    tell(desk, "pointerdown", 60, 60, **pen)  # then the pen,
    tell(desk, "pointerdown", 220, 220, pointerId=3)  # and the hand again
    tell(desk, "pointermove", 60, 160, **pen)
    tell(desk, "pointermove", 230, 230, pointerId=3)
    tell(desk, "pointerup", 60, 160, **pen, buttons=0)
    tell(desk, "pointerdown", 210, 210, pointerId=4)  # it is still there
    tell(desk, "pointerup", 210, 210, pointerId=4, buttons=0)
    (stroke,) = strokes_sent(desk, 1)
    assert [x for x, _, _ in stroke] == pytest.approx([60 / 280 * 1000] * len(stroke), abs=3)


def test_points_between_two_frames_are_not_lost(desk: Page) -> None:
    by_button(desk)
    desk.evaluate(
        """() => {
          const original = PointerEvent.prototype.getCoalescedEvents;
          PointerEvent.prototype.getCoalescedEvents = function () {
            if (this.type !== "pointermove") return original.call(this);
            const at = (share) => new PointerEvent("pointermove", { pointerId: this.pointerId,
              pointerType: this.pointerType, clientX: this.clientX - 30 * (1 - share),
              clientY: this.clientY, buttons: 1 });
            return [at(0.25), at(0.5), at(0.75), at(1)];
          };
        }"""
    )
    replay(desk, LINE, kind="mouse")
    (stroke,) = strokes_sent(desk, 1)
    assert len(stroke) == 1 + 4 * 4


@pytest.mark.parametrize("end", ["lostpointercapture", "pointermove", "blur", "visibilitychange"])
def test_no_stroke_sticks_to_a_pointer_that_is_gone(desk: Page, end: str) -> None:
    by_button(desk)
    tell(desk, "pointerdown", 60, 60)
    tell(desk, "pointermove", 60, 200)
    if end == "blur":
        desk.evaluate("dispatchEvent(new Event('blur'))")
    elif end == "visibilitychange":
        desk.evaluate(
            """() => {
              Object.defineProperty(document, "hidden", { value: true, configurable: true });
              document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
    else:
        tell(desk, end, 60, 200, buttons=0)
    before = ink_on(desk)
    tell(desk, "pointermove", 200, 200)
    assert ink_on(desk) == before
    replay(desk, ONE, kind="mouse")  # and the next one draws
    first, _ = strokes_sent(desk, 2)
    assert first[-1][1] == pytest.approx(200 / 280 * 1000, abs=3)


def test_a_gesture_of_the_system_takes_its_stroke_along(desk: Page) -> None:
    by_button(desk)
    replay(desk, ONE, kind="touch")
    before = ink_on(desk)
    tell(desk, "pointerdown", 60, 60)
    tell(desk, "pointermove", 60, 200)
    tell(desk, "pointercancel", 60, 200)
    assert ink_on(desk) == pytest.approx(before, rel=0.01)  # by whole strokes, not bit by bit
    assert len(strokes_sent(desk, 1)) == 1


def test_a_long_press_opens_no_menu(desk: Page) -> None:
    kept = desk.evaluate(
        """() => document.querySelector("#sheet").dispatchEvent(
          new MouseEvent("contextmenu", { bubbles: true, cancelable: true }))"""
    )
    assert kept is False


def test_the_page_scrolls_beside_the_sheet_and_not_on_it(phone: Page) -> None:
    actions = phone.evaluate(
        """() => ["#sheet", ".sheet", "#feedback", "body"].map((one) =>
          getComputedStyle(document.querySelector(one)).touchAction)"""
    )
    assert actions == ["none", "auto", "auto", "auto"]


# --- sizes ---------------------------------------------------------------------------


def test_the_same_movement_is_the_same_ink_at_every_size_zoom_and_scroll(
    browser: Browser, live_server: Any, live_model: ModelVersion
) -> None:
    sent = []
    for width, height, ratio in ((320, 640, 2), (740, 360, 3), (1280, 800, 1), (3840, 2160, 1)):
        context = browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=ratio
        )
        page = context.new_page()
        page.goto(live_server.url)
        if height == 360:
            page.evaluate("scrollTo(0, 60)")
        sent.append(places(replay_and_wait(page, FOUR))["strokes"])
        wide = page.evaluate("document.querySelector('#sheet').width")
        assert wide == pytest.approx(sheet_width(page) * ratio, abs=1)
        assert sheet_side(page) >= 0.4 * min(width, height)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        context.close()
    numbers = [
        [part for stroke in strokes for point in stroke for part in point] for strokes in sent
    ]
    for other in numbers[1:]:
        assert other == pytest.approx(numbers[0], abs=4)


def test_a_phone_turned_in_the_middle_of_a_stroke_keeps_it(phone: Page) -> None:
    tell(phone, "pointerdown", 60, 60)
    tell(phone, "pointermove", 60, 140)
    phone.set_viewport_size({"width": 740, "height": 360})
    phone.wait_for_timeout(200)
    tell(phone, "pointermove", 60, 220)
    with phone.expect_response(lambda response: reads(response, 1)) as caught:
        tell(phone, "pointerup", 60, 220, buttons=0)
    (stroke,) = squared(caught.value.request.post_data_json)
    assert [x for x, _, _ in stroke] == pytest.approx([60 / 280 * 1000] * len(stroke), abs=4)
    assert stroke[-1][1] == pytest.approx(220 / 280 * 1000, abs=4)


def test_from_right_to_left_the_ink_stays_as_it_is_drawn(desk: Page) -> None:
    desk.evaluate("document.documentElement.dir = 'rtl'")
    assert draw_and_wait(desk, FOUR)["digit"] == 4
    sheet, answer = (desk.locator(one).bounding_box() for one in ("#sheet", ".answer"))
    assert sheet is not None
    assert answer is not None
    assert sheet["x"] > answer["x"]  # the page is turned round
    assert desk.evaluate("document.documentElement.scrollWidth") <= 1280


# --- the keyboard ---------------------------------------------------------------------


def test_a_digit_is_drawn_by_keyboard_alone(desk: Page) -> None:
    desk.locator("#sheet").focus()
    voice = desk.locator("#voice")
    desk.keyboard.press("ArrowDown")
    expect(voice).to_have_text("Column 11, row 7")
    desk.keyboard.press(" ")
    expect(voice).to_contain_text("Pen down")
    for _ in range(9):
        desk.keyboard.press("ArrowDown")
    expect(desk.locator("#words")).to_have_text("Draw a digit, 0–9.")  # no chatter meanwhile
    with desk.expect_response(lambda response: reads(response, 1)):
        desk.keyboard.press(" ")
    expect(voice).to_contain_text("Pen up")
    expect(desk.locator("#digit")).to_have_text("1")
    desk.keyboard.press("z")
    assert ink_on(desk) == 0


def test_the_keyboards_pen_is_lifted_when_somebody_goes_elsewhere(desk: Page) -> None:
    desk.locator("#sheet").focus()
    desk.keyboard.press(" ")
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("#ring")).to_be_visible()
    desk.keyboard.press("Tab")
    expect(desk.locator("#ring")).to_be_hidden()
    before = ink_on(desk)
    desk.locator("#sheet").focus()
    desk.keyboard.press("ArrowRight")
    assert ink_on(desk) == before


def test_undo_redo_and_help_by_keys(desk: Page) -> None:
    draw_and_wait(desk, FOUR)
    whole = ink_on(desk)
    desk.keyboard.press("z")
    assert ink_on(desk) < whole
    desk.keyboard.press("Shift+Z")
    assert ink_on(desk) == pytest.approx(whole, rel=0.01)
    desk.keyboard.press("z")
    desk.keyboard.press("y")
    assert ink_on(desk) == pytest.approx(whole, rel=0.01)
    desk.keyboard.press("c")
    desk.keyboard.press("z")
    assert ink_on(desk) == pytest.approx(whole, rel=0.01)
    panel = desk.get_by_role("region", name="Help")
    desk.keyboard.press("?")
    expect(panel).to_be_visible()
    draw(desk, ONE)  # it is in nobody's way
    desk.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_a_finger_and_then_a_mouse_may_share_a_drawing(phone: Page) -> None:
    draw_with_finger(phone, FOUR[:1])
    (line,) = on_sheet(phone, FOUR[1:])
    session = phone.context.new_cdp_session(phone)
    touch(session, "touchStart", line[0])
    touch(session, "touchMove", line[1])
    touch(session, "touchEnd")
    expect(phone.locator("#digit")).to_have_text("4")


def test_the_ink_path_and_the_page_agree_on_what_is_a_dot(desk: Page) -> None:
    tiny = [[[140, 140], [144, 140]]]
    draw(desk, tiny)
    expect(desk.locator("#reader")).to_have_attribute("data-state", "dot")
    sent = Submission(strokes=parse(tiny, max_strokes=9, max_points=9), canvas=(280, 280))
    with pytest.raises(Exception, match="dot"):
        predict(submission=sent)
