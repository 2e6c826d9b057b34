"""Review in a real browser: by keyboard and mouse, under the policy, over a session's end."""

from __future__ import annotations

from statistics import median
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from recognizer.models import Contributor, Drawing, ModelVersion, Review
from recognizer.services.reviews import drawing_review
from recognizer.services.team import token_create
from tests.browser.test_axe import flaws
from tests.support import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORD = "paper-and-ink-7"
SHAPES = "0147"


def waiting(version: ModelVersion, count: int, **more: Any) -> list[Drawing]:
    """Drawings that wait, and of which all say the same but where `more` says otherwise."""
    fields = {"review": "pending", "accepted_label": "", "reviewed_at": None, **more}
    return [
        factories.drawing(
            factories.contributor(number % 7),
            version,
            shape,
            **{"read_as": int(shape), "probabilities": chances(int(shape)), **fields},
        )
        for number, shape in enumerate(SHAPES[number % 4] for number in range(count))
    ]


def chances(digit: int) -> list[float]:
    return [0.91 if number == digit else 0.01 for number in range(10)]


@pytest.fixture
def desk(page: Page, complaints: list[str], live_server: Any, live_model: ModelVersion) -> Page:
    """The browser of a reviewer who has just signed in."""
    user = User.objects.create_user("noa", password=WORD, is_staff=True)
    user.groups.add(Group.objects.get(name="reviewer"))
    page.goto(f"{live_server.url}/account/sign-in/?next=/studio/")
    sign_in(page)
    return page


def sign_in(page: Page) -> None:
    page.fill("#id_username", "noa")
    page.fill("#id_password", WORD)
    page.click("form.fields button")


def states(**of: Any) -> int:
    return Drawing.objects.filter(**of).count()


def arrived(page: Page, count: int) -> None:
    """Waits until so many decisions are on the site."""
    for _ in range(200):
        if Review.objects.count() >= count:
            break
        page.wait_for_timeout(50)
    assert Review.objects.count() == count


# From the key to the frame in which the next drawing is painted.
TIMED = """(key) => new Promise((resolve) => {
  const before = document.querySelector("article.case").dataset.drawing;
  const began = performance.now();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const after = document.querySelector("article.case")?.dataset.drawing;
  requestAnimationFrame(() => setTimeout(() =>
    resolve([performance.now() - began, after !== before && after !== undefined])));
})"""


def test_two_hundred_by_keyboard_and_three_taken_back(
    desk: Page, complaints: list[str], live_server: Any, live_model: ModelVersion
) -> None:
    waiting(live_model, 200)
    desk.goto(f"{live_server.url}/studio/review/?n=200&order=oldest")
    expect(desk.locator("#place")).to_have_text("1 of 200")
    took = []
    for _ in range(199):
        expect(desk.locator("#coming .tile").first).to_be_attached()
        milliseconds, is_next = desk.evaluate(TIMED, "Enter")
        assert is_next
        took.append(milliseconds)
    desk.keyboard.press("Enter")
    expect(desk.locator(".end-told")).to_contain_text("200 done")
    arrived(desk, 200)
    assert states(review="accepted") == 200
    assert median(took) < 50
    for _ in range(3):
        desk.keyboard.press("u")
    arrived(desk, 203)
    assert states(review="pending") == 3
    expect(desk.locator("article.case")).to_be_visible()
    for _ in range(3):
        desk.keyboard.press("7")
    expect(desk.locator(".end-told")).to_contain_text("200 done")
    arrived(desk, 206)
    assert states(review="accepted") == 200
    assert complaints == []


def test_every_key_does_what_the_sheet_of_keys_says(
    desk: Page, complaints: list[str], live_server: Any, live_model: ModelVersion
) -> None:
    drawings = waiting(live_model, 7)
    Drawing.objects.filter(pk=drawings[1].pk).update(label="9")
    desk.goto(f"{live_server.url}/studio/review/?order=oldest")
    place = desk.locator("#place")
    desk.keyboard.press("x")
    expect(place).to_have_text("2 of 7")
    desk.keyboard.press("Enter")  # they differ: it waits for a digit
    expect(place).to_have_text("2 of 7")
    desk.keyboard.press("5")
    desk.keyboard.press("n")
    desk.keyboard.press(" ")
    expect(place).to_have_text("5 of 7")
    desk.keyboard.press("ArrowLeft")
    expect(place).to_have_text("4 of 7")
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("r")
    assert desk.evaluate("document.getAnimations().length") > 0
    desk.keyboard.press("r")
    assert desk.evaluate("document.getAnimations().length") == 0
    desk.keyboard.press("?")
    expect(desk.locator("#keys")).to_be_visible()
    desk.keyboard.press("3")
    desk.keyboard.press("Escape")
    expect(desk.locator("#keys")).to_be_hidden()
    desk.wait_for_timeout(200)  # the page hears of it a moment later
    desk.keyboard.press("Enter")
    expect(place).to_have_text("6 of 7")
    desk.keyboard.press("Backspace")
    expect(place).to_have_text("5 of 7")
    arrived(desk, 5)
    outcomes = Drawing.objects.order_by("created_at").values_list("review", "accepted_label")
    assert list(outcomes) == [
        ("rejected", ""),
        ("accepted", "5"),
        ("accepted", "not_a_digit"),
        *[("pending", "")] * 4,
    ]
    desk.locator("#film button").first.click()
    arrived(desk, 6)
    assert states(review="pending") == 5
    assert complaints == []


def test_sixty_at_one_stroke_and_back(
    desk: Page, complaints: list[str], live_server: Any, live_model: ModelVersion
) -> None:
    waiting(live_model, 60)
    desk.goto(f"{live_server.url}/studio/review/grid/")
    expect(desk.locator(".square")).to_have_count(60)
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Nothing waits.")).to_be_visible()
    assert states(review="accepted") == 60
    desk.keyboard.press("u")
    expect(desk.locator(".square")).to_have_count(60)
    assert states(review="pending") == 60
    assert complaints == []


