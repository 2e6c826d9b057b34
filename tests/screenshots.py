"""The pictures in docs/img: every state of the drawing page, by day and by night, both sizes.

    python -m tests.screenshots http://127.0.0.1:8000/ docs/img

Draws in a site that is running; nothing is stored there.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import replay_and_wait
from tests.drawings import FOUR, SEVEN, beside
from tests.photos import jpeg, photo, video
from tests.services import find_chromium

FORTY_SEVEN = beside(
    [[[x / 2, y] for x, y in s] for s in FOUR], [[[x / 2, y] for x, y in s] for s in SEVEN], 120
)
GRID = [[[x, 50], [x, 230]] for x in (90, 190)] + [[[50, y], [230, y]] for y in (90, 190)]
SIZES = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
COLOURS = 64  # of a picture's palette: a few kilobytes, and no difference to the eye


def empty(page: Page) -> None:
    """As it is opened."""


def drawn(page: Page) -> None:
    replay_and_wait(page, FOUR)


def steps(page: Page) -> None:
    drawn(page)
    page.locator("#steps summary").click()


def number(page: Page) -> None:
    page.get_by_label("A number").check()
    replay_and_wait(page, FORTY_SEVEN)


def not_a_digit(page: Page) -> None:
    replay_and_wait(page, GRID)


def uploaded(page: Page) -> None:
    content = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": jpeg(photo())}
    page.get_by_label("Read a picture").set_input_files(content)  # type: ignore[arg-type]
    expect(page.locator("#reader")).to_have_attribute("data-state", "answered")


def camera(page: Page) -> None:
    page.get_by_role("button", name="Read by camera").click()
    expect(page.locator("#read")).to_have_text("4", timeout=60_000)


def settings(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()


def help_(page: Page) -> None:
    page.get_by_role("button", name="Help").click()


def offline(page: Page) -> None:
    page.get_by_label("A number").focus()
    page.route("**/predict/", lambda route: route.abort())
    page.get_by_label("Read a picture").set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": jpeg(photo())}  # type: ignore[arg-type]
    )
    page.wait_for_timeout(1500)


STATES: dict[str, Callable[[Page], None]] = {
    "empty": empty, "drawn": drawn, "steps": steps, "number": number, "not-a-digit": not_a_digit,
    "photo": uploaded, "camera": camera, "settings": settings, "help": help_, "offline": offline,
}  # fmt: skip


def shoot(browser: Browser, address: str, folder: Path, state: str, size: str, scheme: Any) -> None:
    context = browser.new_context(
        **SIZES[size], color_scheme=scheme, reduced_motion="reduce", permissions=["camera"]
    )
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#version")).to_contain_text("version")
    STATES[state](page)
    page.wait_for_timeout(300)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    name = f"draw-{state}-{size}-{scheme}.png"
    picture.quantize(COLOURS).save(folder / name, optimize=True)
    context.close()


def main(address: str, folder: str, *only: str) -> None:
    film = video(Path(folder) / "film.y4m", [photo(size=(640, 480), share=0.5)])
    arguments = [
        "--no-sandbox",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        for state in only or STATES:
            for size in SIZES:
                for scheme in ("light", "dark"):
                    shoot(browser, address, Path(folder), state, size, scheme)
        browser.close()
    film.unlink()


if __name__ == "__main__":
    main(*sys.argv[1:])
