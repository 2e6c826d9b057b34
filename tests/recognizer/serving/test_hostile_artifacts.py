"""Artifacts made to do harm: none is installed that does not answer and train."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import random
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import brotli
import pytest
from django.conf import settings

from recognizer.exceptions import BadArtifact
from recognizer.models import ModelVersion, Promotion
from recognizer.services import versions
from recognizer.serving import artifacts, browser_files, inspection, registry
from recognizer.serving.keras_file import HDF5

pytestmark = [pytest.mark.long, pytest.mark.django_db]

FOLDERS = 200
FILES = ("model.keras", "model.tflite", *browser_files.STORED.values())

# Damages an artifact's folder, its manifest's hashes and sizes included where it says so.
Damage: TypeAlias = Callable[[Path, random.Random], None]


def manifest_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "manifest.json").read_text()))


def replace(folder: Path, name: str, content: bytes) -> None:
    """Writes a file, and describes it in the manifest as a forger would."""
    (folder / name).write_bytes(content)
    manifest = manifest_of(folder)
    facts = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    manifest["files"][name] = facts
    (folder / "manifest.json").write_text(json.dumps(manifest))


def members(folder: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(folder / "model.keras") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(contents: dict[str, bytes], packing: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return file.getvalue()


def reconfigure(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    contents = members(folder)
    config = json.loads(contents["config.json"])
    change(config)
    replace(folder, "model.keras", packed(contents | {"config.json": json.dumps(config).encode()}))


# --- damages ----------------------------------------------------------------------


def truncated(folder: Path, chance: random.Random) -> None:
    name = chance.choice(FILES)
    content = (folder / name).read_bytes()
    replace(folder, name, content[: chance.randrange(len(content) * 9 // 10)])


def flipped(folder: Path, chance: random.Random) -> None:
    """Flips a bit and leaves the manifest as it was."""
    path = folder / chance.choice([*FILES])
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def flipped_and_described(folder: Path, chance: random.Random) -> None:
    content = bytearray((folder / "model.keras").read_bytes())
    # Within the weights, where the archive's own check sum sees it.
    content[content.index(HDF5) + chance.randrange(700_000)] ^= 1 << chance.randrange(8)
    replace(folder, "model.keras", bytes(content))


def swapped(folder: Path, chance: random.Random) -> None:
    one, other = chance.sample(FILES, 2)
    contents = [(folder / name).read_bytes() for name in (other, one)]
    for name, content in zip((one, other), contents, strict=True):
        replace(folder, name, content)


WRONG: tuple[Any, ...] = (
    None, True, -1, 1e400, 2**70, "x", "\0", "\ud800", "x" * 5000, [], [1], {"x": []}, [[1]],
    {"n": 1},
)  # fmt: skip
ENTRIES: tuple[tuple[Any, ...], ...] = (
    ("temperature",), ("thresholds", "sure"), ("thresholds",), ("files",), ("files", "model.keras"),
    ("files", "model.keras", "sha256"), ("files", "model.tflite", "bytes"), ("created",),
    ("browser",), ("browser", "n"), ("metrics",), ("metrics", "mnist", "accuracy"),
    ("metrics", "mnist", "digits", "3"), ("metrics", "mnist", "confusion"),
    ("metrics", "mnist", "confusion", 2), ("metrics", "held_out"), ("lineage",),
    ("lineage", "drawings"), ("lineage", "drawings", "total"), ("lineage", "mnist"),
    ("lineage", "drawings", "sources"), ("lineage", "mode"), ("lineage", "root"), ("format",),
    ("normalisation",), ("labels",), ("input",),
)  # fmt: skip
# Where what is wrong elsewhere is right.
RIGHT: dict[tuple[Any, ...], tuple[Any, ...]] = {
    ("metrics",): ({"n": 1},),
    ("metrics", "held_out"): (None,),
    ("metrics", "mnist", "digits", "3"): (None,),
    ("lineage", "mode"): ("x",),
    ("lineage", "root"): (None, {"n": 1}, {"x": []}),
    ("lineage",): ({"n": 1}, {"x": []}),
    ("lineage", "drawings"): ({"n": 1}, {"x": []}),
    ("lineage", "drawings", "sources"): ({"n": 1},),
    ("browser",): ({"n": 1}, {"x": []}),
    ("thresholds",): ({"n": 1},),
}


def wrong_type(folder: Path, chance: random.Random) -> None:
    *path, last = chance.choice(ENTRIES)
    value = chance.choice([one for one in WRONG if one not in RIGHT.get((*path, last), ())])
    manifest = manifest_of(folder)
    place: Any = manifest
    for name in path:
        place = place[name]
    place[last] = value
    (folder / "manifest.json").write_text(json.dumps(manifest))


def no_manifest(folder: Path, chance: random.Random) -> None:
    nested = "[" * 100_000
    content = chance.choice(["", "{", "[]", nested, '{"a": NaN}', "9" * 5000, " " * 300_000])
    (folder / "manifest.json").write_text(content)


def zip_bomb(folder: Path, chance: random.Random) -> None:
    contents = members(folder)
    name = chance.choice(list(contents))
    contents[name] = contents[name][:8] + b" " * chance.choice([2_000_000, 40_000_000])
    replace(folder, "model.keras", packed(contents, zipfile.ZIP_DEFLATED))


def brotli_bomb(folder: Path, chance: random.Random) -> None:
    name = chance.choice(FILES[2:])
    content = brotli.compress(b" " * 50_000_000, quality=1)
    assert len(content) < 100_000
    replace(folder, name, content)


def other_content(folder: Path, chance: random.Random) -> None:
    name = chance.choice(FILES[2:])
    content = chance.choice([b"", b"{}", b"null", b'{"weights": [[]]}', b"x" * 99])
    replace(folder, name, brotli.compress(content))


def pickled(folder: Path, chance: random.Random) -> None:
    replace(folder, chance.choice(FILES), pickle.dumps({"weights": [1.0]}))


def link(folder: Path, chance: random.Random) -> None:
    name = chance.choice([*FILES, "manifest.json", "another"])
    elsewhere = folder.with_suffix(".elsewhere")
    if name == "another":
        elsewhere.write_text("secret")
    else:
        (folder / name).rename(elsewhere)
    (folder / name).symlink_to(elsewhere)


def pipe(folder: Path, chance: random.Random) -> None:
    name = chance.choice([*FILES, "manifest.json", "another"])
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)


def strange_archive(folder: Path, chance: random.Random) -> None:
    contents = members(folder)
    match chance.randrange(5):
        case 0:
            contents["../../etc/passwd"] = b"x"
        case 1:
            contents["assets/code.py"] = b"x"
        case 2:
            del contents[chance.choice(list(contents))]
        case 3:
            contents["model.weights.h5"] = pickle.dumps([1])
        case 4:
            contents["config.json"] = b"[" * 100_000
    content = packed(contents)
    if chance.random() < 0.2:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, inside in contents.items():
                entry = zipfile.ZipInfo(name)
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
                archive.writestr(entry, inside)
        content = file.getvalue()
    replace(folder, "model.keras", content)


def layer(name: str, module: str = "keras.layers", **config: Any) -> dict[str, Any]:
    return {
        "module": module, "class_name": name, "registered_name": None, "name": "extra",
        "config": {"name": "extra", **config}, "inbound_nodes": [],
    }  # fmt: skip


def extra_layer(folder: Path, chance: random.Random) -> None:
    code = {"class_name": "__lambda__", "config": {"code": "4wEA"}}
    extra = chance.choice(
        [
            layer("Lambda", function=code),
            layer("TFSMLayer", filepath="/tmp/x"),
            layer("System", "os"),
            layer("Dense", units=2**30),
            layer("Dense", units=11, activation=code),
            layer("Conv2D", filters=8, kernel_size=[3, 10**9]),
            layer("Dense", units=11, kernel_initializer={"module": "os", "class_name": "system"}),
        ]
    )
    reconfigure(folder, lambda config: config["config"]["layers"].append(extra))


def other_shape(folder: Path, chance: random.Random) -> None:
    def change(config: dict[str, Any]) -> None:
        layers = config["config"]["layers"]
        match which:
            case 0:
                inputs = [one for one in layers if one["class_name"] == "InputLayer"]
                chance.choice(inputs)["config"]["batch_shape"] = [None, 4096, 4096, 1]
            case 1:
                [one for one in layers if one["class_name"] == "Dense"][-1]["config"]["units"] = 12
            case 2:
                layers.clear()
            case 3:
                config["registered_name"] = "mine>Network"

    which = chance.randrange(4)
    reconfigure(folder, change)


def without_ink(folder: Path, chance: random.Random) -> None:
    """How motion and picture are added is not said, or not so that it could be done."""
    manifest = manifest_of(folder)
    match chance.randrange(3):
        case 0:
            del manifest["ink"]
        case 1:
            del manifest["ink"][chance.choice(["temperature", "motion_weight"])]
        case 2:
            wrong = chance.choice([-1, 0, "1", None, 1e9])
            manifest["ink"][chance.choice(["temperature", "motion_weight"])] = wrong or None
    (folder / "manifest.json").write_text(json.dumps(manifest))


def other_inputs(folder: Path, chance: random.Random) -> None:
    manifest = manifest_of(folder)
    both = manifest["input"]
    manifest["input"] = chance.choice(
        [
            [28, 28, 1], [*both.values()], {**both, "motion": [8, 8, 9]}, {**both, "more": [1]},
            {name: both[name] for name in ("pixels", "motion")},
        ]
    )  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))


def other_format(folder: Path, chance: random.Random) -> None:
    """The manifest is that of a network of pictures alone, and the network is not."""
    manifest = manifest_of(folder)
    manifest |= {"format": 1, "normalisation": 1, "input": [28, 28, 1]}
    if chance.random() < 0.5:
        manifest.pop("ink")
    (folder / "manifest.json").write_text(json.dumps(manifest))


def half_a_network(folder: Path, chance: random.Random) -> None:
    """A layer of the motion's reader is gone, or another one than it says."""

    def change(config: dict[str, Any]) -> None:
        layers = config["config"]["layers"]
        chosen = next(one for one in layers if one["config"]["name"] == name)
        if gone:
            layers.remove(chosen)
        elif chosen["class_name"] == "InputLayer":
            chosen["config"]["batch_shape"] = [None, 16, 16, 10]
        else:
            chosen["config"]["units"] = 10

    name = chance.choice(["motion", "has_ink", "motion_logits"])
    gone = chance.random() < 0.5
    reconfigure(folder, change)


