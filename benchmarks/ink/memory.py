"""What a hand's memory is worth: people of whom no network has learned, drawing after drawing.

    .venv/bin/python -m benchmarks.ink.memory [--folds 5] [--only 1 2] [--seeds 5]

The networks are those of `benchmarks.ink.people`. Whoever has drawn 40 digits or more draws them
again in random order, once a seed; each is answered, as the site answers, by what is remembered of
those before it. A drawing is wrong where the site says another digit, or none. What a hand brings
is counted from a person's 21st drawing on.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.common import people, results
from benchmarks.common.people import SECOND_STAGE
from benchmarks.ink import hands
from benchmarks.ink.hands import DRAWINGS, FEW, FIRST, SIGNS, UNIPEN
from recognizer.labels import NOT_A_DIGIT_CLASS
from recognizer.serving import memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.common.people import Part
    from benchmarks.ink.hands import Answers, Drawings, Person, Stream
    from recognizer.serving.engine import Outputs
    from recognizer.serving.memory import Hand

# --- counts -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """A way to use a hand: its row of the table, and the shares of errors to be left."""

    name: str
    at_least: str
    aim: str
    streams: Callable[[Drawings, list[Person], np.random.Generator], Iterator[Stream]]
    corrections_only: bool = False


WAYS = [
    Way("every answer confirmed or corrected", "25 %", "10 %", hands.one_by_one),
    Way("corrections only", "55 %", "35 %", hands.one_by_one, corrections_only=True),
    Way("one label in twenty wrong", "35 %", "15 %", hands.mislabelled),
    Way("two people taking turns under one cookie", "40 %", "25 %", hands.in_pairs),
]
COUNTED = ("wrong", "right and sure", "sure and wrong", "of")


@dataclass(frozen=True)
class Count:
    """What was said of one stream, without memory and with it."""

    way: str
    where: str
    early: tuple[int, int]  # wrong of the first drawings
    without: Counter[str]  # of the later ones, by `COUNTED`
    after: Counter[str]
    well: tuple[int, int]  # wrong of those later ones that are not wrongly cut

    @property
    def is_worse(self) -> bool:
        return self.after["wrong"] > self.without["wrong"] + 1


def counted(way: Way, drawings: Drawings, stream: Stream) -> Count:
    """What is said of a stream, alone and by the hand."""
    alone = hands.answers(hands.some(drawings.outputs, stream.rows))
    after = hands.with_memory(drawings, stream, corrections_only=way.corrections_only)
    labels, well = drawings.labels[stream.rows], drawings.well[stream.rows]

    def wrong(rows: NDArray[np.bool_]) -> tuple[int, int]:
        one, other = [int((found.said != labels)[rows].sum()) for found in (alone, after)]
        return one, other

    return Count(
        way.name,
        stream.where,
        wrong(~stream.later),
        _counter(alone, labels, stream.later),
        _counter(after, labels, stream.later),
        wrong(stream.later & well),
    )


def _counter(given: Answers, labels: NDArray[np.int64], later: NDArray[np.bool_]) -> Counter[str]:
    right, sure = given.said == labels, given.sure
    values = (~right & later, right & sure & later, ~right & sure & later, later)
    return Counter({name: int(one.sum()) for name, one in zip(COUNTED, values, strict=True)})


@dataclass(frozen=True)
class Strange:
    """What is no digit, read by people's hands: how many, how many a digit without memory, and
    how many of the others memory has made one; surely, too."""

    what: str
    count: int
    digits: int
    made: int
    made_surely: int


def strange(what: str, signs: Outputs, known: list[Hand], whose: NDArray[np.intp]) -> Strange:
    """`whose` (n,) is the hand by which each of the n signs is read, an index of `known`."""
    alone = hands.answers(signs).said != NOT_A_DIGIT_CLASS
    recalls = [
        memory.recall(known[hand], hands.some(signs, [at]))[0]
        for at, hand in enumerate(whose.tolist())
    ]
    after = hands.answers(signs, recalls)
    made = ~alone & (after.said != NOT_A_DIGIT_CLASS)
    return Strange(
        what, len(whose), int(alone.sum()), int(made.sum()), int((made & after.sure).sum())
    )


def measured(part: Part, number: int, seeds: int) -> tuple[list[Count], list[Strange]]:
    """All that one fold's network reads, over all seeds. `number` tells the folds apart."""
    found = hands.unseen(part)
    counts, signs = [], []
    for seed in range(seeds):
        for way in WAYS:
            rng = np.random.default_rng([seed, number])
            streams = way.streams(found.drawings, found.persons, rng)
            counts += [counted(way, found.drawings, one) for one in streams]
        rng = np.random.default_rng([seed, number, 1])
        known = [hands.hand_of(found.drawings, person, rng) for person in found.persons]
        anybody = rng.integers(0, len(known), (2, SIGNS))
        own = np.where(found.by < 0, anybody[0, : len(found.by)], found.by)
        signs.append(strange("letters and signs of UNIPEN", found.signs, known, own))
        signs.append(strange("scribbles, made up", found.scribbles, known, anybody[1]))
    print(f"{part.name}: {len(found.persons)} people", flush=True)
    return counts, signs


