"""What a training of very many drawings takes: memory of the worker, time of an epoch, storage.

    .venv/bin/python -m benchmarks.network.million [--drawings 1000000] [--seconds 120]

The site is one of its own, with the pen digits of `CORPORA_DIR` as rows of its database, each many
times under another id and by another person, but without the indexes of the staff's pages. Shards
are written by the site's own door, but maps and thick strokes of the same digit are made once, or
that alone would take hours; how long one takes is told. Then a worker's process executes a run from
scratch, stopped after so many seconds of training, and another one a warm run of one epoch, which
with `--gate` goes on to its end.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from functools import partial
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks import ROOT
from benchmarks.common import own_site, results

MODULE = "benchmarks.network.million"
PEOPLE = 25  # drawings of each person
DISTINCT = 3000
TRAINING, MOTION, EXPORTING = "training", "training the motion's reader", "exporting"


class Enough(Exception):
    """As much has been seen of a run as is to be measured."""


# --- the site -----------------------------------------------------------------------


def fill(count: int) -> None:
    """Rows of `count` accepted drawings, and of the people who drew them."""
    from django.db import connection

    from benchmarks.common import data
    from recognizer.models import Contributor, Drawing, ModelVersion
    from recognizer.preprocessing.glyph import NORMALISATION

    version, found = ModelVersion.objects.live(), data.pen_digits(DISTINCT)
    people = [Contributor() for _ in range(max(8, count // PEOPLE))]
    Contributor.objects.bulk_create(people, batch_size=2000)
    columns = zip(found.records, found.examples.glyphs.pixels, found.examples.labels, strict=True)
    Drawing.objects.bulk_create(
        Drawing(
            contributor=people[0], source="ink", version=version, normalisation=NORMALISATION,
            strokes=[np.round(stroke, 1).tolist() for stroke in record.strokes],
            pixels=pixels.tobytes(), digit=label, label=str(label), accepted_label=str(label),
            confidence=0.9, verdict="sure", probabilities=[0.0] * 10, review="accepted",
        )
        for record, pixels, label in columns
    )  # fmt: skip
    fields = [field.column for field in Drawing._meta.concrete_fields]
    copied = [name for name in fields if name not in ("id", "contributor_id")]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = OFF")
        # Of the indexes, which are those of the staff's pages, a run reads by ids alone.
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
            "AND tbl_name = 'recognizer_drawing'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute("CREATE TEMP TABLE people AS SELECT id FROM recognizer_contributor")
        cursor.execute(
            "CREATE TEMP TABLE base AS SELECT row_number() OVER () AS number, * "
            "FROM recognizer_drawing"
        )
        insert = (
            f"INSERT INTO recognizer_drawing (id, contributor_id, {', '.join(copied)}) "  # noqa: S608
            f"SELECT lower(hex(randomblob(16))), people.id, {', '.join(copied)} FROM base JOIN "
            "people ON people.rowid = (base.number * 7919 + %s * 104729) %% %s + 1 LIMIT %s"
        )
        for copy in tqdm(range(1, -(-count // len(found.records))), desc="rows"):
            left = count - copy * len(found.records)
            cursor.execute(insert, [copy, len(people), left])


def write() -> dict[str, float]:
    """Writes the shards; returns seconds and bytes."""
    from recognizer.preprocessing import ink
    from training.data import shards
    from training.data.dataset import write_shards
    from training.data.snapshot import take_snapshot
    from training.synthesis import thick_strokes

    of_stored, thickened = ink.of_stored, thick_strokes.thickened
    made: dict[bytes, Any] = {}
    spent = {"motion": [0.0, 0.0], "thick": [0.0, 0.0]}

    def once(kind: str, key: bytes, make: Any) -> Any:
        if key not in made:
            began = time.process_time()
            made[key] = make()
            spent[kind][0] += time.process_time() - began
            spent[kind][1] += 1
        return made[key]

    ink.of_stored = lambda pixels, strokes: once(  # type: ignore[assignment]
        "motion", pixels, partial(of_stored, pixels, strokes)
    )
    thick_strokes.thickened = lambda picture, wider: once(  # type: ignore[assignment]
        "thick", b"thick" + picture.tobytes(), partial(thickened, picture, wider)
    )
    began = time.monotonic()
    snapshot = take_snapshot()
    taken = time.monotonic() - began
    with tqdm(desc="shards", total=len(snapshot.train) + len(snapshot.held_out)) as bar:
        write_shards(snapshot, lambda done, total: bar.update(done - bar.n))
    written = time.monotonic() - began - taken
    ink.of_stored, thick_strokes.thickened = of_stored, thickened
    names = list(shards.shard_names())
    began = time.monotonic()
    shown = sum(int(shard.column("pixels").shape[0]) for shard in snapshot.train.shards())
    read = time.monotonic() - began
    return {
        "taken": taken, "written": written, "files": len(names), "read": read, "shown": shown,
        "bytes": sum(shards.default_storage.size(name) for name in names),
        **{kind: 1000 * seconds / max(count, 1) for kind, (seconds, count) in spent.items()},
    }  # fmt: skip


# --- a worker's process -------------------------------------------------------------


def peak_mb() -> float:
    """The most memory that this process has had so far, in MB: pages of files among it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def work(mode: str, seconds: float, *, to_the_end: bool) -> dict[str, Any]:
    """Executes a run as a worker does; returns when each stage began, and its peak memory."""
    from training import services
    from training.models import TrainingRun
    from training.runs import pipeline

    TrainingRun.objects.filter(status__in=TrainingRun.ACTIVE).update(status="failed")
    run = services.run_request(
        trigger="command", reason="a benchmark", mode=mode, epochs=1, send=False
    )
    stages: list[list[Any]] = []
    last: dict[str, dict[str, Any]] = {}

    def watch(progress: dict[str, Any]) -> None:
        stage, now = progress["stage"], time.monotonic()
        if not stages or stages[-1][0] != stage:
            stages.append([stage, now, peak_mb()])
            print(stages[-1], flush=True)
        stages[-1][2] = peak_mb()
        if "batch" in progress:
            last[stage] = {**progress, "at": now}
        if stage == TRAINING and mode == "scratch" and now - stages[-1][1] > seconds:
            raise Enough
        if stage == EXPORTING and not to_the_end:
            raise Enough

    done = pipeline.execute(run_id=run.pk, on_progress=watch)
    assert done is not None
    stages.append([done.status, time.monotonic(), peak_mb()])
    return {"stages": stages, "last": last, "error": done.error, "dataset": done.dataset}


