"""A drawing's way through the API: stored, corrected, reviewed, and what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import OperationalError
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from digitsite.exceptions import Conflict
from recognizer import contributors, services
from recognizer.models import Contributor, Drawing, DrawingUse, ModelVersion
from tests import factories
from tests.drawings import CANVAS, FOUR, SEVEN, as_file, body, in_base64, picture
from tests.together import at_once

DRAWINGS = "/api/v1/drawings/"

pytestmark = pytest.mark.usefixtures("live_model")


def stored(client: APIClient, data: dict[str, Any] | None = None, **headers: Any) -> dict[str, Any]:
    response = client.post(DRAWINGS, data or body(FOUR), **headers)
    assert response.status_code == 201, response.content
    answer: dict[str, Any] = response.json()
    return answer


def own(drawing: dict[str, Any], part: str = "") -> str:
    return f"{DRAWINGS}{drawing['id']}/{part}"


def got(client: APIClient, drawing: dict[str, Any], **headers: Any) -> dict[str, Any]:
    response = client.get(own(drawing), **headers)
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer


def code(response: Any) -> str:
    return str(response.json()["error"]["code"])


def image_files() -> list[Path]:
    return [path for path in Path(default_storage.path("")).rglob("*") if path.is_file()]


def stranger() -> APIClient:
    return APIClient(enforce_csrf_checks=True)


# --- storing ----------------------------------------------------------------------


def test_it_works(visitor: APIClient, reviewer: APIClient) -> None:
    drawing = stored(visitor)
    assert got(visitor, drawing)["fate"] == "Nobody has said yet what this is."

    labelled = visitor.post(own(drawing, "label/"), {"label": 4}).json()
    assert (labelled["label"], labelled["review"]) == ("4", "pending")
    assert got(visitor, drawing)["fate"] == "Waiting for a reviewer."

    reviewed = reviewer.post(own(drawing, "review/"), {"decision": "accept"}).json()
    assert (reviewed["review"], reviewed["accepted_label"]) == ("accepted", "4")
    assert got(visitor, drawing)["fate"] == "Accepted; the next training will use it."
    assert Drawing.objects.trainable().count() == 1


def test_the_answer_is_the_prediction_with_a_receipt(visitor: APIClient) -> None:
    drawing = stored(visitor)
    assert list(drawing) == ["id", "receipt", "url", "label", "review", "prediction"]
    assert drawing["url"] == own(drawing)
    assert drawing["prediction"] == visitor.post("/api/v1/predict/", body(FOUR)).json()
    assert (drawing["label"], drawing["review"]) == ("", "unlabelled")


def test_what_was_drawn_is_kept_as_it_was_drawn(
    visitor: APIClient, live_model: ModelVersion
) -> None:
    timed = [[[x, y, 16.5 * i, 0.25] for i, (x, y) in enumerate(stroke)] for stroke in FOUR]
    answer = stored(visitor, body(timed, source="ink", detail=True))
    drawing = Drawing.objects.get(pk=answer["id"])
    assert drawing.strokes == timed
    assert drawing.canvas == CANVAS
    assert drawing.source == "ink"
    assert list(bytes(drawing.pixels)) == answer["prediction"]["seen"]
    assert drawing.version == live_model
    assert drawing.digit == answer["prediction"]["digit"] == 4
    assert drawing.probabilities == answer["prediction"]["probabilities"]
    assert drawing.consent
    assert not drawing.image


@pytest.mark.parametrize("form", [True, False])
def test_an_image_is_kept_to_the_byte(visitor: APIClient, form: bool) -> None:
    content = picture(SEVEN)
    if form:
        file = as_file(content)
        data = {"image": file, "source": "upload", "label": "7", "consent": "false"}
        answer = visitor.post(DRAWINGS, data, format="multipart").json()
    else:
        data = {"image": in_base64(content), "source": "upload", "label": 7, "consent": False}
        answer = stored(visitor, data)
    drawing = Drawing.objects.get(pk=answer["id"])
    assert drawing.image.read() == content
    assert drawing.strokes is None
    assert (drawing.source, drawing.label, drawing.consent) == ("upload", "7", False)
    assert [path.read_bytes() for path in image_files()] == [content]
    drawing.image.close()


@pytest.mark.parametrize("label", ["4", 4, "not_a_digit"])
def test_a_label_may_come_along(visitor: APIClient, label: Any) -> None:
    drawing = stored(visitor, body(FOUR, label=label))
    assert (drawing["label"], drawing["review"]) == (str(label), "pending")
    assert got(visitor, drawing)["labelled_at"]


def test_where_the_rows_cannot_be_written_no_file_is_left(
    visitor: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_order(*_: Any, **__: Any) -> None:
        raise OperationalError("The disk is full.")

    monkeypatch.setattr(Drawing, "save", out_of_order)
    response = visitor.post(DRAWINGS, {"image": in_base64(picture())})
    assert response.status_code == 503
    assert code(response) == "unavailable"
    assert image_files() == []
    assert not Contributor.objects.exists()


# --- whose it is ------------------------------------------------------------------


def test_a_browser_is_known_by_its_cookie(visitor: APIClient) -> None:
    first, second = stored(visitor), stored(visitor)
    assert Contributor.objects.count() == 1
    assert got(visitor, first)["id"] == first["id"]
    assert got(visitor, second)["id"] == second["id"]


def test_the_cookie_is_kept_from_scripts_and_other_sites(visitor: APIClient) -> None:
    stored(visitor)
    cookie = visitor.cookies["contributor"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == contributors.COOKIE_AGE


def test_strangers_are_told_that_there_is_nothing(visitor: APIClient, member: APIClient) -> None:
    drawing = stored(visitor)
    other = stranger()
    stored(other)
    for somebody in (stranger(), other, member):
        for response in (
            somebody.get(own(drawing)),
            somebody.delete(own(drawing)),
            somebody.post(own(drawing, "label/"), {"label": 4}),
        ):
            assert response.status_code == 404
            assert code(response) == "not_found"
    assert got(visitor, drawing)["label"] == ""


def test_what_never_was_looks_the_same(visitor: APIClient) -> None:
    there = stranger().get(own(stored(visitor))).json()
    assert visitor.get(f"{DRAWINGS}00000000-0000-4000-8000-000000000000/").json() == there
    assert visitor.get(f"{DRAWINGS}4/").status_code == 404


@pytest.mark.parametrize("how", ["header", "query"])
def test_a_receipt_opens_the_drawing_it_was_given_for(visitor: APIClient, how: str) -> None:
    drawing, another = stored(visitor), stored(visitor)

    def status(asked: dict[str, Any], receipt: str) -> int:
        client = stranger()
        if how == "header":
            return client.get(own(asked), headers={"X-Receipt": receipt}).status_code
        return client.get(own(asked), {"receipt": receipt}).status_code

    assert status(drawing, drawing["receipt"]) == 200
    assert status(drawing, another["receipt"]) == 404
    assert status(another, drawing["receipt"]) == 404
    for forged in ("x", ":", drawing["id"], drawing["receipt"][:-1], "\u00e9", "a" * 10_000):
        assert status(drawing, forged) == 404


def test_with_its_receipt_a_drawing_is_labelled_and_deleted(visitor: APIClient) -> None:
    drawing = stored(visitor)
    receipt = {"X-Receipt": drawing["receipt"]}
    labelled = stranger().post(own(drawing, "label/"), {"label": "4"}, headers=receipt)
    assert labelled.json()["label"] == "4"
    assert stranger().delete(own(drawing), headers=receipt).status_code == 204
    assert not Drawing.objects.exists()


def test_a_receipt_outlives_a_change_of_the_secret_key(visitor: APIClient, settings: Any) -> None:
    drawing = stored(visitor)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-that-is-long-enough-for-everything-asked-of-it"
    opened = stranger().get(own(drawing), headers={"X-Receipt": drawing["receipt"]})
    assert opened.status_code == 200
    assert got(visitor, drawing)["id"] == drawing["id"]


def test_an_altered_cookie_is_nobodys(visitor: APIClient) -> None:
    drawing = stored(visitor)
    key = str(Drawing.objects.get().contributor_id)
    for forged in (key, f"{key}:x", "", visitor.cookies["contributor"].value + "x"):
        client = stranger()
        client.cookies["contributor"] = forged
        assert client.get(own(drawing)).status_code == 404


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_the_cookie_counts_for_nothing_on_another_sites_page(visitor: APIClient, site: str) -> None:
    drawing = stored(visitor)
    foreign = {"Sec-Fetch-Site": site}
    for response in (
        visitor.get(own(drawing), headers=foreign),
        visitor.delete(own(drawing), headers=foreign),
        visitor.post(own(drawing, "label/"), {"label": 5}, headers=foreign),
    ):
        assert response.status_code == 404
    stored(visitor, headers=foreign)
    assert Contributor.objects.count() == 2


def test_the_sites_own_page_may(visitor: APIClient) -> None:
    drawing = stored(visitor)
    for site in ("same-origin", "none"):
        assert got(visitor, drawing, headers={"Sec-Fetch-Site": site})["id"] == drawing["id"]


def test_an_account_is_one_contributor_in_every_browser(member: APIClient) -> None:
    drawing = stored(member)
    assert "contributor" not in member.cookies
    elsewhere = APIClient()
    elsewhere.force_login(User.objects.get(username="member"))
    assert got(elsewhere, drawing)["id"] == drawing["id"]
    stored(elsewhere)
    assert Contributor.objects.get().user == User.objects.get(username="member")


@pytest.mark.django_db(transaction=True)
def test_two_first_drawings_of_an_account_at_once_make_one_contributor(
    member: APIClient, live_model: ModelVersion
) -> None:
    outcomes = at_once(*[lambda: stored(member)["id"]] * 3)
    assert len(set(outcomes)) == Drawing.objects.count() == 3
    assert Contributor.objects.count() == 1


def test_a_token_stands_for_its_account(member: APIClient) -> None:
    drawing = stored(member)
    token = Token.objects.create(user=User.objects.get(username="member"))
    program = stranger()
    program.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
    assert got(program, drawing)["id"] == drawing["id"]
    program.credentials(HTTP_AUTHORIZATION="Token wrong")
    response = program.get(own(drawing))
    assert response.status_code == 401
    assert code(response) == "authentication_failed"


def test_who_logs_in_after_drawing_keeps_the_drawings(visitor: APIClient, admin_user: User) -> None:
    before = stored(visitor)
    visitor.force_login(admin_user)
    visitor.handler.enforce_csrf_checks = False
    after = stored(visitor)
    assert Contributor.objects.get().user == admin_user
    assert {str(pk) for pk in Contributor.objects.get().drawings.values_list("pk", flat=True)} == {
        before["id"], after["id"],
    }  # fmt: skip


def test_an_account_takes_over_nobody_else(
    visitor: APIClient, member: APIClient, admin: APIClient
) -> None:
    """The browser's drawings go to the first account that draws in it, and to no second."""
    drawing = stored(visitor)
    for client in (member, admin):
        client.cookies["contributor"] = visitor.cookies["contributor"].value
        stored(client)
    assert Contributor.objects.count() == 2
    assert Drawing.objects.get(pk=drawing["id"]).contributor.user.username == "member"


