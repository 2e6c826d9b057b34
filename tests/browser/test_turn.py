"""One turn of the circle in a real browser, with a real worker: drawings are reviewed one by one
and sixty at a time, a run is started and watched, what it became is compared, promoted, seen by
everybody, and taken back. Its keys, clicks and kinds of page are counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_studio import sign_in
from tests.support.browser import draw_and_wait
from tests.support.drawings import FOUR, body
from tests.support.site import Client, Site, with_static_files

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

ONE_BY_ONE, AT_ONCE, UNDONE = 70, 60, 3  # three batches, and what is left
MINUTES = 5 * 60 * 1000
# Before there was a studio: 13 clicks and 30 keys over seven kinds of page, beside the drawings'.
MOST_CLICKS, MOST_KEYS, MOST_KINDS = 5, 20, 6
# Seven people's drawings wait; nobody doubts what they say.
FILL = f"""
from recognizer.models import ModelVersion
from tests.browser.test_review import waiting
waiting(ModelVersion.objects.live(), {ONE_BY_ONE + AT_ONCE})
"""


@dataclass
class Hand:
    """What somebody does with keyboard and mouse, counted; `kinds` are the kinds of page seen."""

    page: Page
    keys: int = 0
    clicks: int = 0
    kinds: set[str] = field(default_factory=set)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.keys += len(keys)

    def click(self, what: Locator) -> None:
        what.click()
        self.clicks += 1

    def sees(self, place: str, *, timeout: float = 20_000) -> None:
        """Waits until a page of the studio is there, with its scripts."""
        expect(self.page.locator(f"body[data-place={place}]")).to_be_visible(timeout=timeout)
        self.page.wait_for_load_state()
        self.kinds.add(place)

    def type_number(self, number: str) -> None:
        """Types a version's number where it is asked for, and sends it."""
        self.click(self.page.get_by_label(f"Type {number}"))
        self.press(*number, "Enter")


def test_one_turn_of_the_circle(
    page: Page, complaints: list[str], tmp_path: Path, mnist_dir: str
) -> None:
    with Site(tmp_path, TRAIN_EPOCHS_WARM="3", **with_static_files()) as site:
        site.manage("shell", "--no-imports", "--command", FILL)
        site.web()
        site.worker()
        visitor = Client(site)
        page.goto(site.address)
        assert draw_and_wait(page, FOUR)["model_version"] == 1
        sign_in(page, site.address)

        hand = Hand(page)
        hand.sees("today")
        hand.press("r")
        decisions = review_one_by_one(hand)
        review_at_once(hand)
        train(hand)
        promote_and_take_back(hand, visitor, site)

        besides = hand.keys - decisions
        print(  # noqa: T201 - the count is told, as well as kept below its bounds
            f"\nOne turn of the circle: {hand.clicks} clicks and {besides} keys over "
            f"{len(hand.kinds)} kinds of page; and {decisions} keys for {ONE_BY_ONE} drawings one "
            f"by one, of which {UNDONE} were taken back."
        )
        assert decisions == ONE_BY_ONE + 2 * UNDONE
        assert hand.clicks <= MOST_CLICKS
        assert besides <= MOST_KEYS
        assert len(hand.kinds) <= MOST_KINDS
        assert complaints == []


def review_one_by_one(hand: Hand) -> int:
    """Accepts seventy drawings by Enter, a batch after the other; three of them a second time.

    Returns how many keys that were, without those that lead to the next batch.
    """
    page, decisions = hand.page, 0
    hand.sees("review")
    while decisions < ONE_BY_ONE:
        case = page.locator("article.case")
        expect(case).to_be_visible()
        drawing = case.get_attribute("data-drawing")
        hand.press("Enter")
        decisions += 1
        # The next drawing is there, or the end of the batch.
        expect(page.locator(f'#case article[data-drawing="{drawing}"]')).to_have_count(0)
        if page.locator(".end-told").is_visible() and decisions < ONE_BY_ONE:
            expect(page.locator("#film li")).not_to_have_count(0)
            hand.press("Enter")
            expect(page.locator(".end-told")).to_be_hidden()
            hand.sees("review")
    hand.press(*"uuu")
    expect(page.locator("article.case")).to_be_visible()
    for _ in range(UNDONE):
        drawing = page.locator("article.case").get_attribute("data-drawing")
        hand.press("Enter")
        expect(page.locator(f'#case article[data-drawing="{drawing}"]')).to_have_count(0)
    return decisions + 2 * UNDONE


def review_at_once(hand: Hand) -> None:
    """Accepts the sixty that are left at a stroke, in the grid."""
    page = hand.page
    # What is decided is sent behind the keys, one after the other.
    expect(page.locator("#count-review")).to_have_text(str(AT_ONCE), timeout=60_000)
    hand.press("v")
    squares = page.locator(".square")
    expect(squares).to_have_count(AT_ONCE)
    page.wait_for_load_state()
    hand.press("Enter")
    expect(squares).to_have_count(0)
    expect(page.locator("#count-review")).to_have_text("")


def train(hand: Hand) -> None:
    """Starts a run and watches its curve move, without a reload."""
    page = hand.page
    hand.press("g", "t")
    hand.sees("train")
    expect(page.locator("h1")).to_contain_text(str(ONE_BY_ONE + AT_ONCE))
    hand.press("Enter")
    dots = page.locator(".curve .dot").first
    expect(dots).to_be_visible(timeout=MINUTES)
    first = dots.get_attribute("cx")
    expect(dots).not_to_have_attribute("cx", str(first), timeout=MINUTES)


def promote_and_take_back(hand: Hand, visitor: Client, site: Site) -> None:
    """What the run became is compared, promoted, answers everybody, and is taken back."""
    page = hand.page
    hand.sees("compare", timeout=MINUTES)
    hand.type_number("2")
    expect(page.locator(".told")).to_contain_text("Version 2 is live now.")

    hand.click(page.get_by_role("link", name="public site"))
    hand.kinds.add("the public page")
    # What was drawn at first is still on the sheet, and is read by it.
    expect(page.locator("#version")).to_contain_text("Model version 2")
    expect(page.locator("#digit")).to_have_text("4")

    hand.click(page.get_by_role("link", name="Studio", exact=True))
    hand.sees("today")
    hand.press("g", "v")
    hand.sees("versions")
    hand.click(page.locator("summary", has_text="Back to 1"))
    hand.type_number("1")
    expect(page.locator(".told")).to_contain_text("Version 1 is live again.")
    assert visitor.post("predict/", body(FOUR))["model_version"] == 1
