"""Networks that benchmarks train, by the site's own recipes, each of them once.

A network is kept as an artifact (`model.keras`, `model.tflite`, `manifest.json`)
below `var/benchmarks/`, under a name that is a digest of everything it depends on:
recipe, seed, examples, first weights and the training's code. So what is found
there is what a training would give, and several benchmarks share it.
"""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from benchmarks import ROOT
from benchmarks.common import data
from benchmarks.common.settings import settings
from recognizer.labels import NOT_A_DIGIT_CLASS
from recognizer.serving import artifacts
from training.data import shards, snapshot
from training.data.augmentation import STANDARD, Variation
from training.examples import Examples, concatenate
from training.network.calibration import THRESHOLDS, fit_temperature
from training.network.progress import EpochResult, Progress
from training.network.recipe import Recipe
from training.synthesis import thick_strokes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.network.readers import Calibration, Readers
    from training.network.senses import Sense

FOLDER = settings.VAR_DIR / "benchmarks"
PARITY_GLYPHS = 1000


@dataclass(frozen=True)
class Lesson:
    """A training: its examples, recipe and seed, without the readers that it begins with.

    `motion` is the recipe of the motion's reader, where there is one.
    """

    name: str
    train: Examples
    validation: Examples
    recipe: Recipe
    seed: int
    replay: Examples | None = None
    motion: Recipe | None = None


def scratch(
    *,
    epochs: int = 0,
    seed: int = 0,
    variation: Variation = STANDARD,
    on_digits: bool = False,
) -> Path:
    """The artifact of a network that has learned from MNIST and no drawing, and so reads no motion.

    0 epochs are the site's own number. With `on_digits` the network is validated on
    digits alone, so that its history compares with MNIST's figures.
    """
    from training.network.model import build
    from training.network.readers import Calibration, Readers

    learned, kept = data.learned_and_kept(seed)
    if on_digits:
        kept = kept.select(kept.labels != NOT_A_DIGIT_CLASS)
    recipe = Recipe.scratch(epochs or settings.TRAIN_EPOCHS_SCRATCH)
    recipe = replace(recipe, variation=variation)
    lesson = Lesson(f"scratch, seed {seed}", learned, kept, recipe, seed)
    return _trained(Readers(build(seed)), Calibration(1.0), lesson)


def warm(champion: Path, drawings: Examples, *, name: str, epochs: int = 0, seed: int = 0) -> Path:
    """The artifact of a champion trained on with drawings, as the site does it.

    `champion` is an artifact's folder or a `.keras` file. What the champion has learned from MNIST
    is replayed; no drawings but these are at hand. A reader of motion that it lacks begins from
    nothing: the shipped one may have seen who is to be left out. 0 epochs: the site's own.
    """
    from training.network import motion_model
    from training.network.readers import Calibration, Readers, load_readers
    from training.runs import learning

    learned, kept = data.learned_and_kept(seed)
    drawings = with_thick_strokes(drawings, np.random.default_rng(seed))
    recipe = Recipe.warm(epochs or settings.TRAIN_EPOCHS_WARM)
    recipe = recipe.for_examples(len(drawings) + len(learned))
    readers = load_readers(keras_file(champion).read_bytes())
    at_hand = len(drawings.with_ink()) + len(learned.with_ink())
    motion = Recipe.warm(recipe.epochs).for_examples(at_hand)
    if readers.motion is None:
        motion = Recipe.motion_scratch()
        if learning.enough_ink(drawings.with_ink()):
            readers = Readers(readers.picture, motion_model.build(seed))
    lesson = Lesson(name, drawings, kept, recipe, seed, replay=learned, motion=motion)
    before = manifest_of(champion).get("ink", {})
    temperature = before.get("temperature", learning.INK_TEMPERATURE)
    weight = before.get("motion_weight", learning.MOTION_WEIGHT)
    return _trained(readers, Calibration(1.0, temperature, weight), lesson)


def with_thick_strokes(drawings: Examples, rng: np.random.Generator) -> Examples:
    """Drawings, and as many of them again in thick strokes as the site has of its own."""
    count = round(len(drawings) * shards.THICK_SHARE)
    return concatenate([drawings, thick_strokes.generate(count, drawings, rng)])


def keras_file(path: Path) -> Path:
    """An artifact's folder or a `.keras` file -> the file."""
    file = path / "model.keras" if path.is_dir() else path
    if not file.is_file():
        raise SystemExit(f"There is no network at {path}: name an artifact's folder or a .keras.")
    return file


def manifest_of(path: Path) -> dict[str, Any]:
    """The manifest beside an artifact's network; without entries where it lies alone."""
    file = keras_file(path).with_name("manifest.json")
    return dict(json.loads(file.read_text())) if file.is_file() else {}


def as_drawings(examples: Examples, writers: Sequence[str]) -> Examples:
    """The examples with the weights of accepted drawings: each writer's up to the site's cap."""
    weights = snapshot.capped_weights(np.array(writers))
    return replace(examples, weights=weights)


