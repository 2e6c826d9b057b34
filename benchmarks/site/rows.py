"""What every page and task costs on PostgreSQL with millions of drawings: queries, time, plans.

    .venv/bin/python -m benchmarks.site.rows [--drawings 2000000] [--rounds 3]

A PostgreSQL of its own is started, filled by `benchmarks.common.many_rows` and thrown away;
`DATABASE_URL` names one to be used instead, and it is filled where it is empty. Two million need
some 15 GB of disk. Times are milliseconds of the processor, of this process and of PostgreSQL's
together: the request with its queries, without the web server around it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.common import own_site, results

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.common.doors import Door

# As a server with 4 GB is set up.
SETTINGS = """
shared_buffers = 1GB
effective_cache_size = 3GB
maintenance_work_mem = 512MB
max_wal_size = 8GB
random_page_cost = 1.1
# One process does it all, and its time is all of it.
max_parallel_workers_per_gather = 0
"""


@contextmanager
def database() -> Iterator[str]:
    """The address of the database that is measured."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    from tests.support.servers import Postgres

    with tempfile.TemporaryDirectory(prefix="rows-") as aside:
        server = Postgres(Path(aside))
        with (Path(aside) / "data" / "postgresql.conf").open("a") as file:
            file.write(SETTINGS)
        server.start()
        try:
            yield server.address
        finally:
            server.stop()


def measured(door: Door, rounds: int) -> list[str]:
    """A row of the table: what a door costs at first, with nothing counted, and again."""
    from django.core.cache import cache

    from benchmarks.common.plans import explained, listening, processor_seconds

    answer = door.ask()  # templates and networks are loaded once a process
    status = getattr(answer, "status_code", "")
    cache.clear()
    begun = processor_seconds()
    with listening() as statements:
        door.ask()
    first = 1e3 * (processor_seconds() - begun)
    times = []
    for _ in range(rounds):
        begun = processor_seconds()
        door.ask()
        times.append(1e3 * (processor_seconds() - begun))
    plans = [explained(one) for one in statements if one.reads]
    slowest = max((one.milliseconds for one in statements), default=0.0)
    widest = max(
        (read for plan in plans for read in plan.reads), key=lambda read: read.rows, default=None
    )
    return [
        door.name,
        f"{status}",
        f"{len(statements)}",
        f"{first:.0f}",
        f"{median(times):.0f}",
        f"{slowest:.0f}",
        f"{sum(plan.rows for plan in plans):,}",
        f"{widest}, {widest.rows:,}" if widest else "",
    ]


def sizes() -> str:
    """How many bytes a drawing takes: its row, what is beside it, its indexes."""
    from django.db import connection

    from benchmarks.common.many_rows import TABLES

    rows = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM recognizer_drawing")
        (drawings,) = cursor.fetchone()
        for table in TABLES:
            cursor.execute(
                "SELECT reltuples, pg_relation_size(oid), pg_table_size(oid), pg_indexes_size(oid)"
                " FROM pg_class WHERE relname = %s",
                [table],
            )
            count, main, whole, indexes = cursor.fetchone()
            each = max(count, 1)
            rows.append(
                [
                    table.removeprefix("recognizer_"),
                    f"{count:,.0f}",
                    f"{main / each:,.0f}",
                    f"{(whole - main) / each:,.0f}",
                    f"{indexes / each:,.0f}",
                    f"{(whole + indexes) / 1e9:.2f}",
                    f"{(whole + indexes) / drawings:,.0f}",
                ]
            )
        cursor.execute(
            "SELECT indexrelname, pg_relation_size(indexrelid) FROM pg_stat_user_indexes"
            " WHERE relname = 'recognizer_drawing' ORDER BY 2 DESC"
        )
        indexes = [[name, f"{size / 1e6:,.0f}", f"{size / drawings:.1f}"] for name, size in cursor]
    columns = [
        "table", "rows", "bytes a row", "beside it (TOAST)", "indexes", "GB", "bytes a drawing",
    ]  # fmt: skip
    return (
        results.table(columns, rows)
        + "\n\n"
        + results.table(["index of drawing", "MB", "bytes a row"], indexes)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--drawings", type=int, default=2_000_000)
    parser.add_argument("--folder", default="", help="where the site's files are to be kept")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="doors with this in their names")
    options = parser.parse_args()
    if not own_site.is_there():
        with database() as address:
            # No quota says no to what is made here.
            no_quotas = {"QUOTA_SITE_DRAWINGS": "0", "QUOTA_SITE_MB": "0"}
            os.environ |= {"DATABASE_URL": address, **no_quotas}
            own_site.start_again("benchmarks.site.rows", folder=options.folder)
        return

    from benchmarks.common.settings import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    # Pages only name their files; nothing is built for them.
    files = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": files}}
    filled_anew = _fill(options.drawings)
    from benchmarks.common.doors import PAGE, TASK, doors

    columns = [
        "", "status", "queries", "ms, nothing counted", "ms", "slowest query, ms", "rows read",
        "the widest walk",
    ]  # fmt: skip
    parts: list[str] = []
    every = [door for door in doors() if options.only in door.name]
    for kind, name in ((PAGE, "Pages and calls"), (TASK, "Tasks and services")):
        rows = []
        for door in every:
            if door.kind == kind:
                rows.append(measured(door, options.rounds))
                print(" | ".join(rows[-1]), flush=True)
        parts.append(f"{name}\n\n{results.table(columns, rows)}")
    if options.only:
        return
    results.write("rows (postgresql)", "\n\n".join([*parts, sizes(), _note(filled_anew)]))


def _fill(count: int) -> float:
    """Fills an empty site; returns how many seconds that took."""
    from django.db import connection
    from django.utils import timezone

    from benchmarks.common import many_rows
    from recognizer.models import Drawing, ModelVersion

    if Drawing.objects.exists():
        return 0.0
    version = ModelVersion.objects.live()
    assert version is not None
    begun = time.monotonic()

    def say(done: str) -> None:
        print(f"{time.monotonic() - begun:6.0f} s  {done}", flush=True)

    many_rows.fill(count, version=version, now=timezone.now(), on_progress=say)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return time.monotonic() - begun


def _note(seconds: float) -> str:
    from django.db import connection

    from recognizer.models import Drawing

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
    made = f" They were made in {seconds:.0f} s." if seconds else ""
    return (
        f"{Drawing.objects.count():,} drawings over two years, PostgreSQL {version} on the same "
        f"machine with 1 GB of shared buffers; load {os.getloadavg()[0]:.1f}.{made} Asked as the "
        "person with the most drawings and as an admin; `nothing counted` is a first request, "
        "whose counts nobody has made before."
    )


if __name__ == "__main__":
    main()
