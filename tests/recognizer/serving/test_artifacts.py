"""Artifacts: copied whole or not at all, and loaded only as their manifest describes them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage

from recognizer.exceptions import BadArtifact
from recognizer.services import versions
from recognizer.serving import artifacts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An artifact on local disk."""
    return Path(shutil.copytree(versions.SHIPPED, tmp_path / "artifact"))


def manifest_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "manifest.json").read_text()))


def change(folder: Path, **entries: Any) -> None:
    (folder / "manifest.json").write_text(json.dumps({**manifest_of(folder), **entries}))


def places() -> list[str]:
    return artifacts.storage().listdir("")[0]


def test_it_works(folder: Path, tmp_path: Path) -> None:
    place, manifest = artifacts.store(folder)
    assert manifest == manifest_of(folder)
    for name in ("model.keras", "model.tflite"):
        assert artifacts.load(place, name, manifest) == (folder / name).read_bytes()
    artifacts.write(place, manifest, tmp_path / "out")
    assert artifacts.read_manifest(tmp_path / "out") == manifest
    artifacts.remove(place, manifest)
    assert places() == []


def test_the_shipped_artifact_is_small_enough_to_be_part_of_the_code() -> None:
    assert sum(path.stat().st_size for path in versions.SHIPPED.iterdir()) <= 2_100_000


def test_the_shipped_artifact_is_what_its_manifest_says() -> None:
    manifest = artifacts.read_manifest(versions.SHIPPED)
    for name, facts in manifest["files"].items():
        content = (versions.SHIPPED / name).read_bytes()
        assert artifacts.verified(content, name, manifest) is content
        assert len(content) == facts["bytes"]
    assert manifest["metrics"]
    # From MNIST alone first, then trained on with the ink of the pen digits' and UNIPEN's people.
    assert manifest["lineage"]["root"]["drawings"]["total"] == 0
    assert manifest["lineage"]["drawings"]["contributors"] == 183


def test_every_copy_has_a_place_of_its_own(folder: Path) -> None:
    (first, _), (second, _) = artifacts.store(folder), artifacts.store(folder)
    assert first != second
    assert sorted(places()) == sorted([first, second])


# --- refused ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "entries",
    [
        {"format": 3}, {"format": None}, {"normalisation": 3}, {"normalisation": None},
        {"input": [28, 28]}, {"labels": []}, {"labels": None}, {"labels": list("9876543210x")},
        {"files": None}, {"files": []}, {"files": {}}, {"files": {"model.keras": {"sha256": ""}}},
        {"files": {"model.keras": "x", "model.tflite": "x"}},
        {"files": {"model.keras": {"sha256": 4}, "model.tflite": {"sha256": 4}}},
        {"thresholds": None}, {"thresholds": {"sure": "0.9"}}, {"thresholds": {"sure": 1.1}},
        {"thresholds": {"sure": -1}}, {"thresholds": {"sure": None}},
    ],
    ids=str,
)  # fmt: skip
def test_a_manifest_that_is_not_understood_is_refused(
    folder: Path, entries: dict[str, Any]
) -> None:
    change(folder, **entries)
    with pytest.raises(BadArtifact):
        artifacts.store(folder)
    assert places() == []


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "4", '"manifest"', "\udcff"])
def test_a_manifest_that_is_no_object_is_refused(folder: Path, content: str) -> None:
    (folder / "manifest.json").write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(BadArtifact):
        artifacts.read_manifest(folder)


@pytest.mark.parametrize("name", ["../model.tflite", "a/b", "/etc/passwd", ".hidden"])
def test_a_manifest_may_name_nothing_outside_its_folder(folder: Path, name: str) -> None:
    files = manifest_of(folder)["files"]
    change(folder, files={**files, name: {"sha256": "0" * 64, "bytes": 1}})
    with pytest.raises(BadArtifact):
        artifacts.store(folder)


def test_an_altered_file_is_not_copied(folder: Path) -> None:
    (folder / "model.tflite").write_bytes(b"something else")
    with pytest.raises(BadArtifact):
        artifacts.store(folder)
    assert places() == []


@pytest.mark.parametrize("name", ["model.tflite", "model.keras", "manifest.json"])
def test_an_incomplete_artifact_is_not_copied(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BadArtifact):
        artifacts.store(folder)
    assert places() == []


def test_a_file_that_was_altered_in_its_place_is_not_loaded(folder: Path) -> None:
    place, manifest = artifacts.store(folder)
    path = Path(artifacts.storage().path(f"{place}/model.tflite"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadArtifact, match="not the file its manifest describes"):
        artifacts.load(place, "model.tflite", manifest)
    assert artifacts.load(place, "model.keras", manifest)


@pytest.mark.parametrize("name", ["model.tflite", "other.bin"])
def test_a_file_that_is_not_there_is_not_loaded(folder: Path, name: str) -> None:
    place, manifest = artifacts.store(folder)
    artifacts.remove(place, manifest)
    with pytest.raises(BadArtifact):
        artifacts.load(place, name, manifest)


class FullDisk(FileSystemStorage):
    """Takes the first file and no other."""

    def save(self, name: Any, content: Any, max_length: Any = None) -> str:
        if self.exists(str(Path(name).parent)):
            raise OSError("No space left on device")
        return str(super().save(name, content, max_length))


def test_half_a_copy_is_removed(folder: Path, tmp_path: Path, settings: Any) -> None:
    options = {"BACKEND": f"{__name__}.FullDisk", "OPTIONS": {"location": str(tmp_path / "full")}}
    settings.STORAGES = {**settings.STORAGES, "artifacts": options}
    with pytest.raises(BadArtifact, match="No space left"):
        artifacts.store(folder)
    assert places() == []


def test_what_is_not_there_is_removed_all_the_same(folder: Path) -> None:
    place, manifest = artifacts.store(folder)
    artifacts.remove(place, manifest)
    artifacts.remove(place, manifest)
    assert places() == []
