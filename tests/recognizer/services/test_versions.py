"""Model versions: installed, promoted, rolled back; history is only ever added to."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from digitsite.exceptions import Conflict
from recognizer.exceptions import BadArtifact
from recognizer.models import ModelVersion, Promotion
from recognizer.services import versions
from recognizer.serving import artifacts, browser_files, registry
from recognizer.serving.engine import Engine
from tests.support.api import (
    VERSIONS,
    code,
)
from tests.support.drawings import body
from tests.support.factories import overwrite, version
from tests.support.together import at_once

pytestmark = pytest.mark.django_db


def promote(version: ModelVersion, **options: Any) -> Promotion:
    return versions.version_promote(version=version, **{"by": None, **options})


def rollback(**options: Any) -> Promotion:
    return versions.version_rollback(by=None, **options)


def live() -> int:
    newest = ModelVersion.objects.live()
    assert newest is not None
    return newest.number


def history() -> list[tuple[str, int]]:
    """All promotions, the oldest first."""
    rows = Promotion.objects.order_by("pk").values_list("kind", "version__number")
    return list(rows)


def folders() -> set[str]:
    return set(artifacts.storage().listdir("")[0])


def test_it_works(live_model: ModelVersion) -> None:
    second, third = version(parent=live_model), version()
    assert live() == 1
    promote(second)
    promote(third)
    assert live() == 3
    rollback()
    assert live() == 2
    assert history() == [("install", 1), ("promote", 2), ("promote", 3), ("rollback", 2)]


# --- installing -------------------------------------------------------------------


def test_the_shipped_network_is_installed_once() -> None:
    installed = versions.version_install()
    assert installed is not None
    assert (installed.number, installed.gate_verdict) == (1, "passed")
    assert versions.version_install() is None
    assert history() == [("install", 1)]
    assert folders() == {installed.artifact}


def test_an_artifact_is_whole_in_its_place(live_model: ModelVersion) -> None:
    names = set(artifacts.storage().listdir(live_model.artifact)[1])
    assert names == {"manifest.json", *live_model.manifest["files"]}
    with artifacts.storage().open(f"{live_model.artifact}/manifest.json") as file:
        assert json.load(file) == live_model.manifest


@pytest.mark.django_db(transaction=True)
def test_of_two_installations_at_once_one_is_enough() -> None:
    installed = [one for one in at_once(*[versions.version_install] * 3) if one is not None]
    assert [type(one) for one in installed] == [ModelVersion]
    assert history() == [("install", 1)]
    assert folders() == {installed[0].artifact}


def test_the_command_installs_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("install_model")
    assert "Version 1 is live." in capsys.readouterr().out
    call_command("install_model")
    assert "nothing was changed" in capsys.readouterr().out


def damaged(folder: Path, damage: str) -> Path:
    """The shipped artifact with something wrong in it."""
    shutil.copytree(versions.SHIPPED, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    match damage:
        case "altered":
            (folder / "model.tflite").write_bytes(b"something else")
        case "incomplete":
            (folder / "model.keras").unlink()
        case "no manifest":
            (folder / "manifest.json").unlink()
        case "no JSON":
            (folder / "manifest.json").write_text("{")
        case "no network":
            content = b"no network, but with the right hash"
            (folder / "model.tflite").write_bytes(content)
            manifest["files"]["model.tflite"] = facts(content)
        case "another normalisation":
            manifest["normalisation"] = 99
        case "other labels":
            manifest["labels"] = manifest["labels"][::-1]
    if "manifest" not in damage and damage != "no JSON":
        (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def facts(content: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


@pytest.mark.parametrize(
    "damage",
    [
        "altered", "incomplete", "no manifest", "no JSON", "no network",
        "another normalisation", "other labels",
    ],
)  # fmt: skip
def test_a_damaged_artifact_is_not_installed(tmp_path: Path, damage: str) -> None:
    folder = damaged(tmp_path / "artifact", damage)
    with pytest.raises(BadArtifact):
        versions.version_install(folder=folder)
    with pytest.raises(CommandError):
        call_command("install_model", folder)
    assert not ModelVersion.objects.exists()
    assert folders() == set()


def test_an_artifact_can_be_taken_out_again(live_model: ModelVersion, tmp_path: Path) -> None:
    call_command("export_model", 1, tmp_path)
    shipped = {path.name: path.read_bytes() for path in versions.SHIPPED.glob("model.*")}
    assert {path.name: path.read_bytes() for path in tmp_path.glob("model.*")} == shipped
    assert artifacts.read_manifest(tmp_path) == live_model.manifest
    with pytest.raises(CommandError, match="no version 2"):
        call_command("export_model", 2, tmp_path)


# --- promoting --------------------------------------------------------------------


def test_a_live_version_is_not_promoted_again(live_model: ModelVersion) -> None:
    with pytest.raises(Conflict) as refusal:
        promote(live_model)
    assert refusal.value.code == "already_live"


def test_what_failed_the_gate_is_not_promoted(live_model: ModelVersion) -> None:
    with pytest.raises(Conflict) as refusal:
        promote(version(gate_verdict="failed"))
    assert refusal.value.code == "gate_failed"
    assert live() == 1


@pytest.mark.parametrize("reason", ["", "  "])
def test_what_the_gate_could_not_decide_needs_a_reason(
    live_model: ModelVersion, admin_user: User, reason: str
) -> None:
    with pytest.raises(Conflict) as refusal:
        promote(version(gate_verdict="undecided"), by=admin_user, reason=reason)
    assert refusal.value.code == "reason_needed"
    assert live() == 1


def test_nor_is_it_promoted_by_itself(live_model: ModelVersion, admin_user: User) -> None:
    undecided = version(gate_verdict="undecided")
    with pytest.raises(Conflict) as refusal:
        promote(undecided, reason="a run's wish")
    assert refusal.value.code == "reason_needed"
    promote(undecided, by=admin_user, reason="The two that it breaks are none of ours.")
    assert live() == 2


def test_who_looked_at_an_older_state_is_told(live_model: ModelVersion) -> None:
    second, third = version(), version()
    promote(second, expected_live=1)
    for change in (lambda: promote(third, expected_live=1), lambda: rollback(expected_live=1)):
        with pytest.raises(Conflict) as refusal:
            change()
        assert refusal.value.code == "live_changed"
    assert live() == 2
    promote(third, expected_live=2)
    assert live() == 3


@pytest.mark.parametrize("content", [b"", b"something else"])
def test_a_corrupted_artifact_is_never_promoted(
    visitor: APIClient, live_model: ModelVersion, content: bytes
) -> None:
    candidate = version()
    overwrite(candidate, content)
    with pytest.raises(Conflict) as refusal:
        promote(candidate)
    assert refusal.value.code == "bad_artifact"
    assert visitor.post("/api/v1/predict/", body()).json()["model_version"] == 1


def test_a_missing_artifact_is_never_promoted(live_model: ModelVersion) -> None:
    candidate = version()
    artifacts.remove(candidate.artifact, candidate.manifest)
    with pytest.raises(Conflict) as refusal:
        promote(candidate)
    assert refusal.value.code == "bad_artifact"


@pytest.mark.parametrize("name", ["model.keras", "model.tflite", *browser_files.STORED.values()])
def test_a_file_that_was_damaged_on_disk_keeps_its_version_from_going_live(
    live_model: ModelVersion, name: str
) -> None:
    """Also one that answers nobody: the next training would begin with `model.keras`."""
    promote(version())
    candidate = version()
    for damaged, change in ((candidate, lambda: promote(candidate)), (live_model, rollback)):
        overwrite(damaged, (versions.SHIPPED / name).read_bytes()[:-1], name)
        with pytest.raises(Conflict, match=f"{name} is not the file") as refusal:
            change()
        assert refusal.value.code == "bad_artifact"
    assert live() == 2


def test_a_file_that_was_swapped_is_inspected_again_though_its_row_describes_it(
    live_model: ModelVersion,
) -> None:
    """Whoever can write to the disk and the database still brings in no other kind of file."""
    candidate = version()
    content = pickle.dumps({"weights": [1.0]})
    overwrite(candidate, content, "model.keras")
    candidate.manifest["files"]["model.keras"] = facts(content)
    candidate.save()
    with pytest.raises(Conflict, match="cannot be unpacked") as refusal:
        promote(candidate)
    assert refusal.value.code == "bad_artifact"
    assert live() == 1


def test_an_older_version_may_be_promoted_again(live_model: ModelVersion) -> None:
    promote(version())
    promote(live_model)
    assert live() == 1
    rollback()
    assert live() == 2


@pytest.fixture
def met(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two have both seen what is live before either of them changes it."""
    barrier = threading.Barrier(2)
    load_engine = registry.load_engine

    def together(version: ModelVersion) -> Engine:
        barrier.wait(timeout=30)
        return load_engine(version)

    monkeypatch.setattr(registry, "load_engine", together)