def test_what_an_account_drew_is_gone_with_its_session(
    visitor: APIClient, member: APIClient
) -> None:
    """The cookie stays behind in a browser that others use, but opens nothing any more."""
    drawing = stored(visitor)
    member.cookies["contributor"] = visitor.cookies["contributor"].value
    stored(member)
    assert got(member, drawing)["id"] == drawing["id"]
    assert visitor.get(own(drawing)).status_code == 404


def test_members_must_send_the_csrf_token(member_in_browser: APIClient) -> None:
    drawing = stored(member_in_browser)
    member_in_browser.credentials()
    for response in (
        member_in_browser.post(DRAWINGS, body()),
        member_in_browser.post(own(drawing, "label/"), {"label": 4}),
        member_in_browser.delete(own(drawing)),
    ):
        assert response.status_code == 403
        assert code(response) == "permission_denied"
    assert Drawing.objects.count() == 1


# --- labelling --------------------------------------------------------------------


@pytest.mark.parametrize("label", [*range(10), *map(str, range(10)), "not_a_digit"])
def test_every_label_is_taken(visitor: APIClient, label: Any) -> None:
    answer = visitor.post(own(stored(visitor), "label/"), {"label": label}).json()
    assert answer["label"] == str(label)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(data, id=str(data))
        for data in (
            {}, {"label": None}, {"label": ""}, {"label": 10}, {"label": "four"},
            {"label": [4]}, {"label": True}, [], "4", None,
        )
    ],
)  # fmt: skip
def test_other_labels_are_refused(visitor: APIClient, data: Any) -> None:
    drawing = stored(visitor)
    response = visitor.post(own(drawing, "label/"), data, format="json")
    assert response.status_code == 400
    assert response.json()["error"]["message"]
    assert got(visitor, drawing)["review"] == "unlabelled"


