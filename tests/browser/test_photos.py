"""Photos on the drawing page: chosen, dropped, pasted, read, corrected, as a person would."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from recognizer.models import Drawing
from tests.golden.make_raster import Grey
from tests.golden.make_raster_numbers import cells, sheet
from tests.support.browser import PHONE, draw, draw_and_wait, ink_on, reads_as
from tests.support.drawings import FOUR, ONE, ZERO
from tests.support.heic import heic
from tests.support.photos import FORTY_FOUR, jpeg, photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVENT = """([kind, content]) => {
  const data = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
  data.items.add(new File([bytes], "photo.jpg", { type: "image/jpeg" }));
  const options = { bubbles: true, cancelable: true };
  const event = kind === "paste"
    ? new ClipboardEvent(kind, { ...options, clipboardData: data })
    : new DragEvent(kind, { ...options, dataTransfer: data });
  document.querySelector("main").dispatchEvent(event);
}"""

# Of all pixels of a canvas, the share that is not clear.
MARKED = """canvas => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  return data.filter((value, at) => at % 4 === 3 && value > 0).length / (width * height);
}"""


def png(grey: Grey) -> bytes:
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return file.getvalue()


def choose(page: Page, content: bytes, name: str = "photo.jpg", kind: str = "image/jpeg") -> None:
    chosen = {"name": name, "mimeType": kind, "buffer": content}
    page.get_by_label("Choose a picture").set_input_files(chosen)  # type: ignore[arg-type]


def choose_and_wait(page: Page, content: bytes) -> dict[str, Any]:
    """Chooses a photo; returns what was sent of it once the answer is shown."""
    with page.expect_request("**/predict/") as caught:
        choose(page, content)
    expect(page.locator("#reader")).to_have_attribute("data-state", "answered")
    sent: dict[str, Any] = caught.value.post_data_json
    return sent


def sent_image(sent: dict[str, Any]) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(sent["image"].partition(",")[2])))


def test_it_works(desk: Page, complaints: list[str]) -> None:
    choose_and_wait(desk, jpeg(photo()))
    expect(desk.locator("#digit")).to_have_text("4")
    reads_as(desk, "4")
    expect(desk.locator("#photo")).to_be_visible()
    expect(desk.get_by_text("Draw a digit here")).to_be_hidden()
    assert complaints == []


def test_a_photo_is_stored_and_shown_on_its_receipt(desk: Page, live_server: Any) -> None:
    choose_and_wait(desk, jpeg(photo()))
    assert not Drawing.objects.exists()
    desk.get_by_role("button", name="It is 4").click()
    expect(desk.get_by_text("Thank you")).to_be_visible()
    drawing = Drawing.objects.get()
    assert (drawing.source, drawing.label, drawing.strokes) == ("upload", "4", None)
    desk.goto(f"{live_server.url}/drawings/{drawing.pk}/")
    shown = desk.get_by_role("img", name="Your picture")
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 800


def test_a_photo_is_dropped_or_pasted(desk: Page) -> None:
    is_dropping = "'dropping' in document.documentElement.dataset"
    content = base64.b64encode(jpeg(photo())).decode()
    desk.evaluate(EVENT, ["dragover", content])
    assert desk.evaluate(is_dropping)
    desk.evaluate(EVENT, ["drop", content])
    expect(desk.locator("#digit")).to_have_text("4")
    assert not desk.evaluate(is_dropping)
    content = base64.b64encode(jpeg(photo(ONE))).decode()
    desk.evaluate(EVENT, ["paste", content])
    expect(desk.locator("#digit")).to_have_text("1")


def test_what_was_copied_elsewhere_is_pasted_by_its_keys(desk: Page) -> None:
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    file = io.BytesIO()
    photo(size=(400, 300)).save(file, "PNG")
    desk.evaluate(
        """async (content) => {
          const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
          const blob = new Blob([bytes], { type: "image/png" });
          await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
        }""",
        base64.b64encode(file.getvalue()).decode(),
    )
    desk.keyboard.press("Control+v")
    expect(desk.locator("#digit")).to_have_text("4")


def test_a_photo_of_a_turned_camera_is_upright(desk: Page) -> None:
    for orientation, turn in ((6, 90), (8, -90), (3, 180)):
        turned = photo().rotate(turn, expand=True)
        sent = choose_and_wait(desk, jpeg(turned, orientation=orientation))
        expect(desk.locator("#digit")).to_have_text("4")
        image = sent_image(sent)
        assert image.size == (800, 600)
        assert not image.getexif()  # neither how it was held, nor where
        desk.get_by_role("button", name="Clear").click()
        expect(desk.locator("#photo")).to_be_hidden()


def test_a_huge_photo_is_made_small_before_it_is_sent(desk: Page) -> None:
    sent = choose_and_wait(desk, jpeg(photo(size=(1400, 1050)).resize((5600, 4200))))
    expect(desk.locator("#digit")).to_have_text("4")
    assert sent_image(sent).size == (1600, 1200)
    assert len(sent["image"]) < 1_000_000


def test_what_browsers_cannot_show_goes_to_the_site_as_it_is_and_says_so(desk: Page) -> None:
    with desk.expect_request("**/pictures/"):
        choose(desk, heic("large"), "IMG_0001.HEIC", "image/heic")
    expect(desk.locator("#told")).to_contain_text("sent to the site as it is")
    expect(desk.locator("#digit")).to_have_text("4", timeout=20_000)  # 23 megapixels
    assert desk.locator("#photo").evaluate("image => image.decode().then(() => image.naturalWidth)")
    assert not Drawing.objects.exists()


def test_a_pdf_is_told_what_to_do(desk: Page) -> None:
    choose(desk, b"%PDF-1.7\n1 0 obj", "scan.pdf", "application/pdf")
    expect(desk.get_by_role("alert")).to_contain_text("This is a PDF, not a picture.")


def test_several_pictures_are_answered_in_their_order(desk: Page) -> None:
    chosen = [("1.jpg", ONE), ("0.jpg", ZERO), ("4.jpg", FOUR)]
    files = [
        {"name": name, "mimeType": "image/jpeg", "buffer": jpeg(photo(strokes))}
        for name, strokes in chosen
    ]
    desk.get_by_label("Choose a picture").set_input_files(files)  # type: ignore[arg-type]
    queue, following = desk.locator("#queue"), desk.get_by_role("button", name="Next picture")
    for place, digit in enumerate("104", 1):
        expect(queue).to_contain_text(f"Picture {place} of 3: {digit}.jpg")
        expect(desk.locator("#digit")).to_have_text(digit)
        if place < 3:
            following.click()
    expect(following).to_be_hidden()
    choose_and_wait(desk, jpeg(photo()))
    expect(queue).to_be_hidden()


def test_what_is_no_picture_is_told_what_to_do(desk: Page) -> None:
    for name in ("notes.txt", "photo.heic", "broken.jpg"):
        draw_and_wait(desk, ONE)
        expect(desk.get_by_role("alert")).to_be_hidden()
        choose(desk, b"\xff\xd8\xff nothing that is a picture", name)
        expect(desk.get_by_role("alert")).to_contain_text("Save it as JPEG or PNG")
        expect(desk.locator("#digit")).to_have_text("1")
        assert ink_on(desk) > 0
        desk.get_by_role("button", name="Clear").click()


def test_an_empty_sheet_has_no_digit(desk: Page) -> None:
    choose(desk, jpeg(photo([])))
    expect(desk.locator("#words")).to_contain_text("No digit found")
    expect(desk.locator("#feedback .none")).to_be_disabled()


def test_a_transparent_picture_of_white_ink_is_read(desk: Page) -> None:
    ink = photo().convert("L")
    mask = ink.point(lambda grey: 255 if grey < 95 else 0)
    image = Image.new("RGBA", ink.size, (255, 255, 255, 0))
    image.putalpha(mask)
    file = io.BytesIO()
    image.save(file, "PNG")
    with desk.expect_request("**/predict/"):
        choose(desk, file.getvalue(), "white.png", "image/png")
    expect(desk.locator("#digit")).to_have_text("4")


# --- together with ink --------------------------------------------------------------


def test_a_photo_takes_the_inks_place_and_undo_brings_it_back(desk: Page) -> None:
    draw_and_wait(desk, ONE)
    choose_and_wait(desk, jpeg(photo()))
    expect(desk.locator("#digit")).to_have_text("4")
    assert ink_on(desk) == 0
    desk.get_by_role("button", name="Clear").click()
    expect(desk.locator("#photo")).to_be_hidden()
    desk.get_by_role("button", name="Undo").click()
    expect(desk.locator("#photo")).to_be_visible()
    desk.get_by_role("button", name="Undo").click()
    expect(desk.locator("#photo")).to_be_hidden()
    expect(desk.locator("#digit")).to_have_text("1")


def test_who_draws_on_a_photo_begins_a_new_sheet(desk: Page) -> None:
    choose_and_wait(desk, jpeg(photo()))
    draw(desk, [[[140, 140]]])  # a tap is none
    expect(desk.locator("#photo")).to_be_visible()
    expect(desk.locator("#digit")).to_have_text("4")
    draw_and_wait(desk, ZERO)
    expect(desk.locator("#photo")).to_be_hidden()
    expect(desk.locator("#digit")).to_have_text("0")


# --- numbers --------------------------------------------------------------------------


def test_a_number_is_boxed_and_each_digit_corrected_alone(desk: Page) -> None:
    desk.get_by_role("radio", name="A number").check()
    choose_and_wait(desk, jpeg(photo(FORTY_FOUR, size=(900, 600), share=0.5)))
    expect(desk.locator("#digit")).to_have_text("44")
    boxes = [box.bounding_box() for box in desk.locator("#boxes .box").all()]
    sheet = desk.locator("#sheet").bounding_box()
    assert sheet is not None
    assert len(boxes) == 2
    for box in boxes:
        assert box is not None
        middle = box["y"] + box["height"] / 2 - sheet["y"]
        assert middle == pytest.approx(sheet["height"] / 2, rel=0.05)
        assert box["height"] == pytest.approx(sheet["height"] / 3, rel=0.25)
    desk.locator("#digits button").nth(1).click()
    desk.get_by_role("button", name="It is 4").click()
    expect(desk.get_by_text("Thank you")).to_be_visible()
    drawing = Drawing.objects.get()
    assert (drawing.label, drawing.digit, drawing.source) == ("4", 4, "upload")
    with drawing.image.open() as file:
        assert Image.open(file).width < 500


def test_numbers_below_one_another_have_a_row_each(desk: Page) -> None:
    desk.get_by_role("radio", name="A number").check()
    below = [[[x, y + 400] for x, y in stroke] for stroke in FOUR]
    choose_and_wait(desk, jpeg(photo([*FORTY_FOUR, *below], size=(700, 900), share=0.6)))
    rows = desk.locator("#digits .line")
    expect(rows).to_have_count(2)
    assert [row.locator("button").count() for row in rows.all()] == [2, 1]
    rows.nth(1).locator("button").click()
    desk.get_by_role("button", name="It is 9").click()
    expect(desk.get_by_text("Thank you")).to_be_visible()
    assert Drawing.objects.get().label == "9"


def test_a_row_of_cells_is_read_cell_by_cell_and_its_lines_are_marked(desk: Page) -> None:
    desk.get_by_role("radio", name="A number").check()
    choose_and_wait(desk, png(sheet(cells("4_07"), 5)))
    expect(desk.locator("#digit")).to_have_text("4_07")
    chips = desk.locator("#digits button")
    expect(chips).to_have_count(4)
    chips.nth(1).click()
    expect(desk.get_by_role("button", name="It is 4")).to_be_disabled()
    expect(desk.locator("#xray")).to_be_visible()
    marked = desk.locator("#xray").evaluate(MARKED)
    assert 0.01 < marked < 0.2


def test_an_empty_cell_is_told(desk: Page) -> None:
    choose(desk, png(sheet(cells("_"), 5)))
    expect(desk.get_by_text("Nothing is written in the cell.")).to_be_visible()


# --- on a phone ------------------------------------------------------------------------


def test_a_phone_shows_photo_and_answer_together(phone: Page) -> None:
    choose_and_wait(phone, jpeg(photo(size=(600, 800))))
    expect(phone.locator("#digit")).to_have_text("4")
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"]  # type: ignore[index]
    bottom = phone.evaluate("document.querySelector('#feedback').getBoundingClientRect().bottom")
    assert bottom <= 664
