"""One's own hand through the API: a correction counts at once, for who made it and nobody else."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from recognizer import identity
from recognizer.models import Contributor, Drawing, ModelVersion
from recognizer.preprocessing import ink
from recognizer.services.team import token_create
from tests.support.api import (
    BATCH,
    DRAWINGS,
    HAND,
    PREDICT,
    code,
    error_of,
    got,
    hand_of,
    labelled,
    own,
    predicted,
    stored,
    stranger,
)
from tests.support.drawings import (
    CANVAS,
    DOUBTFUL,
    FOUR,
    SEVEN,
    beside,
    body,
    in_base64,
    picture,
)
from tests.support.odd_hands import OddDigit, odd_digit

pytestmark = pytest.mark.usefixtures("live_model")

# What the shipped network reads as a 7, and somebody draws for a 1.
ODD_ONE = body(DOUBTFUL)
READ_AS = 7


@pytest.fixture
def odd(corpora_dir: str, live_model: ModelVersion) -> OddDigit:
    return odd_digit(corpora_dir, stranger())


def program_of(user: User) -> APIClient:
    """The client of a program with a token of the user's."""
    _, secret = token_create(user=user, kind="api", name="a program", by=user)
    program = APIClient()
    program.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    return program


# --- a correction counts at once ----------------------------------------------------------


def test_it_works(visitor: APIClient, odd: OddDigit) -> None:
    first, again = odd.bodies[:2]
    drawing = stored(visitor, first)
    assert drawing["prediction"]["digit"] != odd.digit
    before = predicted(visitor, again)
    assert before["digit"] != odd.digit
    assert before.keys().isdisjoint({"memory", "network"})

    visitor.post(own(drawing, "label/"), {"label": odd.digit})
    answer = predicted(visitor, again)
    assert answer["digit"] == odd.digit
    assert answer["network"] == {
        name: before[name] for name in ("digit", "confidence", "probabilities", "verdict")
    }
    assert answer["memory"] == {
        "label": str(odd.digit),
        "drawing": drawing["id"],
        "similarity": answer["memory"]["similarity"],
        "drawn_at": got(visitor, drawing)["created_at"],
        "changed": True,
    }
    assert 0.6 < answer["memory"]["similarity"] < 1
    assert stored(visitor, again)["prediction"] == answer


def test_a_confirmation_counts_as_a_correction_does(visitor: APIClient) -> None:
    drawing = labelled(visitor, body(FOUR), 4)
    answer = predicted(visitor, body(FOUR))
    assert answer["memory"]["drawing"] == drawing["id"]
    assert answer["memory"]["similarity"] == pytest.approx(1, abs=1e-5)
    assert (answer["digit"], answer["memory"]["changed"]) == (4, False)


def test_what_is_stored_is_the_network_s_own_answer_beside_the_shown_one(
    visitor: APIClient,
) -> None:
    taught = labelled(visitor, ODD_ONE, 1)
    answer = stored(visitor, ODD_ONE)
    row = Drawing.objects.get(pk=answer["id"])
    network = answer["prediction"]["network"]
    assert (row.digit, row.confidence, row.verdict, row.probabilities) == (
        READ_AS,
        network["confidence"],
        network["verdict"],
        network["probabilities"],
    )
    assert (row.shown_digit, row.shown_verdict) == (1, answer["prediction"]["verdict"])
    assert str(row.memory_drawing_id) == taught["id"]
    told = got(visitor, answer)
    assert (told["digit"], told["shown_digit"], told["memory_drawing"]) == (
        READ_AS,
        1,
        taught["id"],
    )


def test_without_memory_both_answers_are_one(visitor: APIClient) -> None:
    drawing = stored(visitor)
    row = Drawing.objects.get(pk=drawing["id"])
    assert (row.shown_digit, row.shown_verdict, row.memory_drawing_id) == (None, "", None)
    told = got(visitor, drawing)
    assert (told["shown_digit"], told["shown_verdict"]) == (4, "sure")


def test_a_drawing_that_is_sent_again_does_not_speak_for_itself(visitor: APIClient) -> None:
    key = {"HTTP_IDEMPOTENCY_KEY": "6a9c9df2-6f07-4a55-b0be-2b6a3a8cbb0e"}
    first = stored(visitor, {**ODD_ONE, "label": 1}, **key)
    again = stored(visitor, {**ODD_ONE, "label": 1}, **key)
    assert again["id"] == first["id"]
    assert again["prediction"] == first["prediction"]
    assert "memory" in stored(visitor, ODD_ONE)["prediction"]


