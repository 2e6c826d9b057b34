"""What memory costs: an answer to somebody with 200 remembered drawings, and the first of its kind.

    .venv/bin/python -m benchmarks.site.memory [--rounds 400]

Costs are milliseconds of the processor in the site's own views, from a body's bytes to the
answer's, medians of rounds in turn. The drawings are the first of the pen digits, twenty of each
digit; what is asked for are others of them. They are stored in a site of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from benchmarks.common import data, own_site, results
from benchmarks.common.settings import settings as _settings  # noqa: F401  (before the site's)
from recognizer import identity
from recognizer.models import Contributor, Drawing, ModelVersion
from recognizer.services import hands, versions
from recognizer.services.drawings import drawing_label, drawing_submit
from recognizer.serving import artifacts, registry
from recognizer.submission import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client

PREDICT = "/api/v1/predict/"
A_LABEL = 20
FIRSTS = 9  # rounds of what happens once, after a promotion or in a new process
# What was promised, in ms of the processor.
WARM, AFTER_PROMOTION = 0.3, 150


def sheets() -> tuple[list[tuple[str, dict[str, Any]]], list[str]]:
    """The drawings to be remembered, with their labels, and bodies of others to ask for."""
    kept: list[tuple[str, dict[str, Any]]] = []
    asked: list[str] = []
    count: Counter[int] = Counter()
    for record in data.pen_digits().records:
        body = {"strokes": record.submission.strokes_json}
        count[record.label] += 1
        if count[record.label] <= A_LABEL:
            kept.append((str(record.label), body))
        elif len(asked) < 50:
            asked.append(json.dumps(body))
    return kept, asked


def somebody(drawings: list[tuple[str, dict[str, Any]]]) -> Client:
    """The client of a new contributor, who has labelled these, or drawn one and said nothing."""
    from django.http import HttpResponse
    from django.test import Client

    by = Contributor.objects.create()
    for label, body in drawings:
        submission = parse(body)
        drawn, _ = drawing_submit(submission=submission, contributor=lambda: by, source="ink")
        drawing_label(drawing=drawn, label=label)
    response = HttpResponse()
    identity.remember(response, by)
    client = Client(SERVER_NAME="localhost")
    client.cookies.update(response.cookies)
    return client


def took(client: Client, body: str) -> float:
    """Milliseconds of the processor that one answer takes."""
    began = time.process_time()
    response: Any = client.post(PREDICT, body, content_type="application/json")
    spent = 1000 * (time.process_time() - began)
    if response.status_code != 200:
        raise SystemExit(f"Answered {response.status_code}: {response.content[:300]!r}")
    return spent


def warm(clients: dict[str, Client], bodies: list[str], rounds: int) -> dict[str, float]:
    """The median of each client's answers, asked in turn."""
    times: dict[str, list[float]] = {name: [] for name in clients}
    for client in clients.values():
        took(client, bodies[0])
    for number in range(rounds):
        for name, client in clients.items():
            times[name].append(took(client, bodies[number % len(bodies)]))
    return {name: statistics.median(found) for name, found in times.items()}


def firsts(client: Client, stranger: Client, body: str, before: Callable[[], None]) -> float:
    """The median of the first answers after `before`, once a stranger's has loaded the network."""
    found = []
    for _ in range(FIRSTS):
        before()
        took(stranger, body)
        alone = min(took(stranger, body) for _ in range(5))
        found.append(took(client, body) - alone)
    return statistics.median(found)


def other_versions() -> Iterator[None]:
    """At each step another version is live; there are two, with the same network."""
    place, manifest = artifacts.store(versions.SHIPPED)
    versions.version_create(
        place=place, manifest=manifest, parent=None, gate_verdict="passed", gate_report={}
    )
    pair = list(ModelVersion.objects.order_by("-number"))
    while True:
        for version in pair:
            versions.version_promote(version=version, by=None)
            yield


def new_process() -> None:
    hands.reset()
    registry.reset()


def measured(rounds: int) -> str:
    from django.test import Client

    drawings, bodies = sheets()
    stranger = Client(SERVER_NAME="localhost")
    silent, known = somebody([]), somebody(drawings)
    clients = {"nobody known": stranger, "who has said nothing": silent, "who has said 200": known}
    medians = warm(clients, bodies, rounds)
    alone, looked_up, remembered = medians.values()
    promoted = other_versions()
    after_promotion = firsts(known, stranger, bodies[0], lambda: next(promoted))
    after_start = firsts(known, stranger, bodies[0], new_process)

    def said() -> None:
        newest = Drawing.objects.filter(label="4").first()
        assert newest is not None
        drawing_label(drawing=newest, label="4")

    after_label = firsts(known, stranger, bodies[0], said)
    kept = hands._cache
    rows: list[list[object]] = [
        ["an answer without memory", f"{alone:.2f}", ""],
        ["the look-up: a cookie, a row", f"{looked_up - alone:+.2f}", ""],
        [
            f"what {kept.rows} remembered drawings make of it",
            f"{remembered - looked_up:+.2f}",
            WARM,
        ],
        ["the first answer after something was said", f"{after_label:+.2f}", ""],
        ["the first answer after a promotion", f"{after_promotion:+.1f}", f"{AFTER_PROMOTION:.0f}"],
        ["the first answer of a process", f"{after_start:+.1f}", ""],
    ]
    table = results.table(["processor ms", "median", "at most"], rows)
    return (
        f"{table}\n\n{rounds} rounds of the warm ones, {FIRSTS} of the others, in turn. The "
        f"{kept.rows} drawings take {kept.bytes / 1e6:.1f} MB in memory. The machine's load as it "
        f"ended: {os.getloadavg()[0]:.1f}."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--rounds", type=int, default=400)
    options = parser.parse_args()
    if not own_site.is_there():
        own_site.start_again("benchmarks.site.memory")
        return
    results.write("what memory costs", measured(options.rounds))


if __name__ == "__main__":
    main()
