"""No page and no frequent task reads a whole table, as PostgreSQL plans it.

`benchmarks/site/rows.py` measures the same doors with millions of rows. Here are few, so PostgreSQL
is told to take what would be best of many: indexes rather than all rows, sorted or hashed.
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from benchmarks.common import many_rows
from benchmarks.common.doors import Door, doors
from benchmarks.common.plans import Read, explained, listening
from digitsite.database import counted
from recognizer.models import ModelVersion
from training import feature_map
from training.selectors import decisions
from training.tasks import tables_count

# So many that no plan hangs on the dead rows that earlier tests have left.
ROWS = 10_000
LARGE = {"recognizer_drawing", "recognizer_review", "recognizer_audit", "recognizer_drawinguse"}
# All is counted anew now and then. The staff's list has no index by these filters: it walks from
# the newest on until its page is full. And of so few, to train reads all by label as soon.
WHOLE = {
    "hourly: counters",
    "hourly: versions' drawings",
    "hourly: images lost",
    "every 5 min: whole tables",
    "admin: drawings, no digit",
    "admin: drawings, read wrong",
    "admin: drawings, the last page",
    "train",
}


@pytest.mark.postgres
@pytest.mark.django_db
def test_no_door_reads_a_whole_table(
    live_model: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("asked of PostgreSQL, in the step `postgres`")
    for name, most in (("MOST", 60), ("MOST_MNIST", 20), ("MOST_REFUSED", 20)):
        monkeypatch.setattr(feature_map, name, most)
    many_rows.fill(
        ROWS, version=live_model, now=timezone.now(), distinct=50, runs=60, number_of_versions=8
    )
    monkeypatch.setattr(decisions, "LOOKED_AT", 50)
    # However few they are, what is counted of a whole table is counted ahead.
    monkeypatch.setattr(counted, "SECONDS_WORTH_KEEPING", 0.0)
    tables_count()
    with connection.cursor() as cursor:
        for way in ("seqscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        # What has no index looks endlessly dear now, and would be compiled.
        cursor.execute("SET LOCAL jit = off")
    wide = {door.name: found for door in doors() if (found := wide_reads(door))}
    assert wide["hourly: counters"]  # so it is seen where there is one
    assert {name: reads for name, reads in wide.items() if name not in WHOLE} == {}


def wide_reads(door: Door) -> list[str]:
    """The walks of a door through a large table that have no end but the table's."""
    with listening() as statements:
        answer = door.ask()
    assert getattr(answer, "status_code", 200) in (200, 201), door.name
    plans = [explained(one) for one in statements if one.reads]
    return [str(read) for plan in plans for read in plan.reads if is_wide(read)]


def is_wide(read: Read) -> bool:
    if read.table not in LARGE or read.is_limited:
        return False
    return read.rows > ROWS / (2 if read.has_condition else 20)