# --- tables -----------------------------------------------------------------------------


def share(after: int, before: int) -> str:
    return f"{before:,} → {after:,}" + (f" ({after / before:.0%})" if before else "")


def main_table(counts: list[Count]) -> str:
    columns = ["wrong", DRAWINGS, UNIPEN, "both", "without what is wrongly cut"]
    rows = []
    for way in WAYS:
        own = [one for one in counts if one.way == way.name]
        cells = [
            share(
                sum(one.after["wrong"] for one in own if one.where in where),
                sum(one.without["wrong"] for one in own if one.where in where),
            )
            for where in ([DRAWINGS], [UNIPEN], [DRAWINGS, UNIPEN])
        ]
        well = share(sum(one.well[1] for one in own), sum(one.well[0] for one in own))
        rows.append([way.name, *cells, well, way.at_least, way.aim])
    return results.table([*columns, "at least", "aim"], rows)


def people_table(counts: list[Count]) -> str:
    """How often somebody was worse off, and how the beginning went."""
    rows = []
    for way in WAYS:
        own = [one for one in counts if one.way == way.name]
        worse = sum(one.is_worse for one in own)
        early = share(sum(one.early[1] for one in own), sum(one.early[0] for one in own))
        rows.append([way.name, f"{worse} of {len(own)} ({worse / len(own):.1%})", early])
    head = ["", "worse than without by more than one drawing", f"wrong of the first {FIRST}"]
    return results.table(head, rows)


def verdict_table(counts: list[Count]) -> str:
    rows = []
    for way in WAYS:
        own = [one for one in counts if one.way == way.name]
        sums = [
            sum((getattr(one, name) for one in own), Counter()) for name in ("without", "after")
        ]
        cells = [[f"{one[name] / one['of']:.2%}" for name in COUNTED[1:3]] for one in sums]
        rows.append([way.name, *(f"{a} → {b}" for a, b in zip(*cells, strict=True))])
    return results.table(["of all later drawings", *COUNTED[1:3]], rows)


def strange_table(signs: list[Strange]) -> str:
    rows = []
    for what in dict.fromkeys(one.what for one in signs):
        own = [one for one in signs if one.what == what]
        count, digits = sum(one.count for one in own), sum(one.digits for one in own)
        made, surely = sum(one.made for one in own), sum(one.made_surely for one in own)
        rows.append(
            [what, f"{count:,}", f"{digits:,}", f"{made} ({1000 * made / count:.1f})",
             f"{surely} ({1000 * surely / count:.1f})"]
        )  # fmt: skip
    head = ["", "read", "a digit without memory", "made a digit by it (of 1,000)", "surely"]
    return results.table(head, rows)


def main() -> None:
    options = _options()
    wanted = [number - 1 for number in options.only or range(1, options.folds + 1)]
    parts = people.by_person(options.folds, wanted, epochs=options.epochs)
    counts, signs = [], []
    for number, part in zip(wanted, parts, strict=True):
        more, strangers = measured(part, number, options.seeds)
        counts += more
        signs += strangers
    persons = sum(one.way == WAYS[0].name for one in counts) // options.seeds
    drawn = sum(one.without["of"] for one in counts if one.way == WAYS[0].name) // options.seeds
    text = "\n\n".join(
        [
            main_table(counts), people_table(counts), verdict_table(counts), strange_table(signs),
            f"{persons} people of {FEW} or more digits, each read by one of {len(parts)} networks "
            f"that has seen nothing of theirs, in {options.seeds} random orders: {drawn:,} "
            f"drawings after each person's first {FIRST}. Counts are sums over the orders.",
        ]
    )  # fmt: skip
    only = f" (only {', '.join(map(str, options.only))})" if options.only else ""
    results.write(f"memory, {options.folds} folds{only}", text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", type=int, nargs="+", help="these folds, from 1")
    parser.add_argument("--epochs", type=int, default=SECOND_STAGE)
    parser.add_argument("--seeds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
