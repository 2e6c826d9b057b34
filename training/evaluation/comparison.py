"""The comparison of candidate and champion on the same data, and the gate's verdict on it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from recognizer.exceptions import BadArtifact
from recognizer.labels import CLASSES, NOT_A_DIGIT_CLASS
from recognizer.models import ModelVersion
from recognizer.preprocessing.glyph import MAPS, SIZE, Glyphs
from recognizer.serving import artifacts, registry
from recognizer.serving.decision import SURE, Thresholds, readings
from recognizer.serving.engine import Engine, LiteRTEngine
from training.data import unlabelled
from training.data.dataset import Dataset
from training.data.ids import Ids
from training.data.mnist import Mnist
from training.data.pens import PENS, pens_of
from training.data.snapshot import Drawings, Snapshot
from training.data.unlabelled import Unlabelled, held_out_unlabelled
from training.evaluation import gate
from training.evaluation.counts import Rule
from training.evaluation.gate_types import Facts, JudgedSet, Limits
from training.evaluation.metrics import confusion, evaluate, reliability
from training.lazy_glyphs import AnyGlyphs, read, reading_order

BATCH = 256
LATENCY_PREDICTIONS = 200


@dataclass(frozen=True, slots=True)
class Comparison:
    """The candidate's figures for its manifest, and the gate's report."""

    metrics: dict[str, Any]
    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Network:
    """A version's engine with its thresholds: what the site would say by it."""

    engine: Engine
    thresholds: Thresholds
    told: Callable[[], object] = lambda: None  # called after each batch

    def probabilities(self, glyphs: AnyGlyphs) -> NDArray[np.float32]:
        """n glyphs -> (n, 11) probabilities."""
        return _predict(self.engine, glyphs, self.told)

    def answers(self, probabilities: NDArray[np.float32]) -> NDArray[np.int64]:
        """The likeliest digits, or 10 for none as the threshold has it."""
        return _answers(probabilities, self.thresholds)


def compare(
    built: Path,
    champion: ModelVersion | None,
    dataset: Dataset,
    parity: dict[str, Any],
    *,
    told: Callable[[], object] = lambda: None,
) -> Comparison:
    """A run's candidate and the champion as `judge` has them, and the candidate's validation."""
    judged = judge(built, champion, dataset.snapshot, dataset.mnist, parity, told=told)
    engine = LiteRTEngine((built / LiteRTEngine.file_name).read_bytes())
    answers = _predict(engine, dataset.validation.glyphs)
    validation = evaluate(answers, dataset.validation.labels)
    return replace(judged, metrics=judged.metrics | {"validation": validation})


def judge(
    built: Path,
    champion: ModelVersion | None,
    snapshot: Snapshot,
    mnist: Mnist,
    parity: dict[str, Any],
    *,
    told: Callable[[], object] = lambda: None,
) -> Comparison:
    """Candidate and champion on MNIST's test images and the site's drawings.

    The candidate is read from `built`, an artifact's folder, as the site would; `parity`
    is what comparing its files has given. `told` is called now and then.
    """
    content = (built / LiteRTEngine.file_name).read_bytes()
    candidate = Network(LiteRTEngine(content), Thresholds.of(artifacts.read_manifest(built)), told)
    champions = _champion(champion, told)
    answered = _Answered.by(candidate, champions, snapshot, mnist)
    latency = _latency_ms(candidate.engine)
    verdict = gate.judge(
        [*answered.sets(), *_unlabelled(candidate, champions, held_out_unlabelled())],
        Facts(
            parity=parity["largest_difference"],
            parity_same_digits=parity["same_answers"] == 1.0,
            latency_ms=latency,
            tflite_bytes=len(content),
        ),
        Limits(**settings.GATE),
    )
    metrics = {
        "mnist": evaluate(answered.mnist[0], mnist.test_labels),
        "held_out": evaluate(
            answered.own[0][answered.held_out], answered.drawings.examples.labels[answered.held_out]
        ),
        "latency_ms": latency,
    }
    report = verdict.as_report() | {
        "champion": champion.number if champion else None,
        "pens": answered.by_pen(Limits(**settings.GATE).rule),
        "pictures": answered.pictures(),
        "champion_latency_ms": _latency_ms(champions.engine) if champions else None,
    }
    return Comparison(metrics=metrics, report=report)


