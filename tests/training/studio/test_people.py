"""People: who gives ink, what is known of them, and what can be done: cap, block, forget."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from digitsite.http.sessions import PROVEN_AT, SENSITIVE_SECONDS
from recognizer.models import Audit, Contributor, Drawing, ModelVersion
from recognizer.services import storage
from recognizer.services.reviews import Decision, reviews_decide, wants_second
from tests.support import factories
from training.selectors import people as selector

pytestmark = pytest.mark.django_db

PAGE = "/studio/people/"


def person(role: str) -> Client:
    user = User.objects.create_user(role, is_staff=True, password="paper-and-ink-7")
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def eva() -> Client:
    return person("admin")


def give(version: ModelVersion, number: int, count: int, **fields: Any) -> Contributor:
    """A contributor of so many drawings, counted as the site counts them."""
    contributor = factories.contributor(number)
    drawings = [factories.drawing(contributor, version, **fields) for _ in range(count)]
    storage.add_to_contributors(drawings)
    return contributor


def cards(client: Client, **query: str) -> list[Any]:
    response = client.get(PAGE, query)
    assert response.status_code == 200
    return [card["person"] for card in response.context["cards"]]


def address(contributor: Contributor, what: str) -> str:
    return f"{PAGE}{contributor.pk}/{what}/"


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_it_works(eva: Client, live_model: ModelVersion) -> None:
    few, many = give(live_model, 1, 1), give(live_model, 2, 3)
    Drawing.objects.filter(pk=many.drawings.first().pk).update(accepted_label="9")
    first, second = cards(eva)
    assert (first.contributor, second.contributor) == (many, few)
    assert (first.drawn, first.week, first.trainable, first.all_trainable) == (3, 3, 3, 4)
    assert (first.record.agreed, first.record.total) == (2, 3)
    content = eva.get(PAGE).content.decode()
    assert "<strong>2 of 3</strong> labels agreed" in content
    assert "(3 of 4)" in content


def test_capped_and_blocked(eva: Client, live_model: ModelVersion) -> None:
    one = give(live_model, 1, 1)
    assert said(eva.post(address(one, "cap"), {"cap": "5"}, follow=True)) == ["The cap is changed."]
    eva.post(address(one, "block"), {"blocked": "1", "why": "scribbles"})
    one.refresh_from_db()
    assert (one.share_cap, one.blocked) == (5, True)
    assert not Drawing.objects.trainable().exists()
    assert cards(eva, blocked="1")[0].contributor == one
    eva.post(address(one, "block"), {"blocked": "0"})
    eva.post(address(one, "cap"), {"cap": ""})
    one.refresh_from_db()
    assert (one.share_cap, one.blocked) == (None, False)
    rows = Audit.objects.filter(contributor=one).order_by("pk").values_list("what", "why")
    assert list(rows) == [("cap", ""), ("block", "scribbles"), ("block", ""), ("cap", "")]
    for nonsense in ("-1", "x", "9" * 30):
        said_of = said(eva.post(address(one, "cap"), {"cap": nonsense}, follow=True))
        assert said_of[-1] == "A cap is a number of drawings."


def test_trusted_and_no_more(eva: Client, live_model: ModelVersion, settings: Any) -> None:
    """One reviewer is enough for what somebody trusted and the network say alike."""
    settings.SECOND_OPINION_PERCENT = 100
    one = give(live_model, 1, 1, label="4", read_as=4)
    disputed = factories.drawing(one, live_model, label="4", read_as=9)
    same = one.drawings.exclude(pk=disputed.pk).get()
    assert wants_second(same)
    eva.post(address(one, "trust"), {"trusted": "1", "why": "teaches writing"})
    one.refresh_from_db()
    assert one.trusted
    assert not wants_second(same, {one.pk})
    assert wants_second(disputed, {one.pk})
    Drawing.objects.update(review="pending", accepted_label="", reviewed_at=None)
    decisions = [Decision(drawing.pk, 0, "accept") for drawing in (same, disputed)]
    reviewer = User.objects.create_user("noa", is_superuser=True)
    reviews_decide(decisions=decisions, reviewer=reviewer)
    states = [Drawing.objects.get(pk=each.pk).review for each in (same, disputed)]
    assert states == ["accepted", "pending"]
    assert ">trusted</span>" in eva.get(PAGE).content.decode()
    eva.post(address(one, "trust"), {"trusted": "0"})
    row = Audit.objects.filter(what="trust").first()
    assert row is not None
    assert (row.before, row.after) == ({"trusted": True}, {"trusted": False})
    assert not Contributor.objects.get(pk=one.pk).trusted


def test_forgetting_says_first_what_it_touches(eva: Client, live_model: ModelVersion) -> None:
    one = give(live_model, 1, 2)
    live_model.uses.create(drawing=one.drawings.first(), role="train")
    content = eva.get(address(one, "forget")).content.decode()
    assert "with all 2 drawings?" in content
    assert "Version 1 learned from them." in content
    assert "One of them answers now." in content
    assert Contributor.objects.exists()
    answer = eva.post(address(one, "forget"), {"why": "they asked"}, follow=True)
    assert answer.redirect_chain == [("/studio/train/", 302)]
    assert said(answer)[0] == "Forgotten: 2 drawings are gone."
    assert not Contributor.objects.exists()
    row = Audit.objects.latest("pk")
    assert (row.what, row.why, row.contributor) == ("forget", "they asked", None)
    assert row.after == {"drawings": 2, "versions": [1]}


def test_nothing_learned_leads_back_to_people(eva: Client, live_model: ModelVersion) -> None:
    one = give(live_model, 1, 1)
    assert "No version has learned" in eva.get(address(one, "forget")).content.decode()
    assert eva.post(address(one, "forget")).headers["Location"] == PAGE
    assert "Nobody has given ink yet." in eva.get(PAGE).content.decode()
    assert eva.get(address(one, "forget")).status_code == 404


def test_forgetting_asks_for_the_password(eva: Client, live_model: ModelVersion) -> None:
    one = give(live_model, 1, 1)
    session = eva.session
    session[PROVEN_AT] -= SENSITIVE_SECONDS
    session.save()
    assert eva.get(address(one, "forget")).status_code == 200
    assert eva.post(address(one, "forget")).status_code == 403
    assert Contributor.objects.filter(pk=one.pk).exists()


def test_page_by_page(eva: Client, live_model: ModelVersion, monkeypatch: Any) -> None:
    monkeypatch.setattr(selector, "CARDS", 2)
    for number in range(5):
        give(live_model, number, 1 + number // 2)
    seen, query = [], {}
    while True:
        response = eva.get(PAGE, query)
        seen += [card["person"].drawn for card in response.context["cards"]]
        if not response.context["more"]:
            break
        query = {"after": response.context["more"].split("after=")[1]}
    assert seen == [3, 2, 2, 1, 1]
    for nonsense in ("x", "1-x", "9" * 70, "²-x"):
        assert len(cards(eva, after=nonsense)) == 2


def test_few_questions_however_many_people(
    eva: Client, live_model: ModelVersion, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        give(live_model, number, 2)
    with django_assert_max_num_queries(20):
        assert len(cards(eva)) == 12


def test_reviewers_look_and_change_nothing(live_model: ModelVersion) -> None:
    one = give(live_model, 1, 1)
    noa = person("reviewer")
    assert "people-forget" not in noa.get(PAGE).content.decode()
    assert f"{one.pk}/forget" not in noa.get(PAGE).content.decode()
    for what in ("cap", "block", "forget"):
        assert noa.post(address(one, what)).status_code == 403
    assert Contributor.objects.filter(pk=one.pk, blocked=False).exists()
