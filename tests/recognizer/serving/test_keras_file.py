"""A `.keras` file looked at without Keras: the shipped one passes, and each damage is named."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recognizer.exceptions import BadArtifact
from recognizer.services.versions import SHIPPED
from recognizer.serving import keras_file
from recognizer.serving.keras_file import CONFIG, METADATA, WEIGHTS, check_keras_file

Change = Callable[[dict[str, Any]], None]


def number_of(folder: Path) -> int:
    return int(json.loads((folder / "manifest.json").read_text())["format"])


def members(folder: Path = SHIPPED) -> dict[str, bytes]:
    with zipfile.ZipFile(folder / "model.keras") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(
    contents: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] | None = None
) -> bytes:
    """The archive; `change` of each file's entry says how it is packed and what it is."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name)
            if change:
                change(entry)
            archive.writestr(entry, content)
    return file.getvalue()


def reconfigured(change: Change, folder: Path = SHIPPED) -> bytes:
    contents = members(folder)
    config = json.loads(contents[CONFIG])
    change(config)
    return packed(contents | {CONFIG: json.dumps(config).encode()})


def refused(content: bytes, said: str, folder: Path = SHIPPED) -> None:
    with pytest.raises(BadArtifact, match=said):
        check_keras_file(content, number_of(folder))


def test_it_works() -> None:
    check_keras_file((SHIPPED / "model.keras").read_bytes(), number_of(SHIPPED))
    check_keras_file(packed(members()), number_of(SHIPPED))


# --- the archive ------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\x80\x05]", b"PK\x05\x06" + b"\0" * 17])
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    refused(content, "cannot be unpacked")


@pytest.mark.parametrize("missing", [CONFIG, METADATA, WEIGHTS])
def test_a_file_that_is_missing_is_refused(missing: str) -> None:
    contents = members()
    del contents[missing]
    refused(packed(contents), "The Keras file holds")


@pytest.mark.parametrize("more", ["assets/code.py", "../../etc/passwd", "/etc/passwd"])
def test_a_file_more_is_refused(more: str) -> None:
    refused(packed(members() | {more: b"x"}), "The Keras file holds")


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_file_that_is_there_twice_is_refused() -> None:
    file = io.BytesIO(packed(members()))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(CONFIG, b"{}")
    refused(file.getvalue(), "The Keras file holds")


def test_a_link_is_refused() -> None:
    def link(entry: zipfile.ZipInfo) -> None:
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16

    refused(packed(members(), link), "no plain file")


def test_an_encrypted_file_is_refused() -> None:
    content = bytearray(packed(members()))
    content[content.index(b"PK\x01\x02") + 8] |= 1  # in the archive's directory
    refused(bytes(content), "no plain file")


def test_another_way_of_packing_is_refused() -> None:
    def bzip2(entry: zipfile.ZipInfo) -> None:
        entry.compress_type = zipfile.ZIP_BZIP2

    refused(packed(members(), bzip2), "packed in an unknown way")


def test_what_would_unpack_to_too_much_is_refused() -> None:
    refused(packed(members() | {METADATA: b" " * 5000}), "unpacks to 5000 bytes")


def test_what_is_packed_too_tightly_is_refused() -> None:
    def deflate(entry: zipfile.ZipInfo) -> None:
        entry.compress_type = zipfile.ZIP_DEFLATED

    bomb = keras_file.HDF5 + b"\0" * 10_000_000
    refused(packed(members() | {WEIGHTS: bomb}, deflate), "packed too tightly")


def test_an_archive_that_lies_of_a_size_is_refused() -> None:
    content = bytearray(packed(members()))
    at = content.index(b"PK\x01\x02") + 24  # the unpacked size in the directory's first entry
    size = int.from_bytes(content[at : at + 4], "little")
    content[at : at + 4] = (size - 1).to_bytes(4, "little")
    refused(bytes(content), "cannot be unpacked")


@pytest.mark.parametrize("name", [CONFIG, METADATA])
@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 3_000])
def test_what_is_no_json_is_refused(name: str, content: bytes) -> None:
    refused(packed(members() | {name: content}), "cannot be unpacked")


def test_weights_of_another_kind_are_refused() -> None:
    refused(packed(members() | {WEIGHTS: b"\x80\x05]\x94."}), "not in HDF5")


# --- the configuration --------------------------------------------------------------


