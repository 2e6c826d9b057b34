"""The unfinished drawing, the eraser, and events that lack something: nothing stops the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from recognizer.models import Drawing
from tests.support.browser import (
    INK,
    draw,
    draw_and_wait,
    draw_with_finger,
    ink_on,
    on_sheet,
    reads,
    reads_as,
    replay_and_wait,
    say,
    squared,
    until,
)
from tests.support.drawings import FOUR, ONE, SEVEN
from tests.support.photos import jpeg, photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


INK_BELOW = f"(most) => ({INK})() < most"


# --- what was drawn outlives the page ---------------------------------------------------


def test_it_works(desk: Page, complaints: list[str]) -> None:
    """After a reload the drawing is there as it was, is read, and goes on."""
    with desk.expect_response(lambda response: reads(response, 1)) as before:
        draw(desk, FOUR[:1])
    expect(desk.locator("#reader")).to_have_attribute("data-state", "answered")
    with desk.expect_response(lambda response: reads(response, 1)) as after:
        desk.reload()
    sent, again = (caught.value.request.post_data_json for caught in (before, after))
    assert again == sent
    expect(desk.locator("#reader")).to_have_attribute("data-state", "answered")
    assert ink_on(desk) > 1000
    with desk.expect_response(lambda response: reads(response, 2)) as whole:
        draw(desk, FOUR[1:])
    times = [
        point[2] for stroke in whole.value.request.post_data_json["strokes"] for point in stroke
    ]
    assert times == sorted(times)
    reads_as(desk, "4")
    assert complaints == []


def test_what_is_cleared_or_named_does_not_come_back(desk: Page) -> None:
    draw_and_wait(desk, FOUR)
    desk.get_by_role("button", name="Clear").click()
    desk.reload()
    expect(desk.get_by_text("Draw a digit here")).to_be_visible()
    draw_and_wait(desk, FOUR)
    say(desk, "4")
    expect(desk.get_by_text("Thank you")).to_be_visible()
    desk.reload()
    expect(desk.get_by_text("Draw a digit here")).to_be_visible()
    assert ink_on(desk) == 0


def test_a_picture_is_there_again_after_a_reload(desk: Page) -> None:
    chosen = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": jpeg(photo())}
    desk.locator("#file").set_input_files(chosen)  # type: ignore[arg-type]
    reads_as(desk, "4")
    desk.reload()
    reads_as(desk, "4")
    expect(desk.locator("#photo")).to_be_visible()
    desk.keyboard.press("c")
    desk.reload()
    expect(desk.get_by_text("Draw a digit here")).to_be_visible()
    expect(desk.locator("#photo")).to_be_hidden()


# --- the eraser ---------------------------------------------------------------------------


def test_the_eraser_takes_ink_away_and_the_rest_is_read(desk: Page) -> None:
    """The bar of a 7 that was drawn through a 1 goes, as on paper; undo brings it back."""
    draw_and_wait(desk, [*ONE, [[60, 140], [230, 140]]])
    whole = ink_on(desk)
    desk.get_by_role("button", name="Eraser").click()
    expect(desk.get_by_role("button", name="Eraser")).to_have_attribute("aria-pressed", "true")
    for start, end in ((50, 130), (240, 165)):
        draw(desk, [[[start, 140], [end, 140]]])
    desk.keyboard.press("e")  # the pen again
    reads_as(desk, "1")
    assert ink_on(desk) < 0.8 * whole
    desk.keyboard.press("z")
    desk.keyboard.press("z")
    assert ink_on(desk) == pytest.approx(whole, rel=0.01)


def test_a_pens_other_end_erases(desk: Page) -> None:
    draw_and_wait(desk, FOUR)
    before = ink_on(desk)
    (path,) = on_sheet(desk, [[[120, 50], [90, 150], [200, 152]]])
    desk.evaluate(
        """(path) => path.forEach(([clientX, clientY], at) => {
          const kind = at === 0 ? "pointerdown" : "pointermove";
          document.querySelector("#sheet").dispatchEvent(new PointerEvent(kind, {
            bubbles: true, cancelable: true, pointerType: "pen", pointerId: 5, isPrimary: true,
            button: at === 0 ? 5 : -1, buttons: 32, clientX, clientY }));
        })""",
        path,
    )
    desk.evaluate(
        """() => document.querySelector("#sheet").dispatchEvent(new PointerEvent("pointerup",
          { bubbles: true, pointerType: "pen", pointerId: 5, button: 5, buttons: 0 }))"""
    )
    until(desk, INK_BELOW, 0.6 * before)
    assert desk.locator("#eraser").get_attribute("aria-pressed") == "false"


# --- events that lack something --------------------------------------------------------------


def test_a_finger_whose_end_was_lost_stops_nobody(phone: Page) -> None:
    """The next finger draws, and what the lost one drew stays."""
    (line,) = on_sheet(phone, [[[60, 60], [60, 220]]])
    phone.evaluate(
        """(line) => line.forEach(([clientX, clientY], at) =>
          document.querySelector("#sheet").dispatchEvent(new PointerEvent(
            at === 0 ? "pointerdown" : "pointermove", { bubbles: true, cancelable: true,
            pointerType: "touch", pointerId: 1, isPrimary: true, button: at === 0 ? 0 : -1,
            buttons: 1, clientX, clientY })))""",
        line,
    )
    with phone.expect_response(lambda response: reads(response, 2)) as caught:
        draw_with_finger(phone, [[[160, 60], [160, 220]]])
    first, second = squared(caught.value.request.post_data_json)
    assert first[-1][1] == pytest.approx(220 / 280 * 1000, abs=4)
    assert second[0][0] == pytest.approx(160 / 280 * 1000, abs=4)


def test_keys_without_a_key_and_drops_without_a_file_leave_the_page_as_it_is(
    desk: Page, complaints: list[str]
) -> None:
    draw_and_wait(desk, SEVEN)
    desk.evaluate(
        """() => {
          document.body.dispatchEvent(new Event("keydown", { bubbles: true }));
          const data = new DataTransfer();
          data.setData("text/plain", "seven");
          const options = { bubbles: true, cancelable: true, dataTransfer: data };
          for (const name of ["dragover", "drop"])
            document.querySelector("main").dispatchEvent(new DragEvent(name, options));
          document.querySelector("main").dispatchEvent(new DragEvent("drop", { bubbles: true }));
          document.dispatchEvent(new ClipboardEvent("paste", { bubbles: true }));
        }"""
    )
    assert complaints == []
    assert not desk.evaluate("'dropping' in document.documentElement.dataset")
    reads_as(desk, "7")
    desk.keyboard.press("c")
    assert replay_and_wait(desk, ONE).status == 200
    assert not Drawing.objects.exists()
