"""Looking, deleting and forgetting on the staff's pages."""

from __future__ import annotations

import base64
import io
import re
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

from recognizer.models import Contributor, Drawing, ModelVersion
from recognizer.services.sweeping import counters_mend
from tests.support import factories
from tests.support.drawings import picture
from tests.support.staff import look, press, status

LIST = "recognizer_drawing_changelist"
PAGE = "recognizer_drawing_change"


@pytest.fixture
def waiting(live_model: ModelVersion) -> Drawing:
    """A four that was read as a nine and labelled by its contributor."""
    return make(live_model, label="4", read_as=9)


def make(version: ModelVersion, number: int = 0, **fields: Any) -> Drawing:
    unreviewed = {"review": "pending", "accepted_label": "", "reviewed_at": None}
    return factories.drawing(factories.contributor(number), version, **{**unreviewed, **fields})


def unlabelled(version: ModelVersion) -> Drawing:
    drawing = make(version)
    Drawing.objects.filter(pk=drawing.pk).update(label="", review="unlabelled")
    drawing.refresh_from_db()
    return drawing


def act(client: APIClient, action: str, *drawings: Drawing, **fields: Any) -> list[str]:
    """Chooses drawings in the list of all and an action for them."""
    chosen = [str(drawing.pk) for drawing in drawings]
    fields = {"query": {"review": "all"}, **fields}
    return press(client, LIST, action=action, _selected_action=chosen, **fields)


def outcome(drawing: Drawing) -> tuple[str, str]:
    drawing.refresh_from_db()
    return drawing.review, drawing.accepted_label


# --- the list ---------------------------------------------------------------------------


def test_it_works(reviewer: APIClient, waiting: Drawing) -> None:
    """What is seen here is reviewed in the studio."""
    page = look(reviewer, PAGE, waiting.pk)
    assert f"{reverse('studio:review')}?first={waiting.pk}" in page
    assert "accept_as" not in look(reviewer, LIST)


def test_the_list_shows_what_the_network_saw(reviewer: APIClient, waiting: Drawing) -> None:
    page = look(reviewer, LIST)
    found = re.search(r'<img class="glyph" src="data:image/png;base64,([^"]+)"', page)
    assert found is not None
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(found[1]))))
    assert (shown.tobytes()) == bytes(255 - byte for byte in waiting.pixels)


def test_the_list_is_what_waits_the_oldest_first(
    reviewer: APIClient, live_model: ModelVersion
) -> None:
    newest, oldest, done = make(live_model), make(live_model), make(live_model, review="rejected")
    back_then = timezone.now() - timedelta(days=2)
    Drawing.objects.filter(pk=oldest.pk).update(created_at=back_then)
    page = look(reviewer, LIST)
    assert page.index(str(oldest.pk)) < page.index(str(newest.pk))
    assert str(done.pk) not in page
    page = look(reviewer, LIST, review="all")
    places = [page.index(str(drawing.pk)) for drawing in (done, newest, oldest)]
    assert places == sorted(places)


@pytest.mark.parametrize("state", ["unlabelled", "accepted", "rejected"])
def test_each_state_has_its_list(reviewer: APIClient, live_model: ModelVersion, state: str) -> None:
    drawings = {
        "unlabelled": unlabelled(live_model),
        "accepted": factories.drawing(factories.contributor(), live_model),
        "rejected": make(live_model, review="rejected"),
    }
    page = look(reviewer, LIST, review=state)
    assert [name for name, drawing in drawings.items() if str(drawing.pk) in page] == [state]


@pytest.mark.parametrize("verdict", ["sure", "unsure", "not_a_digit"])
def test_drawings_are_picked_by_verdict(
    reviewer: APIClient, live_model: ModelVersion, verdict: str
) -> None:
    drawings = {name: make(live_model, verdict=name) for name in ("sure", "unsure", "not_a_digit")}
    page = look(reviewer, LIST, verdict=verdict)
    assert [name for name, drawing in drawings.items() if str(drawing.pk) in page] == [verdict]


@pytest.mark.parametrize(
    ("read_as", "label", "accepted", "reading"),
    [
        (4, "4", "", "right"),
        (9, "4", "", "wrong"),
        (None, "4", "", "wrong"),
        (9, "4", "7", "wrong"),
        (7, "4", "7", "right"),
        (4, "4", "not_a_digit", "wrong"),
        (None, "4", "not_a_digit", "right"),
    ],
)
def test_the_misread_can_be_picked_out(
    reviewer: APIClient,
    live_model: ModelVersion,
    read_as: int | None,
    label: str,
    accepted: str,
    reading: str,
) -> None:
    review = "accepted" if accepted else "pending"
    drawing = make(live_model, label=label, read_as=read_as, accepted_label=accepted, review=review)
    found = {
        choice
        for choice in ("right", "wrong")
        if str(drawing.pk) in look(reviewer, LIST, review="all", reading=choice)
    }
    assert found == {reading}


