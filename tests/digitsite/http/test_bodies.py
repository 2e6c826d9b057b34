"""JSON as the API sends it, and what is compared before it does."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import gettext_lazy
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from digitsite.http.bodies import AnswerRenderer, Negotiation, encoded


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(value, id=type(value).__name__)
        for value in (
            {"a": [1, 2.5, None, True, "\u05d0"], 7: "a number as a name"},
            datetime(2026, 11, 29, 10, 25, 46, 123456, tzinfo=UTC),
            uuid.UUID(int=7),
            Decimal("1.50"),
            gettext_lazy("The request is too large."),
            {4},
        )
    ],
)
def test_it_writes_as_rest_framework_does(value: Any) -> None:
    assert encoded(value) == JSONRenderer().render(value)


def test_nothing_is_an_empty_body() -> None:
    assert AnswerRenderer().render(None) == b""


def asking(**headers: str) -> Request:
    content_type = "application/json; charset=utf-8"
    return Request(APIRequestFactory().post("/", b"{}", headers=headers, content_type=content_type))


def test_who_asks_as_usual_gets_the_first_kind() -> None:
    kinds = [AnswerRenderer(), JSONRenderer()]
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        assert Negotiation().select_renderer(asking(**headers), kinds)[0] is kinds[0]


@pytest.mark.parametrize("accept", ["text/html, application/json;q=0.9", "application/*"])
def test_others_get_what_rest_framework_chooses(accept: str) -> None:
    renderer, _ = Negotiation().select_renderer(asking(Accept=accept), [AnswerRenderer()])
    assert isinstance(renderer, AnswerRenderer)


def test_a_body_is_parsed_by_its_type_whatever_else_is_said_of_it() -> None:
    parsers = [MultiPartParser(), JSONParser()]
    assert Negotiation().select_parser(asking(), parsers) is parsers[1]
