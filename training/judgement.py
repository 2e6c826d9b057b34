"""Candidate and champion on the same data: what the gate needs to know, and its verdict."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from recognizer import registry
from recognizer.exceptions import BadArtifact
from recognizer.glyph import SIZE, Pixels
from recognizer.inference import Engine, LiteRTEngine
from recognizer.models import ModelVersion
from training import gate
from training.dataset import Drawings
from training.evaluate import evaluate
from training.material import Material

BATCH = 256
LATENCY_READINGS = 200


@dataclass(frozen=True, slots=True)
class Judgement:
    """The candidate's figures for its manifest, and the gate's report."""

    metrics: dict[str, Any]
    report: dict[str, Any]


def judge(
    built: Path, champion: ModelVersion | None, material: Material, parity: dict[str, Any]
) -> Judgement:
    """Reads everything with the exported network, as the site would, and asks the gate."""
    content = (built / LiteRTEngine.file_name).read_bytes()
    engine = LiteRTEngine(content)
    drawings = material.snapshot.train + material.snapshot.held_out
    mnist = _read(engine, material.mnist.test_pixels)
    own = _read(engine, drawings.examples.pixels)
    champions = _champion(champion)
    champion_own = _answers(_read(champions, drawings.examples.pixels)) if champions else None
    held_out = np.arange(len(drawings)) >= len(material.snapshot.train)
    promised = _promised(drawings, champion_own)
    latency = _latency_ms(engine)
    verdict = gate.judge(
        candidate=_evaluation(_answers(mnist), _answers(own), held_out, promised),
        champion=None
        if champions is None or champion_own is None
        else _evaluation(
            _answers(_read(champions, material.mnist.test_pixels)),
            champion_own,
            held_out,
            promised,
        ),
        material=gate.Material(
            mnist_labels=material.mnist.test_labels,
            held_out_labels=drawings.examples.labels[held_out],
            held_out_ids=_ids(drawings, held_out),
            promise_labels=drawings.examples.labels[promised],
            promise_ids=_ids(drawings, promised),
        ),
        facts=gate.Facts(
            parity=parity["largest_difference"],
            parity_same_digits=parity["same_answers"] == 1.0,
            latency_ms=latency,
            tflite_bytes=len(content),
        ),
        limits=gate.Limits.of(settings.GATE),
    )
    validation = _read(engine, material.validation.pixels)
    metrics = {
        "mnist": evaluate(mnist, material.mnist.test_labels),
        "validation": evaluate(validation, material.validation.labels),
        "held_out": evaluate(own[held_out], drawings.examples.labels[held_out]),
        "latency_ms": latency,
    }
    report = verdict.as_report() | {"champion": champion.number if champion else None}
    return Judgement(metrics=metrics, report=report)


def _champion(champion: ModelVersion | None) -> Engine | None:
    """The live network; one that is damaged cannot be compared with, and must be replaceable."""
    if champion is None:
        return None
    try:
        return registry.load_engine(champion)
    except BadArtifact:
        return None


def _read(engine: Engine, pixels: Pixels) -> NDArray[np.float32]:
    """(n, 28, 28) -> (n, 11), in batches of one size as far as they go."""
    parts = [engine.read(pixels[at : at + BATCH]) for at in range(0, len(pixels), BATCH)]
    return np.concatenate(parts) if parts else np.empty((0, 11), dtype=np.float32)


def _answers(probabilities: NDArray[np.float32]) -> NDArray[np.int64]:
    answers: NDArray[np.int64] = probabilities.argmax(axis=1).astype(np.int64)
    return answers


def _promised(drawings: Drawings, champion: NDArray[np.int64] | None) -> NDArray[np.bool_]:
    """Which accepted drawings a live version once read right: when submitted, or now."""
    labels = drawings.examples.labels
    right: NDArray[np.bool_] = drawings.read_as == labels
    if champion is not None:
        right = right | (champion == labels)
    return right


def _evaluation(
    mnist: NDArray[np.int64],
    own: NDArray[np.int64],
    held_out: NDArray[np.bool_],
    promised: NDArray[np.bool_],
) -> gate.Evaluation:
    return gate.Evaluation(mnist=mnist, held_out=own[held_out], promises=own[promised])


def _ids(drawings: Drawings, which: NDArray[np.bool_]) -> list[str]:
    return [str(pk) for pk, chosen in zip(drawings.ids, which, strict=True) if chosen]


def _latency_ms(engine: Engine) -> float:
    """The median time of one reading, in milliseconds."""
    one = np.zeros((1, SIZE, SIZE), dtype=np.uint8)
    engine.read(one)
    times = []
    for _ in range(LATENCY_READINGS):
        started = time.perf_counter()
        engine.read(one)
        times.append(time.perf_counter() - started)
    return round(float(np.median(times)) * 1000, 3)
