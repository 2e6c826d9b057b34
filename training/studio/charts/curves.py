"""The curves of a run: read right and loss, over its epochs, with those of runs before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recognizer import formatting
from training.studio.charts.scales import Scale, line, ticks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH, HEIGHT = 520, 220
LEFT, RIGHT, TOP, BOTTOM = 46, 452, 14, 186
SPARK = (104, 26)  # a small curve in a list


@dataclass(frozen=True, slots=True)
class Curve:
    """One chart. `line` is the run's own; what lies beyond `done` is still to come."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    line: str
    fine: str
    ghosts: list[str]
    levels: list[tuple[float, str]]
    epochs: list[tuple[float, int]]
    done: float
    dots: list[tuple[float, float]]
    last: tuple[float, float] | None
    last_text: str
    dashed: float | None
    dashed_text: str


def accuracy(
    history: Sequence[dict[str, Any]],
    epochs: int,
    *,
    before: Iterable[Sequence[dict[str, Any]]] = (),
    live: float | None = None,
) -> Curve:
    """Validation accuracy in per cent, beside those of runs before and the live version's."""
    own = [(one["epoch"], 100 * one["validation_accuracy"]) for one in history]
    ghosts = [[(one["epoch"], 100 * one["validation_accuracy"]) for one in run] for run in before]
    return _curve(own, epochs, ghosts=ghosts, dashed=None if live is None else 100 * live, places=2)


def loss(
    history: Sequence[dict[str, Any]],
    epochs: int,
    *,
    trace: Sequence[Sequence[float]] = (),
    before: Iterable[Sequence[dict[str, Any]]] = (),
) -> Curve:
    """Validation loss in nats; the training's own finely beside it, batch by batch at work."""
    own = [(one["epoch"], one["validation_nll"]) for one in history]
    fine = [(one["epoch"], one["loss"]) for one in history]
    if len(trace) > 1:
        # Smoothed, since a single batch says little.
        fine = [(at, value) for at, value in _smooth([(one[0], one[1]) for one in trace])]
    ghosts = [[(one["epoch"], one["validation_nll"]) for one in run] for run in before]
    return _curve(own, epochs, fine=fine, ghosts=ghosts, places=4)


def spark(history: Sequence[dict[str, Any]]) -> str:
    """A run's accuracy as a small line, an SVG path's data; "" of fewer than two epochs."""
    if len(history) < 2:
        return ""
    values = [one["validation_accuracy"] for one in history]
    width, height = SPARK
    across = Scale(0, len(values) - 1, 2, width - 2)
    up = Scale(min(values), max(values), height - 3, 3)
    return line((across.at(place), up.at(value)) for place, value in enumerate(values))


def _smooth(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    mean, smooth = points[0][1], []
    for at, value in points:
        mean += 0.25 * (value - mean)
        smooth.append((at, mean))
    return smooth


def _curve(
    own: list[tuple[float, float]],
    epochs: int,
    *,
    fine: Sequence[tuple[float, float]] = (),
    ghosts: Sequence[Sequence[tuple[float, float]]] = (),
    dashed: float | None = None,
    places: int,
) -> Curve:
    seen = [value for points in (own, fine, *ghosts) for _, value in points]
    seen += [] if dashed is None else [dashed]
    levels = ticks(min(seen), max(seen), most=4) if seen else [0.0, 1.0]
    first = min((at for at, _ in [*own, *fine]), default=1.0)
    across = Scale(min(first, 1.0) if epochs > 1 else 0.0, max(epochs, 1), LEFT, RIGHT)
    up = Scale(levels[0], levels[-1], BOTTOM, TOP)

    def drawn(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(across.at(min(at, epochs)), up.at(value)) for at, value in points]

    line_of = drawn(own)
    reached = max((at for at, _ in [*own, *fine]), default=across.low)
    return Curve(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=RIGHT,
        top=TOP,
        bottom=BOTTOM,
        line=line(line_of) if len(line_of) > 1 else "",
        fine=line(drawn(fine)) if len(fine) > 1 else "",
        ghosts=[line(drawn(one)) for one in ghosts if len(one) > 1],
        levels=[(up.at(level), formatting.tick(level)) for level in levels],
        epochs=[(across.at(number), number) for number in _epochs(epochs)],
        done=across.at(min(reached, epochs)),
        dots=line_of,
        last=line_of[-1] if line_of else None,
        last_text=formatting.figure(own[-1][1], places) if own else "",
        dashed=None if dashed is None else up.at(dashed),
        dashed_text="" if dashed is None else formatting.figure(dashed, places),
    )


def _epochs(epochs: int) -> list[int]:
    """The epochs that are named below a chart: some five, the last among them."""
    step = max(1, -(-epochs // 5))
    return [*range(step, epochs, step), epochs] if epochs > 1 else [1]