@pytest.mark.django_db(transaction=True)
def test_of_two_promotions_at_once_one_wins_and_the_other_is_told(
    live_model: ModelVersion, request: pytest.FixtureRequest
) -> None:
    second, third = version(), version()
    request.getfixturevalue("met")
    outcomes = at_once(lambda: promote(second), lambda: promote(third))
    (won,) = [one for one in outcomes if isinstance(one, Promotion)]
    (told,) = [one for one in outcomes if isinstance(one, Conflict)]
    assert told.code == "live_changed"
    assert live() == won.version.number
    assert Promotion.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_rollbacks_at_once_only_one_goes_back(
    live_model: ModelVersion, request: pytest.FixtureRequest
) -> None:
    promote(version())
    promote(version())
    request.getfixturevalue("met")
    outcomes = at_once(rollback, rollback)
    (told,) = [one for one in outcomes if isinstance(one, Conflict)]
    assert told.code == "live_changed"
    assert live() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_saw_the_same_one_is_told_even_a_moment_later(
    live_model: ModelVersion,
) -> None:
    second, third = version(), version()
    outcomes = at_once(
        lambda: promote(second, expected_live=1), lambda: promote(third, expected_live=1)
    )
    assert sorted(type(one) is Promotion for one in outcomes) == [False, True]
    assert Promotion.objects.count() == 2


