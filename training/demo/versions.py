"""Versions, runs and promotions of a demo site. All versions share the live one's files: what
is made up are their figures, and their lineage says so."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db.models import Max

from recognizer.labels import CLASSES, LABELS
from recognizer.models import Drawing, DrawingUse, ModelVersion, Promotion
from recognizer.split import is_held_out
from training.data import pens
from training.demo.drawings import at_given_times
from training.evaluation import gate
from training.evaluation.counts import ISSUED
from training.evaluation.gate_types import Facts, JudgedSet, Limits
from training.evaluation.metrics import confusion
from training.models import TrainingRun

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from numpy.typing import NDArray

Status = TrainingRun.Status
# So many drawings at most are named as used by one version, and so many versions name any.
MAX_USED, VERSIONS_WITH_USES = 20_000, 3
EPOCHS = 6
# How long a run takes, and when after it was asked for its version is promoted.
TAKES, PROMOTED_AFTER = timedelta(minutes=3), timedelta(hours=2)
# Of the candidates so many are undecided, and refused.
UNDECIDED, FAILED = 0.12, 0.2
MNIST_IMAGES = 10_000


def fill(
    *,
    runs: int,
    versions: int,
    live: ModelVersion,
    by: User,
    rng: np.random.Generator,
    start: datetime,
    now: datetime,
) -> None:
    """Adds so many runs, of which so many end with a version; some of them were live for a time.

    They are spread from `start`, when the live version was live already, to `now`. The last
    version waits for somebody to compare it.
    """
    versions = min(versions, runs)
    drawings = _judged()
    every = runs / max(versions, 1)
    pause = (now - start) / runs
    ends = {round((number + 1) * every) - 1 for number in range(versions)}
    with at_given_times(TrainingRun, ModelVersion, Promotion):
        promoted = Promotion.objects.newest()
        champion = live
        for number in range(runs):
            asked = start + pause * (number + 0.5)
            run = _run(number, asked, asked + min(TAKES, pause / 4), by, champion, rng)
            if number not in ends:
                run.status = [Status.FAILED, Status.CANCELLED][number % 2]
                run.error = "made up by make_demo" if run.status == Status.FAILED else ""
                run.save()
                continue
            is_last = number == max(ends)
            version = _version(run, champion, drawings, rng, is_last=is_last)
            run.candidate = version
            run.status = Status.REJECTED if version.gate_verdict == "failed" else Status.CANDIDATE
            run.save()
            if version.gate_verdict == "passed" and not is_last:
                promoted = Promotion.objects.create(
                    version=version,
                    kind=Promotion.Kind.PROMOTE,
                    follows=promoted,
                    by=by,
                    reason="demo",
                    at=asked + min(PROMOTED_AFTER, pause / 3),
                )
                champion = version
    newest = list(ModelVersion.objects.exclude(pk=live.pk)[:VERSIONS_WITH_USES])
    for version in newest:
        _uses(version)


def _run(
    number: int,
    asked: datetime,
    finished: datetime,
    by: User,
    champion: ModelVersion,
    rng: np.random.Generator,
) -> TrainingRun:
    loss = 0.35 * float(rng.uniform(0.8, 1.2))
    history = [
        {
            "epoch": epoch + 1,
            "loss": round(loss * 0.8**epoch, 4),
            "validation_nll": round(0.03 * loss * 0.88**epoch + 0.01, 4),
            "validation_accuracy": round(0.9935 + 0.0004 * epoch, 5),
            "learning_rate": round(1e-3 * (1 - epoch / EPOCHS), 6),
            "seconds": round(float(rng.uniform(16, 24)), 1),
        }
        for epoch in range(EPOCHS)
    ]
    return TrainingRun(
        mode=TrainingRun.Mode.WARM,
        epochs=EPOCHS,
        seed=number,
        trigger=TrainingRun.Trigger.COUNT,
        reason="demo: nothing was trained",
        requested_by=by,
        created_at=asked,
        started_at=asked + (finished - asked) / 50,
        finished_at=finished,
        attempt=1,
        champion=champion,
        progress={"stage": "done"},
        history=history,
        dataset={"mnist": 60_000, "drawings": {"train": 0, "held_out": 0}},
        log=[
            {
                "at": (asked + (finished - asked) * one["epoch"] / (EPOCHS + 1)).isoformat(),
                "what": "epoch",
                "number": one["epoch"],
                "nll": one["validation_nll"],
                "accuracy": one["validation_accuracy"],
            }
            for one in history
        ],
    )


# --- a version and what the gate says of it -------------------------------------------------


def _judged() -> list[tuple[str, int, int, str]]:
    """(id, label, read as, source) of the held-out people's accepted drawings, some at most."""
    rows = Drawing.objects.trainable().values_list(
        "pk", "accepted_label", "digit", "source", "contributor_id"
    )
    return [
        (str(pk), LABELS.index(label), 10 if digit is None else digit, source)
        for pk, label, digit, source, who in rows[: MAX_USED * 2].iterator()
        if is_held_out(who, 20)
    ]


