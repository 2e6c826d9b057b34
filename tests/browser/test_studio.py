"""The studio in a real browser: its frame by keyboard, and its pages without a flaw."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from recognizer.models import Drawing, ModelVersion, Promotion
from recognizer.services import versions
from tests.browser.test_axe import flaws
from tests.support import factories
from training import services
from training.models import TrainingRun
from training.runs import claims

pytestmark = pytest.mark.browser
WORD = "correct-horse"
EPOCH = {"loss": 0.2, "validation_nll": 0.1, "learning_rate": 0.001, "seconds": 9.0}


def sign_in(page: Page, address: str, name: str = "admin") -> None:
    page.goto(f"{address}/account/sign-in/")
    page.fill("#id_username", name)
    page.fill("#id_password", WORD)
    page.keyboard.press("Enter")
    expect(page.locator("body[data-place=today]")).to_be_visible()
    page.wait_for_load_state()  # the keys' script among it


@pytest.fixture
def desk(page: Page, live_server: Any, live_model: ModelVersion, admin_user: User) -> Page:
    """An admin who has just come in, on Today."""
    sign_in(page, live_server.url)
    return page


def furnish(version: ModelVersion) -> TrainingRun:
    """A site with something on every page: drawings, promotions, a refusal, a run at work."""
    for number in range(8):
        by = factories.contributor(number)
        factories.drawing(by, version, "7", read_as=7)
        drawing = factories.drawing(by, version, read_as=9 if number < 2 else 4)
        moment = timezone.now() - timedelta(days=number)
        Drawing.objects.filter(pk=drawing.pk).update(created_at=moment)
        factories.drawing(by, version, review="pending", accepted_label="")
    for _ in range(2):
        newer = factories.version(parent=ModelVersion.objects.live())
        versions.version_promote(version=newer, by=None, reason="it reads nines")
    versions.version_rollback(by=None, reason="ones became sevens")
    for place, promotion in enumerate(Promotion.objects.order_by("-pk")):
        Promotion.objects.filter(pk=promotion.pk).update(at=timezone.now() - timedelta(days=place))
    factories.version(gate_verdict="failed")
    factories.version(parent=version)
    services.message_arrived(now=timezone.now())
    run = claims.run_claim(run_id=services.run_request(trigger="button", reason="a test").pk)
    assert run is not None
    claims.run_report(
        run=run,
        progress={
            "stage": "training", "epoch": 2, "epochs": 3, "batch": 5, "batches": 10,
            "eta_seconds": 65.0, "images_per_second": 812.0, "loss": 0.2,
        },
        history=[{"epoch": 1, "validation_accuracy": 0.97, **EPOCH}],
        log=[{"at": "2026-03-01T12:00:00+00:00", "what": "gathering the examples"}],
    )  # fmt: skip
    return run


# --- the frame -------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_places_are_reached_by_two_letters(desk: Page, complaints: list[str]) -> None:
    for letter, place in (("t", "train"), ("v", "versions"), ("r", "review"), ("g", "today")):
        desk.keyboard.press("g")
        desk.keyboard.press(letter)
        expect(desk.locator(f"body[data-place={place}]")).to_be_visible()
        desk.wait_for_load_state()
    assert complaints == []


@pytest.mark.django_db(transaction=True)
def test_the_sheet_of_keys_opens_and_closes(desk: Page) -> None:
    desk.keyboard.press("?")
    expect(desk.locator("#keys")).to_be_visible()
    expect(desk.locator("#keys")).to_contain_text("Versions")
    desk.keyboard.press("Escape")
    expect(desk.locator("#keys")).to_be_hidden()


@pytest.mark.django_db(transaction=True)
def test_the_palette_goes_where_its_name_is_written(desk: Page) -> None:
    desk.keyboard.press("Control+k")
    desk.keyboard.type("vers")
    expect(desk.get_by_role("option")).to_have_text(["Versions"])
    desk.keyboard.press("Enter")
    expect(desk.locator("body[data-place=versions]")).to_be_visible()
    desk.keyboard.press("Control+k")
    desk.keyboard.type("dark")
    desk.keyboard.press("Enter")
    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")
    desk.keyboard.press("Control+k")
    desk.keyboard.type("zzz")
    expect(desk.get_by_text("Nothing is called so.")).to_be_visible()


@pytest.mark.django_db(transaction=True)
def test_the_rail_lives(desk: Page, live_model: ModelVersion) -> None:
    expect(desk.locator("#count-train")).to_have_text("")
    factories.drawing(factories.contributor(), live_model)
    expect(desk.locator("#count-train")).to_have_text("+1")
    run = services.run_request(trigger="button", reason="a test")
    expect(desk.locator("#run-card")).to_contain_text(f"Run {run.pk}")


@pytest.mark.django_db(transaction=True)
def test_who_is_signed_out_is_told_and_keeps_the_page(desk: Page) -> None:
    desk.keyboard.press("Control+k")
    desk.keyboard.type("half written")
    desk.context.clear_cookies()
    expect(desk.locator("#live")).to_contain_text("You are signed out.")
    expect(desk.get_by_role("combobox")).to_have_value("half written")


@pytest.mark.django_db(transaction=True)
def test_the_playhead_moves_by_arrows(
    desk: Page, complaints: list[str], live_server: Any, live_model: ModelVersion
) -> None:
    furnish(live_model)
    desk.goto(f"{live_server.url}/studio/versions/")
    expect(desk.locator("#version-title .digit")).to_have_text("2")
    for number in ("3", "2", "1"):
        desk.keyboard.press("ArrowLeft")
        expect(desk.locator("#version-title .digit")).to_have_text(number)
    desk.keyboard.press("ArrowRight")
    expect(desk.locator("#version-title .digit")).to_have_text("2")
    expect(desk.locator(".reading-list li")).to_have_count(4)
    assert complaints == []


# --- no flaw ---------------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["en-GB", "he-IL"])
@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing(
    browser: Browser, live_server: Any, live_model: ModelVersion, admin_user: User, locale: str
) -> None:
    run = furnish(live_model)
    context = browser.new_context(
        locale=locale, service_workers="block", reduced_motion="reduce",
        viewport={"width": 1366, "height": 768},
    )  # fmt: skip
    page = context.new_page()
    sign_in(page, live_server.url)
    found = {}
    for path in ("", "train/", "train/runs/", "versions/", f"train/{run.pk}/"):
        page.goto(f"{live_server.url}/studio/{path}")
        if path == "versions/":
            expect(page.locator(".reading-list")).to_be_visible()
            page.locator(".go-back summary").last.click()
        found[path] = flaws(page)
    page.goto("about:blank")  # it would go on to the run's end by itself
    services.run_cancel(run=run)
    for path in ("train/", f"train/{run.pk}/"):
        page.goto(f"{live_server.url}/studio/{path}")
        found[f"{path} later"] = flaws(page)
    page.keyboard.press("?")
    found["keys"] = flaws(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    found["palette"] = flaws(page)
    context.close()
    assert {name: some for name, some in found.items() if some} == {}


SIZES = [(1440, 900), (1366, 768), (1024, 768), (390, 664)]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_wider_than_its_screen(
    desk: Page, live_server: Any, live_model: ModelVersion
) -> None:
    run = furnish(live_model)
    places = (
        "",
        "review/",
        "review/grid/",
        "train/",
        "train/runs/",
        f"train/{run.pk}/",
        "versions/",
    )
    for path in (*places, "compare/", "insights/", "people/", "audit/", "team/"):
        desk.goto(f"{live_server.url}/studio/{path}")
        for width, height in SIZES:
            desk.set_viewport_size({"width": width, "height": height})
            assert desk.evaluate("innerWidth") == width
            assert desk.evaluate("document.documentElement.scrollWidth") <= width, path