def test_unlabelled_drawings_were_read_neither_right_nor_wrong(
    reviewer: APIClient, live_model: ModelVersion
) -> None:
    drawing = unlabelled(live_model)
    for reading in ("right", "wrong"):
        assert str(drawing.pk) not in look(reviewer, LIST, review="all", reading=reading)


def test_nonsense_in_a_filter_is_no_error(reviewer: APIClient, waiting: Drawing) -> None:
    assert str(waiting.pk) in look(reviewer, LIST, reading="maybe")


def test_a_drawing_is_found_by_the_beginning_of_its_id(
    reviewer: APIClient, waiting: Drawing, live_model: ModelVersion
) -> None:
    other = make(live_model)
    page = look(reviewer, LIST, q=str(waiting.pk)[:13])
    assert str(waiting.pk) in page
    assert str(other.pk) not in page


# --- one drawing ------------------------------------------------------------------------


def test_the_page_shows_the_ink_as_it_was_drawn(reviewer: APIClient, waiting: Drawing) -> None:
    page = look(reviewer, PAGE, waiting.pk)
    found = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert found is not None
    drawn = base64.b64decode(found[1]).decode()
    assert drawn.count("<polyline") == 2
    # The sheet is not known: it begins a tenth of the ink to the left of it and above.
    assert 'viewBox="0 0 148 228"' in drawn
    assert 'points="49,19 19,119 129,121"' in drawn


def test_no_field_is_edited_by_hand(admin: APIClient, waiting: Drawing) -> None:
    assert status(admin, PAGE, waiting.pk, review="accepted", accepted_label="9") == 403
    assert status(admin, "recognizer_drawing_add", source="ink") == 403
    assert outcome(waiting) == ("pending", "")


def test_a_page_needs_no_model(reviewer: APIClient, waiting: Drawing) -> None:
    waiting.version.promotions.all().delete()
    assert "No model answers yet" in look(reviewer, PAGE, waiting.pk)


# --- images -----------------------------------------------------------------------------


@pytest.fixture
def uploaded(live_model: ModelVersion) -> Drawing:
    drawing = make(live_model, source="upload")
    keep(drawing, picture(kind="JPEG"))
    return drawing


def keep(drawing: Drawing, content: bytes) -> None:
    drawing.image.save(f"{drawing.pk.hex}.img", ContentFile(content), save=False)
    Drawing.objects.filter(pk=drawing.pk).update(strokes=None, image=drawing.image.name)


