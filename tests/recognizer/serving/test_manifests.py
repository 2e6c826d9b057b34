"""A manifest's entries: the shipped one is valid, and each thing that may be wrong is named."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from recognizer.exceptions import BadArtifact
from recognizer.services.versions import SHIPPED
from recognizer.serving import manifests

Path = tuple[Any, ...]


def shipped() -> dict[str, Any]:
    return dict(json.loads((SHIPPED / manifests.MANIFEST).read_text()))


def changed(path: Path, value: Any) -> dict[str, Any]:
    """The shipped manifest with one entry set, or taken out where the value is `...`."""
    manifest = copy.deepcopy(shipped())
    *before, last = path
    place: Any = manifest
    for name in before:
        place = place[name]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return manifest


BOTH = {"pixels": [28, 28, 1], "motion": [8, 8, 10], "has_ink": [1]}


def of_format(number: int) -> dict[str, Any]:
    """The shipped manifest, as it would be of another format."""
    manifest = {name: value for name, value in shipped().items() if name != "ink"}
    if number == 1:
        return manifest | {"format": 1, "normalisation": 1, "input": [28, 28, 1]}
    ink = {"temperature": 1.4, "motion_weight": 1.5}
    return manifest | {"format": 2, "normalisation": 2, "input": BOTH, "ink": ink}


def refused(manifest: Any, said: str) -> None:
    with pytest.raises(BadArtifact, match=said):
        manifests.check_manifest(manifest)


def test_it_works() -> None:
    content = (SHIPPED / manifests.MANIFEST).read_bytes()
    assert manifests.parsed(content) == json.loads(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not readable"),
        (b"\xff\xfe{}", "not readable"),
        (b"[" * 100_000, "not readable"),
        (b'{"format": NaN}', "NaN is no number"),
        (b'{"format": -Infinity}', "-Infinity is no number"),
        (b'{"format": "\\ud800"}', "not readable"),
        (b'{"format": "\\u0000"}', "null character"),
        (b"[]", "no object"),
        (b"null", "no object"),
    ],
)
def test_what_is_no_manifest_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(BadArtifact, match=said):
        manifests.parsed(content)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("format",), ..., "unknown format"),
        (("format",), 3, "unknown format"),
        (("format",), True, "unknown format"),
        (("format",), 1.0, "unknown format"),
        (("normalisation",), 99, "trained on normalisation 99"),
        (("normalisation",), True, "trained on normalisation True"),
        (("input",), [28, 28, 3], "as input"),
        (("labels",), [*"0123456789"], "with the labels"),
    ],
)
def test_another_kind_of_network_is_refused(path: Path, value: Any, said: str) -> None:
    refused(changed(path, value), said)


@pytest.mark.parametrize("number", [1, 2])
def test_both_formats_are_known(number: int) -> None:
    manifests.check_manifest(of_format(number))


@pytest.mark.parametrize(
    ("number", "change", "said"),
    [
        (1, {"normalisation": 2}, "trained on normalisation 2, of format 1 this site draws"),
        (1, {"input": BOTH}, "as input"),
        (2, {"normalisation": 1}, "trained on normalisation 1, of format 2 this site draws"),
        (2, {"input": [28, 28, 1]}, "as input"),
        (2, {"input": {"pixels": [28, 28, 1], "motion": [8, 8, 10]}}, "as input"),
        (2, {"input": BOTH | {"motion": [8, 8, 9]}}, "as input"),
        (2, {"input": BOTH | {"more": [1]}}, "as input"),
        (2, {"ink": ...}, "how motion and picture are added"),
        (2, {"ink": None}, "'ink' is not valid"),
        (2, {"ink": {}}, "'ink' is not valid"),
        (2, {"ink": {"temperature": 1.0}}, "'ink' is not valid"),
        (2, {"ink": {"motion_weight": 1.0}}, "'ink' is not valid"),
        (2, {"ink": {"temperature": 0, "motion_weight": 1.0}}, "'ink' is not valid"),
        (2, {"ink": {"temperature": 1.0, "motion_weight": -0.1}}, "'ink' is not valid"),
        (2, {"ink": {"temperature": True, "motion_weight": 1.0}}, "'ink' is not valid"),
    ],
)
def test_a_manifest_of_one_format_says_nothing_of_the_other(
    number: int, change: dict[str, Any], said: str
) -> None:
    changed = of_format(number) | change
    refused({name: value for name, value in changed.items() if value is not ...}, said)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("files",), ..., "names no model.keras"),
        (("files",), [], "names no model.keras"),
        (("files", "model.keras"), ..., "names no model.keras"),
        (("files", "model.tflite"), ..., "or no model.tflite"),
        (("files", "../model.keras"), {"sha256": "0" * 64, "bytes": 1}, "'../model.keras'"),
        (("files", "model.keras"), [], "'model.keras' is not valid"),
        (("files", "model.keras", "sha256"), None, "'model.keras' is not valid"),
        (("files", "model.keras", "sha256"), "A" * 64, "'model.keras' is not valid"),
        (("files", "model.keras", "sha256"), "0" * 64 + "\n", "'model.keras' is not valid"),
        (("files", "model.tflite", "bytes"), 0, "'model.tflite' is not valid"),
        (("files", "model.tflite", "bytes"), True, "'model.tflite' is not valid"),
        (("files", "model.tflite", "bytes"), 32 * 2**20 + 1, "'model.tflite' is not valid"),
        (("files", "network.json.br", "bytes"), 2**20 + 1, "'network.json.br' is not valid"),
    ],
)
def test_files_of_other_names_sizes_or_hashes_are_refused(
    path: Path, value: Any, said: str
) -> None:
    refused(changed(path, value), said)


CONFUSION = [[0] * 11] * 11
REPORT = {"n": 0, "accuracy": None, "digits": {}, "confusion": CONFUSION}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("temperature",), ...),
        (("temperature",), 0),
        (("temperature",), True),
        (("temperature",), 1001.0),
        (("temperature",), float("inf")),
        (("thresholds",), []),
        (("thresholds", "sure"), 1.1),
        (("thresholds", "sure"), None),
        (("browser",), {"n": -1}),
        (("browser",), {"left_out": 4}),
        (("browser",), {"left_out": "x" * 1001}),
        (("created",), "yesterday"),
        (("created",), 20260101),
        (("metrics",), []),
        (("metrics",), {"latency_ms": -1}),
        (("metrics",), {"latency_ms": "fast"}),
        (("metrics",), {"mnist": {"n": 1}}),
        (("metrics",), {"mnist": REPORT | {"n": 1}}),  # examples, and no accuracy
        (("metrics",), {"mnist": REPORT | {"n": 2**31}}),
        (("metrics",), {"mnist": REPORT | {"accuracy": 1.5}}),
        (("metrics",), {"mnist": REPORT | {"digits": {"3": "?"}}}),
        (("metrics",), {"mnist": REPORT | {"confusion": CONFUSION[:10]}}),
        (("metrics",), {"mnist": REPORT | {"confusion": [[0] * 10] * 11}}),
        (("metrics",), {"mnist": REPORT | {"confusion": [[0.5] * 11] * 11}}),
        (("metrics",), {"mnist": REPORT | {"nll": 1e10}}),
        (("lineage",), None),
        (("lineage",), {"run": "first"}),
        (("lineage",), {"mode": None}),
        (("lineage",), {"epochs": 1.5}),
        (("lineage",), {"drawings": {"total": -1}}),
        (("lineage",), {"drawings": {"sources": {"ink": None}}}),
        (("lineage",), {"root": {"mode": 1}}),
        (("lineage",), {"root": {"root": {}}}),
    ],
)
def test_an_entry_of_another_type_or_beyond_its_range_is_refused(path: Path, value: Any) -> None:
    refused(changed(path, value), path[0])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("written_by",), {"a later version": [None]}),
        (("metrics",), {}),
        (("metrics",), {"held_out": None, "mnist": REPORT, "latency_ms": 0.4}),
        (("lineage",), {"root": {"epochs": 3}, "parent": None}),
        (("files", "network.bin.br"), ...),
        (("created",), "2026-01-01T00:00:00+00:00"),
    ],
)
def test_what_may_be_missing_or_more_is_no_error(path: Path, value: Any) -> None:
    manifests.check_manifest(changed(path, value))
