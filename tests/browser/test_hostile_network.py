"""Behind networks that answer in the site's place: nothing that was given is lost or believed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from recognizer.models import Drawing, ModelVersion
from recognizer.services import versions
from recognizer.web import offline
from tests.support import proxy
from tests.support.browser import replay, replay_and_wait, until
from tests.support.drawings import FOUR
from tests.support.factories import version
from tests.support.proxy import CLOSES, HANGS, MOODS, Proxy
from tests.support.tensorflowjs import needs_packages

pytestmark = [
    pytest.mark.browser,
    needs_packages,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def network(live_server: Any, live_model: Any) -> Iterator[Proxy]:
    with proxy.before(live_server.url) as network:
        yield network


@pytest.fixture
def kept(browser: Browser, network: Proxy) -> Iterator[Page]:
    """The page once the browser has kept all it needs, over an honest network."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(network.url)
    until(page, "navigator.serviceWorker.controller?.state === 'activated'")
    expect(page.locator("#reader")).to_have_attribute("data-reads-here", "", timeout=30_000)
    yield page
    context.close()


def come_back(page: Page) -> None:
    page.evaluate("dispatchEvent(new Event('online'))")


def test_it_works(kept: Page, network: Proxy) -> None:
    """The browser reads, the outbox keeps, and what was said arrives once, as it was said."""
    for count, mood in enumerate(MOODS, start=1):
        network.mood = mood
        replay(kept, FOUR)
        expect(kept.locator("#by")).to_contain_text("in this browser in")
        why = "Too large for something on the way" if mood == "413" else "Without the server"
        expect(kept.locator("#away")).to_contain_text(why)
        kept.get_by_role("button", name="It is 9").click()
        told = "lets nothing so large through" if mood == "413" else "Kept on this device until"
        expect(kept.get_by_role("status").filter(has_text=told)).to_be_visible()
        expect(kept.locator("#away")).to_contain_text("Waiting to be sent: 1.")
        come_back(kept)
        expect(kept.locator("#away")).to_contain_text("Waiting to be sent: 1.")
        assert Drawing.objects.count() == count - 1, mood
        network.mood = None
        come_back(kept)
        expect(kept.locator("#away")).to_be_hidden()
        drawing = Drawing.objects.latest("created_at")
        assert (drawing.label, drawing.digit, len(drawing.strokes)) == ("9", 4, len(FOUR))
        assert Drawing.objects.count() == count, mood


def test_whatever_answers_a_submission_it_is_kept_and_arrives_once(
    kept: Page, network: Proxy
) -> None:
    """The server reads, and what is said of its answers meets with the network's moods."""
    network.within = "/api/v1/drawings/"
    for waiting, mood in enumerate(MOODS, start=1):
        network.mood = mood
        replay_and_wait(kept, FOUR)
        kept.get_by_role("button", name="It is 9").click()
        expect(kept.locator("#away")).to_contain_text(f"Waiting to be sent: {waiting}.")
        kept.get_by_role("button", name="Clear").click()
    assert not Drawing.objects.exists()
    network.mood = None
    come_back(kept)
    expect(kept.locator("#away")).to_be_hidden()
    assert [drawing.label for drawing in Drawing.objects.all()] == ["9"] * len(MOODS)


def test_taken_back_is_only_what_the_site_says_is_deleted(kept: Page, network: Proxy) -> None:
    replay_and_wait(kept, FOUR)
    kept.get_by_role("button", name="It is 9").click()
    back = kept.get_by_role("button", name="Take it back")
    expect(back).to_be_visible()
    network.within = "/api/v1/drawings/"
    for mood in MOODS:
        network.mood = mood
        with kept.expect_event("requestfinished" if mood != CLOSES else "requestfailed"):
            back.click()
        expect(back).to_be_enabled()
        expect(kept.get_by_text("Taken back")).to_be_hidden()
        assert Drawing.objects.count() == 1
    network.mood = None
    back.click()
    expect(kept.get_by_text("Taken back; nothing is kept.")).to_be_visible()
    assert not Drawing.objects.exists()


