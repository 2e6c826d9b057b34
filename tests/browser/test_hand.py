"""One's own hand on the page: wrong, corrected, right with the reason shown, wherever one is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Page, expect

from recognizer.models import Drawing
from tests.browser.test_outbox import WORD, sign_in, sign_out
from tests.support.browser import places, replay, until
from tests.support.tensorflowjs import needs_packages

pytestmark = [
    pytest.mark.browser,
    needs_packages,
    pytest.mark.django_db(transaction=True),
]

# Of the pen digits: whose 4 the shipped network reads as a 9, and which of their drawings it is.
WRITER, DIGIT, READ_AS = "20", 4, 9
BOX = 500  # in which they were drawn
Strokes = list[list[list[float]]]


@pytest.fixture(scope="session")
def odd(corpora_dir: str) -> Callable[[float], Strokes]:
    """The writer's odd 4 as real ink, turned by a few degrees: nobody draws it twice the same."""
    from training.data import corpora

    first = next(
        drawn
        for drawn in corpora.pendigits(corpora_dir)
        if (str(drawn.writer), str(drawn.label)) == (WRITER, str(DIGIT))
    )
    points = [[float(x), float(y)] for stroke in first.strokes for x, y, *_ in stroke]
    middle = [sum(values) / len(points) for values in zip(*points, strict=True)]

    def turned(degrees: float) -> Strokes:
        sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
        return [
            [
                [
                    middle[0] + cosine * (x - middle[0]) - sine * (y - middle[1]),
                    middle[1] + sine * (x - middle[0]) + cosine * (y - middle[1]),
                ]
                for x, y, *_ in stroke
            ]
            for stroke in first.strokes
        ]

    return turned


@pytest.fixture
def reading(desk: Page) -> Page:
    """The page once this browser reads by itself."""
    reads_here(desk)
    return desk


def reads_here(page: Page) -> None:
    expect(page.locator("#reader")).to_have_attribute("data-reads-here", "", timeout=30_000)


def write(page: Page, strokes: Strokes, digit: int) -> Any:
    """Draws and waits for the server's answer, which is this digit."""
    with page.expect_response("**/api/v1/predict/") as caught:
        replay(page, strokes, side=BOX)
    shows(page, digit)
    expect(page.locator("#by")).to_contain_text("by the server in")
    return caught.value.json()


def write_alone(page: Page, strokes: Strokes, digit: int) -> None:
    """Draws without a server, and waits for the browser's answer, which is this digit."""
    replay(page, strokes, side=BOX)
    shows(page, digit)
    expect(page.locator("#by")).to_contain_text("in this browser in")


def shows(page: Page, digit: int) -> None:
    expect(page.locator("#reader")).to_have_attribute("data-state", "answered")
    expect(page.locator("#digit")).to_have_text(str(digit))


def correct(page: Page, digit: int = DIGIT) -> str:
    """Says what it is; returns the stored drawing's id."""
    with page.expect_response("**/api/v1/drawings/") as caught:
        page.get_by_role("button", name=f"It is {digit}").click()
    drawing: str = caught.value.json()["id"]
    return drawing


def expect_reason(page: Page, when: str = "just now") -> None:
    """The remembered 4 stands beside the answer: in words, and as it was drawn."""
    expect(page.locator("#memory")).to_have_text(f"like the 4 you drew {when}")
    expect(page.locator("#reason")).to_have_text(f"like the 4 you drew {when}")
    expect(page.locator("#memory polyline")).to_have_count(1)


def knows(page: Page, *drawings: str) -> None:
    """Waits until the browser keeps these drawings of the hand, with what its network sees."""
    until(page, IN_STORE, sorted(["told", *drawings]))


IN_STORE = """(wanted) => new Promise((resolve) => {
  const opening = indexedDB.open("hand");
  opening.onsuccess = () => {
    const database = opening.result;
    const names = [...database.objectStoreNames];
    if (names.length === 0) return resolve(false);
    const asked = database.transaction(names).objectStore(names[0]).getAllKeys();
    asked.onsuccess = () => {
      database.close();
      resolve(JSON.stringify(asked.result.sort()) === JSON.stringify(wanted));
    };
  };
})"""


def test_it_works(reading: Page, odd: Callable[[float], Strokes], complaints: list[str]) -> None:
    """Wrong, corrected, right with the reason shown; and so after a reload."""
    write(reading, odd(0), READ_AS)
    expect(reading.locator("#memory")).to_be_hidden()
    drawing = correct(reading)
    expect(reading.locator("#thanks")).to_contain_text("Helps your next 4 at once")
    answer = write(reading, odd(-2), DIGIT)
    assert answer["memory"]["drawing"] == drawing
    assert answer["network"]["digit"] == READ_AS
    expect_reason(reading)
    knows(reading, drawing)
    reading.keyboard.press("c")
    reading.reload()
    write(reading, odd(-4), DIGIT)
    expect_reason(reading)
    assert complaints == []


