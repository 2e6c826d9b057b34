"""The team's page: admins give roles, links and tokens; nobody else does."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from digitsite.http.sessions import PROVEN_AT, SENSITIVE_SECONDS
from recognizer.models import AccessToken
from recognizer.services.roles import Role, role_of

pytestmark = pytest.mark.django_db

PAGE, ROLE, NEW = "/studio/team/", "/studio/team/role/", "/studio/team/new/"
WORD = "paper-and-ink-7"


@pytest.fixture
def boss(admin_user: User) -> Client:
    client = Client()
    client.force_login(admin_user)
    return client


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def secret_on(response: Any) -> str:
    assert response.status_code == 200
    return str(response.context["secret"])


def test_it_works(boss: Client) -> None:
    """Invited, signed in by the link, at work; and out again."""
    link = secret_on(boss.post(NEW, {"name": "noa", "role": "reviewer"}))
    newcomer = Client()
    assert "noa" in newcomer.get(link).content.decode()
    weak = newcomer.post(link, {"new_password1": "noa", "new_password2": "noa"})
    assert weak.context["form"].errors
    chosen = {"new_password1": WORD, "new_password2": WORD}
    assert newcomer.post(link, chosen).headers["Location"] == "/studio/"
    assert newcomer.get("/studio/review/").status_code == 200
    assert newcomer.get(PAGE).status_code == 403
    assert Client().get(link).status_code == 404
    boss.post(ROLE, {"account": "noa", "role": ""})
    assert newcomer.get("/studio/review/").status_code == 403


def test_a_visitor_becomes_one_of_the_team(boss: Client) -> None:
    ada = User.objects.create_user("ada")
    assert said(boss.post(ROLE, {"account": "ada", "role": "trainer"}, follow=True)) == [
        "The role is changed."
    ]
    assert role_of(User.objects.get(pk=ada.pk)) == Role.TRAINER
    assert 'id="member-' in boss.get(PAGE).content.decode()
    for fields, message in (
        ({"account": "nobody", "role": "trainer"}, "There is no such account."),
        ({"account": "admin", "role": ""}, "Nobody changes their own role."),
    ):
        assert said(boss.post(ROLE, fields, follow=True)) == [message]
    nonsense = boss.post(ROLE, {"account": "ada", "role": "king"}, follow=True)
    assert "king" in said(nonsense)[0]
    assert role_of(User.objects.get(pk=ada.pk)) == Role.TRAINER


def test_a_token_is_shown_once_and_withdrawn_by_a_click(boss: Client, admin_user: User) -> None:
    address = f"/studio/team/{admin_user.pk}/token/"
    secret = secret_on(boss.post(address, {"kind": "api", "name": "a notebook", "days": "30"}))
    program = Client(headers={"Authorization": f"Token {secret}"})
    assert program.get("/api/v1/runs/").status_code == 200
    content = boss.get(PAGE).content.decode()
    assert secret not in content
    assert "a notebook" in content
    withdraw = f"/studio/team/tokens/{AccessToken.objects.get().pk}/withdraw/"
    assert said(boss.post(withdraw, follow=True)) == ["It opens nothing any more."]
    assert program.get("/api/v1/runs/").status_code == 401
    assert "a notebook" not in boss.get(PAGE).content.decode()
    for fields in ({}, {"kind": "api", "name": "x", "days": "0"}, {"kind": "key", "name": "x"}):
        assert boss.post(address, fields).status_code == 302
    assert AccessToken.objects.count() == 1


def test_names_that_are_taken_or_none(boss: Client) -> None:
    for name in ("admin", "a b"):
        assert said(boss.post(NEW, {"name": name, "role": "reviewer"}, follow=True))
    assert User.objects.count() == 1


def test_it_asks_for_the_password_after_some_minutes(boss: Client) -> None:
    session = boss.session
    session[PROVEN_AT] -= SENSITIVE_SECONDS
    session.save()
    asked = boss.post(NEW, {"name": "noa", "role": "reviewer"})
    assert asked.status_code == 403
    assert not User.objects.filter(username="noa").exists()
    fields = {"interrupted": asked.context["interrupted"].signed(), "password": "correct-horse"}
    shown = boss.post("/account/confirm/", fields)
    assert "New account: noa." in shown.content.decode()
    assert boss.post(NEW, dict(shown.context["waits"].fields)).status_code == 200


@pytest.mark.parametrize("role", ["", "reviewer", "trainer"])
def test_nobody_below_an_admin_comes_here(admin_user: User, role: str) -> None:
    user = User.objects.create_user("clerk", is_staff=bool(role))
    if role:
        user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    fields = {"account": "clerk", "role": "admin"}
    assert client.get(PAGE).status_code == 403
    assert client.post(ROLE, fields).status_code == 403
    assert client.post(f"/studio/team/{admin_user.pk}/token/", fields).status_code == 403
    assert role_of(User.objects.get(pk=user.pk)) != Role.ADMIN


def test_an_admin_by_role_may(boss: Client) -> None:
    user = User.objects.create_user("eva", is_staff=True)
    user.groups.add(Group.objects.get(name="admin"))
    client = Client()
    client.force_login(user)
    assert client.get(PAGE).status_code == 200


def test_few_questions_however_many_there_are(
    boss: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        user = User.objects.create_user(f"clerk{number}", is_staff=True)
        user.groups.add(Group.objects.get(name="reviewer"))
    with django_assert_max_num_queries(16):
        assert boss.get(PAGE).content.decode().count('id="member-') == 21
