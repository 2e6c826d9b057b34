"""The gate's report in the reader's language, and reports of before as they were written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import translation
from django.utils.translation import gettext

from recognizer import gate_words
from recognizer.models import Drawing, ModelVersion
from tests.support import factories

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

REMARK: dict[str, Any] = {
    "code": "reads",
    "parameters": {
        "set": "digit_4", "share": 0.982, "n": 1500, "before": 1.0, "fixed": 0, "broken": 9,
    },
}  # fmt: skip
CHECK = {"name": "digits", "outcome": "failed", "passed": False, "remarks": [REMARK]}


def test_it_works() -> None:
    assert gate_words.sentence(CHECK).replace("\u00a0", " ") == (
        "Reads 98.20 % of digit 4 (n = 1,500); the live version 100.00 %: 0 fixed, 9 broken."
    )


def test_what_was_written_before_there_were_codes_is_shown_as_it_is() -> None:
    old = {"name": "mnist", "passed": True, "sentence": "Reads enough.", "figures": {}}
    assert gate_words.sentence(old) == "Reads enough."
    assert gate_words.outcome(old) == "passed"
    assert gate_words.outcome({**old, "passed": False}) == "failed"
    assert gate_words.in_words({"checks": [old]}) == {"checks": [old]}
    assert gate_words.in_words({"installed": True}) == {"installed": True}


@pytest.mark.parametrize("source", [*Drawing.Source.values, "pigeon"])
def test_every_source_has_its_name(source: str) -> None:
    remark = {**REMARK, "parameters": {**REMARK["parameters"], "set": f"source_{source}"}}
    name = "pigeon" if source == "pigeon" else str(Drawing.Source(source).label)
    assert f"of the source “{name}”" in gate_words.sentence({**CHECK, "remarks": [remark]})


def test_it_is_said_in_the_reader_s_language() -> None:
    """A report is stored in no language; Hebrew stands for any."""
    with translation.override("he"):
        some = {"code": "no_digits", "parameters": {}}
        told = gate_words.sentence({**CHECK, "remarks": [REMARK, some]})
        assert told.endswith(gettext("There are no digits yet to compare by."))
        assert "98.20%" in told  # written as Hebrew writes it


def test_the_api_has_the_sentences(
    live_model: ModelVersion, client: Client, admin_user: User
) -> None:
    newer = factories.version()
    ModelVersion.objects.filter(pk=newer.pk).update(gate_report={"checks": [CHECK]})
    client.force_login(admin_user)
    versions = client.get("/api/v1/versions/").json()
    rows = versions["results"] if isinstance(versions, dict) else versions
    (found,) = [one["gate_report"] for one in rows if one["number"] == newer.number]
    assert found["checks"][0]["sentence"].startswith("Reads 98.20")
    assert found["checks"][0]["remarks"] == [REMARK]
