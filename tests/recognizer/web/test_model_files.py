"""The live network's files for browsers: named, addressed by content, checked by hash."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from recognizer.models import ModelVersion
from recognizer.services import versions
from recognizer.serving import artifacts, browser_files

pytestmark = pytest.mark.long


def files(visitor: APIClient) -> dict[str, Any]:
    told: dict[str, Any] = visitor.get("/api/v1/model/").json()["browser"]
    return told


def test_it_works(visitor: APIClient, live_model: ModelVersion) -> None:
    for part, facts in files(visitor).items():
        response = visitor.get(facts["url"], headers={"Accept-Encoding": "gzip, br;q=1"})
        assert (response.status_code, response.headers["Content-Encoding"]) == (200, "br")
        assert hashlib.sha256(response.content).hexdigest() == facts["sha256"] in facts["url"]
        assert len(response.content) == facts["bytes"]
        stored = live_model.manifest["files"][browser_files.STORED[part]]
        assert {"url": facts["url"], **stored} == facts


def test_the_files_are_a_network_and_its_weights(
    visitor: APIClient, live_model: ModelVersion
) -> None:
    told = files(visitor)
    described = visitor.get(told["topology"]["url"])
    assert described.headers["Content-Type"] == "application/json"
    network = json.loads(described.content)
    assert {"pixels"} <= set(network["readers"]) <= {"pixels", "motion"}
    assert len(network["weights"]) > 10
    weights = visitor.get(told["weights"]["url"])
    assert weights.headers["Content-Type"] == "application/octet-stream"
    assert len(weights.content) > 200_000


@pytest.mark.parametrize("accepted", ["", "gzip", "br;q=0", "identity, abr"])
def test_who_does_not_know_brotli_gets_it_unpacked(
    visitor: APIClient, live_model: ModelVersion, accepted: str
) -> None:
    url = files(visitor)["weights"]["url"]
    plain = visitor.get(url, headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in plain.headers
    packed = visitor.get(url, headers={"Accept-Encoding": "br"})
    assert plain.content == brotli.decompress(packed.content)


def test_they_are_kept_for_good(visitor: APIClient, live_model: ModelVersion) -> None:
    response = visitor.get(files(visitor)["weights"]["url"])
    kept = set(response.headers["Cache-Control"].split(", "))
    assert kept == {"public", "max-age=31536000", "immutable"}
    assert set(response.headers["Vary"].split(", ")) == {"Accept-Encoding", "origin"}
    assert not response.cookies


def test_another_hash_is_another_file(visitor: APIClient, live_model: ModelVersion) -> None:
    told = files(visitor)
    url, sha256 = told["weights"]["url"], told["weights"]["sha256"]
    for other in (sha256[::-1], sha256[:-1], told["topology"]["sha256"]):
        assert visitor.get(url.replace(sha256, other)).status_code == 404
    assert visitor.get(url.replace("/1/", "/2/")).status_code == 404


def test_only_browsers_files_are_served(visitor: APIClient, live_model: ModelVersion) -> None:
    for name in (
        "model.keras",
        "model.tflite",
        "network.bin.br",
        "weights.bin.br",
        "manifest.json",
    ):
        sha256 = live_model.manifest["files"].get(name, {}).get("sha256", "0" * 64)
        assert visitor.get(f"/models/1/{sha256}/{name}").status_code == 404


@pytest.mark.parametrize("damage", ["altered", "gone"])
def test_a_damaged_file_is_not_served(
    visitor: APIClient, live_model: ModelVersion, damage: str
) -> None:
    url = files(visitor)["weights"]["url"]
    stored = Path(artifacts.storage().path(f"{live_model.artifact}/network.bin.br"))
    if damage == "gone":
        stored.unlink()
    else:
        stored.write_bytes(brotli.compress(b"something else"))
    assert visitor.get(url).status_code == 404


def without_browser_files(folder: Path) -> Path:
    """An artifact as it was exported before browsers could run one."""
    shutil.copytree(versions.SHIPPED, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["browser"]
    for name in browser_files.STORED.values():
        del manifest["files"][name]
        (folder / name).unlink()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.mark.django_db
def test_a_version_without_them_serves_all_the_same(
    visitor: APIClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = without_browser_files(tmp_path / "old")
    monkeypatch.setattr(versions, "SHIPPED", old)  # which needs no trial
    versions.version_install(folder=old)
    assert files(visitor) is None
    strokes = [[[20, 10], [20, 90]]]
    answer = visitor.post("/api/v1/predict/", {"strokes": strokes, "canvas": [100, 100]})
    assert answer.json()["digit"] == 1


@pytest.mark.slow
def test_an_older_artifact_is_given_them(tmp_path: Path, mnist_dir: str, settings: Any) -> None:
    """What is added now is what was exported then, byte for byte; the rest stays."""
    settings.MNIST_DIR = mnist_dir
    old = without_browser_files(tmp_path / "old")
    before = {path.name: path.read_bytes() for path in old.glob("model.*")}
    call_command("add_browser_files", old)
    assert {name: (old / name).read_bytes() for name in before} == before
    now, shipped = artifacts.read_manifest(old), artifacts.read_manifest(versions.SHIPPED)
    assert now["files"] == shipped["files"]
    assert now["browser"]["n"] == 1000
    for name in browser_files.STORED.values():
        artifacts.verified((old / name).read_bytes(), name, now)


def test_what_is_no_artifact_is_given_none(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="manifest"):
        call_command("add_browser_files", tmp_path)
    assert list(tmp_path.iterdir()) == []