def layers(config: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = config["config"]["layers"]
    return found


def first(config: dict[str, Any], kind: str) -> dict[str, Any]:
    """The settings of the first layer of a kind."""
    settings: dict[str, Any] = next(
        one["config"] for one in layers(config) if one["class_name"] == kind
    )
    return settings


def last_dense(config: dict[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = [one for one in layers(config) if one["class_name"] == "Dense"][-1][
        "config"
    ]
    return settings


def extra(class_name: str, module: str = "keras.layers", **config: Any) -> Change:
    layer = {"module": module, "class_name": class_name, "config": config}
    return lambda whole: layers(whole).append(layer)


def nested(config: dict[str, Any]) -> None:
    value: dict[str, Any] = {}
    for _ in range(40):
        value = {"more": value}
    config["deep"] = value


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda config: config.clear(), "no functional model"),
        (lambda config: config.pop("config"), "has no config"),
        (lambda config: config["config"].pop("layers"), "has no layers"),
        (lambda config: layers(config).clear(), "one to 64 layers"),
        (lambda config: config["config"].update(layers={}), "one to 64 layers"),
        (lambda config: layers(config).extend(layers(config)[1:2] * 64), "one to 64 layers"),
        (lambda config: layers(config).append({}), "has no config"),
        (lambda config: layers(config).append({"config": {}}), "may not have the layer None"),
        (nested, "nested too deeply"),
        (extra("Lambda"), "may not be made of"),
        (extra("TFSMLayer", filepath="/tmp/x"), "may not be made of"),
        (extra("Dense", "os"), "may not be made of"),
        (extra("HeNormal", "keras.initializers"), "may not have the layer"),
        (lambda config: config.update(registered_name="mine>Network"), "may not be made of"),
        (lambda config: config.update(module=4), "may not be made of"),
        (extra("Dense", units=11, activation="sigmoid"), "may not have 'sigmoid'"),
        (extra("Dense", units=11, activation={"code": "x"}), "may not have"),
        (extra("Dense", units=2**30), "units is 1073741824"),
        (extra("Dense", units=0), "units is 0"),
        (extra("Dense", units=True), "units is True"),
        (extra("Conv2D", kernel_size=[3, 8]), "kernel_size is"),
        (extra("Conv2D", filters=257), "filters is 257"),
        (extra("Conv2D", strides=[1, 5]), "strides is"),
        (extra("Conv2D", groups=2), "groups is 2"),
        (
            lambda config: first(config, "InputLayer").update(batch_shape=[None, 9, 9, 1]),
            "does not read",
        ),
        (lambda config: layers(config).append(layers(config)[0]), "does not read"),
        (lambda config: last_dense(config).update(units=10), "11 logits"),
        (
            lambda config: layers(config).remove(
                next(one for one in layers(config) if one["class_name"] == "Dense")
            ),
            "11 logits",
        ),
    ],
)
def test_what_a_network_may_not_be_made_of_is_refused(change: Change, said: str) -> None:
    refused(reconfigured(change), said)


def without(name: str) -> Change:
    def change(config: dict[str, Any]) -> None:
        layers(config)[:] = [one for one in layers(config) if one["config"]["name"] != name]

    return change


def named(config: dict[str, Any], name: str) -> dict[str, Any]:
    """The settings of the layer of this name."""
    settings: dict[str, Any] = next(
        one["config"] for one in layers(config) if one["config"]["name"] == name
    )
    return settings


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without("motion"), "format 2 does not read"),
        (without("has_ink"), "format 2 does not read"),
        (
            lambda config: named(config, "motion").update(batch_shape=[None, 8, 8, 9]),
            "format 2 does not read",
        ),
        (without("motion_logits"), "11 logits a reader"),
        (lambda config: named(config, "motion_logits").update(units=10), "11 logits a reader"),
        (lambda config: named(config, "logits").update(units=12), "11 logits a reader"),
    ],
)
def test_a_network_of_two_readers_has_both_whole(formats: Path, change: Change, said: str) -> None:
    both = formats / "2"
    check_keras_file(packed(members(both)), 2)
    refused(reconfigured(change, both), said, both)


@pytest.mark.slow
@pytest.mark.parametrize(("held", "said"), [(1, 2), (2, 1)])
def test_a_network_of_the_other_format_is_refused(formats: Path, held: int, said: int) -> None:
    with pytest.raises(BadArtifact, match=f"format {said} does not read"):
        check_keras_file((formats / str(held) / "model.keras").read_bytes(), said)