def test_pictures_are_remembered_too(visitor: APIClient) -> None:
    photo = {"image": in_base64(picture(SEVEN))}
    drawing = labelled(visitor, photo, 7)
    answer = predicted(visitor, {"image": in_base64(picture(SEVEN, brush=16))})
    assert answer["memory"]["drawing"] == drawing["id"]


def test_in_a_number_each_digit_has_its_own(visitor: APIClient) -> None:
    number = body(beside(DOUBTFUL, FOUR), number=True)
    assert predicted(visitor, number)["number"] == f"{READ_AS}4"
    labelled(visitor, ODD_ONE, 1)
    answer = predicted(visitor, number)
    assert answer["number"] == "14"
    assert answer.keys().isdisjoint({"memory", "network"})
    one, four = answer["digits"]
    assert (one["network"]["digit"], one["memory"]["label"]) == (READ_AS, "1")
    assert four.keys().isdisjoint({"memory", "network"})


def test_in_a_batch_each_is_answered_as_alone(visitor: APIClient) -> None:
    labelled(visitor, ODD_ONE, 1)
    items = [
        ODD_ONE,
        body([]),
        body(beside(FOUR, DOUBTFUL), number=True),
        {**ODD_ONE, "memory": False},
        body(FOUR),
    ]
    alone = [visitor.post(PREDICT, item).json() for item in items]
    assert visitor.post(BATCH, {"items": items}).json() == {"items": alone}
    assert [answer.get("digit") for answer in alone] == [1, None, None, READ_AS, 4]


def test_memory_is_switched_off_for_a_call(visitor: APIClient) -> None:
    labelled(visitor, ODD_ONE, 1)
    without = predicted(stranger(), ODD_ONE)
    assert predicted(visitor, {**ODD_ONE, "memory": False}) == without
    assert stored(visitor, {**ODD_ONE, "memory": False})["prediction"] == without
    response = visitor.post(PREDICT, {**ODD_ONE, "memory": "perhaps"})
    assert error_of(response)["field"] == "memory"


# --- and reaches nobody else ----------------------------------------------------------------


def test_nobody_s_memory_reaches_others(
    visitor: APIClient, member: APIClient, admin: APIClient
) -> None:
    taught = labelled(visitor, ODD_ONE, 1)
    unknown = predicted(stranger(), ODD_ONE)
    assert unknown["digit"] == READ_AS

    neighbour = stranger()
    labelled(neighbour, body(FOUR), 4)
    tokened = program_of(User.objects.create_user("other"))
    forged = stranger()
    forged.cookies["contributor"] = visitor.cookies["contributor"].value[:-2] + "xx"
    from_elsewhere = stranger()
    from_elsewhere.cookies["contributor"] = visitor.cookies["contributor"].value
    with_receipt = {"HTTP_X_RECEIPT": taught["receipt"]}
    for answer in (
        predicted(neighbour, ODD_ONE),
        predicted(member, ODD_ONE),
        predicted(admin, ODD_ONE),
        predicted(tokened, ODD_ONE),
        predicted(forged, ODD_ONE),
        predicted(stranger(), ODD_ONE, **with_receipt),
        stranger().post(f"{PREDICT}?receipt={taught['receipt']}", ODD_ONE).json(),
        predicted(visitor, ODD_ONE, HTTP_SEC_FETCH_SITE="cross-site"),
        predicted(visitor, ODD_ONE, HTTP_SEC_FETCH_SITE="same-site"),
        stored(stranger(), ODD_ONE, **with_receipt)["prediction"],
        stored(from_elsewhere, ODD_ONE, HTTP_SEC_FETCH_SITE="cross-site")["prediction"],
    ):
        assert answer == unknown
    assert predicted(visitor, ODD_ONE, HTTP_SEC_FETCH_SITE="same-origin")["digit"] == 1


def test_an_account_is_known_by_session_and_by_token(member: APIClient) -> None:
    labelled(member, ODD_ONE, 1)
    assert predicted(member, ODD_ONE)["digit"] == 1
    program = program_of(User.objects.get(username="member"))
    assert predicted(program, ODD_ONE)["digit"] == 1
    assert hand_of(program)["per_label"]["1"] == 1
    cross_site = {"HTTP_SEC_FETCH_SITE": "cross-site"}
    assert predicted(program, ODD_ONE, **cross_site)["digit"] == READ_AS


