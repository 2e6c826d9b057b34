"""A migration leaves processes of the release before at work: expand, migrate, contract.

While a new release is rolled out the old one still reads and writes the same tables. So a column
is added with a default that the database knows (`db_default`), and dropped or renamed a release
after the last code that used it.
"""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django_migration_linter import MigrationLinter

from tests import ROOT

# Of releases that were one process, and stopped for an update.
BEFORE = {
    "recognizer.0002_imported_drawings",
    "recognizer.0004_storage",
    "recognizer.0006_hand",
    "recognizer.0008_gate_verdict",
    "recognizer.0012_trust_and_indexes",
    "training.0003_run_snapshot",
}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)  # indexes are built aside, which no transaction can
def test_no_migration_breaks_the_release_before(capsys: pytest.CaptureFixture[str]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("asked of PostgreSQL, in the step `postgres`")
    linter = MigrationLinter(
        str(ROOT), include_apps=["digitsite", "recognizer", "training"], no_cache=True
    )
    linter.lint_all_migrations()
    said = capsys.readouterr().out
    breaking = {".".join(found) for found in re.findall(r"\((\w+), (\w+)\)\.\.\. ERR", said)}
    assert breaking == BEFORE, said
