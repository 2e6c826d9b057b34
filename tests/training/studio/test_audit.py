"""The audit's page: what was decided in words, searched, page by page."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from rest_framework.test import APIClient

from recognizer.models import Audit, Drawing, ModelVersion
from recognizer.services import audit as records
from recognizer.services.contributors import contributor_block, contributor_forget
from recognizer.services.reviews import Decision, reviews_decide, reviews_undo
from tests.support import factories
from training import services
from training.selectors import decisions

pytestmark = pytest.mark.django_db

PAGE = "/studio/audit/"


def waiting(version: ModelVersion, count: int) -> list[Drawing]:
    fields = {"review": "pending", "accepted_label": "", "reviewed_at": None}
    return [factories.drawing(factories.contributor(), version, **fields) for _ in range(count)]


def decide(drawings: list[Drawing], by: User, label: str = "") -> uuid.UUID:
    act = uuid.uuid4()
    decisions = [Decision(drawing.pk, 0, "accept", label) for drawing in drawings]
    reviews_decide(decisions=decisions, reviewer=by, act=act)
    return act


def sentences(client: APIClient, **query: Any) -> list[str]:
    response = client.get(PAGE, query)
    assert response.status_code == 200
    return [line.sentence for line in response.context["lines"]]


def test_it_works(admin: APIClient, admin_user: User, live_model: ModelVersion) -> None:
    one, *others = waiting(live_model, 4)
    decide([one], admin_user, "7")
    reviews_undo(act=decide(others, admin_user), by=admin_user)
    run = services.run_request(trigger="button", reason="a try", by=admin_user)
    contributor_block(contributor=one.contributor, blocked=True, by=admin_user)
    contributor_forget(contributor=one.contributor)
    assert sentences(admin) == [
        "A person was forgotten, as they asked: 4 drawings are gone",
        "admin changed the block of somebody who is gone",
        f"admin started run {run.pk}",
        "admin took 3 reviews back",
        "admin accepted 3 drawings",
        "admin accepted this as 7",
        "The site made version 1 live",
    ]
    content = admin.get(PAGE).content.decode()
    assert "review waiting → review accepted, as 7" in content
    assert "“a try”" in content


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "who:admin"}, 2),
        ({"q": "who:nobody"}, 0),
        ({"q": "label:7"}, 1),
        ({"q": "version:1"}, 1),
        ({"q": "run:1 who:admin"}, 0),
        ({"q": "installed"}, 1),
        ({"q": str(uuid.UUID(int=0))}, 0),
        ({"q": "version:99999999999999999999"}, 0),
        ({"kind": "labels"}, 2),
        ({"kind": "versions", "q": "who:admin"}, 0),
        ({"kind": "nonsense"}, 3),
        ({"before": "1"}, 0),
        ({"before": "99999999999999999999"}, 3),
    ],
    ids=str,
)
def test_it_is_searched(
    admin: APIClient, admin_user: User, live_model: ModelVersion, query: Any, found: int
) -> None:
    for drawing, label in zip(waiting(live_model, 2), "47", strict=True):
        decide([drawing], admin_user, label)
    first = Audit.objects.order_by("pk")[0].pk
    query = {**query, "before": str(first)} if query.get("before") == "1" else query
    assert len(sentences(admin, **query)) == found
    if not found:
        assert "No row fits." in admin.get(PAGE, query).content.decode()


def test_page_by_page_nothing_is_shown_twice_or_left_out(
    admin: APIClient, admin_user: User, live_model: ModelVersion
) -> None:
    for _ in range(3):
        decide(waiting(live_model, 1), admin_user)
        decide(waiting(live_model, 40), admin_user)
    seen, address = [], PAGE
    while address:
        response = admin.get(address)
        seen += [line.sentence for line in response.context["lines"]]
        address = response.context["earlier"]
    one, many = "admin accepted this as 4", "admin accepted 40 drawings"
    assert seen == [many, one] * 3 + ["The site made version 1 live"]


def test_what_no_index_finds_is_looked_for_so_far_at_a_time(
    admin: APIClient, admin_user: User, live_model: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "LOOKED_AT", 20)
    seven, rest = waiting(live_model, 1), waiting(live_model, 45)
    decide(seven, admin_user, "7")
    decide(rest, admin_user, "4")
    lines, told, address = [], [], reverse("studio:audit", query={"q": "label:7"})
    while address:
        response = admin.get(address)
        lines.append(len(response.context["lines"]))
        told.append("No row fits so far" in response.content.decode())
        address = response.context["earlier"]
    assert (lines, told) == ([0, 0, 1], [True, True, False])


def test_every_kind_of_decision_has_its_words(
    admin: APIClient, admin_user: User, live_model: ModelVersion, django_assert_max_num_queries: Any
) -> None:
    for what in Audit.What.values:
        records.record(what=what, by=admin_user, account=admin_user, number=1)
    assert len(set(sentences(admin))) == len(Audit.What.values) + 1
    with django_assert_max_num_queries(16):
        admin.get(PAGE)


def test_only_the_staff_look_at_it(member: APIClient, visitor: APIClient) -> None:
    assert member.get(PAGE).status_code == 403
    assert visitor.get(PAGE).status_code == 302
