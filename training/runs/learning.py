"""The lessons of a run: where its two readers begin, what they learn, how they are calibrated."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from recognizer.exceptions import BadArtifact
from recognizer.models import ModelVersion
from recognizer.services.versions import SHIPPED
from recognizer.serving import artifacts
from training.data.dataset import Dataset
from training.examples import Examples
from training.models import TrainingRun
from training.network import motion_model
from training.network.calibration import fit_temperature
from training.network.fit import fit
from training.network.model import build, predict_logits
from training.network.progress import Progress
from training.network.readers import Calibration, Readers, load_readers
from training.network.recipe import Recipe
from training.network.senses import MOTION

logger = logging.getLogger(__name__)

CHECKPOINT, MOTION_CHECKPOINT = "checkpoint.npz", "motion.npz"
# Drawings of each digit, as ink, from which a motion's reader can begin from nothing.
ENOUGH_INK = 50
# People's drawings, as ink, that the site does not train on, from which the temperature of
# its ink is found; with fewer it stays the champion's.
ENOUGH_HELD_OUT = 300
# Where nothing is known of the site's own: chosen on five folds of people (docs/reader.md).
INK_TEMPERATURE, MOTION_WEIGHT = 1.45, 1.5


def start(run: TrainingRun, dataset: Dataset) -> Readers:
    """The readers that a run begins with; no motion's where nothing could teach one.

    The picture's is the champion's in a warm start, otherwise a fresh one. The motion's is
    the champion's, or the shipped one for a champion that has none, or a fresh one. Raises
    `BadArtifact` where the champion cannot be read.
    """
    champion = load_readers(_network(run.champion)) if run.champion else None
    warm = run.mode == TrainingRun.Mode.WARM and champion is not None
    picture = champion.picture if warm and champion else build(run.seed)
    motion = champion.motion if champion else None
    if motion is None:
        motion = _shipped_motion()
    if motion is None and enough_ink(dataset.train.with_ink()):
        motion = motion_model.build(run.seed)
    return Readers(picture, motion)


def _network(version: ModelVersion) -> bytes:
    return artifacts.load(version.artifact, "model.keras", version.manifest)


def _shipped_motion() -> Any | None:
    """The shipped network's reader of motion; None where it has none or none is shipped."""
    try:
        manifest = artifacts.read_manifest(SHIPPED)
        return load_readers(artifacts.read(SHIPPED, "model.keras", manifest)).motion
    except BadArtifact as error:
        logger.warning("There is no shipped reader of motion: %s", error)
        return None


def enough_ink(drawings: Examples) -> bool:
    """Whether a reader of motion can begin from nothing with these, of which all are ink."""
    return int(np.bincount(drawings.labels, minlength=10)[:10].min()) >= ENOUGH_INK


def learn_motion(
    run: TrainingRun,
    model: Any,
    dataset: Dataset,
    folder: Path,
    on_progress: Callable[[Progress], None],
) -> None:
    """Trains the motion's reader in place, on what of the dataset is ink.

    A fresh one learns by a longer recipe. Without new ink it stays as it is.
    """
    lesson = dataset.motion_lesson()
    at_hand = len(lesson.train) + len(lesson.replay or ()) + dataset.gone
    if not len(lesson.train) or not len(lesson.validation):
        return
    fresh = model.name == motion_model.FRESH
    recipe = Recipe.motion_scratch() if fresh else Recipe.warm(run.epochs)
    fit(
        model,
        lesson.train,
        lesson.validation,
        recipe.for_examples(at_hand) if not fresh else recipe,
        replay=lesson.replay,
        sense=MOTION,
        seed=run.seed,
        checkpoint=folder / MOTION_CHECKPOINT,
        data=dataset.identity,
        on_progress=on_progress,
    )
    if fresh:
        motion_model.temper(model)


def calibrate(readers: Readers, dataset: Dataset, champion: ModelVersion | None) -> Calibration:
    """One temperature for pictures, one for ink, each fitted on examples nobody learned from."""
    validation = dataset.validation
    logits = predict_logits(readers.picture, validation.glyphs)
    picture = fit_temperature(logits, validation.labels)
    if readers.motion is None:
        return Calibration(picture)
    before = champion.manifest.get("ink", {}) if champion else {}
    weight = before.get("motion_weight", MOTION_WEIGHT)
    held_out = dataset.snapshot.held_out.examples.with_ink()
    if len(held_out) < ENOUGH_HELD_OUT:
        return Calibration(picture, before.get("temperature", INK_TEMPERATURE), weight)
    together = predict_logits(readers.picture, held_out.glyphs) + weight * predict_logits(
        readers.motion, held_out.glyphs, MOTION
    )
    return Calibration(picture, fit_temperature(together, held_out.labels), weight)
