"""One's own hand among one's own drawings: seen, forgotten, remembered again, switched off."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from recognizer import identity
from recognizer.models import Contributor, Drawing, ModelVersion
from tests.recognizer.web.test_receipt_page import text
from tests.support import factories
from tests.support.api import HAND, stored
from tests.support.drawings import FOUR, SEVEN, body, in_base64
from tests.support.drawings import picture as drawn

MINE, FORGET, REMEMBER, SETTINGS = (
    "/mine/",
    "/mine/hand/forget/",
    "/mine/hand/remember/",
    "/mine/hand/settings/",
)

pytestmark = pytest.mark.usefixtures("live_model")


@pytest.fixture
def drawer() -> Client:
    """A browser in which a 4 and a 7 were drawn, and labelled."""
    client = Client()
    for strokes, label in ((FOUR, "4"), (SEVEN, "7")):
        stored(client, body(strokes, label=label), content_type="application/json")
    return client


def four() -> Drawing:
    return Drawing.objects.get(label="4")


def remembered(client: Client) -> list[str]:
    """The labels of what counts as the browser's hand."""
    return sorted(one["label"] for one in client.get(HAND).json()["drawings"])


def test_it_works(drawer: Client) -> None:
    page = text(drawer.get(MINE))
    assert "<strong>2</strong> of 10 digits known" in page
    assert "<strong>2</strong> drawings remembered" in page
    assert "<strong>0</strong> answers mended" in page
    assert page.count("not yet") == 8
    assert 'href="?digit=4#hand"' in page
    assert page.count('class="own-tile" viewBox') == 2


def test_of_a_chosen_digit_everything_is_shown(drawer: Client) -> None:
    page = text(drawer.get(MINE, {"digit": "4"}))
    assert "Remembered: 4" in page
    assert f'name="drawing" value="{four().pk}"' in page
    for digit in ("5", "x", "not_a_digit"):
        assert "Remembered:" not in text(drawer.get(MINE, {"digit": digit}))


def test_pictures_and_what_is_no_digit_are_shown_too(drawer: Client) -> None:
    upload = {"image": in_base64(drawn()), "source": "upload", "label": "not_a_digit"}
    stored(drawer, upload, content_type="application/json")
    picture = Drawing.objects.get(label="not_a_digit")
    page = text(drawer.get(MINE, {"digit": "not_a_digit"}))
    assert "<strong>2</strong> of 10 digits known" in page
    assert f'src="/drawings/{picture.pk}/seen/"' in page
    assert "Remembered: no digit" in page


def test_one_is_forgotten_and_remembered_again(drawer: Client) -> None:
    response = drawer.post(FORGET, {"drawing": four().pk})
    assert response.status_code == 302
    assert remembered(drawer) == ["7"]
    page = text(drawer.get(response.headers["Location"].partition("#")[0]))
    assert "Forgotten. The drawing itself is kept." in page
    assert f'action="{REMEMBER}"' in page
    assert f"/drawings/{four().pk}/" in page, "it is still among the drawings"

    response = drawer.post(REMEMBER, {"drawing": four().pk})
    assert response.headers["Location"] == "/mine/?digit=4#hand"
    assert remembered(drawer) == ["4", "7"]


def test_the_drawing_s_own_page_forgets_it_as_well(drawer: Client) -> None:
    own = f"/drawings/{four().pk}/"
    assert "Forget it" in text(drawer.get(own))
    response = drawer.post(FORGET, {"drawing": four().pk, "page": "drawing"})
    assert response.headers["Location"] == own
    assert "Remember it again" in text(drawer.get(own))
    drawer.post(REMEMBER, {"drawing": four().pk, "page": "drawing"})
    assert "Forget it" in text(drawer.get(own))


def test_all_is_forgotten_only_after_a_question(drawer: Client) -> None:
    page = text(drawer.get(FORGET))
    assert "2 drawings count no more in your answers" in page
    assert remembered(drawer) == ["4", "7"]
    page = text(drawer.post(FORGET, follow=True))
    assert "2 drawings are forgotten." in page
    assert remembered(drawer) == []
    assert Drawing.objects.count() == 2
    assert "Forget my hand" not in page


def test_it_is_switched_off_and_on(drawer: Client) -> None:
    page = text(drawer.post(SETTINGS, {"remembers": "off"}, follow=True))
    assert "Your hand does not count now." in page
    assert "It is switched off" in page
    assert "<strong>2</strong> drawings remembered" in page, "nothing of it is lost"
    assert not Contributor.objects.get().remembers
    page = text(drawer.post(SETTINGS, {"remembers": "on"}, follow=True))
    assert "Your hand counts again." in page
    assert remembered(drawer) == ["4", "7"]


def test_nobody_changes_the_hand_of_others(drawer: Client, live_model: ModelVersion) -> None:
    other = Client()
    stored(other, body(FOUR, label="4"), content_type="application/json")
    foreign = Drawing.objects.exclude(contributor=four_of(drawer).contributor).get()
    for address in (FORGET, REMEMBER):
        for given in (foreign.pk, "x", ""):
            assert drawer.post(address, {"drawing": given}).status_code == 404
    foreign.refresh_from_db()
    assert foreign.remembered
    page = text(drawer.get(MINE, {"forgotten": foreign.pk}))
    assert f'action="{REMEMBER}"' not in page


def four_of(client: Client) -> Drawing:
    (found,) = [one["id"] for one in client.get(HAND).json()["drawings"] if one["label"] == "4"]
    return Drawing.objects.get(pk=found)


def test_a_receipt_alone_changes_nothing_of_it(drawer: Client) -> None:
    """Private links are passed on."""
    stranger = Client()
    link = identity.private_link(four())
    assert "Forget it" not in text(stranger.get(link))
    assert stranger.post(REMEMBER, {"drawing": four().pk}).status_code == 404
    assert stranger.post(FORGET, {"drawing": four().pk}).status_code == 302
    assert remembered(drawer) == ["4", "7"]


def test_who_has_no_hand_changes_none(client: Client) -> None:
    assert client.get(FORGET).status_code == 302
    assert client.post(FORGET).status_code == 302
    assert client.post(SETTINGS, {"remembers": "off"}).status_code == 302
    assert not Contributor.objects.exists()


def test_other_sites_change_nothing(drawer: Client) -> None:
    enforcing = Client(enforce_csrf_checks=True)
    enforcing.cookies = drawer.cookies
    for address, fields in ((FORGET, {}), (SETTINGS, {"remembers": "off"})):
        assert enforcing.post(address, fields).status_code == 403
    assert remembered(drawer) == ["4", "7"]


@pytest.mark.parametrize(
    "fields",
    [
        {"review": Drawing.Review.REJECTED, "accepted_label": ""},
        {"source": Drawing.Source.IMPORT},
        {"review": Drawing.Review.UNLABELLED, "accepted_label": "", "label": ""},
    ],
)
def test_what_never_counts_cannot_be_forgotten(
    drawer: Client, live_model: ModelVersion, fields: dict[str, Any]
) -> None:
    by = Contributor.objects.get()
    made = factories.drawing(by, live_model, **fields)
    assert "Forget it" not in text(drawer.get(f"/drawings/{made.pk}/"))
