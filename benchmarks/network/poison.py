"""What labels that lie do to a candidate, and which of the gate's checks sees it.

    .venv/bin/python -m benchmarks.network.poison [--epochs 2] [--drawings 2000]

People of the pen digits are the site's contributors; some are held out, and of some nobody has
labelled anything. A share of all labels is drawn anew at random, or one person, or ten, call
every 7 a 1. The shipped network is trained on with that by the site's warm recipe, compared with
itself of before, and judged by the site's gate, as if reviewers had accepted everything. The
shipped network has learned from these people: it is a champion that knows them.
"""

from __future__ import annotations

import argparse
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.common import data, results, trained
from benchmarks.common.results import percent
from benchmarks.common.settings import settings
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyphs
from recognizer.services.versions import SHIPPED
from recognizer.serving.decision import Thresholds
from recognizer.serving.engine import LiteRTEngine
from training.data import corpora
from training.data.ids import Ids
from training.data.mnist import load_configured
from training.data.snapshot import Drawings, Snapshot, balanced_weights, capped_weights
from training.data.unlabelled import Unlabelled
from training.evaluation import gate
from training.evaluation.comparison import Network, judged_sets
from training.evaluation.gate_types import Facts, Limits, Verdict
from training.examples import Examples

if TYPE_CHECKING:
    from numpy.typing import NDArray

HELD_OUT, UNLABELLED = 8, 8  # writers
SHARES = (0.0, 0.05, 0.2, 0.4)
SEVEN, ONE = 7, 1
FACTS = Facts(parity=0.0, parity_same_digits=True, latency_ms=0.4, tflite_bytes=740_000)
# By how much of the champion the candidate is mixed, where averages are looked at.
MIXES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, eq=False)
class Site:
    """Drawings of the site's people, with true labels; whose each is, and who is held out."""

    examples: Examples
    writers: NDArray[np.str_]
    held_out: NDArray[np.bool_]
    unlabelled: Examples


@dataclass(frozen=True)
class Poison:
    """What is wrong with the labels: a share of them is random, or some people's 7 is a 1."""

    name: str
    share: float = 0.0
    liars: int = 0

    def labels(self, site: Site, rng: np.random.Generator) -> NDArray[np.int64]:
        """(n,) labels as they were accepted."""
        labels = site.examples.labels.copy()
        chosen = rng.random(len(labels)) < self.share
        labels[chosen] = rng.integers(0, 10, int(chosen.sum()))
        learned = np.unique(site.writers[~site.held_out])
        liars = rng.permutation(learned)[: self.liars]
        labels[np.isin(site.writers, liars) & (site.examples.labels == SEVEN)] = ONE
        return labels


POISONS = (
    *(Poison(f"{share:.0%} random" if share else "none", share=share) for share in SHARES),
    Poison("7 called 1 by one", liars=1),
    Poison("7 called 1 by ten", liars=10),
)


def site(count: int) -> Site:
    """`count` drawings of the pen digits' people, beside those that nobody labelled."""
    drawn = list(corpora.pendigits(Path(settings.CORPORA_DIR or "")))
    rng = np.random.default_rng(data.SEED)
    whose = np.array([one.writer for one in drawn])
    writers = rng.permutation(np.unique(whose))
    silent, judged = writers[:UNLABELLED], writers[UNLABELLED : UNLABELLED + HELD_OUT]
    is_silent = np.isin(whose, silent)
    spoken = rng.permutation(np.flatnonzero(~is_silent))[:count]
    still = rng.permutation(np.flatnonzero(is_silent))[:count]

    def examples(rows: NDArray[np.intp]) -> Examples:
        glyphs = Glyphs.of([ink.normalise(drawn[row].strokes) for row in rows])
        return Examples(glyphs, np.array([drawn[row].label for row in rows], dtype=np.int64))

    return Site(examples(spoken), whose[spoken], np.isin(whose[spoken], judged), examples(still))


def snapshot(found: Site, labels: NDArray[np.int64], read_as: NDArray[np.int64]) -> Snapshot:
    """The drawings as the site would take them, with these labels."""
    parts = []
    for rows in (np.flatnonzero(~found.held_out), np.flatnonzero(found.held_out)):
        own = labels[rows]
        weights = balanced_weights(own, capped_weights(found.writers[rows]))
        parts.append(
            Drawings(
                ids=Ids.of(uuid.UUID(int=int(row)) for row in rows),
                examples=Examples(found.examples.glyphs[rows], own, weights),
                read_as=read_as[rows],
                sources=np.full(len(rows), "ink", object),
            )
        )
    return Snapshot(*parts, contributors=len(set(found.writers)), sources={"ink": len(labels)})