def test_what_others_say_by_a_receipt_is_not_remembered(visitor: APIClient) -> None:
    drawing = stored(visitor, ODD_ONE)
    by_link = stranger().post(
        own(drawing, "label/"), {"label": 1}, HTTP_X_RECEIPT=drawing["receipt"]
    )
    assert by_link.json()["label"] == "1"
    assert predicted(visitor, ODD_ONE)["digit"] == READ_AS
    assert hand_of(visitor)["drawings"] == []
    visitor.post(own(drawing, "label/"), {"label": 1})
    assert predicted(visitor, ODD_ONE)["digit"] == 1


def test_reviewers_training_and_gate_see_the_network_s_own(
    visitor: APIClient, reviewer: APIClient
) -> None:
    labelled(visitor, ODD_ONE, 1)
    labelled(visitor, ODD_ONE, 1)
    network_right = Drawing.objects.read_right(right=True)
    assert (network_right.count(), Drawing.objects.shown_right(right=True).count()) == (0, 1)
    page = reviewer.get("/admin/recognizer/drawing/?reading=wrong")
    assert page.context["cl"].result_count == 2


def test_who_is_not_known_costs_nothing_and_a_request_writes_nothing(
    visitor: APIClient, django_assert_num_queries: Any
) -> None:
    predicted(stranger(), ODD_ONE)
    with django_assert_num_queries(1):
        predicted(stranger(), ODD_ONE)
    stored(visitor)
    predicted(visitor, ODD_ONE)
    with django_assert_num_queries(2):  # nothing is labelled
        predicted(visitor, ODD_ONE)
    labelled(visitor, ODD_ONE, 1)
    with django_assert_num_queries(4) as asked:  # its row, its ink
        predicted(visitor, ODD_ONE)
    with django_assert_num_queries(2):
        predicted(visitor, ODD_ONE)
    with django_assert_num_queries(2):
        visitor.post(BATCH, {"items": [ODD_ONE] * 8})
    with django_assert_num_queries(1):
        predicted(visitor, {**ODD_ONE, "memory": False})
    assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)


# --- what is remembered -----------------------------------------------------------------------


def test_a_hand_is_shown_to_its_owner(visitor: APIClient) -> None:
    one = labelled(visitor, ODD_ONE, 1)
    four = labelled(visitor, body([[[*p, 5, 0.5] for p in stroke] for stroke in FOUR]), 4)
    photo = labelled(visitor, {"image": in_base64(picture(SEVEN))}, 7)
    stored(visitor)
    mended = stored(visitor, ODD_ONE)
    assert mended["prediction"]["memory"]["changed"]

    shown = hand_of(visitor)
    by_id = {drawing["id"]: drawing for drawing in shown["drawings"]}
    assert list(by_id) == [photo["id"], four["id"], one["id"]]
    assert by_id[one["id"]] == {
        "id": one["id"],
        "label": "1",
        "drawn_at": got(visitor, one)["created_at"],
        "telling": True,
        "strokes": DOUBTFUL,
        "canvas": CANVAS,
    }
    assert by_id[four["id"]]["strokes"] == FOUR
    assert not by_id[four["id"]]["telling"]
    glyph = base64.b64decode(by_id[photo["id"]]["pixels"])
    assert glyph == bytes(Drawing.objects.get(pk=photo["id"]).pixels)
    counts = {label: count for label, count in shown["per_label"].items() if count}
    assert counts == {"1": 1, "4": 1, "7": 1}
    assert (shown["mended"], shown["remembers"], shown["back"]) == (1, True, False)


def test_an_answer_that_memory_made_wrong_is_not_mended(visitor: APIClient) -> None:
    labelled(visitor, ODD_ONE, 1)
    labelled(visitor, ODD_ONE, 7)
    assert hand_of(visitor)["mended"] == 0


def test_who_has_drawn_nothing_has_an_empty_hand(visitor: APIClient) -> None:
    shown = hand_of(visitor)
    assert (shown["tag"], shown["generation"], shown["drawings"]) == ("0", 0, [])
    assert not Contributor.objects.exists()
    labelled(visitor, ODD_ONE, 1)
    assert hand_of(visitor, HTTP_SEC_FETCH_SITE="cross-site") == shown
    assert hand_of(stranger()) == shown