def test_forgotten_it_is_wrong_again(reading: Page, odd: Callable[[float], Strokes]) -> None:
    write(reading, odd(0), READ_AS)
    drawing = correct(reading)
    write(reading, odd(-2), DIGIT)
    knows(reading, drawing)
    reading.locator("#memory").click()
    panel = reading.locator("#hand")
    expect(panel).to_contain_text("Without it: 9")
    with reading.expect_response("**/api/v1/predict/"):
        panel.get_by_role("button", name="Forget this one").click()
    shows(reading, READ_AS)
    expect(reading.locator("#memory")).to_be_hidden()
    expect(panel).to_contain_text("Nothing is remembered yet.")
    knows(reading)
    row = Drawing.objects.get()
    assert (row.label, row.remembered) == (str(DIGIT), False)
    use_browser(reading)
    reread(reading)
    expect(reading.locator("#by")).to_contain_text("in this browser in")
    shows(reading, READ_AS)


def use_browser(page: Page) -> None:
    page.locator("[name=who][value=browser]").evaluate("(radio) => radio.click()")


def reread(page: Page) -> None:
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Redo").click()


def test_the_browser_alone_says_the_same(reading: Page, odd: Callable[[float], Strokes]) -> None:
    """Also while the pen moves: bars and digit are those after memory, before any server's."""
    write(reading, odd(0), READ_AS)
    drawing = correct(reading)
    answer = write(reading, odd(-2), DIGIT)
    by_server = reading.locator("#feedback .share").all_text_contents()
    knows(reading, drawing)
    asked: list[str] = []
    reading.on("request", lambda request: asked.append(request.url))
    use_browser(reading)
    reread(reading)
    expect(reading.locator("#by")).to_contain_text("in this browser in")
    expect_reason(reading)
    assert reading.locator("#feedback .share").all_text_contents() == by_server
    assert answer["memory"]["changed"]
    assert [url for url in asked if "predict" in url] == []


# --- without the server -------------------------------------------------------------------


@pytest.fixture
def kept(browser: Browser, live_server: Any, live_model: Any) -> Iterator[Page]:
    """The page once the browser has kept all it needs."""
    context = browser.new_context(service_workers="allow")
    page = context.new_page()
    page.goto(live_server.url)
    until(page, "navigator.serviceWorker.controller?.state === 'activated'")
    reads_here(page)
    yield page
    context.close()


def test_offline_it_is_right_too(kept: Page, odd: Callable[[float], Strokes]) -> None:
    write(kept, odd(0), READ_AS)
    drawing = correct(kept)
    knows(kept, drawing)
    kept.context.set_offline(True)
    kept.reload()
    reads_here(kept)
    write_alone(kept, odd(-4), DIGIT)
    expect_reason(kept)


def test_what_waits_to_be_sent_counts_at_once(kept: Page, odd: Callable[[float], Strokes]) -> None:
    kept.context.set_offline(True)
    write_alone(kept, odd(0), READ_AS)
    kept.get_by_role("button", name="It is 4").click()
    expect(kept.locator("#thanks")).to_contain_text("Helps your next 4 at once. Kept on this")
    write_alone(kept, odd(-2), DIGIT)
    expect_reason(kept)
    kept.keyboard.press("c")
    kept.reload()
    reads_here(kept)
    write_alone(kept, odd(-4), DIGIT)
    expect_reason(kept)
    kept.locator("#memory").click()
    expect(kept.get_by_role("button", name="Forget this one")).to_be_hidden()
    kept.keyboard.press("Escape")
    kept.context.set_offline(False)
    expect(kept.locator("#away")).not_to_contain_text("Waiting", timeout=30_000)
    answer = write(kept, odd(-2), DIGIT)
    assert answer["memory"]["drawing"] == str(Drawing.objects.get().pk)
    expect_reason(kept)


# --- on other devices, by other people ---------------------------------------------------