def test_what_the_site_refuses_for_good_is_shown_and_kept(kept: Page, network: Proxy) -> None:
    network.mood = "html"
    replay(kept, FOUR)
    kept.get_by_role("button", name="It is 9").click()
    expect(kept.locator("#away")).to_contain_text("Waiting to be sent: 1.")
    until(kept, SPOIL)  # as by a page of an older version
    network.mood = None
    come_back(kept)
    expect(kept.locator("#away")).to_be_hidden()
    kept.reload()
    kept.get_by_text("Refused by the server: 1. Kept here.").click()
    refused = kept.locator("#refused li")
    expect(refused).to_contain_text("9: ")
    expect(refused.locator("polyline")).to_have_count(len(FOUR))
    refused.get_by_role("button", name="Discard").click()
    expect(kept.locator("#refused")).to_be_hidden()
    assert not Drawing.objects.exists()


# --- what is kept ------------------------------------------------------------------------


def test_the_kept_page_opens_within_two_seconds_and_reads(kept: Page, network: Proxy) -> None:
    for mood in (HANGS, *MOODS):
        network.mood = mood
        kept.reload(wait_until="commit")
        arrived = kept.evaluate("performance.getEntriesByType('navigation')[0].responseStart")
        assert arrived < 2_000, mood
        expect(kept.locator("#reader")).to_have_attribute("data-reads-here", "", timeout=30_000)
        replay(kept, FOUR)
        expect(kept.locator("#digit")).to_have_text("4")
        expect(kept.locator("#version")).to_have_text("Model version 1")
        kept.keyboard.press("c")  # what is unfinished outlives a reload


def test_a_page_that_is_not_kept_is_never_a_portals(kept: Page, network: Proxy) -> None:
    network.mood = "html"
    kept.goto(f"{network.url}/about/")
    expect(kept.get_by_role("heading", level=1)).to_have_text("The server cannot be reached")


READS_HERE = ("data-reads-here", "")


@pytest.mark.parametrize(
    ("within", "moods"),
    [
        ("/api/v1/model/", [HANGS, "script", *MOODS]),
        ("/models/", ["script", *MOODS]),  # a whole file is waited for a minute
    ],
)
def test_a_portals_answer_about_the_model_spoils_nothing(
    kept: Page, network: Proxy, live_model: ModelVersion, within: str, moods: list[str]
) -> None:
    """Be it in place of the live version's description or of one of its files."""
    following = version(parent=live_model)
    versions.version_promote(version=following, by=None, reason="A test.")
    for mood in moods:
        network.within, network.mood = within, mood
        kept.reload()
        network.within, network.mood = "/", "502"
        kept.reload()
        expect(kept.locator("#reader")).to_have_attribute(*READS_HERE, timeout=30_000)
        expect(kept.locator("#version")).to_have_text("Model version 1")
    network.mood = None
    kept.reload()
    expect(kept.locator("#reader")).to_have_attribute(*READS_HERE, timeout=30_000)
    expect(kept.locator("#version")).to_contain_text("Model version 2")


UPDATE = """async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  await registration.update();
  const { installing } = registration;
  if (installing === null) return registration.active.state;
  return new Promise((done) => installing.addEventListener("statechange", () => {
    if (["activated", "redundant"].includes(installing.state)) done(installing.state);
  }));
}"""


def test_a_poisoned_installation_never_takes_a_good_ones_place(
    kept: Page, network: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = offline._files()
    good = kept.evaluate("caches.keys()")
    for mood in ("script", *MOODS):
        newer = [*files, f"/static/css/admin-digits.css?{mood}.css"]
        monkeypatch.setattr(offline, "_files", lambda newer=newer: newer)
        network.within, network.mood = "/static/css/admin", mood
        assert kept.evaluate(UPDATE) == "redundant", mood
        assert set(good) <= set(kept.evaluate("caches.keys()")), mood
    network.within = "/"
    kept.reload()
    expect(kept.locator("#reader")).to_have_attribute("data-reads-here", "", timeout=30_000)
    network.mood = None
    assert kept.evaluate(UPDATE) == "activated"
    assert not set(good) <= set(kept.evaluate("caches.keys()"))


# What waits gets a label that no site takes.
SPOIL = """() => new Promise((done) => {
  indexedDB.open("digits").onsuccess = ({ target: { result } }) => {
    const list = result.transaction("outbox", "readwrite").objectStore("outbox");
    list.openCursor().onsuccess = ({ target: { result: cursor } }) => {
      cursor.update({ ...cursor.value, drawing: { ...cursor.value.drawing, source: "elsewhere" } })
        .onsuccess = () => done(true);
    };
  };
})"""