def test_twenty_of_a_label_stay(visitor: APIClient) -> None:
    for number in range(23):
        moved = [[[x + number, y] for x, y in stroke] for stroke in FOUR]
        stored(visitor, body(moved, label=4))
    assert hand_of(visitor)["per_label"]["4"] == 20
    newest = Drawing.objects.order_by("-created_at").first()
    assert newest is not None
    assert hand_of(visitor)["drawings"][0]["id"] == str(newest.pk)


def test_it_comes_again_only_if_it_has_changed(visitor: APIClient) -> None:
    etag = ""

    def changed(client: APIClient = visitor) -> bool:
        nonlocal etag
        response = client.get(HAND, HTTP_IF_NONE_MATCH=etag)
        etag = response.headers["ETag"]
        assert response.headers["Cache-Control"] == "private, no-cache"
        assert {"Cookie", "Authorization"} <= set(response.headers["Vary"].split(", "))
        return bool(response.status_code == 200)

    assert changed()
    assert not changed()
    drawing = labelled(visitor, ODD_ONE, 1)
    assert changed()
    assert not changed()
    stored(visitor, ODD_ONE)  # mended
    assert changed()
    other = stranger()
    labelled(other, body(FOUR), 4)
    assert changed(other)
    assert changed()
    visitor.delete(own(drawing))
    assert changed()
    assert not changed()


def test_an_answer_tells_that_the_hand_has_changed(visitor: APIClient) -> None:
    def tag(client: APIClient = visitor, data: dict[str, Any] = ODD_ONE) -> str | None:
        return client.post(PREDICT, data).headers.get("X-Hand")

    assert tag() == "0"
    labelled(visitor, ODD_ONE, 1)
    before = tag()
    assert hand_of(visitor)["tag"] == visitor.get(HAND).headers["X-Hand"] == before
    assert visitor.post(DRAWINGS, ODD_ONE).headers["X-Hand"] == before
    labelled(visitor, ODD_ONE, 1)
    assert tag() not in (before, "0")
    assert tag(stranger()) == "0"
    other = stranger()
    labelled(other, ODD_ONE, 1)
    assert tag(other) != before
    assert tag(data={**ODD_ONE, "memory": False}) is None


# --- forgotten, switched off, somebody else's ---------------------------------------------------


def test_what_is_forgotten_counts_no_more(visitor: APIClient) -> None:
    drawing = labelled(visitor, ODD_ONE, 1)
    labelled(visitor, body(FOUR), 4)
    answer = visitor.post(f"{HAND}forget/", {"drawing": drawing["id"]})
    counts = {label: count for label, count in answer.json()["per_label"].items() if count}
    assert counts == {"4": 1}
    assert predicted(visitor, ODD_ONE)["digit"] == READ_AS
    told = got(visitor, drawing)
    assert (told["label"], told["remembered"]) == ("1", False)


def test_all_is_forgotten_at_once(visitor: APIClient) -> None:
    labelled(visitor, ODD_ONE, 1)
    later = stored(visitor, ODD_ONE)
    answer = visitor.post(f"{HAND}forget/", {})
    assert (answer.status_code, sum(answer.json()["per_label"].values())) == (200, 0)
    assert predicted(visitor, ODD_ONE)["digit"] == READ_AS
    assert Drawing.objects.count() == 2
    visitor.post(own(later, "label/"), {"label": 1})  # what is said from now on counts again
    assert predicted(visitor, ODD_ONE)["digit"] == 1


def test_nobody_forgets_for_others(visitor: APIClient) -> None:
    drawing = labelled(visitor, ODD_ONE, 1)
    other = stranger()
    labelled(other, ODD_ONE, 1)
    for client in (other, stranger()):
        response = client.post(f"{HAND}forget/", {"drawing": drawing["id"]})
        assert (response.status_code, error_of(response)["field"]) == (400, "drawing")
    assert other.post(f"{HAND}forget/", {}).status_code == 200
    for part in ("forget", "settings", "fresh", "back"):
        response = visitor.post(
            f"{HAND}{part}/", {"remembers": False}, HTTP_SEC_FETCH_SITE="cross-site"
        )
        assert (response.status_code, code(response)) == (403, "permission_denied")
        assert not response.cookies
    assert predicted(visitor, ODD_ONE)["digit"] == 1


