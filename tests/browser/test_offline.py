"""The page without a network: it opens, draws, reads, keeps what is said and sends it later."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from recognizer.models import Drawing
from recognizer.services import versions
from recognizer.serving import artifacts
from tests.browser.test_answer import FOUR_HUNDRED_SEVEN
from tests.browser.test_photos import EVENT
from tests.browser.test_photos import choose as choose_photo
from tests.support.browser import replay, replay_and_wait, until
from tests.support.drawings import FOUR, SEVEN
from tests.support.photos import FORTY_FOUR, jpeg, photo
from tests.support.tensorflowjs import needs_packages

pytestmark = [
    pytest.mark.browser,
    needs_packages,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def kept(browser: Browser, live_server: Any, live_model: Any) -> Iterator[Page]:
    """The page once the browser has kept all it needs."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(live_server.url)
    until(page, "navigator.serviceWorker.controller?.state === 'activated'")
    expect(page.locator("#reader")).to_have_attribute("data-reads-here", "", timeout=30_000)
    yield page
    context.close()


def unplug(page: Page) -> None:
    page.context.set_offline(True)


def test_it_works(kept: Page) -> None:
    """Opened anew without a network, it reads and says that it is alone."""
    unplug(kept)
    kept.reload()
    expect(kept.locator("#reader")).to_have_attribute("data-reads-here", "", timeout=30_000)
    replay(kept, FOUR)
    expect(kept.locator("#words")).to_contain_text("4")
    expect(kept.locator("#by")).to_contain_text("in this browser in")
    expect(kept.locator("#version")).to_have_text("Model version 1")
    expect(kept.locator("#away")).to_have_text("Without the server: this browser reads.")


def test_numbers_are_read_offline(kept: Page) -> None:
    unplug(kept)
    kept.get_by_label("A number").check()
    replay(kept, FOUR_HUNDRED_SEVEN)
    expect(kept.locator("#digit")).to_have_text("407")
    expect(kept.locator("#boxes .box")).to_have_count(3)


def take(page: Page, how: str, content: bytes) -> None:
    """A photo that is chosen, dropped or pasted."""
    if how == "choose":
        choose_photo(page, content)
    else:
        page.evaluate(EVENT, [how, base64.b64encode(content).decode()])


@pytest.mark.parametrize(
    ("how", "reads", "strokes", "told"),
    [
        ("choose", "One digit", FOUR, "4"),
        ("drop", "A number", FORTY_FOUR, "44"),
        ("paste", "One digit", FOUR, "4"),
    ],
)
def test_photos_are_read_offline_as_by_the_server(
    kept: Page, how: str, reads: str, strokes: Any, told: str
) -> None:
    kept.get_by_label(reads).check()
    # Small enough to be sent without loss, so both have the same pixels.
    content = jpeg(photo(strokes, size=(600, 400), share=0.5))
    take(kept, how, content)
    expect(kept.locator("#by")).to_contain_text("by the server in")
    expect(kept.locator("#digit")).to_have_text(told)
    by_server = shown(kept)
    kept.get_by_role("button", name="Clear").click()
    unplug(kept)
    take(kept, how, content)
    expect(kept.locator("#by")).to_contain_text("in this browser in")
    expect(kept.locator("#digit")).to_have_text(told)
    assert shown(kept) == by_server


def shown(page: Page) -> list[str]:
    """The answer: the boxes where they stand, the shares as they are written, the sentence."""
    boxes = page.locator("#boxes").inner_html()
    return [boxes, *(page.locator(part).inner_text() for part in ("#feedback", "#words"))]


def test_a_digit_of_a_number_on_a_photo_is_corrected_offline(kept: Page) -> None:
    unplug(kept)
    kept.get_by_label("A number").check()
    take(kept, "choose", jpeg(photo(FORTY_FOUR, size=(600, 400), share=0.5)))
    expect(kept.locator("#digit")).to_have_text("44")
    kept.locator("#digits button").nth(1).click()
    kept.get_by_role("button", name="It is 9").click()
    expect(kept.locator("#away")).to_contain_text("Waiting to be sent: 1.")
    kept.context.set_offline(False)
    expect(kept.locator("#away")).to_be_hidden()
    drawing = Drawing.objects.get()
    assert (drawing.label, drawing.digit, drawing.source) == ("9", 4, "upload")


def test_what_is_said_offline_is_sent_when_the_server_is_back(kept: Page) -> None:
    unplug(kept)
    replay(kept, FOUR)
    kept.get_by_role("button", name="It is 9").click()
    expect(kept.get_by_text("Kept on this device until")).to_be_visible()
    expect(kept.locator("#away")).to_contain_text("Waiting to be sent: 1.")
    kept.reload()
    expect(kept.locator("#away")).to_contain_text("Waiting to be sent: 1.")
    assert not Drawing.objects.exists()
    kept.context.set_offline(False)
    expect(kept.locator("#away")).to_be_hidden()
    drawing = Drawing.objects.get()
    assert (drawing.label, drawing.digit, len(drawing.strokes)) == ("9", 4, len(FOUR))


def test_what_is_said_offline_can_be_taken_back(kept: Page) -> None:
    unplug(kept)
    replay(kept, FOUR)
    kept.get_by_role("button", name="It is 9").click()
    kept.get_by_role("button", name="Take it back").click()
    expect(kept.locator("#away")).not_to_contain_text("Waiting")
    kept.context.set_offline(False)
    kept.get_by_role("button", name="Clear").click()
    replay_and_wait(kept, SEVEN)
    assert not Drawing.objects.exists()


def test_pages_that_are_not_kept_say_so(kept: Page, live_server: Any) -> None:
    unplug(kept)
    kept.goto(f"{live_server.url}/about/")
    expect(kept.get_by_role("heading", level=1)).to_have_text("The server cannot be reached")
    kept.get_by_role("link", name="Draw a digit").click()
    expect(kept.locator("#sheet")).to_be_visible()


def test_a_newly_promoted_version_is_kept_in_place_of_the_old(kept: Page) -> None:
    place, manifest = artifacts.store(versions.SHIPPED)
    version = versions.version_create(
        place=place, manifest=manifest, parent=None, gate_verdict="passed", gate_report={}
    )
    versions.version_promote(version=version, by=None)
    replay_and_wait(kept, FOUR)
    names = """async () => (await (await caches.open("model")).keys())
        .map(({ url }) => new URL(url).pathname).filter((path) => path.startsWith("/models/"))"""
    kept.keyboard.press("c")
    until(
        kept,
        f"({names})().then((paths) => paths.length === 2 && paths.every((p) => p.includes('/2/')))",
    )
    unplug(kept)
    kept.reload()
    expect(kept.locator("#reader")).to_have_attribute("data-reads-here", "", timeout=30_000)
    replay(kept, FOUR)
    expect(kept.locator("#by")).to_contain_text("in this browser in")
    expect(kept.locator("#version")).to_have_text("Model version 2")


def test_only_own_files_are_kept_and_nothing_of_people(kept: Page) -> None:
    paths = kept.evaluate(
        """async () => {
          const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
          const keys = await Promise.all(caches_.map((cache) => cache.keys()));
          return keys.flat().map(({ url }) => url);
        }"""
    )
    origin = kept.evaluate("location.origin")
    allowed = ("/static/", "/models/1/", "/api/v1/model/", "/offline/")
    for url in paths:
        path = url.removeprefix(origin)
        assert path == "/" or path.startswith(allowed), url
    assert any("tfjs-backend-wasm-simd" in url for url in paths)
    assert not any("admin" in url for url in paths)