@cache
def network(folder: Path) -> Network:
    """A network as the site serves it."""
    engine = LiteRTEngine((folder / LiteRTEngine.file_name).read_bytes())
    return Network(engine, Thresholds.of(trained.manifest_of(folder)))


def judge(champion: Path, candidate: Path, taken: Snapshot, found: Site) -> Verdict:
    """The gate's verdict on the candidate beside the champion."""
    nobodys = Unlabelled(
        [uuid.UUID(int=row) for row in range(len(found.unlabelled))], found.unlabelled.glyphs
    )
    sets = judged_sets(network(candidate), network(champion), taken, load_configured(), nobodys)
    return gate.judge(sets, FACTS, Limits(digit_floor=0.97))


def right(folder: Path, examples: Examples) -> float:
    """The share that a network reads right, by the labels that are true."""
    known = network(folder)
    answers = known.answers(known.probabilities(examples.glyphs))
    return float((answers == examples.labels).mean())


COLUMNS = (
    "labels that lie", "of learned", "unseen people %, by true labels", "verdict",
    "failed by", "undecided by", "held out: fixed/broken", "regression set", "by nobody labelled",
)  # fmt: skip


def row(poison: Poison, candidate: Path, verdict: Verdict, lies: float, found: Site) -> list[str]:
    """One poison's row."""
    counts = {one.name: f"{one.fixed}/{one.broken} of {one.n}" for one in verdict.sets}
    by = {
        outcome: ", ".join(one.name for one in verdict.checks if one.outcome == outcome)
        for outcome in ("failed", "undecided")
    }
    return [
        poison.name, percent(lies), percent(right(candidate, found.unlabelled)),
        verdict.outcome, by["failed"], by["undecided"],
        *(counts.get(name, "") for name in (gate.HELD_OUT, gate.REGRESSION, gate.UNLABELLED)),
    ]  # fmt: skip


def mixes(champion: Path, candidate: Path, name: str, found: Site) -> list[str]:
    """How averages of champion and candidate read: by the validation that may choose, and truly."""
    from training.network.calibration import fit_temperature, negative_log_likelihood, softmax
    from training.network.model import predict_logits
    from training.network.readers import load_readers

    before, after = (
        load_readers(trained.keras_file(folder).read_bytes()).picture
        for folder in (champion, candidate)
    )
    _, kept = data.learned_and_kept(0)
    old, new = before.get_weights(), after.get_weights()
    cells = [name]
    for share in (0.0, *MIXES, 1.0):
        pairs = zip(old, new, strict=True)
        after.set_weights([(1 - share) * one + share * other for one, other in pairs])
        logits = predict_logits(after, kept.glyphs)
        temperature = fit_temperature(logits, kept.labels)
        nll = negative_log_likelihood(softmax(logits, temperature), kept.labels)
        truth = found.unlabelled.labels
        read = predict_logits(after, found.unlabelled.glyphs)[:, :10].argmax(axis=1)
        cells.append(f"{nll:.4f} / {100 * float((read == truth).mean()):.2f}")
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--drawings", type=int, default=2000)
    options = parser.parse_args()
    found = site(options.drawings)
    champion = network(SHIPPED)
    read_as = champion.answers(champion.probabilities(found.examples.glyphs))
    rows, averages = [], []
    for poison in POISONS:
        labels = poison.labels(found, np.random.default_rng(data.SEED))
        taken = snapshot(found, labels, read_as)
        learned = ~found.held_out
        lies = float((labels != found.examples.labels)[learned].mean())
        candidate = trained.warm(
            SHIPPED, taken.train.examples, name=poison.name, epochs=options.epochs
        )
        verdict = judge(SHIPPED, candidate, taken, found)
        rows.append(row(poison, candidate, verdict, lies, found))
        print(rows[-1], flush=True)
        if poison.share in (0.0, 0.2) and not poison.liars:
            averages.append(mixes(SHIPPED, candidate, poison.name, found))
            print(averages[-1], flush=True)
    shares = [f"{share:g}" for share in (0.0, *MIXES, 1.0)]
    note = (
        f"{options.drawings:,} drawings of the pen digits' people, {HELD_OUT} of them held out, "
        f"{UNLABELLED} silent; {options.epochs} epochs of the warm recipe on the shipped network, "
        f"which reads {percent(right(SHIPPED, found.unlabelled))} % of the silent people's. Labels "
        "lie among the held-out, too, except where single people do; of what nobody labelled "
        "what counts as fixed is what the live version expects to have wrong."
    )
    told = (
        "Averages of the picture's readers: nats on MNIST's validation, by which one would be "
        "chosen / % of the silent people's digits."
    )
    mixed = results.table(["share of the candidate", *shares], averages)
    results.write("poison", "\n\n".join([results.table(COLUMNS, rows), note, mixed, told]))


if __name__ == "__main__":
    main()
