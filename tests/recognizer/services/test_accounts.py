"""Accounts: what a browser drew comes along, once, on the right side; and all of it can go."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from digitsite.exceptions import Conflict, NotAllowed
from recognizer.models import Contributor, Drawing, DrawingUse, ModelVersion
from recognizer.services import accounts
from recognizer.services.contributors import contributor_forget
from recognizer.split import bucket, is_held_out
from tests.support import factories
from tests.support.together import at_once
from training.data.snapshot import capped_weights, take_snapshot

pytestmark = pytest.mark.usefixtures("live_model")

SHARE = 20  # percent held out


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada")


def drawer(number: int, version: ModelVersion, drawings: int = 1, **fields: Any) -> Contributor:
    """An anonymous contributor with accepted drawings."""
    by = factories.contributor(number, **fields)
    for _ in range(drawings):
        factories.drawing(by, version)
    return by


def on_side(held_out: bool, but: tuple[int, ...] = ()) -> int:
    """The number of a contributor who is on the side."""
    return next(
        number
        for number in range(1000)
        if number not in but
        and is_held_out(uuid.uuid5(uuid.NAMESPACE_OID, f"contributor {number}"), SHARE) is held_out
    )


def owner() -> Contributor:
    """The only contributor there is."""
    return Contributor.objects.get()


# --- brought along ---------------------------------------------------------------


def test_it_works(live_model: ModelVersion) -> None:
    browser = drawer(1, live_model, drawings=2)
    user = accounts.account_create(name="ada", password="long-enough-4", browser=browser.pk)
    assert user.check_password("long-enough-4")
    assert owner().pk == browser.pk
    assert owner().user == user
    assert owner().drawings.count() == 2
    assert not accounts.is_staff(user)
    assert user.get_all_permissions() == set()


def test_a_second_browser_merges_into_the_account(ada: User, live_model: ModelVersion) -> None:
    for number, count in ((1, 2), (2, 3)):
        browser = drawer(number, live_model, drawings=count)
        assert accounts.contributor_claim(user=ada, browser=browser.pk) == count
    assert owner().user == ada
    assert owner().drawings.count() == 5


def test_a_second_time_nothing_happens(ada: User, live_model: ModelVersion) -> None:
    one, other = drawer(1, live_model), drawer(2, live_model)
    for browser in (one, other, other, one):
        accounts.contributor_claim(user=ada, browser=browser.pk)
    before = owner()
    assert accounts.contributor_claim(user=ada, browser=other.pk) == 0
    assert accounts.contributor_claim(user=ada, browser=uuid.uuid4()) == 0
    assert owner() == before
    assert before.drawings.count() == 2


def test_what_belongs_to_an_account_is_claimed_by_no_other(
    ada: User, live_model: ModelVersion
) -> None:
    browser = drawer(1, live_model)
    accounts.contributor_claim(user=ada, browser=browser.pk)
    bob = User.objects.create_user("bob")
    assert accounts.contributor_claim(user=bob, browser=browser.pk) == 0
    assert owner().user == ada


def test_what_became_of_the_drawings_comes_along(ada: User, live_model: ModelVersion) -> None:
    kept = drawer(1, live_model)
    moved = drawer(2, live_model)
    for by in (kept, moved):
        DrawingUse.objects.create(version=live_model, drawing=by.drawings.get(), role="train")
        accounts.contributor_claim(user=ada, browser=by.pk)
    assert live_model.uses.count() == 2
    assert Drawing.objects.learned_from().filter(contributor__user=ada).count() == 2


def test_a_merge_that_fails_changes_nothing(
    ada: User, live_model: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.contributor_claim(user=ada, browser=drawer(1, live_model).pk)
    browser = drawer(2, live_model)
    before = set(Drawing.objects.values_list("pk", "contributor", "contributor__user"))
    monkeypatch.setattr(accounts, "_cap", lambda cap: 1 / 0)  # once the drawings have moved
    with pytest.raises(ZeroDivisionError):
        accounts.contributor_claim(user=ada, browser=browser.pk)
    assert set(Drawing.objects.values_list("pk", "contributor", "contributor__user")) == before


# --- the split, the caps, the blocks ----------------------------------------------


@pytest.mark.parametrize("account_is_held_out", [True, False])
@pytest.mark.parametrize("browser_is_held_out", [True, False])
def test_who_was_learned_from_is_never_judged_on(
    ada: User, live_model: ModelVersion, account_is_held_out: bool, browser_is_held_out: bool
) -> None:
    first = on_side(account_is_held_out)
    account = drawer(first, live_model)
    accounts.contributor_claim(user=ada, browser=account.pk)
    browser = drawer(on_side(browser_is_held_out, but=(first,)), live_model)
    accounts.contributor_claim(user=ada, browser=browser.pk)
    assert is_held_out(owner().pk, SHARE) is (account_is_held_out and browser_is_held_out)


def test_that_holds_for_every_share(ada: User, live_model: ModelVersion) -> None:
    numbers = range(8)
    for number in numbers:
        accounts.contributor_claim(user=ada, browser=drawer(number, live_model).pk)
    keys = [uuid.uuid5(uuid.NAMESPACE_OID, f"contributor {number}") for number in numbers]
    assert bucket(owner().pk) == max(map(bucket, keys))


def test_a_snapshot_knows_one_person(ada: User, live_model: ModelVersion, settings: Any) -> None:
    settings.CONTRIBUTOR_CAP = 2
    for number in (1, 2):
        browser = drawer(number, live_model, drawings=2)
        accounts.contributor_claim(user=ada, browser=browser.pk)
    snapshot = take_snapshot()
    assert snapshot.contributors == 1
    assert snapshot.train.examples.weights.sum() == 2
    assert capped_weights(np.array(["one", "other"])).sum() == 2  # unmerged they had more


@pytest.mark.parametrize("blocked", [1, 2])
def test_a_block_is_not_shed_by_signing_in(
    ada: User, live_model: ModelVersion, blocked: int
) -> None:
    for number in (1, 2):
        browser = drawer(number, live_model, blocked=number == blocked)
        accounts.contributor_claim(user=ada, browser=browser.pk)
    assert owner().blocked


@pytest.mark.parametrize(
    ("one", "other", "left"),
    [(None, None, None), (5, None, 5), (None, 5, 5), (5, 3, 3), (500, None, None), (0, 5, 0)],
)
def test_the_lower_cap_holds(
    ada: User,
    live_model: ModelVersion,
    settings: Any,
    one: int | None,
    other: int | None,
    left: int | None,
) -> None:
    settings.CONTRIBUTOR_CAP = 200
    for number, cap in enumerate((one, other)):
        browser = drawer(number, live_model, share_cap=cap)
        accounts.contributor_claim(user=ada, browser=browser.pk)
    assert owner().share_cap == left


# --- at the same moment ------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_claims_at_once_each_finds_what_the_other_left(
    ada: User, live_model: ModelVersion
) -> None:
    browsers = [drawer(number, live_model, drawings=2) for number in range(4)]

    def claim(browser: Contributor) -> Any:
        return lambda: accounts.contributor_claim(user=ada, browser=browser.pk)

    outcomes = at_once(*[claim(browser) for browser in (*browsers, *browsers)])
    assert sorted(outcomes) == [0, 0, 0, 0, 2, 2, 2, 2]
    assert owner().user == ada
    assert owner().drawings.count() == 8


@pytest.mark.django_db(transaction=True)
def test_two_accounts_that_claim_one_browser_do_not_share_it(
    ada: User, live_model: ModelVersion
) -> None:
    browser = drawer(1, live_model, drawings=2)
    users = [ada, User.objects.create_user("bob")]
    outcomes = at_once(
        *[
            lambda user=user: accounts.contributor_claim(user=user, browser=browser.pk)
            for user in users
        ]
    )
    assert sorted(outcomes) == [0, 2]
    assert owner().user in users


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("numbers", [(1, 2), (2, 1)])
def test_a_claim_and_a_forgetting_at_once_leave_nothing_half(
    ada: User, live_model: ModelVersion, numbers: tuple[int, int]
) -> None:
    """Whichever of the two rows would be the one that stays."""
    first, second = numbers
    accounts.contributor_claim(user=ada, browser=drawer(first, live_model, drawings=2).pk)
    browser = drawer(second, live_model, drawings=2)
    claimed, forgotten = at_once(
        lambda: accounts.contributor_claim(user=ada, browser=browser.pk),
        lambda: contributor_forget(contributor=browser),
    )
    assert {claimed, forgotten} == {0, 2}
    assert owner().user == ada
    assert owner().drawings.count() == 2 + claimed


KILLED = """
import os, django
django.setup()
from django.contrib.auth.models import User
from recognizer.services import accounts
accounts._cap = lambda cap: os._exit(9)  # the drawings have moved, nothing is committed
accounts.contributor_claim(user=User.objects.get(username="ada"), browser="{browser}")
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_merge_that_is_killed_is_done_by_the_next(ada: User, live_model: ModelVersion) -> None:
    accounts.contributor_claim(user=ada, browser=drawer(1, live_model).pk)
    browser = drawer(2, live_model)
    settings = connection.settings_dict
    scheme = "sqlite:///" if connection.vendor == "sqlite" else "postgresql://postgres@127.0.0.1"
    port = f":{settings['PORT']}/" if settings["PORT"] else ""
    died = subprocess.run(
        [sys.executable, "-c", KILLED.format(browser=browser.pk)],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": f"{scheme}{port}{settings['NAME']}",
        },
        check=False,
    )
    assert died.returncode == 9
    assert Contributor.objects.filter(drawings__isnull=False).count() == 2
    assert accounts.contributor_claim(user=ada, browser=browser.pk) == 1
    assert owner().drawings.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_one_name_one_is_told(live_model: ModelVersion) -> None:
    def create() -> User:
        return accounts.account_create(name="ada", password="long-enough-4", browser=None)

    outcomes = at_once(create, create)
    assert sorted(type(outcome) for outcome in outcomes if isinstance(outcome, Conflict)) == [
        Conflict
    ]
    assert User.objects.count() == 1


# --- gone ---------------------------------------------------------------------------


def test_an_account_goes_with_everything(ada: User, live_model: ModelVersion) -> None:
    accounts.contributor_claim(user=ada, browser=drawer(1, live_model, drawings=3).pk)
    other = drawer(2, live_model)
    assert accounts.account_delete(user=ada) == 3
    assert not User.objects.exists()
    assert owner() == other


def test_an_account_without_drawings_goes_as_well(ada: User) -> None:
    assert accounts.account_delete(user=ada) == 0
    assert not User.objects.exists()


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_staff_are_not_deleted_here(ada: User, right: str) -> None:
    User.objects.update(**{right: True})
    with pytest.raises(NotAllowed), transaction.atomic():
        accounts.account_delete(user=ada)
    assert User.objects.exists()