# --- rolling back -----------------------------------------------------------------


def test_rolling_back_twice_goes_back_two_steps(live_model: ModelVersion) -> None:
    for _ in range(3):
        promote(version())
    assert [rollback().version.number for _ in range(3)] == [3, 2, 1]
    with pytest.raises(Conflict) as refusal:
        rollback()
    assert refusal.value.code == "nothing_before"


def test_a_promotion_after_a_rollback_can_be_taken_back(live_model: ModelVersion) -> None:
    promote(version())
    promote(version())
    assert rollback().version.number == 2
    promote(version())
    assert rollback().version.number == 2
    assert rollback().version.number == 1


@pytest.mark.parametrize("installed", [True, False])
def test_there_is_nothing_before_the_first(request: pytest.FixtureRequest, installed: bool) -> None:
    if installed:
        request.getfixturevalue("live_model")
    with pytest.raises(Conflict) as refusal:
        rollback()
    assert refusal.value.code == "nothing_before"


def test_a_corrupted_artifact_is_not_rolled_back_to(live_model: ModelVersion) -> None:
    promote(version())
    overwrite(live_model, b"something else")
    with pytest.raises(Conflict) as refusal:
        rollback()
    assert refusal.value.code == "bad_artifact"
    assert live() == 2


# --- history ----------------------------------------------------------------------


def test_every_promotion_follows_the_one_before(live_model: ModelVersion) -> None:
    promote(version())
    promote(version())
    rollback()
    rows = list(Promotion.objects.order_by("pk"))
    assert rows[0].follows is None
    assert [row.follows for row in rows[1:]] == rows[:-1]


