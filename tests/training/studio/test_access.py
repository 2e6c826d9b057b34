"""Roles, and the way into the studio: one door, back to where one was, the password again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from digitsite import urls
from digitsite.http.sessions import PROVEN_AT, SENSITIVE_SECONDS
from recognizer.services.roles import Role, has_role, role_of, roles_install
from training.studio.access import (
    admin_required,
    password_required,
    reviewer_required,
    trainer_required,
)

pytestmark = pytest.mark.django_db

WORD = "paper-and-ink-7"
SIGN_IN, CONFIRM = "/account/sign-in/", "/account/confirm/"
done: list[dict[str, Any]] = []


@reviewer_required(act=lambda request, **_: f"Accept it as {request.POST['label']}.")
def decide(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        done.append(request.POST.dict())
    return HttpResponse("decided")


@admin_required
@password_required
def dangerous(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        done.append(request.POST.dict())
    return HttpResponse("dangerous")


@trainer_required
def train(request: HttpRequest) -> HttpResponse:
    return HttpResponse("trained")


urlpatterns = [
    path("try/decide/", decide),
    path("try/train/", train),
    path("try/dangerous/", dangerous),
    path("", include(urls.urlpatterns)),
]


@pytest.fixture(autouse=True)
def _tried(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    done.clear()


def person(role: str = "") -> User:
    user = User.objects.create_user(role or "nobody", password=WORD)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def signed_in(role: str = "", **options: Any) -> Client:
    client = Client(**options)
    client.force_login(person(role))
    return client


def hidden(page: HttpResponse) -> dict[str, str]:
    """The hidden fields of a page's own form: the language's is another."""
    forms = re.findall(r"<form.*?</form>", page.content.decode(), re.S)
    (form,) = [one for one in forms if "/language/" not in one]
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    return dict(found)


def test_it_works() -> None:
    """After `migrate` the three groups are there, each with more rights than the one before."""
    for role in Role:
        user = person(role)
        assert role_of(user) == role
        assert [has_role(user, one) for one in Role] == [
            list(Role).index(one) <= list(Role).index(role) for one in Role
        ]
    assert role_of(person()) is None
    assert role_of(User.objects.create_superuser("root")) == Role.ADMIN


def test_migrate_brings_back_what_a_group_lacks() -> None:
    group = Group.objects.get(name="trainer")
    right = set(group.permissions.all())
    group.permissions.clear()
    Group.objects.filter(name="reviewer").delete()
    call_command("migrate", verbosity=0)
    assert set(group.permissions.all()) == right
    roles_install()
    assert Group.objects.count() == 3


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("", [403, 403, 403]),
        ("reviewer", [200, 403, 403]),
        ("trainer", [200, 200, 403]),
        ("admin", [200, 200, 200]),
    ],
)
def test_each_role_comes_as_far_as_it_may(role: str, statuses: list[int]) -> None:
    client = signed_in(role)
    paths = ["/try/decide/", "/try/train/", "/try/dangerous/"]
    assert [client.get(each).status_code for each in paths] == statuses


def test_a_stranger_signs_in_and_comes_back() -> None:
    person("reviewer")
    client = Client()
    answer = client.get("/try/decide/?order=oldest")
    assert answer.headers["Location"] == f"{SIGN_IN}?next=/try/decide/%3Forder%3Doldest"
    sent = {**hidden(client.get(answer.headers["Location"])), "username": "reviewer"}
    back = client.post(SIGN_IN, {**sent, "password": WORD})
    assert back.headers["Location"] == "/try/decide/?order=oldest"


def test_a_decision_that_came_too_late_is_shown_again_and_then_done() -> None:
    person("reviewer")
    client = Client(enforce_csrf_checks=True)
    client.get(SIGN_IN)
    token = client.cookies["csrftoken"].value
    late = client.post("/try/decide/?at=7", {"label": "4", "csrfmiddlewaretoken": token})
    assert late.status_code == 403
    assert done == []
    # A wrong password in between loses nothing.
    wrong = {**hidden(late), "username": "reviewer", "password": "wrong"}
    again = client.post(SIGN_IN, wrong)
    shown = client.post(SIGN_IN, {**hidden(again), "username": "reviewer", "password": WORD})
    assert "Accept it as 4." in shown.content.decode()
    assert 'action="/try/decide/?at=7"' in shown.content.decode()
    assert done == []
    stale = {**hidden(shown), "csrfmiddlewaretoken": token}
    assert client.post("/try/decide/?at=7", stale).status_code == 403
    assert client.post("/try/decide/?at=7", hidden(shown)).content == b"decided"
    assert [one["label"] for one in done] == ["4"]


def test_nobody_makes_up_what_waits() -> None:
    person("reviewer")
    data = {"username": "reviewer", "password": WORD, "interrupted": "made:up"}
    assert Client().post(SIGN_IN, data).status_code == 302


def test_htmx_leads_the_whole_page_to_the_sign_in() -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "/try/decide/"}
    client = Client(headers=headers)
    assert client.get("/try/decide/").headers["HX-Redirect"] == f"{SIGN_IN}?next=/try/decide/"
    short = client.post("/try/decide/", {"label": "4"}).headers["HX-Redirect"]
    assert short.startswith(f"{SIGN_IN}?interrupted=")
    assert "Your session has ended." in client.get(short).content.decode()
    noise = "".join(chr(0x4E00 + i * 7 % 9000) for i in range(4000))
    long = client.post("/try/decide/", {"label": noise}).headers["HX-Redirect"]
    assert long == f"{SIGN_IN}?next=/try/decide/"


def test_scripts_get_the_one_shape_of_errors() -> None:
    headers = {"Accept": "application/json"}
    answer = Client(headers=headers).post("/try/decide/", {"label": "4"})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_authenticated"
    assert answer.json()["sign_in"] == SIGN_IN
    answer = signed_in(headers=headers).post("/try/decide/", {"label": "4"})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "permission_denied"


def test_what_much_hangs_on_asks_for_the_password_after_some_minutes() -> None:
    client = signed_in("admin")
    assert client.post("/try/dangerous/", {"version": "7"}).content == b"dangerous"
    session = client.session
    session[PROVEN_AT] -= SENSITIVE_SECONDS
    session.save()
    asked = client.post("/try/dangerous/", {"version": "8"})
    assert asked.status_code == 403
    wrong = client.post(CONFIRM, {**hidden(asked), "password": "wrong"})
    assert "That is not your password." in wrong.content.decode()
    shown = client.post(CONFIRM, {**hidden(wrong), "password": WORD})
    client.post("/try/dangerous/", hidden(shown))
    assert [one["version"] for one in done] == ["7", "8"]
    assert client.get("/try/dangerous/").status_code == 200
