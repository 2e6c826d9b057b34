"""The costliest requests that are accepted, against usual ones of their kind.

    .venv/bin/python -m benchmarks.site.worst [--examples 150] [--only KIND] [--estimates]

Hypothesis looks for them, led by what each example cost (`target`), among the recipes of
`costly.py`. Costs are milliseconds of the processor in the site's own views, from a body's
bytes to the answer's; what a reading cost is what `recognizer/pricing.py` says beforehand.
With `--estimates` it prints how good that is, for requests in each of which one of the
figures there weighs most: from these they were chosen.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from hypothesis import HealthCheck, Phase, given, seed, target
from hypothesis import settings as search_settings
from hypothesis import strategies as st

from benchmarks.common import own_site, results
from benchmarks.common.settings import settings
from benchmarks.site import costly
from benchmarks.site.costly import Body
from recognizer import submission
from recognizer.pricing import Budget
from recognizer.services import predictions

Recipe: TypeAlias = dict[str, Any]

SEED = 9
ROUNDS = 5
MOST_TIMES = 20
INK_TIMES = 6  # as many examples: they are soon made
ONE, MANY = "/api/v1/predict/", "/api/v1/predict/batch/"

USUAL_INK: Recipe = {"strokes": 2, "points": 120, "step": 0.06, "apart": 0.3, "seed": 1}
USUAL_NUMBER: Recipe = {"strokes": 5, "points": 250, "step": 0.06, "apart": 0.9, "seed": 1}
USUAL_PICTURE: Recipe = {
    "form": "JPEG", "megapixels": 1.92, "grain": 6, "pattern": "digits", "count": 1, "size": 110,
    "pen": 14, "seed": 1,
}  # fmt: skip
USUAL_PICTURE_OF_NUMBER = {**USUAL_PICTURE, "count": 3, "size": 70, "pen": 10}


def inks(most_strokes: int, most_points: int) -> st.SearchStrategy[Recipe]:
    return st.fixed_dictionaries(
        {
            "strokes": st.integers(1, most_strokes),
            "points": st.integers(most_strokes, most_points),
            "step": st.floats(0.001, 1),
            "apart": st.floats(0, 1.2),
            "seed": st.integers(0, 99),
        }
    )


def pictures(most_megapixels: float) -> st.SearchStrategy[Recipe]:
    return st.fixed_dictionaries(
        {
            "form": st.sampled_from(sorted(costly.FORMATS)),
            "megapixels": st.floats(0.2, most_megapixels),
            "grain": st.integers(0, 12),
            "pattern": st.sampled_from(costly.PATTERNS),
            "count": st.integers(1, 60),
            "size": st.integers(4, 110),
            "pen": st.integers(1, 24),
            "seed": st.integers(0, 99),
        }
    )


# Of a single request, and of an item of a batch.
INK, INK_OF_MANY = inks(200, 10_000), inks(60, 1500)
PICTURE, PICTURE_OF_MANY = pictures(40), pictures(1)


@dataclass(frozen=True)
class Kind:
    """A kind of request: its recipes alone and in a batch, and a usual one."""

    make: Callable[..., Body]
    alone: st.SearchStrategy[Recipe]
    of_many: st.SearchStrategy[Recipe]
    usual: Recipe
    number: bool = False

    def body(self, recipe: Recipe) -> Body:
        return self.make(**recipe, number=self.number)


KINDS = {
    "drawing": Kind(costly.ink, INK, INK_OF_MANY, USUAL_INK),
    "number": Kind(costly.ink, INK, INK_OF_MANY, USUAL_NUMBER, number=True),
    "picture": Kind(costly.picture, PICTURE, PICTURE_OF_MANY, USUAL_PICTURE),
    "picture of a number": Kind(
        costly.picture, PICTURE, PICTURE_OF_MANY, USUAL_PICTURE_OF_NUMBER, number=True
    ),
}


@dataclass
class Found:
    """The costliest so far: its ms, its recipe, its items; and how many were accepted or not."""

    cost: float = 0.0
    recipe: Recipe | None = None
    items: int = 1
    accepted: int = 0
    refused: int = 0

    def see(self, cost: float | None, recipe: Recipe, items: int = 1) -> None:
        if cost is None:
            self.refused += 1
            return
        self.accepted += 1
        if cost > self.cost:
            self.cost, self.recipe, self.items = cost, recipe, items


def milliseconds(body: Body, *, rounds: int = 1) -> float | None:
    """The least of some rounds of the processor's time; None where it is refused for its size."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    content = json.dumps(body)
    if len(content) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return None
    least = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        answer = client.post(
            MANY if "items" in body else ONE, content, content_type="application/json"
        )
        least = min(least, 1000 * (time.process_time() - began))
        if answer.status_code == 413:
            return None
        if "items" in body and any(one.get("error") for one in answer.json()["items"]):
            return None  # some of it was not done
    return least


def searched(draw: st.SearchStrategy[Any], examples: int, see: Callable[[Any], float]) -> None:
    """Tries examples, led towards those for which `see` returns most."""

    @seed(SEED)
    @search_settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.target],
        suppress_health_check=list(HealthCheck),
    )
    @given(draw)
    def search(example: Any) -> None:
        target(see(example))

    search()