def test_the_database_lets_no_two_promotions_follow_the_same(live_model: ModelVersion) -> None:
    first = Promotion.objects.get()
    promote(version())
    for follows in (first, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            Promotion.objects.create(version=live_model, kind="promote", follows=follows)


def test_who_and_why_are_kept(live_model: ModelVersion, admin_user: User) -> None:
    candidate = version()
    versions.version_promote(version=candidate, by=admin_user, reason="x" * 300)
    promotion = Promotion.objects.newest()
    assert promotion is not None
    assert (promotion.by, promotion.reason) == (admin_user, "x" * 200)
    admin_user.delete()
    promotion.refresh_from_db()
    assert (promotion.by, promotion.version) == (None, candidate)


# --- the API ----------------------------------------------------------------------


def test_an_admin_promotes_and_everyone_sees_it(
    visitor: APIClient, admin: APIClient, live_model: ModelVersion
) -> None:
    version(parent=live_model)

    def answers() -> int:
        return int(visitor.post("/api/v1/predict/", body()).json()["model_version"])

    assert answers() == 1
    promoted = admin.post(f"{VERSIONS}2/promote/", {"reason": "better", "expected_live": 1})
    assert promoted.status_code == 200
    assert {**promoted.json(), "id": 0, "at": ""} == {
        "id": 0, "version": 2, "kind": "promote", "by": "admin", "reason": "better", "at": "",
    }  # fmt: skip
    assert answers() == 2
    rolled = admin.post(f"{VERSIONS}rollback/")
    assert (rolled.status_code, rolled.json()["kind"], rolled.json()["version"]) == (
        200, "rollback", 1,
    )  # fmt: skip
    assert answers() == 1


def test_conflicts_are_told(admin: APIClient, live_model: ModelVersion) -> None:
    version(gate_verdict="failed")
    overwrite(version(), b"something else")
    for path, data, expected in (
        ("1/promote/", {}, "already_live"),
        ("2/promote/", {}, "gate_failed"),
        ("3/promote/", {}, "bad_artifact"),
        ("3/promote/", {"expected_live": 7}, "live_changed"),
        ("rollback/", {}, "nothing_before"),
        ("rollback/", {"expected_live": 7}, "live_changed"),
    ):
        response = admin.post(VERSIONS + path, data)
        assert (response.status_code, code(response)) == (409, expected)
    assert Promotion.objects.count() == 1


@pytest.mark.parametrize(
    "data",
    [{"expected_live": "one"}, {"expected_live": []}, {"reason": "x" * 201}, [], "1"],
    ids=str,
)
def test_bad_particulars_promote_nothing(
    admin: APIClient, live_model: ModelVersion, data: Any
) -> None:
    version()
    for path in ("2/promote/", "rollback/"):
        assert admin.post(VERSIONS + path, data, format="json").status_code == 400
    assert live() == 1


@pytest.mark.parametrize("number", [9, 2**31, 10**30])
def test_an_unknown_version_is_not_found(
    admin: APIClient, live_model: ModelVersion, number: int
) -> None:
    response = admin.post(f"{VERSIONS}{number}/promote/")
    assert (response.status_code, code(response)) == (404, "not_found")


def test_only_who_may_promote_promotes(
    visitor: APIClient, member: APIClient, reviewer: APIClient, live_model: ModelVersion
) -> None:
    version()
    for path in ("2/promote/", "rollback/"):
        assert [client.post(VERSIONS + path).status_code for client in (visitor, member)] == [
            401, 403,
        ]  # fmt: skip
        response = reviewer.post(VERSIONS + path)
        assert (response.status_code, code(response)) == (403, "permission_denied")
    assert live() == 1
    user = User.objects.get(username="reviewer")
    user.user_permissions.add(Permission.objects.get(codename="add_promotion"))
    assert reviewer.post(f"{VERSIONS}2/promote/").status_code == 200


def test_staff_see_all_versions_the_newest_first(
    visitor: APIClient, member: APIClient, reviewer: APIClient, live_model: ModelVersion
) -> None:
    version(parent=live_model)
    assert visitor.get(VERSIONS).status_code == 401
    assert member.get(VERSIONS).status_code == 403
    answer = reviewer.get(VERSIONS).json()
    assert answer["count"] == 2
    second, first = answer["results"]
    assert (second["number"], second["live"], second["parent"]) == (2, False, 1)
    assert (first["number"], first["live"], first["parent"]) == (1, True, None)
    assert first["gate_report"]["installed"] is True
    assert first["metrics"] == live_model.metrics
    assert first["lineage"] == live_model.lineage
    # What it learned from was never here, and so nothing of it has been deleted.
    assert first["lineage"]["drawings"]["total"] > 0
    assert first["drawings_removed"] == 0


def test_versions_come_in_pages(reviewer: APIClient, live_model: ModelVersion) -> None:
    for _ in range(3):
        version()
    page = reviewer.get(VERSIONS, {"limit": 2, "offset": 1}).json()
    assert [one["number"] for one in page["results"]] == [3, 2]
    for offset in ("-1", "x", "9" * 30):
        assert reviewer.get(VERSIONS, {"offset": offset}).status_code == 200


@pytest.mark.parametrize("limit", ["9223372036854775808", "9" * 5000, "-1", "0", "x", ""])
def test_a_page_is_bounded_whatever_limit_is_asked_for(
    reviewer: APIClient, live_model: ModelVersion, limit: str
) -> None:
    for offset in ("0", limit):
        response = reviewer.get(VERSIONS, {"limit": limit, "offset": offset})
        assert (response.status_code, response.json()["count"]) == (200, 1)


def test_no_page_is_longer_than_the_longest(
    reviewer: APIClient, live_model: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitsite.http.pagination.BoundedPagination.max_limit", 2)
    for _ in range(3):
        version()
    assert len(reviewer.get(VERSIONS, {"limit": 4}).json()["results"]) == 2


def test_everyone_sees_what_is_live(visitor: APIClient, live_model: ModelVersion) -> None:
    answer = visitor.get("/api/v1/model/").json()
    assert list(answer) == [
        "version", "promoted_at", "normalisation", "metrics", "files", "thresholds", "browser",
        "runtime",
    ]  # fmt: skip
    assert (answer["version"], answer["normalisation"]) == (1, 2)
    assert answer["metrics"] == live_model.metrics
    assert answer["files"] == live_model.manifest["files"]
    assert answer["thresholds"] == live_model.manifest["thresholds"]


def test_where_nothing_is_live_it_says_so(visitor: APIClient) -> None:
    response = visitor.get("/api/v1/model/")
    assert (response.status_code, code(response)) == (503, "no_model")


# --- a newly shipped network --------------------------------------------------------


def another_network(folder: Path) -> Path:
    """An artifact whose network no version has; nothing looks into it before it is promoted."""
    shutil.copytree(versions.SHIPPED, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    content = (folder / "model.keras").read_bytes() + b"more"
    (folder / "model.keras").write_bytes(content)
    facts = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    manifest["files"]["model.keras"] = facts
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_what_is_shipped_is_new_where_no_version_is_the_same_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not versions.shipped_is_new(), "nothing is live yet: it is installed"
    versions.version_install()
    assert not versions.shipped_is_new()
    monkeypatch.setattr(versions, "SHIPPED", another_network(tmp_path / "other"))
    assert versions.shipped_is_new()
    offered = versions.version_offer(folder=versions.SHIPPED, gate_report={"verdict": "failed"})
    assert offered is not None
    assert (offered.gate_verdict, offered.installed, offered.parent) == ("failed", True, None)
    assert not versions.shipped_is_new()
    assert live() == 1


def test_the_start_says_that_a_newer_network_came(
    live_model: ModelVersion,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("install_model", verbosity=0)
    assert capsys.readouterr().out == ""
    other = another_network(tmp_path / "other")
    monkeypatch.setattr(versions, "SHIPPED", other)
    call_command("install_model", other, verbosity=0)
    assert "A newer network came with the site" in capsys.readouterr().out
    assert live() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_offers_at_once_one_becomes_a_version(
    live_model: ModelVersion, tmp_path: Path
) -> None:
    other, before = another_network(tmp_path / "other"), folders()

    def offer() -> ModelVersion | None:
        return versions.version_offer(folder=other, gate_report={"verdict": "passed"})

    made = at_once(offer, offer)
    assert sum(version is not None for version in made) == 1
    assert ModelVersion.objects.count() == 2
    assert len(folders() - before) == 1


# --- golden drawings --------------------------------------------------------------


def test_what_answers_otherwise_than_when_it_was_made_does_not_go_live(
    live_model: ModelVersion,
) -> None:
    newer = version()
    promote(newer)
    assert live_model.golden is not None
    other = [*live_model.golden[1:], live_model.golden[0]]
    ModelVersion.objects.filter(pk=live_model.pk).update(golden=other)
    with pytest.raises(Conflict) as refusal:
        rollback()
    assert refusal.value.code == "golden_failed"
    assert "0 was read as 1, is read as 0" in refusal.value.message
    assert live() == newer.number


def test_the_first_load_is_what_later_ones_are_held_to(live_model: ModelVersion) -> None:
    newer = version()
    assert newer.golden is None
    promote(newer)
    newer.refresh_from_db()
    assert newer.golden == live_model.golden


def test_the_target_of_a_roll_back_is_known_before(live_model: ModelVersion) -> None:
    assert versions.rollback_target() is None
    newer, newest = version(), version()
    promote(newer)
    assert versions.rollback_target() == live_model
    promote(newest)
    assert versions.rollback_target() == newer
    rollback()
    assert versions.rollback_target() == live_model
    rollback()
    assert versions.rollback_target() is None
