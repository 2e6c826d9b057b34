"""Networks that know ink, each of them without some writers, so that all can be read unseen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.common import data, trained

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Fold:
    """`folder` holds the artifact of a network that has seen no drawing by `held_out`."""

    held_out: list[str]
    folder: Path


def fold_networks(
    folds: int, *, champion: Path | None = None, epochs: int = 0, seed: int = 0
) -> list[Fold]:
    """One network a fold, found or trained; together the folds hold every writer once.

    Each starts from `champion` (an artifact's folder that has seen no ink; left
    out, MNIST's own) and learns from the ink of all other writers by the site's
    warm recipe. 0 epochs: the site's own number. Ends with a sentence where
    there are not at least two folds, or fewer writers than folds.
    """
    ink = data.pen_digits()
    parted = part_writers(sorted(set(ink.writers.tolist()), key=int), folds)
    start = champion or trained.scratch()
    networks = []
    for number, held_out in enumerate(parted, start=1):
        others = ink.select(~np.isin(ink.writers, held_out))
        drawings = trained.as_drawings(others.examples, others.writers.tolist())
        name = f"fold {number} of {folds}"
        folder = trained.warm(start, drawings, name=name, epochs=epochs, seed=seed)
        networks.append(Fold(held_out, folder))
    return networks


def part_writers(writers: list[str], folds: int) -> list[list[str]]:
    """Whole writers in turn: of 30 in 5 folds the first gets the 1st, 6th, 11th and so on."""
    if not 2 <= folds <= len(writers):
        raise SystemExit(f"{len(writers)} writers can be parted into 2 to {len(writers)} folds.")
    return [writers[start::folds] for start in range(folds)]
