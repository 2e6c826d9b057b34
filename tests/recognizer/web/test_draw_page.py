"""The page to draw on, as the server sends it; tests/browser/test_draw.py uses it."""

from __future__ import annotations

import gzip
import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

PAGE = reverse("recognizer:draw")

pytestmark = pytest.mark.django_db


class Elements(HTMLParser):
    """All start tags of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))


@pytest.fixture
def elements(client: Client) -> list[tuple[str, dict[str, str | None]]]:
    return Elements(client.get(PAGE).content.decode()).found


def test_it_works(client: Client) -> None:
    response = client.get(PAGE)
    assert PAGE == "/"
    assert response.status_code == 200
    assert [template.name for template in response.templates][:2] == [
        "recognizer/draw.html",
        "base.html",
    ]


def test_pages_are_compressed_and_answers_of_the_api_are_not(client: Client) -> None:
    page = client.get(PAGE, headers={"Accept-Encoding": "gzip"})
    assert b"<html" in gzip.decompress(page.content)
    schema = client.get("/api/v1/schema/", headers={"Accept-Encoding": "gzip"})
    assert len(schema.content) > 1000
    assert "Content-Encoding" not in schema.headers


def test_the_page_brings_the_token_that_the_api_asks_for(client: Client) -> None:
    assert client.get(PAGE).cookies["csrftoken"].value


def test_the_page_is_only_read(client: Client) -> None:
    assert client.head(PAGE).status_code == 200
    assert client.post(PAGE).status_code == 405


def test_nothing_in_the_markup_needs_a_hole_in_the_policy(
    client: Client, elements: list[tuple[str, dict[str, str | None]]]
) -> None:
    policy = client.get(PAGE).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy.replace("'wasm-unsafe-eval'", "")
    for tag, attributes in elements:
        assert tag != "style"
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert tag != "script" or attributes.get("src")


def test_everything_the_page_loads_comes_from_the_site_and_is_there(
    elements: list[tuple[str, dict[str, str | None]]],
) -> None:
    loaded = [
        attributes.get("src") or attributes.get("href") or ""
        for tag, attributes in elements
        if tag in ("script", "link") or "src" in attributes
    ]
    loaded += [
        attributes["data-rest"] or "" for _, attributes in elements if "data-rest" in attributes
    ]
    loaded.remove(reverse("recognizer:web-manifest"))  # a view, not a file
    scripts = {f"/static/js/{name}.js" for name in ("theme-init", "pad", "draw")}
    assert scripts | {"/static/css/board.css"} <= set(loaded)
    for address in loaded:
        assert address.startswith(settings.STATIC_URL)
        assert finders.find(address.removeprefix(settings.STATIC_URL))


def test_the_page_knows_the_addresses_of_the_api(
    elements: list[tuple[str, dict[str, str | None]]],
) -> None:
    reader = next(attributes for _, attributes in elements if attributes.get("id") == "reader")
    assert reader["data-predict-url"] == "/api/v1/predict/"
    assert reader["data-drawings-url"] == "/api/v1/drawings/"
    assert reader["data-model-url"] == "/api/v1/model/"


def test_no_id_stands_twice(elements: list[tuple[str, dict[str, str | None]]]) -> None:
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_every_text_that_the_scripts_use_is_on_the_page(client: Client) -> None:
    page = set(re.findall(r'data-text="(\w+)"', client.get(PAGE).content.decode()))
    scripts = "".join(
        path.read_text()
        for path in (settings.BASE_DIR / "static" / "js").rglob("*.js")
        # Their pages have texts of their own.
        if not {"studio", "digit-pad"} & set(path.parts)
    )
    named = set(re.findall(r"texts\.(\w+)", scripts))
    assert page == named


def test_only_staff_are_shown_the_way_to_the_studio(client: Client, admin_client: Client) -> None:
    assert reverse("studio:today") not in client.get(PAGE).content.decode()
    assert reverse("studio:today") in admin_client.get(PAGE).content.decode()
    assert reverse("docs") in client.get(PAGE).content.decode()
