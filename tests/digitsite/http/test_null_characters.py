"""Null characters, which PostgreSQL neither stores nor compares: refused wherever they come in."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from rest_framework.test import APIClient

from recognizer.models import ModelVersion, Promotion
from tests.support import factories
from tests.support.api import VERSIONS, code
from tests.support.drawings import body

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("live_model")]

NULLS = ("\0", "a\0b", "4\0")
LISTS = {
    "/admin/auth/user/": ("q", "username__icontains", "is_staff__exact"),
    "/admin/recognizer/contributor/": ("q", "origin", "id"),
    "/admin/recognizer/drawing/": ("q", "review", "verdict", "reading", "label", "source__exact"),
    "/admin/recognizer/promotion/": ("kind", "reason"),
    "/admin/training/retraincheck/": ("pk", "trigger__exact"),
    "/admin/training/trainingrun/": ("status__exact", "trigger__exact"),
    "/admin/autocomplete/": ("term", "app_label"),
    "/api/v1/runs/": ("limit", "offset", "format"),
    VERSIONS: ("limit", "offset", "format"),
}


@pytest.mark.parametrize("address", LISTS)
def test_it_works(admin: APIClient, address: str) -> None:
    """Nobody searches, filters or pages by one."""
    for name in (*LISTS[address], "\0"):
        for null in NULLS:
            response = admin.get(f"{address}?{quote(name)}={quote(null)}")
            assert (response.status_code, name) == (400, name)


@pytest.mark.parametrize(
    "address",
    [
        "/admin/training/retraincheck/{}/change/", "/admin/training/retraincheck/{}/delete/",
        "/admin/training/retraincheck/{}/history/", "/admin/recognizer/drawing/{}/change/",
        "/api/v1/versions/{}/promote/", "/model/{}", "/{}",
    ],
)  # fmt: skip
def test_no_address_has_one(admin: APIClient, address: str) -> None:
    for null in NULLS:
        assert admin.get(address.format(quote(null))).status_code == 400


def test_a_refusal_of_the_api_has_its_shape(visitor: APIClient) -> None:
    response = visitor.get("/api/v1/model/?a=%00")
    assert (response.status_code, code(response)) == (400, "bad_request")


@pytest.mark.parametrize("null", NULLS)
def test_no_form_of_the_staff_stores_one(
    admin: APIClient, live_model: ModelVersion, null: str
) -> None:
    candidate = factories.version()
    drawing = factories.drawing(factories.contributor(), live_model)
    version = f"/admin/recognizer/modelversion/{candidate.pk}"
    drawings = "/admin/recognizer/drawing/"
    action = {"action": "reject", "_selected_action": str(drawing.pk)}
    forms: list[tuple[str, dict[str, Any]]] = [
        (f"{version}/promote/", {"reason": null}),
        (f"{version}/promote/", {"expected_live": null}),
        ("/admin/recognizer/modelversion/rollback/", {"reason": null}),
        (f"{drawings}{drawing.pk}/review/", {"label": null}),
        (f"{drawings}{drawing.pk}/review/", {"decision": "reject", "seen": null}),
        (drawings, action | {"_selected_action": null}),
        (drawings, action | {f"seen-{drawing.pk}": null}),
        ("/admin/auth/user/add/", {"username": null, "password1": "x", "password2": "x"}),
        (f"/admin/recognizer/contributor/{drawing.contributor.pk}/change/", {"share_cap": null}),
        ("/admin/training/trainingrun/start/", {"mode": null}),
        ("/language/", {"language": null}),
    ]
    for address, form in forms:
        assert admin.post(address, form, format="multipart").status_code == 400, address
    drawing.refresh_from_db()
    assert drawing.review == "accepted"
    assert (Promotion.objects.count(), User.objects.count()) == (1, 1)


@pytest.mark.parametrize("null", NULLS)
def test_no_call_of_the_api_stores_one(admin: APIClient, visitor: APIClient, null: str) -> None:
    factories.version()
    stored = visitor.post("/api/v1/drawings/", body()).json()
    for client, address, sent in (
        (admin, f"{VERSIONS}2/promote/", {"reason": null}),
        (admin, f"{VERSIONS}rollback/", {"reason": null}),
        (admin, "/api/v1/runs/", {"mode": null}),
        (admin, f"{stored['url']}review/", {"decision": null}),
        (admin, f"{stored['url']}review/", {"decision": "accept", "label": null}),
        (visitor, f"{stored['url']}label/", {"label": null}),
        (visitor, "/api/v1/drawings/", body(label=null)),
        (visitor, "/api/v1/drawings/", body(source=null)),
        (visitor, "/api/v1/predict/", {"image": null}),
    ):
        for kind in ("json", "multipart"):
            status = client.post(address, sent, format=kind).status_code
            assert status in (400, 415), address
    assert Promotion.objects.count() == 1


@pytest.mark.parametrize("name", ["sessionid", "contributor", "account", "csrftoken", "messages"])
def test_a_cookie_with_one_is_none(visitor: APIClient, live_model: ModelVersion, name: str) -> None:
    r"""Browsers send what they were given; in quotes `\000` stands for it."""
    for value in ('"\\000aaaaaaaaaaaaaaa"', '"a\\000aaaaaaaaaaaaaa"'):
        cookie = {"HTTP_COOKIE": f"{name}={value}"}
        for path in ("/", "/mine/", "/account/sign-in/"):
            assert visitor.get(path, **cookie).status_code == 200, path
        response = visitor.post("/api/v1/predict/", body(), **cookie)
        assert response.status_code == 200
    assert not Session.objects.exists()
