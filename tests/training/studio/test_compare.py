"""A version beside another: what the page concludes and shows, and what both read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from recognizer.models import Drawing, DrawingUse, ModelVersion
from tests.support import factories
from tests.support.drawings import SEVEN
from tests.support.judged import judged
from training.selectors import pairs
from training.studio.compare import verdict

pytestmark = pytest.mark.django_db

MAX_QUERIES = 20


@pytest.fixture
def drawings(live_model: ModelVersion) -> list[Drawing]:
    people = [factories.contributor(number) for number in range(4)]
    return [
        factories.drawing(people[number % 4], live_model, shape="47"[number % 2])
        for number in range(60)
    ]


def page(client: APIClient, newer: ModelVersion, older: ModelVersion) -> Any:
    response = client.get(reverse("studio:compare-versions", args=[newer.number, older.number]))
    assert response.status_code == 200
    return response


def said(newer: ModelVersion, older: ModelVersion) -> verdict.Said:
    return verdict.said(pairs.pair(newer, older))


def test_it_works(admin: APIClient, live_model: ModelVersion, drawings: list[Drawing]) -> None:
    newer = judged(live_model, drawings, fixed=14, broken=2)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = page(admin, newer, live_model)
    assert len(queries) <= MAX_QUERIES
    content = response.content.decode()
    assert "Version 2 reads better: it fixes 14 and breaks 2, of 60" in content
    assert "Fixes 14" in content
    assert "Breaks 2" in content
    assert content.count("data-drawing=") == 16
    assert "2 passed 9 of 9" in content
    assert response.context["offer"].is_open
    assert "Make 2 live" in content
    lines = {line.name: line.n for line in response.context["forest"]}
    assert (lines["New people"], lines["Mouse or finger"]) == ("60", "60")


def test_more_drawings_take_no_more_queries(
    admin: APIClient, live_model: ModelVersion, drawings: list[Drawing]
) -> None:
    counts = []
    for newer in (judged(live_model, drawings, fixed=1), judged(live_model, drawings, fixed=40)):
        with CaptureQueriesContext(connection) as queries:
            page(admin, newer, live_model)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_both_read_the_same_says_so(live_model: ModelVersion, drawings: list[Drawing]) -> None:
    told = said(judged(live_model, drawings, fixed=1, broken=1), live_model)
    assert told.sentence.startswith("Version 2 reads about as well as 1: it fixes 1 and breaks 1")
    assert told.below == "Nothing that chance would not do."
    assert not told.is_marked


def test_what_is_refused_stays_out_with_its_cause(
    admin: APIClient, live_model: ModelVersion, drawings: list[Drawing]
) -> None:
    newer = judged(live_model, drawings, fixed=1, broken=16)
    liar = factories.contributor(9)
    for _ in range(12):
        one = factories.drawing(liar, live_model, accepted_label="9", label="9", read_as=4)
        DrawingUse.objects.create(version=newer, drawing=one, role=DrawingUse.Role.TRAIN)
    told = said(newer, live_model)
    assert told.sentence == (
        "Version 2 stays out: it breaks 16 drawings and fixes 1, of 60 (New people)."
    )
    assert "8 of the 16 that it breaks are 7 read as 9." in told.below
    assert told.is_marked
    response = page(admin, newer, live_model)
    cause = response.context["cause"]
    assert (cause.mover.contributor, cause.mover.contested_pair) == (liar, 12)
    content = response.content.decode()
    assert "The likely cause: 12 drawings of one person" in content
    assert "Make 2 live" not in content


def test_what_cannot_be_decided_says_how_many_more_would(
    admin: APIClient, live_model: ModelVersion, drawings: list[Drawing]
) -> None:
    newer = judged(live_model, drawings, broken=3)
    told = said(newer, live_model)
    assert told.sentence == (
        "These drawings cannot decide on version 2: 0 fixed, 3 broken, of 60 (New people)."
    )
    assert told.below.endswith("Promote with a reason, or wait for about 36 more drawings.")
    assert (
        'name="reason" maxlength="200" required' in page(admin, newer, live_model).content.decode()
    )


def test_any_two_are_compared_by_what_each_misread(
    admin: APIClient, live_model: ModelVersion, drawings: list[Drawing]
) -> None:
    first = judged(live_model, drawings, broken=5)
    second = judged(live_model, drawings, fixed=3, broken=4)
    found = pairs.pair(second, first)
    assert not found.is_gates
    row = found.row("held_out")
    assert row is not None
    # The first misreads 0 to 4, the second 3 to 6.
    assert (row.n, row.fixed, row.broken) == (60, 3, 2)
    assert {str(one.drawing.pk) for one in found.breaks.shown} == {
        str(one.pk) for one in drawings[5:7]
    }
    assert "reads about as well as 2" in page(admin, second, first).content.decode()


def test_what_was_deleted_since_is_not_counted(
    live_model: ModelVersion, drawings: list[Drawing]
) -> None:
    first = judged(live_model, drawings, broken=5)
    second = judged(live_model, drawings)
    drawings[0].delete()
    row = pairs.pair(second, first).row("held_out")
    assert row is not None
    assert (row.n, row.fixed) == (59, 4)


def test_an_installed_version_was_not_judged_here(
    admin: APIClient, live_model: ModelVersion
) -> None:
    other = factories.version()
    assert said(live_model, other).sentence == (
        "Version 1 came with the site and was not judged here."
    )
    content = page(admin, live_model, other).content.decode()
    assert "No set of drawings was read by both" in content


def test_reports_of_before_are_readable(
    admin: APIClient, live_model: ModelVersion, drawings: list[Drawing]
) -> None:
    old = factories.version(parent=live_model)
    old.gate_report = {
        "passed": True,
        "champion": live_model.number,
        "checks": [
            {"name": "mnist", "passed": True, "sentence": "Reads 99.6 %.", "figures": {}},
        ],
        "fixes": [str(drawings[0].pk)],
        "breaks": [],
    }
    old.save()
    content = page(admin, old, live_model).content.decode()
    assert "Reads 99.6 %." in content
    assert "Fixes 1" in content


def test_the_newest_is_compared_with_the_live_one(
    admin: APIClient, live_model: ModelVersion
) -> None:
    address = reverse("studio:compare")
    assert "nothing to compare yet" in admin.get(address).content.decode()
    newer = factories.version()
    answer = admin.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"/{newer.number}/{live_model.number}/")


def test_a_version_that_is_not_there_is_not_found(
    admin: APIClient, live_model: ModelVersion
) -> None:
    assert admin.get(reverse("studio:compare-versions", args=[7, 1])).status_code == 404


def test_strangers_do_not_come_in(visitor: APIClient, member: APIClient) -> None:
    address = reverse("studio:compare-versions", args=[2, 1])
    assert visitor.get(address).status_code == 302
    assert member.get(address).status_code == 403


# --- both read ------------------------------------------------------------------------------


def ask(client: APIClient, body: Any, versions: tuple[int, int] = (2, 1)) -> Any:
    return client.post(
        reverse("studio:compare-read", args=versions),
        body if isinstance(body, str) else json.dumps(body),
        content_type="application/json",
        headers={"accept": "application/json"},
    )


def test_both_read_what_is_drawn(admin: APIClient, live_model: ModelVersion) -> None:
    factories.version()
    answer = ask(admin, {"strokes": SEVEN})
    assert answer.status_code == 200
    found = answer.json()["versions"]
    assert [(one["number"], one["digit"]) for one in found] == [(2, 7), (1, 7)]
    assert all(len(one["probabilities"]) == 10 and one["milliseconds"] > 0 for one in found)
    assert Drawing.objects.count() == 0


def test_both_read_a_stored_drawing(
    admin: APIClient, live_model: ModelVersion, drawings: list[Drawing]
) -> None:
    factories.version()
    found = ask(admin, {"drawing": str(drawings[0].pk)}).json()["versions"]
    assert [one["digit"] for one in found] == [4, 4]


@pytest.mark.parametrize(
    "body",
    ["nonsense", "[]", {}, {"strokes": []}, {"drawing": "x"}, {"drawing": "0" * 32}, "9" * 300_000],
)
def test_what_cannot_be_read_is_refused(
    admin: APIClient, live_model: ModelVersion, body: Any
) -> None:
    factories.version()
    answer = ask(admin, body)
    assert answer.status_code == 400
    assert set(answer.json()["error"]) >= {"code", "message"}


def test_a_stranger_s_script_is_told_so(visitor: APIClient, live_model: ModelVersion) -> None:
    assert ask(APIClient(), {"strokes": SEVEN}).status_code == 401


# --- promoting ------------------------------------------------------------------------------


def promote(client: APIClient, number: int, **form: str) -> Any:
    address = reverse("studio:promote", args=[number])
    return client.post(address, form, format="multipart", follow=True)


def proven(client: APIClient) -> APIClient:
    """Somebody who has just typed the password."""
    user = User.objects.create_user("trainer", is_staff=True)
    user.groups.add(Group.objects.get(name="trainer"))
    client.force_login(user)
    return client


def live() -> int:
    version = ModelVersion.objects.live()
    assert version is not None
    return version.number


@pytest.fixture
def trainer(live_model: ModelVersion) -> APIClient:
    return proven(APIClient())


def test_a_version_is_promoted_by_its_typed_number(trainer: APIClient) -> None:
    newer = factories.version()
    back = reverse("studio:compare-versions", args=[newer.number, 1])
    answer = promote(trainer, newer.number, typed="2", expected_live="1", next=back)
    assert answer.redirect_chain[-1][0] == back
    assert "Version 2 is live now." in answer.content.decode()
    assert live() == 2


@pytest.mark.parametrize(
    ("verdict", "form", "told"),
    [
        ("passed", {"typed": "1"}, "Nothing was changed: type 2"),
        ("passed", {"typed": "2", "expected_live": "7"}, "has become live in the meantime"),
        ("undecided", {"typed": "2", "expected_live": "1"}, "only a person promotes it"),
        ("failed", {"typed": "2", "reason": "I like it"}, "did not pass the gate"),
    ],
)
def test_what_may_not_be_promoted_is_not(
    trainer: APIClient, verdict: str, form: dict[str, str], told: str
) -> None:
    factories.version(gate_verdict=verdict)
    assert told in promote(trainer, 2, **form).content.decode()
    assert live() == 1


def test_an_undecided_one_is_promoted_with_a_reason(trainer: APIClient) -> None:
    factories.version(gate_verdict="undecided")
    promote(trainer, 2, typed="2", reason="Both it breaks are scribbles.", expected_live="1")
    assert live() == 2


def test_a_reviewer_may_look_and_not_promote(live_model: ModelVersion) -> None:
    user = User.objects.create_user("looker", is_staff=True)
    user.groups.add(Group.objects.get(name="reviewer"))
    client = APIClient()
    client.force_login(user)
    newer = factories.version()
    content = page(client, newer, live_model).content.decode()
    assert "A trainer can promote it." in content
    assert promote(client, 2, typed="2").status_code == 403
    assert live() == 1


def test_another_site_s_address_is_not_gone_back_to(trainer: APIClient) -> None:
    factories.version()
    answer = promote(trainer, 2, typed="2", next="https://example.org/")
    assert answer.redirect_chain[-1][0] == reverse("studio:versions")