def worst_of(kind: Kind, examples: int) -> Found:
    """The costliest accepted request of a kind."""
    found = Found()

    def see(recipe: Recipe) -> float:
        body = kind.body(recipe)
        cost = milliseconds(body)
        if cost is not None and cost > found.cost:  # nobody else's work shall count
            cost = milliseconds(body, rounds=ROUNDS)
        found.see(cost, recipe)
        return cost or 0.0

    searched(kind.alone, examples, see)
    return found


def worst_batch(kind: Kind, examples: int) -> Found:
    """The costliest accepted batch of a kind, by what an item of it may cost."""
    found = Found()

    def see(example: tuple[Recipe, int]) -> float:
        recipe, items = example
        cost = milliseconds(costly.batch(kind.body(recipe), items))
        found.see(cost, recipe, items)
        return cost or 0.0

    searched(st.tuples(kind.of_many, st.integers(2, 64)), examples, see)
    return found


# --- estimates ------------------------------------------------------------------------


def probes() -> Iterator[tuple[str, Body]]:
    """Requests in each of which one figure of `recognizer/pricing.py` weighs most."""
    close: Recipe = {"strokes": 1, "points": 9000, "step": 0.005, "apart": 0, "seed": 1}
    yield "POINT, PIECE: 9,000 points", costly.ink(**close)
    yield "PIECE: 1,500 points far apart", costly.ink(**{**close, "points": 1500, "step": 1})
    many: Recipe = {"strokes": 80, "points": 400, "step": 0.2, "seed": 1}
    yield "GLYPH: 80 strokes", costly.ink(**many, apart=1.2, number=True)
    yield "GLYPH: 80 strokes on a heap", costly.ink(**many, apart=0.0, number=True)
    drawn: Recipe = {"pattern": "digits", "count": 1, "size": 110, "pen": 14, "seed": 1}
    yield "PICTURE", costly.picture(form="PNG, grey", megapixels=0.23, grain=0, **drawn)
    bars: Recipe = {"pattern": "bars", "count": 30, "size": 60, "pen": 5, "seed": 1}
    yield (
        "TRACED: 30 bars",
        costly.picture(form="PNG, grey", megapixels=0.23, grain=0, number=True, **bars),
    )
    for form in costly.FORMATS:
        for grain in (0, 8):
            body = costly.picture(form=form, megapixels=3, grain=grain, **drawn)
            yield f"{form}: 3 million pixels, {'grainy' if grain else 'smooth'}", body


def estimates() -> list[list[str]]:
    """Each probe with its estimate, what it had spent in the end, and what it took, all in ms."""
    found = []
    for name, body in probes():
        budget = Budget(1e9)
        sent = submission.parse(body)
        estimate = predictions._estimate(sent)
        predictions.prepare(sent, within=budget)
        took = milliseconds(body, rounds=ROUNDS)
        cells = (estimate, 1e9 - budget.left, took or 0.0)
        found.append([name, *(f"{cell:.1f}" for cell in cells)])
    return found


def row(name: str, usual: float, found: Found, *, items: int = 1) -> list[str]:
    recipe = ", ".join(
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in (found.recipe or {}).items()
        if name != "seed"
    )
    times = found.cost / (usual * items)
    return [
        name, f"{usual:.2f}", f"{found.cost:.1f}", f"{times:.1f}", str(found.accepted),
        str(found.refused), recipe,
    ]  # fmt: skip


def rows(examples: int, only: Sequence[str]) -> list[list[str]]:
    found = []
    for name, kind in KINDS.items():
        if name not in only:
            continue
        usual = milliseconds(kind.body(kind.usual), rounds=20)
        assert usual is not None
        tried = examples * (INK_TIMES if kind.make is costly.ink else 1)
        found.append(row(name, usual, worst_of(kind, tried)))
        batch = worst_batch(kind, tried // 3)
        found.append(row(f"batch of {batch.items}: {name}", usual, batch, items=batch.items))
        print(*found[-2:], sep="\n")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument(
        "--examples",
        type=int,
        default=150,
        help=f"of each kind of picture; of ink {INK_TIMES} times as many",
    )
    parser.add_argument("--only", nargs="+", choices=[*KINDS], help="print these, write nothing")
    parser.add_argument("--estimates", action="store_true", help="only hold them to the clock")
    options = parser.parse_args()
    if not own_site.is_there():
        own_site.start_again("benchmarks.site.worst")
        return
    logging.getLogger("django.request").setLevel(logging.ERROR)  # it tells of every refusal
    if options.estimates:
        print(results.table(["probe", "estimate ms", "spent ms", "took ms"], estimates()))
        return
    columns = [
        "request", "usual ms", "costliest ms", "times usual", "accepted", "refused", "it was",
    ]  # fmt: skip
    table = results.table(columns, rows(options.examples, options.only or [*KINDS]))
    if options.only:
        return
    results.write(
        "worst",
        f"{table}\n\nProcessor time of one request in the site's views, from body to answer; "
        "accepted and refused are the examples tried. The usual of a batch is that of as many "
        f"single requests. Promised: at most {MOST_TIMES} times.",
    )


if __name__ == "__main__":
    main()