@pytest.fixture
def devices(browser: Browser, live_server: Any, live_model: Any) -> Iterator[list[Page]]:
    """Two devices of one account."""
    User.objects.create_user("ada", password=WORD)
    contexts = [browser.new_context() for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        sign_in(page, live_server.url, "ada")
        page.goto(live_server.url)
        reads_here(page)
    yield pages
    for context in contexts:
        context.close()


def test_on_a_second_device_it_is_right_at_once(
    devices: list[Page], odd: Callable[[float], Strokes]
) -> None:
    """Though that page was open before, and in its own network too once it has heard."""
    first, second = devices
    write(second, odd(-2), READ_AS)
    write(first, odd(0), READ_AS)
    drawing = correct(first)
    second.get_by_role("button", name="Clear").click()
    write(second, odd(-4), DIGIT)
    expect_reason(second)
    knows(second, drawing)
    use_browser(second)
    reread(second)
    expect(second.locator("#by")).to_contain_text("in this browser in")
    shows(second, DIGIT)
    second.locator("#memory").click()
    expect(second.get_by_text("This is the hand of your account.")).to_be_visible()
    expect(second.get_by_role("button", name="Not my hand")).to_be_hidden()


def test_who_has_signed_out_leaves_nothing(
    devices: list[Page], live_server: Any, odd: Callable[[float], Strokes]
) -> None:
    page, _ = devices
    write(page, odd(0), READ_AS)
    knows(page, correct(page))
    sign_out(page, live_server.url)
    page.goto(live_server.url)
    reads_here(page)
    use_browser(page)
    write_alone(page, odd(-2), READ_AS)
    expect(page.locator("#memory")).to_be_hidden()
    knows(page)


def test_who_is_forgotten_in_another_tab_is_so_at_the_next_answer(
    reading: Page, context: BrowserContext, live_server: Any, odd: Callable[[float], Strokes]
) -> None:
    write(reading, odd(0), READ_AS)
    knows(reading, correct(reading))
    other = context.new_page()
    other.goto(f"{live_server.url}/mine/forget/")
    other.get_by_role("button", name="Yes, delete all").click()
    expect(other.get_by_text("You are forgotten")).to_be_visible()
    write(reading, odd(-2), READ_AS)
    knows(reading)


def test_two_at_one_screen_have_a_hand_each(reading: Page, odd: Callable[[float], Strokes]) -> None:
    write(reading, odd(0), READ_AS)
    drawing = correct(reading)
    write(reading, odd(-2), DIGIT)
    panel = reading.locator("#hand")
    reading.locator("#memory").click()
    expect(panel.get_by_role("button", name="Back to the hand before")).to_be_hidden()
    with reading.expect_response("**/api/v1/predict/"):
        panel.get_by_role("button", name="Not my hand").click()
    expect(reading.locator("#told")).to_contain_text("A fresh hand")
    shows(reading, READ_AS)
    knows(reading)
    reading.keyboard.press("Escape")
    correct(reading, 9)  # as the other draws a 9
    write(reading, odd(-4), 9)
    reading.locator("#memory").click()
    with reading.expect_response("**/api/v1/predict/"):
        panel.get_by_role("button", name="Back to the hand before").click()
    shows(reading, DIGIT)
    expect_reason(reading)
    knows(reading, drawing)


def test_switched_off_it_says_nothing_until_it_is_on_again(
    reading: Page, odd: Callable[[float], Strokes]
) -> None:
    write(reading, odd(0), READ_AS)
    correct(reading)
    write(reading, odd(-2), DIGIT)
    reading.locator("#memory").click()
    panel = reading.locator("#hand")
    with reading.expect_response("**/api/v1/predict/"):
        panel.get_by_label("Off").check()
    shows(reading, READ_AS)
    expect(reading.locator("#memory")).to_be_hidden()
    reading.get_by_role("button", name="Clear").click()
    reading.reload()
    reads_here(reading)
    use_browser(reading)
    write_alone(reading, odd(-2), READ_AS)
    reading.get_by_role("button", name="More").click()
    reading.get_by_role("button", name="Your hand").click()
    expect(panel.get_by_label("Off")).to_be_checked()
    panel.get_by_label("On").check()
    expect(reading.locator("#told")).to_contain_text("Your hand counts again.")
    shows(reading, DIGIT)


# --- on the page -----------------------------------------------------------------------


@pytest.mark.parametrize("size", [(390, 664), (360, 640), (1366, 768), (740, 360)])
def test_nothing_moves_when_memory_speaks(
    reading: Page, odd: Callable[[float], Strokes], size: tuple[int, int]
) -> None:
    reading.set_viewport_size({"width": size[0], "height": size[1]})
    write(reading, odd(0), READ_AS)
    before = places(reading)
    correct(reading)
    write(reading, odd(-2), DIGIT)
    expect_reason(reading)
    assert places(reading) == before


def test_in_a_number_each_digit_has_its_own_reason(
    reading: Page, odd: Callable[[float], Strokes]
) -> None:
    small = [[[x / 2, y / 2 + 100] for x, y in stroke] for stroke in odd(0)]
    write(reading, odd(0), READ_AS)
    correct(reading)
    reading.get_by_label("A number").check()
    reading.get_by_role("button", name="Clear").click()
    seven = [[[x - 90, y + 60] for x, y in stroke] for stroke in SEVEN_RIGHT]
    with reading.expect_response("**/api/v1/predict/") as caught:
        replay(reading, [*small, *seven], side=BOX)
    expect(reading.locator("#digit")).to_have_text("47")
    assert caught.value.json()["digits"][0]["memory"]["changed"]
    reading.locator("#digits button").nth(0).click()
    expect_reason(reading)
    reading.locator("#digits button").nth(1).click()
    expect(reading.locator("#memory")).to_be_hidden()


SEVEN_RIGHT = [[[300, 60], [410, 62], [370, 150], [340, 240]]]