def test_it_is_switched_off_for_good_and_on_again(visitor: APIClient) -> None:
    labelled(visitor, ODD_ONE, 1)
    answer = visitor.post(f"{HAND}settings/", {"remembers": False}).json()
    assert (answer["remembers"], answer["tag"], answer["per_label"]["1"]) == (False, "0", 1)
    assert predicted(visitor, ODD_ONE) == predicted(stranger(), ODD_ONE)
    assert hand_of(visitor)["drawings"] == []
    visitor.post(f"{HAND}settings/", {"remembers": True})
    assert predicted(visitor, ODD_ONE)["digit"] == 1
    assert len(hand_of(visitor)["drawings"]) == 1
    assert visitor.post(f"{HAND}settings/", {}).status_code == 400


def test_who_has_drawn_nothing_may_switch_it_off_too(visitor: APIClient) -> None:
    assert visitor.post(f"{HAND}settings/", {"remembers": True}).status_code == 200
    assert not Contributor.objects.exists()
    visitor.post(f"{HAND}settings/", {"remembers": False})
    labelled(visitor, ODD_ONE, 1)
    assert predicted(visitor, ODD_ONE)["digit"] == READ_AS
    assert Contributor.objects.count() == 1


def test_two_people_at_one_screen(visitor: APIClient) -> None:
    labelled(visitor, ODD_ONE, 1)
    fresh = visitor.post(f"{HAND}fresh/")
    assert (fresh.status_code, fresh.json()["back"]) == (200, True)
    assert predicted(visitor, ODD_ONE)["digit"] == READ_AS
    assert hand_of(visitor)["back"]
    other = labelled(visitor, body(FOUR), 4)

    back = visitor.post(f"{HAND}back/").json()
    assert (back["per_label"]["1"], back["per_label"]["4"], back["back"]) == (1, 0, True)
    assert predicted(visitor, ODD_ONE)["digit"] == 1
    assert visitor.get(own(other)).status_code == 404
    assert visitor.post(f"{HAND}back/").json()["per_label"]["4"] == 1
    assert got(visitor, other)["id"] == other["id"]


def test_nobody_s_hand_is_lost_by_a_fresh_one(visitor: APIClient) -> None:
    drawings = []
    for _ in range(identity.MOST_HANDS):
        drawings.append(stored(visitor))
        assert visitor.post(f"{HAND}fresh/").status_code == 200
    drawings.append(stored(visitor))
    response = visitor.post(f"{HAND}fresh/")
    assert (response.status_code, code(response)) == (409, "too_many_hands")
    seen = set()
    for _ in drawings:
        seen |= {one["id"] for one in drawings if visitor.get(own(one)).status_code == 200}
        visitor.post(f"{HAND}back/")
    assert seen == {one["id"] for one in drawings}


def test_there_is_no_way_back_where_nobody_was(visitor: APIClient) -> None:
    response = visitor.post(f"{HAND}back/")
    assert (response.status_code, code(response)) == (409, "no_hand_before")
    visitor.cookies["hands"] = f"{'0' * 32}:forged:signature"
    assert visitor.post(f"{HAND}back/").status_code == 409


def test_the_hand_of_an_account_changes_by_signing_out(member: APIClient) -> None:
    labelled(member, ODD_ONE, 1)
    for part in ("fresh", "back"):
        response = member.post(f"{HAND}{part}/")
        assert (response.status_code, code(response)) == (409, "signed_in")
    assert predicted(member, ODD_ONE)["digit"] == 1


def test_what_browsers_get_is_what_the_server_looks_at(visitor: APIClient) -> None:
    """The ink without time and pressure gives the same features."""
    with_time = [[[*point, 7 * at, 0.5] for at, point in enumerate(one)] for one in FOUR]
    drawing = labelled(visitor, body(with_time), 4)
    row = Drawing.objects.get(pk=drawing["id"])
    (sent,) = hand_of(visitor)["drawings"]
    mine = ink.of_stored(bytes(row.pixels), row.strokes)
    theirs = ink.of_stored(bytes(row.pixels), sent["strokes"])
    assert mine.motion is not None
    assert theirs.motion is not None
    assert (mine.motion == theirs.motion).all()
