"""Review on the studio's pages: who is shown what, decisions and what takes them back."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from recognizer.models import Audit, Drawing, ModelVersion, Review
from recognizer.services.drawings import drawing_label, drawing_submit
from recognizer.services.reviews import drawing_review
from recognizer.submission import parse
from tests.support import factories
from tests.support.drawings import FOUR, SEVEN, body, in_base64, picture
from training.selectors import review_queue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("live_model")]

FOCUS, GRID = "/studio/review/", "/studio/review/grid/"
DECIDE, UNDO, MORE = "/studio/review/decide/", "/studio/review/undo/", "/studio/review/more/"
JSON = {"Accept": "application/json"}


def submit(strokes: Any = FOUR, label: str = "4", number: int = 0) -> Drawing:
    """A drawing as it comes in, read by the live version."""
    return drawing_submit(
        submission=parse(body(strokes)),
        contributor=lambda: factories.contributor(number),
        source="ink",
        label=label,
    )[0]


def person(name: str, role: str) -> Client:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def noa() -> Client:
    return person("noa", "reviewer")


def page(client: Client, address: str = FOCUS, **query: str) -> str:
    response = client.get(address, query)
    assert response.status_code == 200
    return str(response.content.decode())


def shown(client: Client, address: str = FOCUS, **query: str) -> list[uuid.UUID]:
    return list(client.get(address, query).context["keys"])


def squares(client: Client, **query: str) -> dict[str, list[tuple[str, str]]]:
    """The grid: by label the drawings with what is odd about each."""
    groups = client.get(GRID, query).context["groups"]
    return {
        group.label: [(square.tile.pk, square.odd) for square in group.squares] for group in groups
    }


def decide(client: Client, choice: str, *drawings: Drawing, **more: Any) -> Any:
    for drawing in drawings:
        drawing.refresh_from_db()
    picked = [f"{drawing.pk}:{drawing.revision}" for drawing in drawings]
    fields = {"picked": picked, "choice": choice, **more}
    return client.post(DECIDE, fields, headers=JSON)


def state(drawing: Drawing) -> tuple[str, str]:
    drawing.refresh_from_db()
    return drawing.review, drawing.accepted_label


def test_it_works(noa: Client) -> None:
    """Decided, seen in the film, taken back."""
    one = submit()
    assert str(one.pk) in page(noa)
    act = uuid.uuid4()
    answer = decide(noa, "4", one, act=act.hex).json()
    assert state(one) == ("accepted", "4")
    assert answer == {"act": str(act), "done": {str(one.pk): one.revision}, "refused": {}}
    content = page(noa)
    assert f'data-act="{act}"' in content
    assert "Nothing waits." in content
    undone = noa.post(UNDO, {"act": str(act)}, headers=JSON).json()
    assert list(undone["undone"]) == [str(one.pk)]
    assert state(one) == ("pending", "")
    assert Audit.objects.filter(what__in=["review", "undo"]).count() == 2


def test_nothing_is_chosen_where_they_differ(noa: Client) -> None:
    submit(label="9")
    content = page(noa)
    assert "They disagree." in content
    assert "The visitor says 9;" in content
    assert 'data-choice="" hidden disabled' in content


def test_enter_has_what_all_of_them_say(noa: Client) -> None:
    submit()
    content = page(noa)
    assert "They agree." in content
    assert 'data-key="Enter" data-choice="4" hidden>' in content


def test_a_label_alone_agrees_with_nobody(noa: Client) -> None:
    Drawing.objects.filter(pk=submit().pk).update(label="", review="unlabelled")
    assert "Nothing waits." in page(noa)
    key = str(Drawing.objects.get().pk)
    assert "Nobody has said what this is." in page(noa, MORE, keys=key)


def test_the_hand_and_its_record_are_beside_it(noa: Client, admin_user: User) -> None:
    for label, decision in (("4", "accept"), ("4", "accept"), ("9", "reject")):
        drawing_review(drawing=submit(label=label), decision=decision, reviewer=admin_user)
    submit()
    content = page(noa)
    assert "<strong>2 of 3</strong> labels agreed with reviewers" in content
    assert content.count('class="hand"') == 1


def test_what_was_uploaded_is_shown_as_a_picture_made_anew(noa: Client) -> None:
    sent = parse({"image": in_base64(picture())})
    drawing, _ = drawing_submit(
        submission=sent, contributor=factories.contributor, source="upload", label="7"
    )
    address = reverse("studio:review-image", args=[drawing.pk])
    assert address in page(noa)
    response = noa.get(address)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/png")
    assert noa.get(reverse("studio:review-image", args=[submit().pk])).status_code == 404


@pytest.mark.parametrize(("address", "most"), [(FOCUS, 20), (GRID, 20)])
def test_pages_ask_few_questions(
    noa: Client, address: str, most: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        submit(label="4" if number % 2 else "9", number=number)
    page(noa, address)
    with django_assert_max_num_queries(most):
        page(noa, address)


# --- orders ----------------------------------------------------------------------------


def test_the_disputed_come_first_and_then_the_unsure(noa: Client) -> None:
    plain, unsure, disputed = submit(), submit(), submit(label="9")
    Drawing.objects.filter(pk=unsure.pk).update(confidence=0.3)
    assert shown(noa) == [disputed.pk, unsure.pk, plain.pk]
    assert shown(noa, order="oldest") == [plain.pk, unsure.pk, disputed.pk]
    assert shown(noa, order="nonsense") == shown(noa)


def test_what_the_live_version_would_say_now_comes_before_what_was_unsure(noa: Client) -> None:
    """The version of then agreed with the label; the live one does not."""
    unsure, contested = submit(), submit()
    Drawing.objects.filter(pk=unsure.pk).update(confidence=0.3)
    Drawing.objects.filter(pk=contested.pk).update(label="7", digit=7, confidence=0.95)
    assert shown(noa) == [contested.pk, unsure.pk]
    assert shown(noa, order="oldest") == [unsure.pk, contested.pk]


def test_one_contributor_alone(noa: Client) -> None:
    submit()
    other = submit(number=1)
    assert shown(noa, contributor=str(other.contributor_id)) == [other.pk]
    assert len(shown(noa, contributor="nobody")) == 2


def test_suspected_errors_are_accepted_ones_that_were_read_otherwise(
    noa: Client, admin_user: User
) -> None:
    right, wrong = submit(), submit(label="9")
    for drawing in (right, wrong):
        drawing_review(drawing=drawing, decision="accept", reviewer=admin_user)
    assert shown(noa, order="errors") == [wrong.pk]
    assert decide(noa, "4", wrong).json()["refused"] == {}
    assert state(wrong) == ("accepted", "4")
    assert shown(noa, order="errors") == []


def test_who_was_in_the_middle_of_one_finds_it_first(noa: Client) -> None:
    first, second = submit(), submit()
    keys = f"{second.pk},nonsense,{uuid.uuid4()}"
    assert shown(noa, first=keys, order="oldest")[0] == second.pk
    assert shown(noa, first=str(second.pk))[1:] == [first.pk]


def test_more_are_fetched_by_their_keys(noa: Client) -> None:
    drawings = [submit() for _ in range(3)]
    keys = ",".join([str(drawing.pk) for drawing in drawings[1:]] + [str(uuid.uuid4())])
    content = page(noa, MORE, keys=keys)
    assert [str(drawing.pk) in content for drawing in drawings] == [False, True, True]
    assert "<html" not in content


# --- grid ------------------------------------------------------------------------------


def test_the_odd_ones_of_each_label_come_first(noa: Client) -> None:
    plain, odd, seven = submit(), submit(SEVEN, "4"), submit(SEVEN, "7")
    assert squares(noa) == {
        "4": [(str(odd.pk), "read 7"), (str(plain.pk), "")],
        "7": [(str(seven.pk), "")],
    }


def test_many_are_decided_at_one_stroke(noa: Client) -> None:
    drawings = [submit() for _ in range(5)]
    act = uuid.uuid4()
    done = decide(noa, "accept", *drawings, act=act.hex).json()["done"]
    assert len(done) == 5
    assert Drawing.objects.trainable().count() == 5
    noa.post(UNDO, {"act": act.hex}, headers=JSON)
    assert Drawing.objects.waiting().count() == 5


# --- what may go wrong -----------------------------------------------------------------


def test_without_scripts_a_form_does_the_same(noa: Client) -> None:
    one, other = submit(), submit()
    fields = {
        "picked": f"{one.pk}:{one.revision}",
        "choice": "reject",
        "back": f"{GRID}?order=oldest",
    }
    response = noa.post(DECIDE, fields)
    assert response.headers["Location"] == f"{GRID}?order=oldest"
    assert state(one) == ("rejected", "")
    fields = {"picked": f"{other.pk}:99", "choice": "4", "back": "https://elsewhere.example/"}
    followed = noa.post(DECIDE, fields, follow=True)
    assert followed.redirect_chain == [(FOCUS, 302)]
    assert "Somebody else has changed this drawing" in followed.content.decode()


def test_another_was_first(noa: Client, admin_user: User) -> None:
    one = submit()
    seen = f"{one.pk}:{one.revision}"
    drawing_review(drawing=one, decision="reject", reviewer=admin_user)
    answer = noa.post(DECIDE, {"picked": seen, "choice": "4"}, headers=JSON).json()
    assert answer["refused"][str(one.pk)]["error"]["code"] == "reviewed"
    assert state(one) == ("rejected", "")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"choice": "4"},
        {"choice": "4", "picked": "nonsense"},
        {"choice": "4", "picked": f"{uuid.UUID(int=1)}:x"},
        {"choice": "44", "picked": f"{uuid.UUID(int=1)}:0"},
        {"choice": "4", "picked": [f"{uuid.UUID(int=key)}:0" for key in range(201)]},
    ],
    ids=["nothing", "nobody", "no key", "no revision", "no label", "too many"],
)
def test_nonsense_decides_nothing(noa: Client, fields: dict[str, Any]) -> None:
    response = noa.post(DECIDE, fields, headers=JSON)
    assert response.status_code == 400
    assert not Review.objects.exists()


def test_a_drawing_that_is_gone_is_said_to_be(noa: Client) -> None:
    key = str(uuid.uuid4())
    answer = noa.post(DECIDE, {"choice": "4", "picked": f"{key}:0"}, headers=JSON).json()
    assert answer["refused"][key]["error"]["code"] == "deleted"


def test_only_ones_own_is_taken_back(noa: Client, admin: Any) -> None:
    one = submit()
    act = uuid.uuid4()
    decide(noa, "4", one, act=act.hex)
    assert admin.post(UNDO, {"act": act.hex}, format="multipart", headers=JSON).status_code == 409
    assert noa.post(UNDO, {"act": "nonsense"}, headers=JSON).status_code == 400
    assert state(one) == ("accepted", "4")


def test_a_session_that_ended_shows_the_decision_again(noa: Client) -> None:
    one = submit()
    noa.logout()
    fields = {"picked": f"{one.pk}:{one.revision}", "choice": "4"}
    late = noa.post(DECIDE, fields)
    assert late.status_code == 403
    assert "Nothing is lost" in late.content.decode()
    assert noa.post(DECIDE, fields, headers=JSON).status_code == 401
    assert noa.get(FOCUS).status_code == 302
    assert not Review.objects.exists()


def test_visitors_review_nothing(member: Any) -> None:
    one = submit()
    for address in (FOCUS, GRID, MORE):
        assert member.get(address).status_code == 403
    assert decide(member, "4", one).status_code == 403


# --- second opinions -------------------------------------------------------------------


def test_a_second_opinion_is_somebody_elses_and_hides_the_first(noa: Client, settings: Any) -> None:
    settings.SECOND_OPINION_PERCENT = 100
    one = submit()
    decide(noa, "9", one)
    assert shown(noa) == []
    ben, tom = person("ben", "reviewer"), person("tom", "trainer")
    content = page(ben)
    assert "Second opinion" in content
    assert "noa:" not in content
    decide(ben, "4", one)
    assert (shown(noa), shown(ben)) == ([], [])
    content = page(tom)
    assert "Two reviewers differ" in content
    assert "noa: 9" in content
    assert "ben: 4" in content
    decide(tom, "4", one)
    assert state(one) == ("accepted", "4")


def test_a_golden_one_looks_like_any_that_waits(noa: Client, settings: Any) -> None:
    settings.GOLD_PERCENT = 50
    golden, other = submit(), submit(number=1)
    tom = person("tom", "trainer")
    decide(tom, "4", golden)
    gild = f"/studio/review/{golden.pk}/gold/"
    assert "Measure reviewers by it" in page(tom, first=str(golden.pk))
    assert "Measure reviewers by it" not in page(noa, first=str(golden.pk))
    assert noa.post(gild, {"gold": "1"}).status_code == 403
    tom.post(gild, {"gold": "1"})
    golden.refresh_from_db()
    assert golden.is_gold
    assert shown(noa, order="oldest") == [other.pk, golden.pk]
    assert "Accepted as" not in page(noa, MORE, keys=str(golden.pk))
    decide(noa, "9", golden)
    assert state(golden) == ("accepted", "4")
    assert shown(noa, order="oldest") == [other.pk]
    tom.post(gild, {"gold": "0"})
    assert Drawing.objects.trainable().count() == 1


def test_the_queue_is_empty_for_nobody_else(noa: Client) -> None:
    """A label that its contributor takes back to another is a new revision, and waits on."""
    one = submit()
    drawing_label(drawing=one, label="9")
    user = User.objects.get(username="noa")
    assert review_queue.queue(user, order="oldest", count=5) == [one.pk]


def test_without_a_live_version_the_ink_is_there(noa: Client, live_model: ModelVersion) -> None:
    submit()
    live_model.promotions.all().delete()
    content = page(noa)
    assert "Who says what" in content
    assert "The picture reader" not in content