# The weight of each is how often it occurs.
DAMAGES: dict[Damage, int] = {
    truncated: 3, flipped: 3, flipped_and_described: 3, swapped: 2, wrong_type: 12, no_manifest: 2,
    zip_bomb: 1, brotli_bomb: 1, other_content: 2, pickled: 2, link: 3, pipe: 2,
    strange_archive: 3, extra_layer: 3, other_shape: 2,
}  # fmt: skip
# Of networks of two readers, beside these.
MORE_DAMAGES: dict[Damage, int] = {
    without_ink: 3, other_inputs: 3, other_format: 2, half_a_network: 3,
}  # fmt: skip


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The places of artifacts that LiteRT reads at the beginning of their trial.

    The rest of the trial takes seconds and is left out: it refuses them here.
    """
    places: list[str] = []

    def refuse(place: str, manifest: dict[str, Any]) -> None:
        registry.load_engine(ModelVersion(artifact=place, manifest=manifest))
        places.append(place)
        raise BadArtifact("It is not tried.")

    monkeypatch.setattr(inspection, "try_out", refuse)
    return places


def fresh(folder: Path, source: Path = versions.SHIPPED) -> Path:
    return Path(shutil.copytree(source, folder))


def places() -> list[str]:
    return artifacts.storage().listdir("")[0]


def test_no_damaged_folder_gets_far_in_its_trial(tmp_path: Path, tried: list[str]) -> None:
    refuse_all(tmp_path, tried, DAMAGES, versions.SHIPPED)


@pytest.mark.slow
def test_nor_does_a_damaged_folder_of_two_readers(
    tmp_path: Path, tried: list[str], formats: Path
) -> None:
    refuse_all(tmp_path, tried, DAMAGES | MORE_DAMAGES, formats / "2")


@pytest.mark.slow
@pytest.mark.parametrize("number", ["1", "2"])
def test_an_undamaged_folder_of_either_format_comes_as_far(
    tmp_path: Path, tried: list[str], formats: Path, number: str
) -> None:
    with pytest.raises(BadArtifact, match="not tried"):
        versions.version_install(folder=fresh(tmp_path / "other", formats / number))


def refuse_all(tmp_path: Path, tried: list[str], damages: dict[Damage, int], source: Path) -> None:
    """Damages so many copies of an artifact, and sees each of them refused."""
    chance = random.Random(10)
    kinds = chance.choices(list(damages), weights=list(damages.values()), k=FOLDERS)
    assert set(kinds) == set(damages)
    for number, damage in enumerate(kinds):
        folder = fresh(tmp_path / str(number), source)
        damage(folder, chance)
        with pytest.raises(BadArtifact):
            versions.version_install(folder=folder)
        assert not tried, f"{damage.__name__} {number} passed"
        shutil.rmtree(folder)
    assert places() == []
    assert not ModelVersion.objects.exists()
    assert not Promotion.objects.exists()


def test_an_undamaged_folder_comes_as_far(tmp_path: Path, tried: list[str]) -> None:
    folder = fresh(tmp_path / "other")
    contents = members(folder)
    replace(folder, "model.keras", packed(contents, zipfile.ZIP_DEFLATED))
    with pytest.raises(BadArtifact, match="not tried"):
        versions.version_install(folder=folder)
    assert len(tried) == 1
    assert places() == []


# --- the trial ----------------------------------------------------------------------


def test_one_that_answers_and_trains_is_installed(tmp_path: Path) -> None:
    folder = fresh(tmp_path / "other")
    replace(folder, "model.keras", packed(members(folder), zipfile.ZIP_DEFLATED))
    version = versions.version_install(folder=folder)
    assert version is not None
    assert places() == [version.artifact]


def test_weights_that_do_not_fit_fail_the_trial(tmp_path: Path) -> None:
    folder = fresh(tmp_path / "other")

    def more_filters(config: dict[str, Any]) -> None:
        layers = config["config"]["layers"]
        first = next(one for one in layers if one["class_name"] == "Conv2D")
        first["config"]["filters"] = 40

    reconfigure(folder, more_filters)
    with pytest.raises(BadArtifact, match="failed its trial"):
        versions.version_install(folder=folder)
    assert places() == []


def test_a_tflite_file_that_crashes_or_lies_fails_the_trial(tmp_path: Path) -> None:
    folder = fresh(tmp_path / "other")
    content = bytearray((folder / "model.tflite").read_bytes())
    content[2000:-2000] = os.urandom(len(content) - 4000)
    replace(folder, "model.tflite", bytes(content))
    with pytest.raises(BadArtifact, match="failed its trial"):
        versions.version_install(folder=folder)
    assert places() == []


def test_a_trial_that_does_not_end_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "TRIAL_SECONDS", 0.1)
    folder = fresh(tmp_path / "other")
    replace(folder, "model.keras", packed(members(folder), zipfile.ZIP_DEFLATED))
    with pytest.raises(BadArtifact, match="did not end"):
        versions.version_install(folder=folder)
    assert places() == []


def test_the_shipped_one_needs_no_trial(tried: list[str]) -> None:
    assert versions.version_install() is not None
    assert tried == []


def test_the_command_says_why(tmp_path: Path) -> None:
    manage = str(settings.BASE_DIR / "manage.py")
    command = [sys.executable, manage, inspection.TRIAL, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "manifest.json" in done.stderr
    assert "Traceback" not in done.stderr