@dataclass(frozen=True, slots=True)
class _Answered:
    """What candidate and champion gave for MNIST's test images and the site's drawings.

    `mnist` and `own` hold (n, 11) probabilities of each, the champion's only where it answers.
    """

    networks: list[Network]
    labels: NDArray[np.int64]  # of MNIST
    drawings: Drawings
    held_out: NDArray[np.bool_]
    mnist: list[NDArray[np.float32]]
    own: list[NDArray[np.float32]]

    @classmethod
    def by(
        cls, candidate: Network, champion: Network | None, snapshot: Snapshot, mnist: Mnist
    ) -> _Answered:
        networks = [candidate, *([champion] if champion else [])]
        drawings = snapshot.train + snapshot.held_out
        test = Glyphs.of_pictures(mnist.test_pixels)
        return cls(
            networks=networks,
            labels=mnist.test_labels,
            drawings=drawings,
            held_out=np.arange(len(drawings)) >= len(snapshot.train),
            mnist=[network.probabilities(test) for network in networks],
            own=[network.probabilities(drawings.examples.glyphs) for network in networks],
        )

    def sets(self) -> list[JudgedSet]:
        """MNIST, held-out people, the regression set, each digit, each source."""
        labels, own = self.drawings.examples.labels, self._answers(self.own)
        mnist = _judged(gate.MNIST, self.labels, self._answers(self.mnist))
        sources, ids = self.drawings.sources, self.drawings.ids

        def of(name: str, rows: NDArray[np.bool_]) -> JudgedSet:
            return _judged(name, labels[rows], [answers[rows] for answers in own], ids[rows])

        people = of(gate.HELD_OUT, self.held_out)
        return [
            mnist,
            people,
            of(gate.REGRESSION, self._once_right(own)),
            *(
                gate.divided(
                    f"{gate.DIGIT}{digit}",
                    [mnist, people],
                    [mnist.labels == digit, people.labels == digit],
                )
                for digit in range(NOT_A_DIGIT_CLASS + 1)
            ),
            *(
                of(f"{gate.SOURCE}{source}", self.held_out & (sources == source))
                for source in sorted(set(sources))
            ),
        ]

    def by_pen(self, rule: Rule) -> list[dict[str, Any]]:
        """The counts of held-out people's drawings by what they were made with."""
        labels = self.drawings.examples.labels[self.held_out]
        own = [answers[self.held_out] for answers in self._answers(self.own)]
        made_with = pens_of(self._held_out_ids())
        sets = [
            _judged(f"{gate.PEN}{pen}", labels[rows], [answers[rows] for answers in own])
            for pen in PENS
            if (rows := made_with == pen).any()
        ]
        return [asdict(gate.count(one, rule)) for one in sets]

    def pictures(self) -> dict[str, Any]:
        """By set and network: confusion matrix, reliability, and what was misread."""
        own = self.drawings.examples.labels[self.held_out]
        held_out = [given[self.held_out] for given in self.own]
        names = ["candidate", "champion"][: len(self.networks)]
        return {
            name: {
                who: {
                    "confusion": confusion(network.answers(given), labels).tolist(),
                    "reliability": reliability(given, labels),
                    "misread": _misread(network.answers(given), labels, ids),
                }
                for who, network, given in zip(names, self.networks, outputs, strict=True)
            }
            for name, labels, outputs, ids in (
                (gate.MNIST, self.labels, self.mnist, None),
                (gate.HELD_OUT, own, held_out, self._held_out_ids()),
            )
        }

    def _held_out_ids(self) -> Ids:
        return self.drawings.ids[self.held_out]

    def _answers(self, outputs: list[NDArray[np.float32]]) -> list[NDArray[np.int64]]:
        return [
            network.answers(given) for network, given in zip(self.networks, outputs, strict=True)
        ]

    def _once_right(self, own: list[NDArray[np.int64]]) -> NDArray[np.bool_]:
        """Which accepted drawings a live version once read right: when submitted, or now."""
        labels = self.drawings.examples.labels
        right: NDArray[np.bool_] = self.drawings.read_as == labels
        return right | (own[1] == labels) if len(own) > 1 else right


def _judged(
    name: str,
    labels: NDArray[np.int64],
    answers: list[NDArray[np.int64]],
    ids: Sequence[uuid.UUID] = (),
) -> JudgedSet:
    return JudgedSet(name, labels, answers[0], answers[1] if len(answers) > 1 else None, ids=ids)