def test_picked_by_click_drag_and_keys(
    desk: Page, complaints: list[str], live_server: Any, live_model: ModelVersion
) -> None:
    waiting(live_model, 24)
    desk.goto(f"{live_server.url}/studio/review/grid/")
    squares = desk.locator(".square")
    squares.nth(0).click()
    expect(desk.locator("#picked-count")).to_have_text("1 picked")
    first, third = squares.nth(2).bounding_box(), squares.nth(4).bounding_box()
    assert first
    assert third
    desk.mouse.move(first["x"] + 20, first["y"] + 20)
    desk.mouse.down()
    desk.mouse.move(third["x"] + 20, third["y"] + 20, steps=12)
    desk.mouse.up()
    expect(desk.locator("#picked-count")).to_have_text("4 picked")
    desk.keyboard.press("p")  # the focus is where the drag began
    expect(desk.locator("#picked-count")).to_have_text("3 picked")
    desk.keyboard.press("Shift+ArrowRight")
    expect(desk.locator("#picked-count")).to_have_text("4 picked")
    desk.keyboard.press("x")
    expect(squares).to_have_count(20)
    squares.nth(0).click()
    desk.keyboard.press("7")
    expect(squares).to_have_count(19)
    assert states(review="rejected") == 4
    assert Review.objects.filter(decision="accept").get().label == "7"
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Nothing waits.")).to_be_visible()
    assert states(review="accepted") == 20
    assert complaints == []


def test_a_session_that_ended_loses_nothing(
    desk: Page, live_server: Any, live_model: ModelVersion
) -> None:
    drawings = waiting(live_model, 5)
    desk.goto(f"{live_server.url}/studio/review/?order=oldest")
    desk.keyboard.press("Enter")
    arrived(desk, 1)
    Session.objects.all().delete()
    desk.keyboard.press("9")
    sign_in(desk)
    expect(desk.locator("article.case")).to_have_attribute("data-drawing", str(drawings[1].pk))
    expect(desk.locator(".chosen")).to_contain_text("9")
    assert Review.objects.count() == 1
    desk.keyboard.press("Enter")
    arrived(desk, 2)
    drawings[1].refresh_from_db()
    assert drawings[1].accepted_label == "9"


def test_what_was_picked_is_picked_again_after_the_sessions_end(
    desk: Page, live_server: Any, live_model: ModelVersion
) -> None:
    waiting(live_model, 8)
    desk.goto(f"{live_server.url}/studio/review/grid/")
    desk.locator(".square").nth(0).click()
    desk.locator(".square").nth(5).click()
    Session.objects.all().delete()
    desk.keyboard.press("x")
    sign_in(desk)
    expect(desk.locator("#picked-count")).to_have_text("2 picked")
    assert states(review="pending") == 8
    desk.keyboard.press("x")
    expect(desk.locator(".square")).to_have_count(6)
    assert states(review="rejected") == 2


def test_another_reviewer_was_first(
    desk: Page, live_server: Any, live_model: ModelVersion, admin_user: User
) -> None:
    drawings = waiting(live_model, 2)
    desk.goto(f"{live_server.url}/studio/review/?order=oldest")
    expect(desk.locator("#place")).to_have_text("1 of 2")
    drawing_review(drawing=drawings[0], decision="reject", reviewer=admin_user)
    desk.keyboard.press("Enter")
    expect(desk.locator("#heard")).to_contain_text("Somebody else has changed this drawing")
    expect(desk.locator("#film li")).to_have_count(0)
    drawings[0].refresh_from_db()
    assert drawings[0].review == "rejected"


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("path", ["", "grid/"])
def test_axe_finds_nothing(
    desk: Page, live_server: Any, live_model: ModelVersion, path: str, direction: str
) -> None:
    waiting(live_model, 12)
    Drawing.objects.filter(pk=Drawing.objects.order_by("created_at")[0].pk).update(label="9")
    if direction == "rtl":
        desk.context.add_cookies(
            [{"name": "django_language", "value": "he", "url": live_server.url}]
        )
    desk.goto(f"{live_server.url}/studio/review/{path}")
    assert desk.locator("html").get_attribute("dir") == direction
    if not path:
        desk.keyboard.press("3")
        desk.keyboard.press("ArrowLeft")
    else:
        desk.locator(".square").nth(3).click()
    assert flaws(desk) == []


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_axe_finds_nothing_on_audit_people_and_team(
    desk: Page, live_server: Any, live_model: ModelVersion, direction: str
) -> None:
    noa = User.objects.get(username="noa")
    noa.groups.add(Group.objects.get(name="admin"))
    token_create(user=noa, kind="api", name="a notebook", by=noa)
    for drawing in waiting(live_model, 3):
        drawing_review(drawing=drawing, decision="reject", reviewer=noa)
    if direction == "rtl":
        desk.context.add_cookies(
            [{"name": "django_language", "value": "he", "url": live_server.url}]
        )
    found = {}
    Contributor.objects.update(stored_drawings=1)
    forget = f"people/{Contributor.objects.all()[0].pk}/forget/"
    for path in ("audit/", "audit/?q=who:nobody", "people/", forget, "team/"):
        desk.goto(f"{live_server.url}/studio/{path}")
        found[path] = flaws(desk)
    desk.locator("[name=name]").first.fill("another")
    desk.locator("[name=kind]").first.click()
    expect(desk.locator("#secret")).to_be_visible()
    found["secret"] = flaws(desk)
    assert {path: some for path, some in found.items() if some} == {}
