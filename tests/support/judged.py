"""Versions with a gate's report about drawings that are really there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from recognizer.labels import LABELS
from recognizer.models import Drawing, DrawingUse, ModelVersion
from tests.support import factories
from training.evaluation import gate
from training.evaluation.counts import ISSUED
from training.evaluation.gate_types import Facts, JudgedSet, Limits
from training.evaluation.metrics import confusion

FACTS = Facts(parity=0.0, parity_same_digits=True, latency_ms=0.4, tflite_bytes=740_000)
MNIST_IMAGES = 1000


def judged(
    champion: ModelVersion,
    drawings: Sequence[Drawing],
    *,
    fixed: int = 0,
    broken: int = 0,
    answer: int = 9,
) -> ModelVersion:
    """A version that fixes the first of the drawings and breaks those after them.

    What is broken is now read as `answer`, as what is fixed was before; the rest is read right
    by both, and so is MNIST.
    """
    labels = np.array([LABELS.index(one.truth) for one in drawings], dtype=np.int64)
    before, now = labels.copy(), labels.copy()
    before[:fixed] = answer
    now[fixed : fixed + broken] = answer
    test = np.arange(MNIST_IMAGES) % 10
    ids = [str(one.pk) for one in drawings]
    mnist = JudgedSet(gate.MNIST, test, test, test)
    people = JudgedSet(gate.HELD_OUT, labels, now, before, ids=ids)
    sets = [
        mnist,
        people,
        *(
            gate.divided(f"{gate.DIGIT}{digit}", [mnist, people], [test == digit, labels == digit])
            for digit in range(10)
        ),
        JudgedSet(f"{gate.SOURCE}ink", labels, now, before),
    ]
    report = gate.judge(sets, FACTS, Limits(digit_floor=0.97)).as_report()
    version = factories.version(gate_verdict=report["verdict"], parent=champion)
    version.gate_report = report | {
        "champion": champion.number,
        "pens": [asdict(gate.count(JudgedSet(f"{gate.PEN}pointer", labels, now, before), ISSUED))],
        "champion_latency_ms": 0.5,
        "pictures": {
            name: {
                who: {
                    "confusion": confusion(answers, truth).tolist(),
                    "reliability": [[0, 0.0, 0]] * 9 + [[len(truth), 0.99, len(truth)]],
                    "misread": [
                        [keys[row], int(truth[row]), int(answers[row])]
                        for row in np.flatnonzero(answers != truth)
                    ],
                }
                for who, answers in (("candidate", one.candidate), ("champion", one.champion))
                if answers is not None
            }
            for name, one, truth, keys in (
                (gate.MNIST, mnist, test, [*range(len(test))]),
                (gate.HELD_OUT, people, labels, ids),
            )
        },
    }
    version.save()
    for one in drawings:
        DrawingUse.objects.create(version=version, drawing=one, role=DrawingUse.Role.HELD_OUT)
    return version