def judged_sets(
    candidate: Network,
    champion: Network | None,
    snapshot: Snapshot,
    mnist: Mnist,
    nobodys: Unlabelled,
) -> list[JudgedSet]:
    """All sets that the gate looks at, as candidate and champion read them."""
    answered = _Answered.by(candidate, champion, snapshot, mnist)
    return [*answered.sets(), *_unlabelled(candidate, champion, nobodys)]


def _unlabelled(
    candidate: Network, champion: Network | None, drawings: Unlabelled
) -> list[JudgedSet]:
    """The champion's sure answers on what nobody labelled, as labels; made-up digits if few.

    How many of its sure answers are wrong is what its own calibrated probabilities say. The
    rate on labelled drawings would say it, too, but for the labels that lie.
    """
    if champion is None:
        return []
    sure = [
        (place, reading.digit, reading.confidence)
        for place, reading in enumerate(_readings(champion, drawings.glyphs))
        if reading.verdict == SURE
    ]
    rows = np.array([place for place, _, _ in sure], dtype=np.intp)
    labels = np.array([digit for _, digit, _ in sure], dtype=np.int64)
    stored = JudgedSet(
        name=gate.UNLABELLED,
        labels=labels,
        candidate=candidate.answers(candidate.probabilities(drawings.glyphs[rows])),
        champion=labels,
        ids=[drawings.ids[place] for place in rows],
        expected_fixes=round(sum(1 - confidence for _, _, confidence in sure)),
    )
    if len(labels) >= unlabelled.ENOUGH:
        return [stored]
    digits = unlabelled.made_up()
    answers = [
        network.answers(network.probabilities(digits.glyphs)) for network in (candidate, champion)
    ]
    return [stored, _judged(gate.MADE_UP, digits.labels, answers)]


def _readings(network: Network, glyphs: Glyphs) -> list[Any]:
    starts = range(0, len(glyphs), BATCH)
    return [
        reading
        for at in starts
        for reading in readings(network.engine.predict(glyphs[at : at + BATCH]), network.thresholds)
    ]


def _champion(champion: ModelVersion | None, told: Callable[[], object]) -> Network | None:
    """The live network; None without one, and for a damaged one, which must be replaceable."""
    if champion is None:
        return None
    try:
        return Network(registry.load_engine(champion), Thresholds.of(champion.manifest), told)
    except BadArtifact:
        return None


def _misread(
    answers: NDArray[np.int64], labels: NDArray[np.int64], ids: Ids | None
) -> list[list[int | str]]:
    """What was misread: [id, label, answer]; without ids, as of MNIST's images, by its row."""
    return [
        [row if ids is None else str(ids[row]), int(labels[row]), int(answers[row])]
        for row in np.flatnonzero(answers != labels).tolist()
    ]


def _predict(
    engine: Engine, glyphs: AnyGlyphs, told: Callable[[], object] = lambda: None
) -> NDArray[np.float32]:
    """n glyphs -> (n, 11) probabilities, in batches of `BATCH`."""
    probabilities = np.empty((len(glyphs), CLASSES), dtype=np.float32)
    for rows in reading_order(glyphs, BATCH):
        probabilities[rows] = engine.predict(read(glyphs[rows])).probabilities
        told()
    return probabilities


def _answers(probabilities: NDArray[np.float32], thresholds: Thresholds) -> NDArray[np.int64]:
    """What the site would say: the likeliest digit, or 10 for none as its threshold has it."""
    digits = probabilities[:, :NOT_A_DIGIT_CLASS].argmax(axis=1)
    is_none = probabilities[:, NOT_A_DIGIT_CLASS] >= thresholds.not_a_digit
    return np.where(is_none, NOT_A_DIGIT_CLASS, digits).astype(np.int64)


def _latency_ms(engine: Engine) -> float:
    """The median time of predicting one glyph, in milliseconds."""
    one = Glyphs(
        np.zeros((1, SIZE, SIZE), np.uint8), np.zeros((1, *MAPS), np.uint8), np.ones(1, np.bool_)
    )
    engine.predict(one)
    times = []
    for _ in range(LATENCY_PREDICTIONS):
        started = time.perf_counter()
        engine.predict(one)
        times.append(time.perf_counter() - started)
    return round(float(np.median(times)) * 1000, 3)
