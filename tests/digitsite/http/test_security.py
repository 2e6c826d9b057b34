"""What browsers are told, and what is never served."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client
from rest_framework.test import APIClient

from recognizer.models import Drawing
from tests.recognizer.web.test_draw_page import Elements
from tests.support.drawings import body, in_base64, picture

PAGES = [
    "/",
    "/mine/",
    "/about/",
    "/account/sign-in/",
    "/account/sign-up/",
    "/account/sign-in/",
    "/api/docs/",
]
STAFF_PAGES = [
    "/admin/",
    "/admin/recognizer/drawing/",
    "/admin/recognizer/modelversion/",
    "/admin/recognizer/contributor/",
    "/admin/training/trainingrun/",
]

pytestmark = pytest.mark.django_db


def policy(response: Any) -> dict[str, list[str]]:
    """The Content-Security-Policy, directive by directive."""
    parts = response.headers["Content-Security-Policy"].split(";")
    return {words[0]: words[1:] for words in (part.split() for part in parts)}


def pages(admin: Any) -> dict[str, Any]:
    """Every page, as who it is made for sees it."""
    responses = {path: Client().get(path) for path in PAGES}
    responses |= {path: admin.get(path) for path in STAFF_PAGES}
    assert {response.status_code for response in responses.values()} == {200}
    return responses


def test_it_works(client: Client) -> None:
    assert policy(client.get("/")) == {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'wasm-unsafe-eval'"],
        "img-src": ["'self'", "data:", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }


def test_no_page_lets_foreign_or_inline_scripts_run(admin: APIClient) -> None:
    for path, response in pages(admin).items():
        # WebAssembly is what the network runs as; it lets no script in.
        assert policy(response)["script-src"] == ["'self'", "'wasm-unsafe-eval'"], path


def test_styles_of_its_own_are_allowed_to_the_api_page_alone(admin: APIClient) -> None:
    loose = {path for path, response in pages(admin).items() if "style-src" in policy(response)}
    assert loose == {"/api/docs/"}


def test_no_page_needs_an_inline_script_or_style(admin: APIClient) -> None:
    for path, response in pages(admin).items():
        for tag, attributes in Elements(response.content.decode()).found:
            data_only = attributes.get("type") == "application/json"
            assert tag != "script" or "src" in attributes or data_only, path
            assert not [name for name in attributes if name.startswith("on")], path
            if path != "/api/docs/":
                assert tag != "style", path
                assert "style" not in attributes, path


def test_no_page_may_be_framed_or_guessed_at(admin: APIClient) -> None:
    for response in pages(admin).values():
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_camera_is_for_the_site_itself_alone(admin: APIClient) -> None:
    for response in pages(admin).values():
        allowed = response.headers["Permissions-Policy"].split(", ")
        assert allowed == ["camera=(self)", "microphone=()", "geolocation=()"]


def test_no_other_site_may_read_the_api(client: Client) -> None:
    response = client.get("/api/v1/schema/", headers={"Origin": "https://evil.example.org"})
    assert response.status_code == 200
    assert not [name for name in response.headers if name.startswith("Access-Control")]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_api_page_loads_from_here_alone(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert sources
    assert all(source.startswith("/") and not source.startswith("//") for source in sources)


# --- cookies ----------------------------------------------------------------------


def log_in(client: Client) -> Any:
    data = {"username": "admin", "password": "correct-horse"}
    return client.post("/account/sign-in/", data)


def test_cookies_are_kept_from_other_sites_and_from_scripts(
    client: Client, admin_user: Any, live_model: Any
) -> None:
    client.get("/")
    client.post("/api/v1/drawings/", body(), content_type="application/json")
    kept = {"contributor": client.cookies.pop("contributor")}
    assert log_in(client).status_code == 302
    kept = dict(client.cookies) | kept
    assert set(kept) == {"csrftoken", "sessionid", "contributor", "account"}
    for name, cookie in kept.items():
        assert cookie["samesite"] == "Lax", name
        assert bool(cookie["httponly"]) is (name not in ("csrftoken", "account")), name


def test_over_tls_cookies_travel_over_tls_only(
    client: Client, admin_user: Any, live_model: Any, settings: Any
) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client.get("/", secure=True)
    client.post("/api/v1/drawings/", body(), content_type="application/json", secure=True)
    client.force_login(admin_user)
    assert len(client.cookies) == 3
    assert all(cookie["secure"] for cookie in client.cookies.values())


def test_over_tls_everything_but_the_probes_is_redirected(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    client = Client()
    assert client.get("/").headers["Location"] == "https://testserver/"
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code in (200, 503)
    assert client.get("/metrics").status_code == 403


def test_machines_ask_a_process_by_its_own_address() -> None:
    client = Client(headers={"host": "10.1.2.3:8000"})
    assert client.get("/").status_code == 400
    assert client.get("/readyz").status_code in (200, 503)
    assert client.get("/metrics").status_code == 403


def test_the_sign_in_asks_for_its_token(admin_user: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    assert log_in(client).status_code == 403


# --- what is never served ---------------------------------------------------------


def test_what_people_sent_has_no_address(visitor: APIClient, live_model: Any) -> None:
    visitor.post("/api/v1/drawings/", {"image": in_base64(picture())})
    name = Drawing.objects.get().image.name
    assert Path(site.FILES_DIR / "default" / name).is_file()
    for path in (f"/{name}", f"/media/{name}", f"/static/{name}", f"/static/../{name}"):
        assert visitor.get(path).status_code == 404


def test_artifacts_have_no_address(visitor: APIClient, live_model: Any) -> None:
    for place in ("", "artifacts/", "media/", "static/"):
        assert visitor.get(f"/{place}{live_model.artifact}/model.keras").status_code == 404


def test_nothing_outside_the_static_files_is_served(visitor: APIClient) -> None:
    for path in ("/static/../manage.py", "/static/%2e%2e/manage.py", "/.env", "/db.sqlite3"):
        assert visitor.get(path).status_code == 404


def test_the_site_does_not_start_in_debug_mode() -> None:
    assert site.DEBUG is False
    assert site.SECRET_KEY not in ("", None)


# --- whose answer it is -------------------------------------------------------------


def test_every_answer_says_that_it_is_the_sites(client: Client, live_model: Any) -> None:
    answers = [
        client.get("/"),
        client.get("/healthz"),
        client.get("/static/js/draw.js"),
        client.get("/service-worker.js"),
        client.get("/api/v1/model/"),
        client.get("/not/there/"),
        client.get("/", headers={"Host": "evil.example.org"}),
        client.post("/api/v1/predict/", "{", content_type="application/json"),
        Client(enforce_csrf_checks=True).post("/language/", {"language": "he"}),
    ]
    assert {answer.status_code for answer in answers} == {200, 400, 403, 404}
    assert {answer.headers["X-Digit-Reader"] for answer in answers} == {"1"}
    for answer in answers:
        answer.close()  # the script is a file


def test_a_failure_says_so_too(monkeypatch: Any) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("recognizer.api.predictions.submission.parse", fail)
    client = Client(raise_request_exception=False)
    answer = client.post("/api/v1/predict/", "{}", content_type="application/json")
    assert (answer.status_code, answer.headers["X-Digit-Reader"]) == (500, "1")
