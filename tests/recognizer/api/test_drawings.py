"""A drawing's way through the API: stored, corrected, reviewed, and what became of it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from PIL import Image
from rest_framework.test import APIClient

from digitsite.exceptions import Conflict
from recognizer.api import ink
from recognizer.models import Contributor, Drawing, DrawingUse, ModelVersion
from recognizer.services import drawings
from recognizer.services.contributors import contributor_block
from recognizer.services.drawings import drawing_delete
from recognizer.services.reviews import drawing_review
from tests.support import factories
from tests.support.api import (
    DRAWINGS,
    code,
    error_of,
    got,
    image_files,
    own,
    stored,
)
from tests.support.drawings import CANVAS, FOUR, SEVEN, as_file, body, in_base64, picture

pytestmark = pytest.mark.usefixtures("live_model")


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
    assert list(drawing) == ["id", "receipt", "url", "page", "label", "review", "prediction"]
    assert drawing["url"] == own(drawing)
    assert drawing["prediction"] == visitor.post("/api/v1/predict/", body(FOUR)).json()
    assert (drawing["label"], drawing["review"]) == (None, "unlabelled")


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


@pytest.mark.parametrize("name", ["objects", "columns"])
def test_strokes_are_kept_plain_in_whatever_form_they_came(visitor: APIClient, name: str) -> None:
    stored(visitor, ink.BODIES[name])
    assert Drawing.objects.get().strokes == ink.BODIES["lists with time"]["strokes"]


def test_ink_beside_its_sheet_is_kept_where_it_is(visitor: APIClient) -> None:
    stored(visitor, ink.BODIES["beside the sheet"])
    assert Drawing.objects.get().strokes == ink.BODIES["beside the sheet"]["strokes"]


@pytest.mark.parametrize("form", [True, False])
def test_an_image_is_kept_to_the_pixel(visitor: APIClient, form: bool) -> None:
    content = picture(SEVEN)
    if form:
        file = as_file(content)
        data = {"image": file, "source": "upload", "label": "7", "consent": "false"}
        answer = visitor.post(DRAWINGS, data, format="multipart").json()
    else:
        data = {"image": in_base64(content), "source": "upload", "label": 7, "consent": False}
        answer = stored(visitor, data)
    drawing = Drawing.objects.get(pk=answer["id"])
    assert drawing.strokes is None
    assert (drawing.source, drawing.label, drawing.consent) == ("upload", "7", False)
    (path,) = image_files()
    assert path == Path(drawing.image.path)
    assert grey_of(path.read_bytes()) == grey_of(content)


def grey_of(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        return image.convert("L").tobytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "TIFF"])
def test_of_an_image_s_file_nothing_is_kept_but_the_picture(visitor: APIClient, kind: str) -> None:
    """Neither what stands in it beside the pixels nor what is hung on behind them."""
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    with Image.open(io.BytesIO(picture(SEVEN))) as image:
        file = io.BytesIO()
        image.save(file, kind, exif=exif, comment=b"where I live")
    hidden = file.getvalue() + b"PK\x03\x04 where I live" * 1_000
    assert b"where I live" in hidden[: len(file.getvalue())] or kind == "GIF"
    stored(visitor, {"image": in_base64(hidden), "source": "upload"})
    (path,) = image_files()
    kept = path.read_bytes()
    assert b"where I live" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "L", (280, 280))
        assert not image.info
        assert not image.getexif()
    assert kept.endswith(b"IEND\xaeB`\x82")
    assert len(kept) < len(hidden) / 4


def test_of_a_large_picture_as_much_is_kept_as_is_read(visitor: APIClient) -> None:
    with Image.open(io.BytesIO(picture(SEVEN))) as image:
        large = image.resize((3000, 2400))
    file = io.BytesIO()
    large.save(file, "JPEG")
    answer = stored(visitor, {"image": in_base64(file.getvalue()), "source": "camera"})
    assert answer["prediction"]["digit"] == 7
    (path,) = image_files()
    with Image.open(path) as image:
        assert image.size == (1024, 819)
    again = visitor.post("/api/v1/predict/", {"image": in_base64(path.read_bytes())})
    assert again.json()["digit"] == 7


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
    drawing_label = drawings.drawing_label

    def deleted_first(*, drawing: Drawing, **said: Any) -> Drawing:
        Drawing.objects.all().delete()
        return drawing_label(drawing=drawing, **said)

    monkeypatch.setattr("recognizer.api.drawings.drawing_label", deleted_first)
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
    assert error_of(response)["field"] == "label"
    assert got(visitor, drawing)["review"] == "unlabelled"


def test_a_rejected_drawing_is_never_learned_from(visitor: APIClient, reviewer: APIClient) -> None:
    drawing = stored(visitor, body(FOUR, label=4))
    answer = reviewer.post(own(drawing, "review/"), {"decision": "reject"}).json()
    assert (answer["review"], answer["accepted_label"]) == ("rejected", None)
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
    drawing_review(drawing=one, decision="reject", reviewer=admin_user)
    with pytest.raises(Conflict):
        drawing_review(drawing=other, decision="accept", reviewer=admin_user)
    assert Drawing.objects.get().review == "rejected"


def test_who_says_what_was_seen_overwrites_nothing_else(
    visitor: APIClient, reviewer: APIClient, admin: APIClient
) -> None:
    drawing = stored(visitor, body(FOUR, label=4))
    tag = reviewer.get(own(drawing)).headers["ETag"]

    def review(client: APIClient, decision: str, seen: str | None) -> Any:
        headers = {"If-Match": seen} if seen else {}
        return client.post(own(drawing, "review/"), {"decision": decision}, headers=headers)

    reviewed = review(reviewer, "accept", tag)
    assert reviewed.status_code == 200
    stale = review(admin, "reject", tag)
    assert (stale.status_code, code(stale)) == (412, "changed")
    assert review(admin, "reject", "W/nonsense").status_code == 412
    blind = review(admin, "reject", None)
    assert (blind.status_code, code(blind)) == (409, "reviewed")
    assert got(visitor, drawing)["review"] == "accepted"
    assert review(admin, "reject", reviewed.headers["ETag"]).status_code == 200
    assert got(visitor, drawing)["review"] == "rejected"


def test_a_label_changed_under_the_reviewers_eyes_is_not_accepted(
    visitor: APIClient, admin_user: User
) -> None:
    drawing = stored(visitor, body(FOUR, label=4))
    seen = Drawing.objects.get()
    visitor.post(own(drawing, "label/"), {"label": 9})
    with pytest.raises(Conflict):
        drawing_review(drawing=seen, decision="accept", reviewer=admin_user)
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
    assert got(reviewer, stored(visitor))["label"] is None


def test_staff_change_the_drawings_of_others_only_with_the_right_to(
    visitor: APIClient, reviewer: APIClient, admin: APIClient
) -> None:
    drawing = stored(visitor)
    assert reviewer.post(own(drawing, "label/"), {"label": 4}).status_code == 200
    refused = reviewer.delete(own(drawing))
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert reviewer.delete(own(stored(reviewer))).status_code == 204
    assert admin.delete(own(drawing)).status_code == 204
    assert not Drawing.objects.exists()


# --- consent, trust, fate ---------------------------------------------------------


def test_without_consent_it_is_never_learned_from(visitor: APIClient, reviewer: APIClient) -> None:
    drawing = stored(visitor, body(FOUR, label=4, consent=False))
    assert reviewer.post(own(drawing, "review/"), {"decision": "accept"}).status_code == 200
    assert not Drawing.objects.trainable().exists()
    assert got(visitor, drawing)["fate"] == "Accepted, but not to be learned from."


def test_a_blocked_contributor_is_never_learned_from(
    visitor: APIClient, reviewer: APIClient
) -> None:
    drawing = stored(visitor, body(FOUR, label=4))
    reviewer.post(own(drawing, "review/"), {"decision": "accept"})
    contributor = Contributor.objects.get()
    contributor_block(contributor=contributor, blocked=True)
    assert not Drawing.objects.trainable().exists()
    contributor_block(contributor=contributor, blocked=False)
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
            drawing_delete(drawing=Drawing.objects.get())
    assert len(image_files()) == Drawing.objects.count() == 1
    drawing_delete(drawing=Drawing.objects.get())
    assert len(image_files()) == Drawing.objects.count() == 0


def test_the_lineage_counts_what_was_deleted(visitor: APIClient, live_model: ModelVersion) -> None:
    trained = factories.version(parent=live_model)
    trained.manifest["lineage"] = {"drawings": {"total": 2}}
    for drawing in (stored(visitor), stored(visitor)):
        row = Drawing.objects.get(pk=drawing["id"])
        DrawingUse.objects.create(version=trained, drawing=row, role="held_out")
    assert trained.drawings_removed() == 0
    visitor.delete(own(drawing))
    assert trained.drawings_removed() == 1