def test_an_upload_is_drawn_anew(reviewer: APIClient, uploaded: Drawing) -> None:
    address = reverse("admin:recognizer_drawing_image", args=[uploaded.pk])
    assert f'src="{address}"' in look(reviewer, PAGE, uploaded.pk)
    answer = reviewer.get(address)
    assert answer["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (280, 280)


def test_an_upload_is_for_staff_only(
    visitor: APIClient, member: APIClient, uploaded: Drawing
) -> None:
    address = reverse("admin:recognizer_drawing_image", args=[uploaded.pk])
    assert visitor.get(address).status_code == 302
    assert member.get(address).status_code == 302
    clerk = APIClient()
    clerk.force_login(User.objects.create_user("clerk", is_staff=True))
    assert clerk.get(address).status_code == 403


@pytest.mark.parametrize("content", [b"", b"<svg onload='alert(1)'/>"])
def test_what_is_no_image_is_not_sent_on(
    reviewer: APIClient, uploaded: Drawing, content: bytes
) -> None:
    keep(uploaded, content)
    address = reverse("admin:recognizer_drawing_image", args=[uploaded.pk])
    assert reviewer.get(address).status_code == 404


def test_a_lost_file_is_no_error(reviewer: APIClient, uploaded: Drawing, waiting: Drawing) -> None:
    uploaded.image.delete(save=False)
    for drawing in (uploaded, waiting):
        address = reverse("admin:recognizer_drawing_image", args=[drawing.pk])
        assert reviewer.get(address).status_code == 404


# --- deleting ---------------------------------------------------------------------------


def test_deleting_asks_first_and_takes_the_file_along(
    admin: APIClient, uploaded: Drawing, django_capture_on_commit_callbacks: Any
) -> None:
    storage, name = uploaded.image.storage, uploaded.image.name
    act(admin, "delete_selected", uploaded)
    assert Drawing.objects.filter(pk=uploaded.pk).exists()
    with django_capture_on_commit_callbacks(execute=True):
        act(admin, "delete_selected", uploaded, post="yes")
    assert not Drawing.objects.filter(pk=uploaded.pk).exists()
    assert not storage.exists(name)


def test_one_drawing_is_deleted_from_its_page(
    admin: APIClient, uploaded: Drawing, django_capture_on_commit_callbacks: Any
) -> None:
    storage, name = uploaded.image.storage, uploaded.image.name
    with django_capture_on_commit_callbacks(execute=True):
        press(admin, "recognizer_drawing_delete", uploaded.pk, post="yes")
    assert not Drawing.objects.filter(pk=uploaded.pk).exists()
    assert not storage.exists(name)


def test_reviewers_delete_nothing(reviewer: APIClient, waiting: Drawing) -> None:
    assert status(reviewer, "recognizer_drawing_delete", waiting.pk, post="yes") == 403
    act(reviewer, "delete_selected", waiting, post="yes")
    assert Drawing.objects.filter(pk=waiting.pk).exists()


def test_more_than_a_form_can_carry_is_refused(admin: APIClient, waiting: Drawing) -> None:
    fields = [field for field in Drawing._meta.concrete_fields if not field.primary_key]
    values = {field.attname: getattr(waiting, field.attname) for field in fields}
    Drawing.objects.bulk_create(Drawing(**values) for _ in range(500))
    (said,) = act(admin, "delete_selected", waiting, select_across="1")
    assert said == "Delete at most 500 drawings at once."
    assert Drawing.objects.count() == 501


# --- contributors -----------------------------------------------------------------------


@pytest.fixture
def contributor(live_model: ModelVersion) -> Contributor:
    """Somebody with five drawings, of which three were accepted and one rejected."""
    someone = factories.contributor(1)
    for _ in range(3):
        factories.drawing(someone, live_model)
    make(live_model, 1, review="rejected")
    make(live_model, 1)
    counters_mend()  # made past the services
    return someone


def test_a_contributors_record_is_counted(admin: APIClient, contributor: Contributor) -> None:
    page = look(admin, "recognizer_contributor_changelist")
    cells = dict(re.findall(r'<td class="field-(\w+)">([^<]*)</td>', page))
    counts = {name: cells[name] for name in ("drawn", "accepted", "rejected", "share")}
    assert counts == {"drawn": "5", "accepted": "3", "rejected": "1", "share": "75\xa0%"}


def test_blocking_and_capping(admin: APIClient, contributor: Contributor) -> None:
    press(admin, "recognizer_contributor_change", contributor.pk, blocked="on", share_cap="7")
    contributor.refresh_from_db()
    assert (contributor.blocked, contributor.share_cap) == (True, 7)
    assert not Drawing.objects.trainable().exists()
    press(admin, "recognizer_contributor_change", contributor.pk, share_cap="")
    contributor.refresh_from_db()
    assert (contributor.blocked, contributor.share_cap) == (False, None)


def test_forgetting_asks_first_and_leaves_nothing(
    admin: APIClient,
    contributor: Contributor,
    waiting: Drawing,
    django_capture_on_commit_callbacks: Any,
) -> None:
    photo = contributor.drawings.all()[0]
    keep(photo, picture())
    page = look(admin, "recognizer_contributor_delete", contributor.pk)
    assert "Drawings: 5" in page
    assert contributor.drawings.count() == 5
    with django_capture_on_commit_callbacks(execute=True):
        press(admin, "recognizer_contributor_delete", contributor.pk, post="yes")
    assert not Contributor.objects.filter(pk=contributor.pk).exists()
    assert list(Drawing.objects.all()) == [waiting]
    assert not photo.image.storage.exists(photo.image.name)


def test_several_are_forgotten_at_once(admin: APIClient, contributor: Contributor) -> None:
    other = factories.contributor(2)
    chosen = [str(contributor.pk), str(other.pk)]
    press(
        admin,
        "recognizer_contributor_changelist",
        action="delete_selected",
        _selected_action=chosen,
        post="yes",
    )
    assert not Contributor.objects.exists()
    assert not Drawing.objects.exists()


@pytest.mark.parametrize("permissions", [[], ["delete_contributor"], ["delete_drawing"]])
def test_forgetting_needs_both_permissions(
    live_model: ModelVersion, contributor: Contributor, permissions: list[str]
) -> None:
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = APIClient()
    client.force_login(user)
    name = "recognizer_contributor_delete"
    assert status(client, name, contributor.pk, post="yes") == 403
    assert contributor.drawings.count() == 5
