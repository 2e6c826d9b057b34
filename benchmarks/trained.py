"""Networks that benchmarks train, by the site's own recipe, each of them once.

A network is kept as an artifact (`model.keras`, `model.tflite`, `manifest.json`)
below `var/benchmarks/`, under a name that is a digest of everything it depends on:
recipe, seed, examples, first weights and the training's code. So what is found
there is what a training would give, and several benchmarks share it.
"""

from __future__ import annotations

import ast
import hashlib
import json
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from benchmarks import data
from benchmarks.results import ROOT
from benchmarks.settings import settings
from recognizer.answer import Thresholds
from training import dataset, material
from training.augment import STANDARD, Variation
from training.calibrate import fit_temperature
from training.examples import NOT_A_DIGIT, Examples
from training.recipe import EpochResult, Progress, Recipe

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = settings.VAR_DIR / "benchmarks"
PARITY_GLYPHS = 1000


@dataclass(frozen=True)
class Lesson:
    """What a training is made of, beside the network that it begins with."""

    name: str
    train: Examples
    validation: Examples
    recipe: Recipe
    seed: int
    replay: Examples | None = None


def scratch(
    *,
    epochs: int = 0,
    seed: int = 0,
    variation: Variation = STANDARD,
    on_digits: bool = False,
) -> Path:
    """The artifact of a network that has seen MNIST and no drawing; 0 epochs: the site's own.

    `on_digits` leaves what is no digit out of what it is validated on: its history is then
    told in the terms that MNIST's figures are.
    """
    from training import network

    learned, kept = data.learned_and_kept(seed)
    if on_digits:
        kept = kept.select(kept.labels != NOT_A_DIGIT)
    recipe = Recipe.scratch(epochs or settings.TRAIN_EPOCHS_SCRATCH)
    recipe = replace(recipe, variation=variation)
    return _trained(
        network.build(seed), Lesson(f"scratch, seed {seed}", learned, kept, recipe, seed)
    )


def warm(champion: Path, drawings: Examples, *, name: str, epochs: int = 0, seed: int = 0) -> Path:
    """The artifact of a champion trained on with drawings, as the site does it.

    `champion` is an artifact's folder or a `.keras` file. What the champion has learned from MNIST
    is replayed; no drawings but these are at hand. 0 epochs: the site's own.
    """
    from training import network

    learned, kept = data.learned_and_kept(seed)
    drawings = material.with_markers(drawings, np.random.default_rng(seed))
    recipe = Recipe.warm(epochs or settings.TRAIN_EPOCHS_WARM)
    recipe = recipe.for_examples(len(drawings) + len(learned))
    model = network.load(keras_file(champion).read_bytes())
    return _trained(model, Lesson(name, drawings, kept, recipe, seed, replay=learned))


def keras_file(path: Path) -> Path:
    """An artifact's folder or a `.keras` file -> the file."""
    file = path / "model.keras" if path.is_dir() else path
    if not file.is_file():
        raise SystemExit(f"There is no network at {path}: name an artifact's folder or a .keras.")
    return file


def as_drawings(examples: Examples, writers: Sequence[str]) -> Examples:
    """Weighed as accepted drawings of these contributors are: each of them up to the site's cap."""
    weights = dataset.capped_weights(writers, [None] * len(writers))
    return replace(examples, weights=weights)


def history(folder: Path) -> list[EpochResult]:
    """How the training went, epoch by epoch."""
    manifest = json.loads((folder / "manifest.json").read_text())
    return [EpochResult(**epoch) for epoch in manifest["history"]]


def seconds(folder: Path) -> float:
    """How long the training took, without gathering its examples and exporting the network."""
    return sum(epoch.seconds for epoch in history(folder))


def _trained(model: Any, lesson: Lesson) -> Path:
    """The artifact of this network after this lesson, found or made."""
    folder = FOLDER / _digest(model, lesson)
    if not folder.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        checkpoint = folder.with_suffix(".npz")
        _keep(model, lesson, _fitted(model, lesson, checkpoint), folder)
        checkpoint.unlink(missing_ok=True)
    return folder


def _fitted(model: Any, lesson: Lesson, checkpoint: Path) -> list[EpochResult]:
    from training.fit import fit

    with tqdm(desc=lesson.name, unit=" batches") as bar:
        return fit(
            model,
            lesson.train,
            lesson.validation,
            lesson.recipe,
            replay=lesson.replay,
            seed=lesson.seed,
            checkpoint=checkpoint,
            on_progress=lambda progress: _show(bar, progress),
        )


def _keep(model: Any, lesson: Lesson, results: list[EpochResult], folder: Path) -> None:
    """Exports as the site does, the temperature fitted on the validation examples."""
    from training.export import export
    from training.network import read_logits

    logits = read_logits(model, lesson.validation.pixels)
    export(
        model,
        folder,
        temperature=fit_temperature(logits, lesson.validation.labels),
        thresholds=asdict(Thresholds()),
        extra_manifest={"name": lesson.name, "history": [asdict(result) for result in results]},
        glyphs=lesson.validation.pixels[-PARITY_GLYPHS:],
    )


def _show(bar: Any, progress: Progress) -> None:
    bar.total = progress.epochs * progress.batches
    bar.update((progress.epoch - 1) * progress.batches + progress.batch - bar.n)


def _digest(model: Any, lesson: Lesson) -> str:
    """Of everything that the trained network depends on; the lesson's name is not of it."""
    parts = [lesson.train, lesson.validation, *([lesson.replay] if lesson.replay else [])]
    facts = [asdict(lesson.recipe), lesson.seed, *(part.digest() for part in parts)]
    sha256 = hashlib.sha256(code_digest().encode() + json.dumps(facts).encode())
    for array in model.get_weights():
        sha256.update(np.ascontiguousarray(array).data)
    return sha256.hexdigest()[:20]


@cache
def code_digest() -> str:
    """SHA-256 over the code that trains, whatever its comments and its layout.

    A recipe's numbers are in the name themselves.
    """
    todo, found = ["training.fit", "training.network"], {"training.recipe": ""}
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