def _version(
    run: TrainingRun,
    champion: ModelVersion,
    drawings: list[tuple[str, int, int, str]],
    rng: np.random.Generator,
    *,
    is_last: bool,
) -> ModelVersion:
    chance = rng.random()
    bad = 0.0 if is_last else chance
    fix, spoil = 1.0 if is_last else 0.5, 0.002
    if bad > 1 - FAILED:
        fix, spoil = 0.1, 0.05
    elif bad > 1 - FAILED - UNDECIDED:
        fix, spoil = 0.02, 0.006
    report = _report(champion, drawings, rng, fix=fix, spoil=spoil)
    number = (ModelVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    lineage = {
        "demo": True,
        "mode": "warm",
        "epochs": EPOCHS,
        "seed": run.seed,
        "parent": champion.number,
        "dataset_digest": "demo",
        "mnist": 60_000,
        "drawings": {"total": 0, "train": 0, "held_out": 0, "contributors": 0, "sources": {}},
    }
    return ModelVersion.objects.create(
        number=number,
        created_at=run.finished_at or run.created_at,
        artifact=champion.artifact,
        manifest={**champion.manifest, "lineage": lineage},
        parent=champion,
        gate_verdict=report["verdict"],
        gate_report=report,
    )


def _report(
    champion: ModelVersion,
    drawings: list[tuple[str, int, int, str]],
    rng: np.random.Generator,
    *,
    fix: float,
    spoil: float,
) -> dict[str, Any]:
    """The gate's report on answers that are made up: some mistakes are mended, some are new."""
    labels = np.array([label for _, label, _, _ in drawings], dtype=np.int64)
    before = np.array([read for _, _, read, _ in drawings], dtype=np.int64)
    ids = [key for key, _, _, _ in drawings]
    sources = np.array([source for _, _, _, source in drawings], dtype=object)
    now = _changed(before, labels, rng, fix=fix, spoil=spoil)
    people = JudgedSet(gate.HELD_OUT, labels, now, before, ids=ids)
    test = np.arange(MNIST_IMAGES) % 10
    test_before = _changed(test, test, rng, fix=0, spoil=0.004)
    test_now = _changed(test_before, test, rng, fix=fix / 2, spoil=spoil / 8)
    mnist = JudgedSet(gate.MNIST, test, test_now, test_before)
    right = before == labels
    sets = [
        mnist,
        people,
        _part(gate.REGRESSION, people, right),
        *(
            gate.divided(f"{gate.DIGIT}{digit}", [mnist, people], [test == digit, labels == digit])
            for digit in range(CLASSES)
        ),
        *(
            replace(_part(f"{gate.SOURCE}{source}", people, sources == source), ids=[])
            for source in sorted(set(sources.tolist()))
        ),
    ]
    facts = Facts(parity=0.0, parity_same_digits=True, latency_ms=0.4, tflite_bytes=740_000)
    verdict = gate.judge(sets, facts, Limits(digit_floor=0.97))
    return verdict.as_report() | {
        "demo": True,
        "champion": champion.number,
        "pens": [
            asdict(gate.count(replace(_part(f"{gate.PEN}{pen}", people, rows), ids=[]), ISSUED))
            for pen, rows in (
                (pens.POINTER, sources != "camera"),
                (pens.PICTURE, sources == "camera"),
            )
            if rows.any()
        ],
        "champion_latency_ms": 0.4,
        "pictures": {
            gate.MNIST: _pictures(test, test_now, test_before, list(range(MNIST_IMAGES)), rng),
            gate.HELD_OUT: _pictures(labels, now, before, ids, rng),
        },
    }


def _part(name: str, judged: JudgedSet, rows: NDArray[np.bool_]) -> JudgedSet:
    assert judged.champion is not None
    return JudgedSet(
        name,
        judged.labels[rows],
        judged.candidate[rows],
        judged.champion[rows],
        ids=[judged.ids[place] for place in np.flatnonzero(rows).tolist()],
    )


def _changed(
    answers: NDArray[np.int64],
    labels: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    fix: float,
    spoil: float,
) -> NDArray[np.int64]:
    draw = rng.random(len(answers))
    wrong = answers != labels
    other = (labels + rng.integers(1, 10, len(labels))) % 10
    found: NDArray[np.int64] = np.where(
        wrong & (draw < fix), labels, np.where(~wrong & (draw < spoil), other, answers)
    )
    return found


def _pictures(
    labels: NDArray[np.int64],
    now: NDArray[np.int64],
    before: NDArray[np.int64],
    ids: list[Any],
    rng: np.random.Generator,
) -> dict[str, Any]:
    return {
        who: {
            "confusion": confusion(answers, labels).tolist(),
            "reliability": _reliability(answers == labels, rng),
            "misread": [
                [ids[row], int(labels[row]), int(answers[row])]
                for row in np.flatnonzero(answers != labels)
            ],
        }
        for who, answers in (("candidate", now), ("champion", before))
    }


def _reliability(right: NDArray[np.bool_], rng: np.random.Generator) -> list[list[float]]:
    """Ten bins: what is wrong was said with less confidence, mostly."""
    sure = np.where(right, 1 - rng.beta(0.4, 12, len(right)), rng.uniform(0.35, 1, len(right)))
    bins = np.minimum((sure * 10).astype(int), 9)
    return [
        [
            int((bins == at).sum()),
            round(float(sure[bins == at].mean()), 4) if (bins == at).any() else 0.0,
            int(right[bins == at].sum()),
        ]
        for at in range(10)
    ]


def _uses(version: ModelVersion) -> None:
    """Names the drawings that a version learned from and was judged on, some at most."""
    rows = Drawing.objects.trainable().values_list("pk", "contributor_id", "source")[:MAX_USED]
    uses = [
        DrawingUse(
            version=version,
            drawing_id=pk,
            role=DrawingUse.Role.HELD_OUT if is_held_out(who, 20) else DrawingUse.Role.TRAIN,
        )
        for pk, who, _ in rows
    ]
    DrawingUse.objects.bulk_create(uses, batch_size=2000)
    held_out = sum(use.role == DrawingUse.Role.HELD_OUT for use in uses)
    version.manifest["lineage"]["drawings"] = {
        "total": len(uses),
        "train": len(uses) - held_out,
        "held_out": held_out,
        "contributors": len({who for _, who, _ in rows}),
        "sources": Counter(source for _, who, source in rows if not is_held_out(who, 20)),
    }
    version.save(update_fields=["manifest"])
    used = {"train": len(uses) - held_out, "held_out": held_out}
    TrainingRun.objects.filter(candidate=version).update(
        dataset={"mnist": 60_000, "drawings": used}
    )
