"""The manifest of a model artifact: what each entry may be. Pure.

Pages, the API and the administration read a stored manifest without looking twice, and
so nothing in it may be of another type or beyond its range. An entry that nobody reads
is no error: a later version of the site may write more.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn, TypeAlias

from recognizer.exceptions import BadArtifact
from recognizer.labels import CLASSES, LABELS
from recognizer.preprocessing.glyph import MAPS, NORMALISATION, SIZE

# The normalisation that each format reads. Format 1 reads pictures alone, which are the same in
# both; format 2 has a reader of the pen's motion beside.
NORMALISATIONS = {1: 1, 2: NORMALISATION}
MANIFEST = "manifest.json"
MAX_BYTES = 256 * 1024

KERAS, LITERT = "model.keras", "model.tflite"
# Files an artifact may have, and the most bytes of each; our networks have one megabyte.
MAX_FILE_BYTES = {
    KERAS: 32 * 2**20,
    LITERT: 32 * 2**20,
    "network.json.br": 2**20,
    "network.bin.br": 16 * 2**20,
    # Of versions from before the network's own form; kept, but no browser fetches them.
    "model.json.br": 2**20,
    "weights.bin.br": 16 * 2**20,
}

MAX_COUNT = 2**31 - 1  # of a column of whole numbers
MAX_TEXT = 1000

_INPUT: dict[int, Any] = {
    1: [SIZE, SIZE, 1],
    2: {"pixels": [SIZE, SIZE, 1], "motion": list(MAPS), "has_ink": [1]},
}
_SHA256 = re.compile(r"[0-9a-f]{64}")

Check: TypeAlias = Callable[[Any], bool]


def parsed(content: bytes) -> dict[str, Any]:
    """A manifest's content -> the manifest. Raises `BadArtifact` where it is not valid."""
    try:
        manifest = json.loads(content.decode(), parse_constant=_no_number)
        # Half of a surrogate pair raises here: nobody could store it.
        written = json.dumps(manifest, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadArtifact(f"The {MANIFEST} is not readable: {error}") from error
    if b"\\u0000" in written:  # PostgreSQL stores none
        raise BadArtifact(f"The {MANIFEST} holds a null character.")
    check_manifest(manifest)
    return dict(manifest)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def check_manifest(manifest: Any) -> None:
    """Raises `BadArtifact` unless this site knows how to serve such an artifact."""
    if not isinstance(manifest, dict):
        raise BadArtifact("The manifest is no object.")
    number = manifest.get("format")
    if type(number) is not int or number not in NORMALISATIONS:
        raise BadArtifact("The manifest is of an unknown format.")
    if not _is(manifest.get("normalisation"), NORMALISATIONS[number]):
        raise BadArtifact(
            f"The network was trained on normalisation {manifest.get('normalisation')!r:.40}, "
            f"of format {number} this site draws normalisation {NORMALISATIONS[number]}."
        )
    if manifest.get("input") != _INPUT[number]:
        raise BadArtifact(f"The network wants {manifest.get('input')!r:.80} as input.")
    if number > 1 and "ink" not in manifest:
        raise BadArtifact("The manifest does not say how motion and picture are added.")
    if manifest.get("labels") != LABELS:
        raise BadArtifact(f"The network answers with the labels {manifest.get('labels')!r:.200}.")
    _check_files(manifest.get("files"))
    for name, valid in ENTRIES.items():
        if name in manifest and not valid(manifest[name]):
            raise BadArtifact(f"The manifest's {name!r} is not valid.")
    if "temperature" not in manifest:
        raise BadArtifact("The manifest has no temperature.")


def _is(value: Any, number: int) -> bool:
    """Whether a value is that whole number; in Python `True` and 1.0 are 1 as well."""
    return type(value) is int and value == number


def _check_files(files: Any) -> None:
    if not isinstance(files, dict) or not {KERAS, LITERT} <= set(files):
        raise BadArtifact(f"The manifest names no {KERAS} or no {LITERT}.")
    for name, facts in files.items():
        if not _is_file(name, facts):
            raise BadArtifact(f"The manifest's entry for {name!r:.80} is not valid.")


def _is_file(name: str, facts: Any) -> bool:
    return (
        name in MAX_FILE_BYTES
        and isinstance(facts, dict)
        and isinstance(facts.get("sha256"), str)
        and _SHA256.fullmatch(facts["sha256"]) is not None
        and type(facts.get("bytes")) is int
        and 0 < facts["bytes"] <= MAX_FILE_BYTES[name]
    )


# --- types ------------------------------------------------------------------------


def _number(least: float, most: float) -> Check:
    def valid(value: Any) -> bool:
        real = type(value) is int or (type(value) is float and math.isfinite(value))
        return real and least <= value <= most

    return valid


def _count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MAX_COUNT


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT


def _time(value: Any) -> bool:
    try:
        return _text(value) and datetime.fromisoformat(value) is not None
    except ValueError:
        return False


def _or_none(valid: Check) -> Check:
    return lambda value: value is None or valid(value)


def _mapping(valid: Check) -> Check:
    """An object whose values are all valid."""

    def all_valid(value: Any) -> bool:
        return (
            isinstance(value, dict) and len(value) <= MAX_TEXT and all(map(valid, value.values()))
        )

    return all_valid


def _object(*, required: dict[str, Check] | None = None, **optional: Check) -> Check:
    """An object whose named entries are valid where they are there, as the required are."""
    needed = required or {}

    def valid(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and needed.keys() <= value.keys()
            and all(
                check(value[name]) for name, check in (needed | optional).items() if name in value
            )
        )

    return valid


def _confusion(value: Any) -> bool:
    """`counts[truth][answer]` of all classes."""
    return (
        isinstance(value, list)
        and len(value) == CLASSES
        and all(isinstance(row, list) and len(row) == CLASSES for row in value)
        and all(_count(count) for row in value for count in row)
    )


_share = _number(0, 1)
_figure = _or_none(_number(0, 1e9))

_report = _object(
    required={
        "n": _count,
        "accuracy": _or_none(_share),
        "digits": _mapping(_or_none(_share)),
        "confusion": _confusion,
    },
    nll=_figure,
    ece=_figure,
)


def _metrics(value: Any) -> bool:
    """Reports by their set of examples, and single figures such as `latency_ms`."""
    sets = _object(
        mnist=_or_none(_measured), validation=_or_none(_measured), held_out=_or_none(_measured)
    )
    return sets(value) and all(_figure(one) or _report(one) for one in value.values())


def _measured(report: Any) -> bool:
    """A report; one of examples has an accuracy."""
    return _report(report) and (report["n"] == 0 or report["accuracy"] is not None)


_drawings = _object(
    total=_count, train=_count, held_out=_count, contributors=_count, sources=_mapping(_count)
)


def _lineage(value: Any, deep: bool = True) -> bool:
    origins = _object(
        run=_or_none(_count),
        mode=_text,
        epochs=_count,
        seed=_count,
        parent=_or_none(_count),
        dataset_digest=_text,
        drawings=_drawings,
        mnist=_count,
        train=_count,
        replay=_count,
        validation=_count,
        root=_or_none(lambda root: deep and _lineage(root, deep=False)),
    )
    return origins(value)


ENTRIES: dict[str, Check] = {
    "temperature": _number(1e-3, 1e3),
    "ink": _object(
        required={"temperature": _number(1e-3, 1e3), "motion_weight": _number(0, 1e3)},
    ),
    "thresholds": _mapping(_share),
    "browser": _object(n=_count, largest_difference=_number(0, 1), left_out=_text),
    "created": _time,
    "metrics": _metrics,
    "lineage": _lineage,
}
