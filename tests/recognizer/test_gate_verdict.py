"""The migration from a gate that passed or not to one that may be undecided, there and back."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.support.factories import version

BEFORE = "0007_reviews"


def columns() -> set[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, "recognizer_modelversion")
    return {column.name for column in found}


@pytest.mark.django_db(transaction=True)
def test_verdicts_survive_the_way_back_and_forth() -> None:
    numbers = {
        verdict: version(gate_verdict=verdict).number
        for verdict in ("passed", "undecided", "failed")
    }
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes()
    try:
        executor.migrate([("recognizer", BEFORE)])
        assert "gate_verdict" not in columns()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT number FROM recognizer_modelversion WHERE gate_passed ORDER BY number"
            )
            assert cursor.fetchall() == [(numbers["passed"],)]
    finally:
        again = MigrationExecutor(connection)
        again.migrate(newest)
    assert "gate_passed" not in columns()
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, gate_verdict FROM recognizer_modelversion ORDER BY number")
        assert cursor.fetchall() == [
            (numbers["passed"], "passed"),
            (numbers["undecided"], "failed"),
            (numbers["failed"], "failed"),
        ]
