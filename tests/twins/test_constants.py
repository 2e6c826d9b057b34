"""Constants of one name have one value in Python and in JavaScript.

They are read from the source: numbers at the top of a module, and lists of them, whether
exported or not. What is computed from other constants is none. A constant that only one
language has is named in `ALONE`, with its reason.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from django.conf import settings
from django.test import Client

from digitsite.gateway.refusals import healthy
from digitsite.http.own_header import OWN_HEADER
from recognizer.labels import LABELS, NOT_A_DIGIT
from recognizer.preprocessing.strokes import MAX_COORDINATE
from recognizer.serving import browser_files
from recognizer.serving.decision import EMPTY, NO_DIGIT, SURE, UNSURE
from tests import ROOT

Constants: TypeAlias = dict[str, Any]

JAVASCRIPT = ROOT / "static" / "js"
PACKAGES = ("preprocessing", "preprocessing/cleaning", "segmentation")

# Modules are twins by their names, stroke-width.js that of stroke_width.py, but for these.
TWINS = {
    "inference/memory.js": "serving/memory",
    "preprocessing/surface.js": "preprocessing/illumination",
    "photo/grey.js": "preprocessing/decoding",
}

ALONE = {
    "preprocessing/ink": {
        "PIECE": "numpy draws pieces of segments through windows, JavaScript pixel by pixel",
        "SHORT_PIECE": "the same",
        "PIECES_AT_ONCE": "the same",
        "FEW_PIECES": "the same",
        "MARGIN": "the same",
    },
    "preprocessing/decoding": {
        "MAX_READS": "browsers unpack files by themselves",
        "PDF_WITHIN": "the same",
        "PNG_DEPTH": "the same",
        "SOME": "the browser counts all pixels",
        "ORIENTATION": "the same",
        "WHITES": "the same",
    },
    "preprocessing/strokes": {
        "LEAST": "the page sends plain strokes",
        "MOST": "the same",
        "MAX_COORDINATE": "the page draws on a sheet of its own: see the last test",
    },
}

NUMERIC = re.compile(r"[-+*/()\[\],.\d\se_]+")


def in_javascript(path: Path) -> Constants:
    declared = re.findall(r"^(?:export )?const ([A-Z][A-Z\d_]*) = ([^;]+);", path.read_text(), re.M)
    return {name: value_of(text) for name, text in declared if NUMERIC.fullmatch(text)}


def in_python(path: Path) -> Constants:
    found: Constants = {}
    for statement in ast.parse(path.read_text()).body:
        if isinstance(statement, ast.Assign):
            (target,) = statement.targets
            found |= assigned(target, statement.value)
    return found


def assigned(target: ast.expr, value: ast.expr) -> Constants:
    """`A, B = 1, 2` holds two."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=True)
        return {name: one for pair in pairs for name, one in assigned(*pair).items()}
    name, text = ast.unparse(target), ast.unparse(value)
    is_constant = name.isupper() and NUMERIC.fullmatch(text)
    return {name.lstrip("_"): value_of(text)} if is_constant else {}


def value_of(text: str) -> Any:
    """Numbers, and sums of numbers, are written alike in both languages; lists become tuples."""
    value = eval(text)
    return tuple(value) if isinstance(value, list) else value


def homes() -> dict[str, tuple[Constants, Constants]]:
    """By Python's module: its constants, and those of its twins in JavaScript."""
    found: dict[str, tuple[Constants, Constants]] = {}
    recognizer = ROOT / "recognizer"
    modules = {path for package in PACKAGES for path in (recognizer / package).glob("*.py")}
    for path in sorted(modules | {recognizer / f"{name}.py" for name in TWINS.values()}):
        python, _ = found.setdefault(home(path, recognizer), ({}, {}))
        python |= in_python(path)
    for path in sorted(JAVASCRIPT.rglob("*.js")):
        name = str(path.relative_to(JAVASCRIPT))
        if name.startswith(PACKAGES) or name in TWINS:
            _, javascript = found.setdefault(home(path, JAVASCRIPT), ({}, {}))
            javascript |= in_javascript(path)
    return {name: both for name, both in found.items() if any(both)}


def home(path: Path, root: Path) -> str:
    name = path.relative_to(root)
    return TWINS.get(str(name), str(name.with_suffix("")).replace("-", "_"))


HOMES = homes()


def test_it_works() -> None:
    python, javascript = HOMES["segmentation/affinity"]
    assert python["APART"] == javascript["APART"] == -9
    assert HOMES["preprocessing/stroke_width"][1]["PENS"] == (1.2, 4.5)
    assert HOMES["preprocessing/binarisation"][0]["MIN_ASPECT"] == 1 / 64
    assert sum(len(javascript) for _, javascript in HOMES.values()) > 60


@pytest.mark.parametrize("name", HOMES)
def test_twins_share_their_constants(name: str) -> None:
    python, javascript = HOMES[name]
    alone = ALONE.get(name, {})
    assert {
        constant: python[constant] for constant in python if constant not in alone
    } == javascript


def test_what_stands_alone_is_really_alone() -> None:
    for name, constants in ALONE.items():
        python, javascript = HOMES[name]
        assert constants.keys() <= python.keys() - javascript.keys()


def test_a_decision_knows_the_labels_and_verdicts_of_the_server() -> None:
    decision = (JAVASCRIPT / "inference" / "decision.js").read_text()
    digits = in_javascript(JAVASCRIPT / "inference" / "decision.js")["DIGITS"]
    (severity,) = re.findall(r"^const SEVERITY = (\[.*\]);", decision, re.M)
    assert json.loads(severity) == [EMPTY, SURE, UNSURE, NO_DIGIT]
    assert [*map(str, range(digits)), NOT_A_DIGIT] == LABELS
    assert NO_DIGIT == NOT_A_DIGIT


def test_a_browser_reads_the_network_s_files_of_the_format_that_is_written() -> None:
    network = in_javascript(JAVASCRIPT / "inference" / "network.js")
    assert network["FORMAT"] == browser_files.FORMAT


def test_what_the_page_sends_is_within_the_server_s_limits() -> None:
    """A picture as large as it makes them, a sheet as large as it is, a camera's questions."""
    load, drawing, scan = (
        in_javascript(JAVASCRIPT / name)
        for name in ("photo/load.js", "drawing/drawing.js", "photo/scan.js")
    )
    assert load["MAX_SIDE"] ** 2 <= settings.LIMITS["image_pixels"]
    assert drawing["SIDE"] <= MAX_COORDINATE
    assert 60_000 / scan["EVERY"] <= settings.THROTTLE_RATES["predict"]


def test_all_know_the_site_s_answers_by_the_same_header(client: Client) -> None:
    """Django sets it, the gateway before Django too; the page and the service worker ask for it."""
    from_django = client.get("/site.webmanifest").headers
    from_gateway = {name.decode(): value.decode() for name, value in healthy().headers}
    value = from_django[OWN_HEADER]
    assert from_gateway[OWN_HEADER.lower()] == value
    asked = {
        path.name: re.findall(r'headers\.get\("(X-[^"]+)"\) === "([^"]+)"', path.read_text())
        for path in JAVASCRIPT.rglob("*.js")
    }
    assert {name: pairs for name, pairs in asked.items() if pairs} == {
        "exchange.js": [(OWN_HEADER, value)],
        "service-worker.js": [(OWN_HEADER, value)],
    }
