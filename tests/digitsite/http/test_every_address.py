"""Every address of the site, asked in ways that no page asks: none of them brings a 500."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver
from rest_framework.test import APIClient

from recognizer.models import Drawing, ModelVersion
from tests.support import factories

pytestmark = [pytest.mark.long, pytest.mark.django_db, pytest.mark.usefixtures("live_model")]

METHODS = ("HEAD", "OPTIONS", "PUT", "DELETE", "TRACE")
# No row's key: beyond 64 bits, beyond 32, no number, unknown.
KEYS = ("99999999999999999999", "4294967296", "x", str(uuid.UUID(int=0)))


def addresses(resolver: Any, key: str, before: str = "/") -> Iterator[str]:
    """Every address, with a key in place of its arguments."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).lstrip("^").rstrip("$").removesuffix("\\Z")
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern, key, route)
        else:
            yield re.sub(r"\(\?P<[^)]*\)|<[^>]*>", key, route)


def test_it_works(admin: APIClient, settings: Any) -> None:
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, 0)
    asked = {("GET", each) for key in KEYS for each in addresses(get_resolver(), key)}
    asked |= {(method, each) for method in METHODS for each in addresses(get_resolver(), KEYS[0])}
    asked = {one for one in asked if "/admin/jsi18n" not in one[1]}
    assert len(asked) > 300
    for method, address in sorted(asked):
        response = admin.generic(method, address)
        assert response.status_code < 500, f"{method} {address}"


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("rows", ["drawing", "contributor"])
def test_a_row_that_is_none_cannot_be_ticked(
    admin: APIClient, live_model: ModelVersion, rows: str, key: str
) -> None:
    factories.drawing(factories.contributor(), live_model)
    ticked = {"action": "delete_selected", "index": "0", "post": "yes", "_selected_action": key}
    known = key == KEYS[-1]  # it might be one
    response = admin.post(f"/admin/recognizer/{rows}/", ticked, format="multipart")
    assert response.status_code == (302 if known else 400)
    assert Drawing.objects.count() == 1


@pytest.mark.parametrize("rows", ["user", "group"])
def test_nor_can_an_account(admin: APIClient, rows: str) -> None:
    ticked = {"action": "delete_selected", "index": "0", "post": "yes", "_selected_action": "x"}
    assert admin.post(f"/admin/auth/{rows}/", ticked, format="multipart").status_code == 400


LOOKUPS = (
    "drawing/?version__exact=99999999999999999999",
    "drawing/?pixels__exact=x",
    "drawing/?reviewed_at__year=99999999999999999999",
    "drawing/?contributor__user__password__startswith=a",
    "promotion/?version__exact=99999999999999999999",
    "promotion/?by__password__startswith=a",
    "contributor/?share_cap=99999999999999999999",
    "auth/user/?groups__id__gt=99999999999999999999",
    "auth/user/?password__startswith=a",
)


@pytest.mark.parametrize("address", LOOKUPS)
def test_rows_are_chosen_as_the_pages_links_do_alone(admin: APIClient, address: str) -> None:
    address = address if "auth/" in address else f"recognizer/{address}"
    assert admin.get(f"/admin/{address}").status_code == 400


def test_what_the_pages_links_choose_by_is_allowed(
    admin: APIClient, live_model: ModelVersion
) -> None:
    by = factories.contributor()
    factories.drawing(by, live_model)
    for address in (
        f"recognizer/drawing/?review=all&contributor__id__exact={by.pk}",
        "recognizer/drawing/?review=all&label__exact=4&source__exact=ink",
        "recognizer/modelversion/?gate_verdict__exact=passed",
        "recognizer/contributor/?blocked__exact=0",
        "recognizer/promotion/?kind__exact=install",
        "training/trainingrun/?status__exact=failed",
    ):
        assert admin.get(f"/admin/{address}").status_code == 200, address
