"""What is said while the server is away: sent once, taken back for good, and as nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, Route, expect

from digitsite.storage import disk
from recognizer.models import Drawing
from tests.support.browser import draw_and_wait
from tests.support.drawings import FOUR

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORD = "paper-and-ink-7"


def lose(page: Page) -> Callable[[], None]:
    """The server does what it is asked, its answers are lost; what is returned ends that."""

    def swallow(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/api/v1/drawings/", swallow)
    return lambda: page.unroute("**/api/v1/drawings/")


def say_nine(page: Page) -> None:
    draw_and_wait(page, FOUR)
    page.get_by_role("button", name="It is 9").click()
    expect(page.get_by_text("Kept on this device until")).to_be_visible()


def come_back(page: Page) -> None:
    """The network is there again."""
    page.evaluate("dispatchEvent(new Event('online'))")


def test_it_works(desk: Page) -> None:
    """What arrived although its answer was lost is stored once, and is the browser's own."""
    mend = lose(desk)
    say_nine(desk)
    expect(desk.locator("#away")).to_contain_text("Waiting to be sent: 1.")
    assert Drawing.objects.count() == 1
    mend()
    come_back(desk)
    expect(desk.locator("#away")).to_be_hidden()
    assert Drawing.objects.get().label == "9"
    desk.get_by_role("link", name="My drawings").click()
    expect(desk.locator(".tiles").get_by_role("link", name="9")).to_be_visible()


def test_what_arrived_without_an_answer_can_be_taken_back(desk: Page) -> None:
    mend = lose(desk)
    say_nine(desk)
    mend()
    with desk.expect_response(lambda response: response.request.method == "DELETE") as deleted:
        desk.get_by_role("button", name="Take it back").click()
    assert deleted.value.status == 204
    expect(desk.get_by_text("Taken back; nothing is kept.")).to_be_visible()
    assert not Drawing.objects.exists()


def test_what_there_is_no_room_for_is_kept_with_the_reason(desk: Page, settings: Any) -> None:
    settings.DISK_FLOOR = disk.free_bytes() * 2
    draw_and_wait(desk, FOUR)
    desk.get_by_role("button", name="It is 9").click()
    said = desk.get_by_role("status").filter(has_text="The site's disk is almost full")
    expect(said).to_contain_text("It is kept on this device and sent later.")
    expect(desk.locator("#away")).to_contain_text("Waiting to be sent: 1.")
    assert not Drawing.objects.exists()
    settings.DISK_FLOOR = 0
    come_back(desk)
    expect(desk.locator("#away")).to_be_hidden()
    assert Drawing.objects.get().label == "9"


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/account/sign-in/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="My drawings")).to_be_visible()


def sign_out(page: Page, address: str) -> None:
    page.goto(f"{address}/account/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out")).to_be_visible()


def test_what_one_drew_is_never_sent_as_another(desk: Page, live_server: Any) -> None:
    for name in ("ada", "ben"):
        User.objects.create_user(name, password=WORD)
    sign_in(desk, live_server.url, "ada")
    desk.goto(live_server.url)
    desk.route("**/api/v1/drawings/", lambda route: route.abort())
    say_nine(desk)
    desk.unroute("**/api/v1/drawings/")

    sign_out(desk, live_server.url)
    sign_in(desk, live_server.url, "ben")
    desk.goto(live_server.url)
    draw_and_wait(desk, FOUR)  # by which the page knows that the server is there
    expect(desk.locator("#away")).to_be_hidden()
    assert not Drawing.objects.exists()

    sign_out(desk, live_server.url)
    sign_in(desk, live_server.url, "ada")
    with desk.expect_response("**/api/v1/drawings/") as sent:
        desk.goto(live_server.url)
    assert sent.value.status == 201
    drawing = Drawing.objects.get()
    assert (drawing.label, drawing.contributor.user.username) == ("9", "ada")  # type: ignore[union-attr]


def test_where_the_session_has_ended_it_waits(desk: Page, live_server: Any) -> None:
    ada = User.objects.create_user("ada", password=WORD)
    sign_in(desk, live_server.url, "ada")
    desk.goto(live_server.url)
    desk.route("**/api/v1/drawings/", lambda route: route.abort())
    say_nine(desk)
    desk.unroute("**/api/v1/drawings/")
    ada.set_password("another-word-8")  # every session ends, and no page has told this one
    ada.save()
    with desk.expect_response("**/api/v1/drawings/") as sent:
        come_back(desk)
    assert sent.value.json()["error"]["code"] == "other_account"
    expect(desk.locator("#away")).to_contain_text("Waiting to be sent: 1.")
    assert not Drawing.objects.exists()
