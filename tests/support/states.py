"""The drawing page in each of its states, brought about as a person would, in any language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.browser import replay, replay_and_wait
from tests.support.drawings import (
    CLOSED_FOUR,
    CLOSED_FOUR_AGAIN,
    CROSS,
    DOUBTFUL,
    FOUR,
    SEVEN,
    beside,
)
from tests.support.photos import jpeg, photo

FORTY_SEVEN = beside(
    [[[x / 2, y] for x, y in stroke] for stroke in FOUR],
    [[[x / 2, y] for x, y in stroke] for stroke in SEVEN],
    120,
)
PATIENCE = 60_000  # ms; a camera starts slowly on a busy machine


def empty(page: Page) -> None:
    """The page as it is opened."""


def sure(page: Page) -> None:
    replay_and_wait(page, FOUR)


def unsure(page: Page) -> None:
    replay_and_wait(page, DOUBTFUL)


def not_a_digit(page: Page) -> None:
    replay_and_wait(page, CROSS)


def number(page: Page) -> None:
    _set(page, "mode", "number")
    replay_and_wait(page, FORTY_SEVEN)


def steps(page: Page) -> None:
    sure(page)
    page.locator("#more [popovertarget=steps]").evaluate("(button) => button.click()")


def uploaded(page: Page) -> None:
    _upload(page, jpeg(photo()))
    expect(page.locator("#reader")).to_have_attribute("data-state", "answered")


def no_digit(page: Page) -> None:
    _upload(page, jpeg(photo([])))
    expect(page.locator("#photo")).to_be_visible()


def camera(page: Page) -> None:
    """The camera's live picture, where the page may use a camera."""
    page.locator("#look").click()
    expect(page.locator("#freeze")).to_be_enabled(timeout=PATIENCE)


def camera_refused(page: Page) -> None:
    page.locator("#look").click()
    expect(page.locator("#reader")).to_have_attribute("data-camera", "refused", timeout=PATIENCE)


def settings(page: Page) -> None:
    page.locator("[popovertarget=more]").click()
    page.locator("[popovertarget=settings]").first.click()


def help_(page: Page) -> None:
    page.locator("[popovertarget=more]").click()
    page.locator("[popovertarget=help]").first.click()


def by_button(page: Page) -> None:
    _set(page, "predict", "button")
    replay(page, FOUR)
    expect(page.locator("#predict")).to_have_attribute("aria-disabled", "false")


def thanked(page: Page) -> None:
    sure(page)
    page.keyboard.press("r")
    expect(page.locator("#thanks")).to_be_visible()


def corrected(page: Page) -> None:
    """A 4 that was taken for a 9, and somebody has said so."""
    replay_and_wait(page, CLOSED_FOUR)
    page.keyboard.press("4")
    expect(page.locator("#thanks")).to_be_visible()


def remembered(page: Page) -> None:
    """The next such 4, read as one by the hand of whoever drew both."""
    corrected(page)
    replay_and_wait(page, CLOSED_FOUR_AGAIN)
    expect(page.locator("#memory svg")).to_be_visible()


def hand(page: Page) -> None:
    remembered(page)
    page.locator("#memory").click()


def failed(page: Page) -> None:
    _set(page, "who", "server")
    page.route("**/api/v1/predict/", lambda route: route.abort())
    replay(page, FOUR)
    expect(page.locator("#notice")).to_be_visible()


def offline(page: Page) -> None:
    """A drawing read by this browser without a network, whose label waits to be sent."""
    expect(page.locator("#reader")).to_have_attribute("data-reads-here", "", timeout=PATIENCE)
    page.context.set_offline(True)
    replay(page, FOUR)
    expect(page.locator("#reader")).to_have_attribute("data-state", "answered")
    page.keyboard.press("r")
    expect(page.locator("#away")).to_contain_text("1")


def _set(page: Page, name: str, value: str) -> None:
    """Chooses a setting, also one in a panel that is closed."""
    page.locator(f"[name={name}][value={value}]").evaluate("(radio) => radio.click()")


def _upload(page: Page, content: bytes) -> None:
    file: Any = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": content}
    page.locator("#file").set_input_files(file)


STATES: dict[str, Callable[[Page], None]] = {
    "empty": empty, "sure": sure, "unsure": unsure, "not-a-digit": not_a_digit,
    "number": number, "steps": steps, "photo": uploaded, "no-digit": no_digit,
    "camera": camera, "camera-refused": camera_refused, "settings": settings, "help": help_,
    "by-button": by_button, "thanks": thanked, "corrected": corrected, "remembered": remembered,
    "hand": hand, "error": failed, "offline": offline,
}  # fmt: skip
