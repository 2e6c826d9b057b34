"""How long the site takes over each page of the studio, and how many queries.

    .venv/bin/python -m benchmarks.site.studio [--drawings 200000] [--folder DIR] [--rounds 5]

The site is one of `manage.py make_demo`, in a folder of its own, which is kept where `--folder`
names one; `DATABASE_URL` puts its rows elsewhere, such as into PostgreSQL. Times are
milliseconds from a request to its whole answer; nobody else asks meanwhile.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING, Any

from benchmarks.common import own_site, results

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Pages without arguments that show something; the rest is called for by scripts.
NAMES = (
    "today", "review", "review-grid", "train", "runs", "versions", "insights", "people", "audit",
    "team", "rail",
)  # fmt: skip


def pages() -> Iterator[tuple[str, str]]:
    """(name, address) of each page there is, with the newest run, versions and contributor."""
    from django.urls import NoReverseMatch, reverse

    from recognizer.models import ModelVersion, Promotion
    from training.models import TrainingRun

    newest, live = ModelVersion.objects.first(), Promotion.objects.newest()
    assert newest is not None
    assert live is not None
    run = TrainingRun.objects.first()
    wanted: list[tuple[str, list[Any]]] = [(name, []) for name in NAMES]
    wanted += [
        ("compare-versions", [newest.number, live.version.number]),
        ("compare-versions", [newest.number, 2]),
        ("run", [run.pk if run else 0]),
    ]
    for name, arguments in wanted:
        try:
            yield " ".join(map(str, [name, *arguments])), reverse(f"studio:{name}", args=arguments)
        except NoReverseMatch:
            continue
    address = reverse("studio:insights")
    for kind in ("mnist", "live"):
        yield f"insights {kind}", f"{address}?set={kind}"


@dataclass(frozen=True, slots=True)
class Taken:
    """How long a request took, in milliseconds: by the clock, and of the processor, by this
    process and, where it is another one on this machine, by the database.
    """

    clock: float
    processor: float


def taken(request: Callable[[], Any]) -> Taken:
    clock, processor = time.perf_counter(), processor_seconds()
    request()
    return Taken(1e3 * (time.perf_counter() - clock), 1e3 * (processor_seconds() - processor))


def processor_seconds() -> float:
    """What this process and its connection's PostgreSQL backend have used so far."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return time.process_time()
    connection.ensure_connection()
    fields = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().split()
    user, system = (int(ticks) / os.sysconf("SC_CLK_TCK") for ticks in fields[-39:-37])
    return time.process_time() + user + system


def measured(rounds: int) -> list[list[str]]:
    """A row a page: its milliseconds, those of its first request, queries, and its size."""
    from django.contrib.auth.models import User
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    user, _ = User.objects.get_or_create(username="benchmark", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user)
    rows = []
    for name, address in pages():
        ask = partial(client.get, address)
        ask()  # templates and networks are loaded once a process
        cache.clear()
        first = taken(ask)
        cache.clear()
        with CaptureQueriesContext(connection) as context:
            answer = ask()
        queries = len(context)
        times = [taken(ask) for _ in range(rounds)]
        rows.append(
            [
                name,
                f"{answer.status_code}",
                # Ticks of a backend are 10 ms: their mean is finer than any of them.
                f"{mean(one.processor for one in times):.0f}",
                f"{median(one.clock for one in times):.0f}",
                f"{first.processor:.0f}",
                f"{queries}",
                f"{len(answer.content) / 1000:.0f}",
            ]
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--drawings", type=int, default=200_000)
    parser.add_argument("--folder", default="", help="where the site is, or is to be kept")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if not own_site.is_there():
        own_site.start_again("benchmarks.site.studio", folder=options.folder)
        return

    from benchmarks.common.settings import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    # Pages only name their files; nothing is built for them.
    files = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": files}}
    from django.core.management import call_command
    from django.db import connection

    from recognizer.models import Drawing

    if not Drawing.objects.exists():
        call_command("make_demo", drawings=options.drawings)
    columns = ["page", "status", "ms", "by the clock", "with nothing counted", "queries", "kB"]
    note = (
        f"{Drawing.objects.count():,} drawings, {connection.vendor}; {options.rounds} "
        "rounds. `ms` are of the processor, the database's among it; by the clock it is what "
        "others left, at a load of "
        f"{os.getloadavg()[0]:.0f}. What is counted of whole tables is kept for some minutes: "
        "`with nothing counted` is a request that counts it."
    )
    table = results.table(columns, measured(options.rounds))
    results.write(f"studio ({connection.vendor})", f"{table}\n\n{note}")


if __name__ == "__main__":
    main()
