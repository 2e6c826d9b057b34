"""The camera in the page, with films in place of what it would see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import BrowserType, Page, expect

from recognizer.models import Drawing, ModelVersion
from tests.support.browser import draw_and_wait, until
from tests.support.drawings import FOUR, ONE
from tests.support.photos import FORTY_FOUR, jpeg, moving, photo, video
from tests.support.servers import find_chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FILM = (640, 480)
PATIENCE = 30_000  # ms, for a camera to start on a busy machine
Film = Callable[..., Page]

GRID = [
    [[100, 50], [100, 230]],
    [[180, 50], [180, 230]],
    [[50, 100], [230, 100]],
    [[50, 180], [230, 180]],
]

# How often a second the box moves, over two seconds.
BOXES_A_SECOND = """() => new Promise((resolve) => {
  let count = 0;
  const box = document.querySelector("#sighted");
  const observer = new MutationObserver((changes) => (count += changes.length > 0 ? 1 : 0));
  observer.observe(box, { attributes: true, attributeFilter: ["style"] });
  setTimeout(() => resolve(count / 2), 2000);
})"""


@pytest.fixture
def film(
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    live_server: Any,
    live_model: ModelVersion,
    tmp_path: Path,
) -> Iterator[Film]:
    """Opens the page in a browser whose camera sees these pictures, one after the other.

    Without any it sees Chromium's own test picture; only then may there be several cameras.
    """
    with ExitStack() as stack:

        def opened(
            *pictures: Image.Image, allowed: bool = True, cameras: int = 1, **context: Any
        ) -> Page:
            arguments = [
                *browser_type_launch_args["args"],
                f"--use-fake-device-for-media-stream=device-count={cameras}",
            ]
            if pictures:
                path = video(tmp_path / "film.y4m", list(pictures))
                arguments.append(f"--use-file-for-fake-video-capture={path}")
            launched = {"executable_path": find_chromium(), "args": arguments}
            browser = browser_type.launch(**browser_type_launch_args | launched)
            stack.callback(browser.close)
            permissions = ["camera"] if allowed else []
            page = browser.new_context(permissions=permissions, **context).new_page()
            page.goto(live_server.url)
            expect(page.locator("#version")).to_contain_text("version 1")
            return page

        yield opened


def trembling(strokes: list[Any], **how: Any) -> list[Image.Image]:
    """The same sheet a few times, each with a noise of its own."""
    return [photo(strokes, size=FILM, seed=seed, **how) for seed in range(4)]


def look(page: Page) -> None:
    page.get_by_role("button", name="Photo").click()


def says(page: Page, words: str) -> None:
    expect(page.locator(".saying")).to_contain_text(words, timeout=PATIENCE)


def reads_as(page: Page, number: str) -> None:
    expect(page.locator("#digit")).to_have_text(number, timeout=PATIENCE)


def test_it_works(film: Film) -> None:
    """Found, boxed, read, frozen, confirmed."""
    page = film(*trembling(FOUR, share=0.5))
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    look(page)
    says(page, "That’s a 4.")
    reads_as(page, "4")
    box = page.locator("#sighted").bounding_box()
    stage = page.locator(".finder").bounding_box()
    assert box is not None
    assert stage is not None
    assert box["height"] / stage["height"] == pytest.approx(0.5, abs=0.08)
    middle = box["y"] + box["height"] / 2 - stage["y"]
    assert middle / stage["height"] == pytest.approx(0.5, abs=0.05)
    expect(
        page.get_by_role("button", name="It is 4")
    ).to_be_disabled()  # nothing is kept of a live picture
    assert not Drawing.objects.exists()

    page.get_by_role("button", name="Use this").click()
    expect(page.locator("#camera")).to_be_hidden()
    expect(page.locator("#digit")).to_have_text("4")
    expect(page.locator("#photo")).to_be_visible()
    assert page.evaluate("document.querySelector('#video').srcObject") is None
    page.get_by_role("button", name="It is 4").click()
    expect(page.get_by_text("Thank you")).to_be_visible()
    drawing = Drawing.objects.get()
    assert (drawing.source, drawing.label, drawing.digit) == ("camera", "4", 4)
    assert complaints == []


def test_the_box_follows_the_digit(film: Film) -> None:
    page = film(*moving(FOUR))
    look(page)
    reads_as(page, "4")
    assert page.evaluate(BOXES_A_SECOND) > 0


def test_a_number_is_read_too(film: Film) -> None:
    page = film(*trembling(FORTY_FOUR, share=0.35))
    page.get_by_label("A number").check()
    look(page)
    reads_as(page, "44")
    page.get_by_role("button", name="Use this").click()
    expect(page.locator("#digit")).to_have_text("44")
    expect(page.locator("#boxes .box")).to_have_count(2)


@pytest.mark.parametrize("paper", ["form", "ruled"])
def test_a_forms_cell_and_ruled_lines_are_left_out(film: Film, paper: str) -> None:
    """Printed lines around the digit, or a line that it stands on and others below and above."""
    sheets = trembling(FOUR, share=0.4)
    width, height = FILM
    for sheet in sheets:
        pencil = ImageDraw.Draw(sheet)
        if paper == "form":
            sides = [0.28 * width, 0.14 * height, 0.72 * width, 0.86 * height]
            pencil.rectangle(sides, outline=(60, 60, 60), width=4)
        else:
            for line in range(1, 6):
                y = line * height / 6
                pencil.line([0, y, width, y], fill=(90, 90, 120), width=2)
    page = film(*sheets)
    look(page)
    reads_as(page, "4")
    page.get_by_role("button", name="Use this").click()
    expect(page.locator("#digit")).to_have_text("4")


def test_on_an_empty_sheet_there_is_no_digit(film: Film) -> None:
    page = film(*trembling([]))
    look(page)
    says(page, "No digit found")
    expect(page.locator("#sighted")).to_be_hidden()
    # And where there is one camera there is no choice.
    expect(page.get_by_role("button", name="Other camera")).to_be_hidden()


def test_what_is_no_digit_is_not_read_as_one(film: Film) -> None:
    page = film(*trembling(GRID, share=0.5))
    look(page)
    says(page, "No digit here.")
    reads_as(page, "–")


def test_in_the_dark_it_asks_for_light(film: Film) -> None:
    page = film(*trembling(FOUR, light=0.15))
    look(page)
    says(page, "More light, please.")
    expect(page.locator("#sighted")).to_be_hidden()


def test_a_sheet_that_is_taken_away_takes_its_answer_along(film: Film) -> None:
    shown = [photo(FOUR, size=FILM, share=0.5)] * 60
    page = film(*shown, *[photo([], size=FILM)] * 60)
    look(page)
    reads_as(page, "4")
    says(page, "No digit found")
    reads_as(page, "")
    reads_as(page, "4")


def test_who_forbids_the_camera_takes_a_photo_instead(film: Film) -> None:
    page = film(*trembling([]), allowed=False)
    look(page)
    says(page, "may not use the camera")
    instead = page.get_by_label("Take a photo")
    assert instead.get_attribute("capture") == "environment"
    chosen = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": jpeg(photo())}
    instead.set_input_files(chosen)  # type: ignore[arg-type]
    expect(page.locator("#camera")).to_be_hidden()
    expect(page.locator("#digit")).to_have_text("4", timeout=PATIENCE)


def test_without_a_camera_the_devices_own_is_opened(desk: Page) -> None:
    desk.evaluate("delete Navigator.prototype.mediaDevices")
    with desk.expect_file_chooser() as chooser:
        look(desk)
    chooser.value.set_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": jpeg(photo())}  # type: ignore[arg-type]
    )
    expect(desk.locator("#digit")).to_have_text("4")


def test_one_of_two_cameras_is_chosen(film: Film) -> None:
    page = film(cameras=2)
    look(page)
    current = """() => document.querySelector("#video").srcObject
      ?.getVideoTracks()[0].getSettings().deviceId"""
    expect(page.get_by_role("button", name="Other camera")).to_be_visible(timeout=PATIENCE)
    first = page.evaluate(current)
    page.get_by_role("button", name="Other camera").click()
    until(page, f"(first) => ![undefined, first].includes(({current})())", first)
    expect(page.get_by_role("button", name="Use this")).to_be_enabled()


def test_escape_leaves_the_camera_and_switches_it_off(film: Film) -> None:
    page = film(*trembling([]))
    draw_and_wait(page, ONE)
    look(page)
    says(page, "No digit found")
    track = page.evaluate_handle("document.querySelector('#video').srcObject.getVideoTracks()[0]")
    page.keyboard.press("Escape")
    expect(page.locator("#camera")).to_be_hidden()
    assert track.evaluate("(track) => track.readyState") == "ended"
    expect(page.get_by_role("button", name="Photo")).to_be_focused()
    expect(page.locator("#digit")).to_have_text("1")  # the sheet is as it was


def test_a_phone_has_room_for_the_camera(film: Film) -> None:
    page = film(
        *trembling(FOUR, share=0.5),
        viewport={"width": 320, "height": 568},
        has_touch=True,
        is_mobile=True,
    )
    look(page)
    reads_as(page, "4")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    for name in ("Use this", "Close"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
