"""Who works here: roles given and taken, links used once, tokens of which only hashes are kept."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from digitsite.exceptions import Conflict, Invalid, Refused
from recognizer.models import AccessToken, Audit
from recognizer.services.roles import Role, role_of
from recognizer.services.team import (
    link_use,
    member_create,
    role_in_group,
    role_set,
    token_create,
    token_of,
    token_withdraw,
)
from tests.support.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def noa() -> User:
    return User.objects.create_user("noa")


def told() -> tuple[str, object, object]:
    row = Audit.objects.latest("pk")
    return row.what, row.before, row.after


def test_it_works(noa: User, admin_user: User) -> None:
    role_set(user=noa, role=Role.REVIEWER, by=admin_user)
    noa = User.objects.get(pk=noa.pk)
    assert (noa.is_staff, role_of(noa)) == (True, Role.REVIEWER)
    assert told() == ("role", {"role": None}, {"role": "reviewer"})
    role_set(user=noa, role=Role.ADMIN, by=admin_user)
    assert [group.name for group in noa.groups.all()] == ["admin"]
    assert told() == ("role", {"role": "reviewer"}, {"role": "admin"})
    assert Audit.objects.latest("pk").account == noa
    role_set(user=noa, role=Role.ADMIN, by=admin_user)
    assert Audit.objects.filter(what="role").count() == 2


def test_with_the_role_go_the_tokens(noa: User, admin_user: User) -> None:
    role_set(user=noa, role=Role.TRAINER, by=admin_user)
    _token, secret = token_create(user=noa, kind="api", name="a notebook", by=admin_user)
    role_set(user=noa, role=None, by=admin_user)
    noa = User.objects.get(pk=noa.pk)
    assert (noa.is_staff, role_in_group(noa)) == (False, None)
    assert token_of(secret, kind="api") is None


def test_nobody_changes_their_own_role(noa: User, admin_user: User) -> None:
    role_set(user=noa, role=Role.ADMIN, by=admin_user)
    with pytest.raises(Conflict):
        role_set(user=noa, role=None, by=noa)
    assert role_in_group(noa) == Role.ADMIN


def test_somebody_new_has_no_password_until_the_link_is_used(admin_user: User) -> None:
    ben = member_create(name="ben", role=Role.REVIEWER, by=admin_user)
    assert not ben.has_usable_password()
    _token, secret = token_create(user=ben, kind="link", name="first", by=admin_user)
    assert token_of(secret, kind="api") is None
    found = token_of(secret, kind="link")
    assert found
    assert link_use(token=found, password="paper-and-ink-7").check_password("paper-and-ink-7")
    assert token_of(secret, kind="link") is None
    with pytest.raises(Conflict):
        link_use(token=found, password="another-word-8")
    with pytest.raises(Conflict):
        member_create(name="ben", role=Role.TRAINER, by=admin_user)
    with pytest.raises(ValidationError):
        member_create(name="a b", role=Role.TRAINER, by=admin_user)
    assert User.objects.filter(groups__name="trainer").count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_link_is_used_once_also_at_the_same_moment(noa: User) -> None:
    token, _secret = token_create(user=noa, kind="link", name="first", by=None)
    works = [lambda word=word: link_use(token=token, password=word) for word in ("one", "two")]
    outcomes = at_once(*works)
    assert sorted(isinstance(each, Refused) for each in outcomes) == [False, True]


def test_only_the_hash_of_a_secret_is_kept(noa: User) -> None:
    token, secret = token_create(user=noa, kind="api", name=" a notebook ", by=noa, days=30)
    assert token.name == "a notebook"
    assert len(secret) == 43
    kept = str(list(AccessToken.objects.values())) + str(list(Audit.objects.values()))
    assert secret not in kept
    assert hashlib.sha256(secret.encode()).hexdigest() in kept
    assert told() == ("token", {}, {"kind": "api", "name": "a notebook", "days": 30})


def test_what_is_over_withdrawn_or_of_nobody_opens_nothing(noa: User) -> None:
    token, secret = token_create(user=noa, kind="api", name="a notebook", by=noa)
    assert token_of(secret, kind="api") == token
    rows = AccessToken.objects.filter(pk=token.pk)
    rows.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert token_of(secret, kind="api") is None
    rows.update(expires_at=timezone.now() + timedelta(days=1))
    User.objects.update(is_active=False)
    assert token_of(secret, kind="api") is None
    User.objects.update(is_active=True)
    token_withdraw(token=token, by=noa)
    assert token_of(secret, kind="api") is None
    assert told()[2] == {"withdrawn": True}
    with pytest.raises(Conflict):
        token_withdraw(token=token, by=noa)


@pytest.mark.parametrize(
    ("name", "days"), [("", 3), ("  ", 3), ("x" * 61, 3), ("x", 0), ("x", 366)]
)
def test_a_token_has_a_name_and_an_end(noa: User, name: str, days: int) -> None:
    with pytest.raises(Invalid):
        token_create(user=noa, kind="api", name=name, by=noa, days=days)


def test_the_command_makes_one(noa: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("make_token", "noa", "--days", "2")
    token = token_of(capsys.readouterr().out.strip(), kind="api")
    assert token
    assert token.user == noa
    for bad in (["nobody"], ["noa", "--days", "0"]):
        with pytest.raises(CommandError):
            call_command("make_token", *bad)


def test_tokens_of_before_are_hashed_and_removed(noa: User) -> None:
    """The migration, on the table that REST framework made."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE authtoken_token (key varchar(40), user_id integer)")
        cursor.execute("INSERT INTO authtoken_token VALUES (%s, %s)", ["k" * 40, noa.pk])
    migration = import_module("recognizer.migrations.0010_hashed_tokens")
    migration.hash_tokens(apps, SimpleNamespace(connection=connection))
    token = token_of("k" * 40, kind="api")
    assert token
    assert token.user == noa
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM authtoken_token")
        assert cursor.fetchone()[0] == 0
        cursor.execute("DROP TABLE authtoken_token")