def history(folder: Path) -> list[EpochResult]:
    """The results of an artifact's training, one an epoch."""
    return [EpochResult(**epoch) for epoch in manifest_of(folder)["history"]]


def seconds(folder: Path) -> float:
    """The seconds that an artifact's training took, gathering and export not counted."""
    return sum(epoch.seconds for epoch in history(folder))


def _trained(readers: Readers, calibration: Calibration, lesson: Lesson) -> Path:
    """The artifact of a network after a lesson, found or trained.

    Of the calibration the temperature of pictures is fitted.
    """
    from training.network import motion_model
    from training.network.senses import MOTION, PICTURE

    folder = FOLDER / _digest(readers, calibration, lesson)
    if not folder.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        checkpoints = [folder.with_suffix(f".{name}.npz") for name in ("picture", "motion")]
        results = _fitted(readers.picture, lesson, PICTURE, checkpoints[0])
        if readers.motion is not None and lesson.motion is not None:
            inked = _of_ink(lesson, lesson.motion)
            if len(inked.train):  # otherwise it stays as it is, as on the site
                results += _fitted(readers.motion, inked, MOTION, checkpoints[1])
            if readers.motion.name == motion_model.FRESH:
                motion_model.temper(readers.motion)
        _keep(readers, calibration, lesson, results, folder)
        for checkpoint in checkpoints:
            checkpoint.unlink(missing_ok=True)
    return folder


def _of_ink(lesson: Lesson, recipe: Recipe) -> Lesson:
    """The lesson of the motion's reader, as `Dataset.motion_lesson` has it without held-out
    people."""
    return replace(
        lesson,
        name=f"{lesson.name}, motion",
        train=lesson.train.with_ink(),
        validation=lesson.validation.with_ink(),
        replay=lesson.replay.with_ink() if lesson.replay else None,
        recipe=recipe,
    )


def _fitted(model: Any, lesson: Lesson, sense: Sense, checkpoint: Path) -> list[EpochResult]:
    from training.network.fit import fit

    with tqdm(desc=lesson.name, unit=" batches") as bar:
        return fit(
            model,
            lesson.train,
            lesson.validation,
            lesson.recipe,
            replay=lesson.replay,
            sense=sense,
            seed=lesson.seed,
            checkpoint=checkpoint,
            on_progress=lambda progress: _show(bar, progress),
        )


def _keep(
    readers: Readers,
    calibration: Calibration,
    lesson: Lesson,
    results: list[EpochResult],
    folder: Path,
) -> None:
    """Exports as the site does, the temperature fitted on the validation examples."""
    from training.export.artifact import export
    from training.network.model import predict_logits

    logits = predict_logits(readers.picture, lesson.validation.glyphs)
    temperature = fit_temperature(logits, lesson.validation.labels)
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)  # an earlier run may have come this far
    export(
        readers,
        unfinished,
        calibration=replace(calibration, picture=temperature),
        thresholds=asdict(THRESHOLDS),
        glyphs=lesson.validation.glyphs[-PARITY_GLYPHS:],
    )
    epochs = [asdict(result) for result in results]
    artifacts.complete(unfinished, name=lesson.name, history=epochs)
    unfinished.rename(folder)


def _show(bar: Any, progress: Progress) -> None:
    bar.total = progress.epochs * progress.batches
    bar.update((progress.epoch - 1) * progress.batches + progress.batch - bar.n)


def _digest(readers: Readers, calibration: Calibration, lesson: Lesson) -> str:
    """A digest of everything that the trained network depends on; the lesson's name is none."""
    parts = [lesson.train, lesson.validation, *([lesson.replay] if lesson.replay else [])]
    recipes = [asdict(one) for one in (lesson.recipe, lesson.motion) if one is not None]
    facts = [recipes, asdict(calibration), lesson.seed, *(part.digest() for part in parts)]
    sha256 = hashlib.sha256(code_digest().encode() + json.dumps(facts).encode())
    for model in (readers.picture, readers.motion):
        for array in model.get_weights() if model is not None else ():
            sha256.update(np.ascontiguousarray(array).data)
    return sha256.hexdigest()[:20]


@cache
def code_digest() -> str:
    """SHA-256 over the code that trains, without its comments and its layout.

    The recipes' code is left out: the recipe itself is part of the digest.
    """
    todo, found = (
        ["training.network.fit", "training.network.model", "training.network.motion_model"],
        {"training.network.recipe": ""},
    )
    while todo:
        module = todo.pop()
        path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
        if module in found or not path.is_file():
            continue
        tree = ast.parse(path.read_text())
        found[module] = ast.dump(tree)
        todo += _imported(tree)
    return hashlib.sha256(json.dumps(sorted(found.items())).encode()).hexdigest()


def _imported(tree: ast.AST) -> list[str]:
    """The modules of `training` that a module imports from."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "training":
            names += [f"training.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("training."):
            names += [str(node.module)]
    return names
