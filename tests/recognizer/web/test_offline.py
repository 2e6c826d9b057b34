"""What the server says to browsers that keep the site: a service worker, a manifest, a page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

pytestmark = pytest.mark.django_db


def kept(client: Client) -> dict[str, Any]:
    text = client.get("/service-worker.js").content.decode()
    match = re.search(r"serve\((.*)\);", text, re.DOTALL)
    assert match
    return dict(json.loads(match[1]))


def test_it_works(client: Client) -> None:
    response = client.get("/service-worker.js")
    assert response.headers["Content-Type"] == "text/javascript"
    assert response.headers["Cache-Control"] == "no-cache"
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert b'importScripts("/static/js/offline/service-worker.js")' in response.content


def test_all_that_is_kept_is_there(client: Client) -> None:
    told = kept(client)
    names = [address.removeprefix("/static/") for address in told["files"]]
    some = {"js/draw.js", "js/inference/worker.js", "css/board.css", "img/icon-192.png"}
    assert some <= set(names)
    assert [name for name in names if not finders.find(name)] == []
    assert not [name for name in names if "admin" in name]
    for path in [*told["pages"], told["model"]]:
        assert client.get(path).status_code in (200, 503), path


def test_a_changed_file_changes_the_worker(client: Client, monkeypatch: Any) -> None:
    from recognizer.web import offline

    before = kept(client)["version"]
    assert kept(client)["version"] == before
    monkeypatch.setattr(offline, "static", lambda name: f"/static/newer/{name}")
    assert kept(client)["version"] != before


def test_the_manifest_names_icons_that_are_there(client: Client) -> None:
    response = client.get("/site.webmanifest")
    assert response.headers["Content-Type"] == "application/manifest+json"
    manifest = json.loads(response.content)
    assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    for icon in manifest["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/")), icon


def test_the_manifest_is_in_the_language_that_was_chosen(client: Client) -> None:
    def told(**asked: Any) -> tuple[str, ...]:
        manifest = json.loads(client.get("/site.webmanifest", **asked).content)
        return tuple(manifest[name] for name in ("lang", "dir", "name", "short_name"))

    english = ("en", "ltr", "Digit reader", "Digits")
    hebrew = ("he", "rtl", "קורא הספרות", "ספרות")
    assert told() == english
    assert told(headers={"Accept-Language": "he"}) == hebrew
    client.post("/language/", {"language": "he"})
    assert told() == hebrew
    # Browsers leave cookies out of this request unless the page says otherwise.
    assert b'crossorigin="use-credentials"' in client.get("/").content


def test_nobody_gets_the_manifest_of_another_language_from_a_cache(client: Client) -> None:
    headers = client.get("/site.webmanifest").headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert {"Accept-Language", "Cookie"} <= set(headers["Vary"].split(", "))


def test_the_page_without_the_server_leads_back_to_drawing(client: Client) -> None:
    response = client.get("/offline/")
    assert response.status_code == 200
    assert b'href="/"' in response.content


def test_what_is_kept_is_in_the_language_that_was_chosen(client: Client) -> None:
    english = client.get("/service-worker.js").content.decode()
    client.post("/language/", {"language": "he"})
    hebrew = client.get("/service-worker.js").content.decode()
    assert '"language": "en"' in english
    assert '"language": "he"' in hebrew
    version = re.compile(r'"version": "(\w+)"')
    assert version.findall(english) != version.findall(hebrew)