def in_a_process(*arguments: str) -> dict[str, Any]:
    """What `--worker` prints in a process of its own, as its last line."""
    command = [sys.executable, "-m", MODULE, *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = ""
        for line in process.stdout:
            print(line, end="", flush=True)
    assert process.returncode == 0
    found: dict[str, Any] = json.loads(line)
    return found


# --- what is told -------------------------------------------------------------------


def rows(name: str, found: dict[str, Any]) -> list[list[str]]:
    """A row a stage: what it was part of, seconds, images a second, the most memory so far."""
    told = []
    for (stage, at, peak), (_, ended, _) in zip(found["stages"], found["stages"][1:], strict=False):
        last = found["last"].get(stage, {})
        seen = f"{last['images_per_second']:,.0f}" if last else ""
        of = f"{last['batch']:,} of {last['batches']:,}" if last else ""
        told.append([name, stage, f"{ended - at:.0f}", of, seen, f"{peak:,.0f}"])
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--drawings", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=120, help="of training from scratch")
    parser.add_argument("--gate", action="store_true", help="the warm run goes on to its end")
    parser.add_argument("--folder", default="", help="where the site is, or is to be kept")
    parser.add_argument("--worker", choices=["scratch", "warm"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not own_site.is_there():
        own_site.start_again(MODULE, folder=options.folder)
        return
    import benchmarks.common.settings  # noqa: F401  (it sets Django up)
    from recognizer.models import Drawing

    if options.worker:
        found = work(options.worker, options.seconds, to_the_end=options.gate)
        print(json.dumps(found, default=str))
        return
    if not Drawing.objects.exists():
        fill(options.drawings)
    shards = write()
    scratch = in_a_process("--worker", "scratch", "--seconds", str(options.seconds))
    warm = in_a_process("--worker", "warm", *(["--gate"] if options.gate else []))
    table = results.table(
        ["run", "stage", "s", "batches", "images a second", "most memory so far, MB"],
        rows("from scratch", scratch) + rows("warm, one epoch", warm),
    )
    last = scratch["last"][TRAINING]
    count, batches = Drawing.objects.count(), last["batches"]
    hours = batches * 256 / last["images_per_second"] / 3600
    note = (
        f"{count:,} accepted drawings: {DISTINCT:,} pen digits, each under many ids. From scratch "
        f"an epoch shows {batches * 256:,} images, a drawing as often as it weighs; the run was "
        f"stopped after {last['batch']:,} batches, and at this rate a whole epoch would take "
        f"{hours:.1f} hours (extrapolated). A warm epoch shows {warm['last'][TRAINING]['batches']}"
        " batches and is measured whole, as is the motion's. Memory is the most that the worker's "
        "process had resident until then; the load of the machine was "
        f"{os.getloadavg()[0]:.0f}."
    )
    files = results.table(
        ["shards", ""],
        [
            ["files", f"{shards['files']:.0f}"],
            ["MB", f"{shards['bytes'] / 1e6:,.0f}"],
            ["bytes a drawing", f"{shards['bytes'] / count:.0f}"],
            ["s to look through the rows", f"{shards['taken']:.0f}"],
            ["s to write all, maps and thick strokes being there", f"{shards['written']:.0f}"],
            ["s to read the pixels learned from", f"{shards['read']:.1f}"],
            ["ms of the processor for a drawing's maps", f"{shards['motion']:.2f}"],
            ["ms of the processor for thick strokes, of three in ten", f"{shards['thick']:.2f}"],
        ],
    )
    results.write("million", f"{table}\n\n{note}\n\n{files}")


if __name__ == "__main__":
    main()