def test_a_label_may_be_changed_until_it_is_reviewed(
    visitor: APIClient, reviewer: APIClient
) -> None:
    drawing = stored(visitor)
    for label in ("9", "4"):
        assert visitor.post(own(drawing, "label/"), {"label": label}).status_code == 200
    reviewer.post(own(drawing, "review/"), {"decision": "accept"})
    response = visitor.post(own(drawing, "label/"), {"label": "9"})
    assert response.status_code == 409
    assert code(response) == "reviewed"
    assert got(visitor, drawing)["label"] == "4"


def test_a_label_for_a_drawing_deleted_in_between_finds_nothing(
    visitor: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = stored(visitor)
    drawing_label = services.drawing_label

    def deleted_first(*, drawing: Drawing, label: str) -> Drawing:
        Drawing.objects.all().delete()
        return drawing_label(drawing=drawing, label=label)

    monkeypatch.setattr(services, "drawing_label", deleted_first)
    response = visitor.post(own(drawing, "label/"), {"label": 4})
    assert response.status_code == 404
    assert code(response) == "not_found"


# --- reviewing --------------------------------------------------------------------


def test_a_reviewer_may_know_better(visitor: APIClient, reviewer: APIClient) -> None:
    drawing = stored(visitor, body(FOUR, label=9))
    review = {"decision": "accept", "label": 4}
    answer = reviewer.post(own(drawing, "review/"), review).json()
    assert (answer["label"], answer["accepted_label"]) == ("9", "4")
    assert Drawing.objects.get().reviewer == User.objects.get(username="reviewer")


def test_a_reviewer_may_label_what_nobody_labelled(visitor: APIClient, reviewer: APIClient) -> None:
    drawing = stored(visitor)
    review = {"decision": "accept", "label": "not_a_digit"}
    answer = reviewer.post(own(drawing, "review/"), review).json()
    assert (answer["review"], answer["accepted_label"]) == ("accepted", "not_a_digit")


def test_nothing_is_accepted_without_a_label(visitor: APIClient, reviewer: APIClient) -> None:
    drawing = stored(visitor)
    response = reviewer.post(own(drawing, "review/"), {"decision": "accept"})
    assert response.status_code == 400
    assert response.json()["error"]["field"] == "label"
    assert got(visitor, drawing)["review"] == "unlabelled"


def test_a_rejected_drawing_is_never_learned_from(visitor: APIClient, reviewer: APIClient) -> None:
    drawing = stored(visitor, body(FOUR, label=4))
    answer = reviewer.post(own(drawing, "review/"), {"decision": "reject"}).json()
    assert (answer["review"], answer["accepted_label"]) == ("rejected", "")
    assert got(visitor, drawing)["fate"] == "A reviewer decided not to learn from it."
    assert not Drawing.objects.trainable().exists()


def test_a_decision_may_be_changed(visitor: APIClient, reviewer: APIClient) -> None:
    drawing = stored(visitor, body(FOUR, label=4))
    for decision in ("accept", "reject", "accept"):
        reviewer.post(own(drawing, "review/"), {"decision": decision})
    assert got(visitor, drawing)["accepted_label"] == "4"


def test_of_two_reviewers_the_second_is_told(visitor: APIClient, admin_user: User) -> None:
    stored(visitor, body(FOUR, label=4))
    one, other = Drawing.objects.get(), Drawing.objects.get()
    services.drawing_review(drawing=one, decision="reject", reviewer=admin_user)
    with pytest.raises(Conflict):
        services.drawing_review(drawing=other, decision="accept", reviewer=admin_user)
    assert Drawing.objects.get().review == "rejected"


def test_a_label_changed_under_the_reviewers_eyes_is_not_accepted(
    visitor: APIClient, admin_user: User
) -> None:
    drawing = stored(visitor, body(FOUR, label=4))
    seen = Drawing.objects.get()
    visitor.post(own(drawing, "label/"), {"label": 9})
    with pytest.raises(Conflict):
        services.drawing_review(drawing=seen, decision="accept", reviewer=admin_user)
    assert Drawing.objects.get().review == "pending"


@pytest.mark.parametrize(
    "data", [{}, {"decision": "maybe"}, {"decision": "accept", "label": 11}, [], "accept"], ids=str
)
def test_other_decisions_are_refused(visitor: APIClient, reviewer: APIClient, data: Any) -> None:
    drawing = stored(visitor, body(FOUR, label=4))
    assert reviewer.post(own(drawing, "review/"), data, format="json").status_code == 400
    assert got(visitor, drawing)["review"] == "pending"


def test_only_reviewers_review(visitor: APIClient, member: APIClient) -> None:
    drawing = stored(visitor, body(FOUR, label=4))
    idle = APIClient()
    idle.force_login(User.objects.create_user("idle", is_staff=True))
    for somebody, status in ((visitor, 401), (member, 403), (idle, 403)):
        response = somebody.post(own(drawing, "review/"), {"decision": "accept"})
        assert response.status_code == status
        assert code(response) in ("not_authenticated", "permission_denied")
    assert got(visitor, drawing)["review"] == "pending"


def test_staff_see_every_drawing(visitor: APIClient, reviewer: APIClient) -> None:
    assert got(reviewer, stored(visitor))["label"] == ""


# --- consent, trust, fate ---------------------------------------------------------


def test_without_consent_it_is_never_learned_from(visitor: APIClient, reviewer: APIClient) -> None:
    drawing = stored(visitor, body(FOUR, label=4, consent=False))
    assert reviewer.post(own(drawing, "review/"), {"decision": "accept"}).status_code == 200
    assert not Drawing.objects.trainable().exists()


def test_a_blocked_contributor_is_never_learned_from(
    visitor: APIClient, reviewer: APIClient
) -> None:
    drawing = stored(visitor, body(FOUR, label=4))
    reviewer.post(own(drawing, "review/"), {"decision": "accept"})
    contributor = Contributor.objects.get()
    services.contributor_block(contributor=contributor, blocked=True)
    assert not Drawing.objects.trainable().exists()
    services.contributor_block(contributor=contributor, blocked=False)
    assert Drawing.objects.trainable().count() == 1


def test_a_drawing_tells_what_the_live_version_reads_now(
    visitor: APIClient, live_model: ModelVersion
) -> None:
    answer = stored(visitor)
    now = got(visitor, answer)["now"]
    assert now["digit"] == answer["prediction"]["digit"]
    assert now["confidence"] == pytest.approx(answer["prediction"]["confidence"], abs=1e-5)
    assert now["model_version"] == live_model.number


def test_a_drawing_tells_which_version_used_it(
    visitor: APIClient, live_model: ModelVersion
) -> None:
    drawing = stored(visitor)
    row = Drawing.objects.get()
    DrawingUse.objects.create(version=live_model, drawing=row, role="train")
    answer = got(visitor, drawing)
    assert answer["used_in"] == [{"version": 1, "role": "train"}]
    assert answer["fate"] == "Used in version 1; version 1, now live, reads it as 4."


def test_uses_cost_no_query_each(
    visitor: APIClient, live_model: ModelVersion, django_assert_max_num_queries: Any
) -> None:
    drawing = stored(visitor)
    for number in range(2, 12):
        version = ModelVersion.objects.create(
            number=number, artifact="none", manifest=live_model.manifest
        )
        DrawingUse.objects.create(version=version, drawing=Drawing.objects.get(), role="train")
    with django_assert_max_num_queries(6):
        assert len(got(visitor, drawing)["used_in"]) == 10


def test_a_fate_is_told_without_a_model_too(visitor: APIClient) -> None:
    drawing = stored(visitor)
    artifact = ModelVersion.objects.get()
    artifact.promotions.all().delete()
    assert got(visitor, drawing)["now"] is None


# --- deleting ---------------------------------------------------------------------


def test_deleting_really_deletes(
    visitor: APIClient, live_model: ModelVersion, django_capture_on_commit_callbacks: Any
) -> None:
    drawing = stored(visitor, {"image": in_base64(picture())})
    DrawingUse.objects.create(version=live_model, drawing=Drawing.objects.get(), role="train")
    assert len(image_files()) == 1
    with django_capture_on_commit_callbacks(execute=True):
        response = visitor.delete(own(drawing))
    assert (response.status_code, response.content) == (204, b"")
    assert image_files() == []
    assert not Drawing.objects.exists()
    assert not DrawingUse.objects.exists()
    assert visitor.get(own(drawing)).status_code == 404
    assert visitor.delete(own(drawing)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_bytes_outlive_a_deletion_that_fails(
    visitor: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(visitor, {"image": in_base64(picture())})

    def out_of_order(*_: Any) -> None:
        raise OperationalError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("django.db.models.deletion.Collector.delete", out_of_order)
        with pytest.raises(OperationalError):
            services.drawing_delete(drawing=Drawing.objects.get())
    assert len(image_files()) == Drawing.objects.count() == 1
    services.drawing_delete(drawing=Drawing.objects.get())
    assert len(image_files()) == Drawing.objects.count() == 0


def test_the_lineage_counts_what_was_deleted(visitor: APIClient, live_model: ModelVersion) -> None:
    live_model.manifest["lineage"] = {"drawings": {"total": 2}}
    for drawing in (stored(visitor), stored(visitor)):
        row = Drawing.objects.get(pk=drawing["id"])
        DrawingUse.objects.create(version=live_model, drawing=row, role="held_out")
    assert live_model.drawings_removed() == 0
    visitor.delete(own(drawing))
    assert live_model.drawings_removed() == 1


def test_a_contributor_is_forgotten_with_everything(
    visitor: APIClient, django_capture_on_commit_callbacks: Any
) -> None:
    other = stranger()
    kept = stored(other)
    stored(visitor, {"image": in_base64(picture())})
    stored(visitor)
    forgotten = Contributor.objects.exclude(drawings=kept["id"]).get()
    with django_capture_on_commit_callbacks(execute=True):
        assert services.contributor_forget(contributor=forgotten) == 2
    assert image_files() == []
    assert got(other, kept)["id"] == kept["id"]
    assert Contributor.objects.count() == 1
    # The browser still has its cookie, which now is nobody's.
    stored(visitor)
    assert Contributor.objects.count() == 2


def test_who_was_forgotten_leaves_no_name_in_the_lineage(live_model: ModelVersion) -> None:
    by = factories.contributor(1)
    drawing = factories.drawing(by, live_model)
    DrawingUse.objects.create(version=live_model, drawing=drawing, role="train")
    services.contributor_forget(contributor=by)
    assert not live_model.uses.exists()
