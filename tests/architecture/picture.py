"""The packages as an SVG: an app a panel, a layer a row, an import an arrow."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from tests.architecture.layout import arrange
from tests.architecture.packages import APPS, Package, layers

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH = 940
MARGIN = 16
BOX_HEIGHT = 36
ROW_PITCH = 64
HEAD = 40
LEGEND_HEIGHT = 64
BETWEEN_PANELS = 26
PORTS_APART = 12
LETTER, SMALL_LETTER, PADDING = 7.4, 5.7, 22

KINDS = {
    "entry": "entry point",
    "pure": "mathematics without Django",
    "tensorflow": "leads to TensorFlow",
    "plain": "everything else",
}
STYLE = """
svg { --page: #ffffff; --panel: #f6f7f9; --row: #eceff3; --ink: #1c2430; --soft: #566173;
  --line: #7a8699; --edge: #c3cad5; --entry: #d6e6fb; --pure: #d8f0dc; --tensorflow: #fde3cc;
  --plain: #ffffff; font-family: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
@media (prefers-color-scheme: dark) {
  svg { --page: #14181f; --panel: #1b212a; --row: #232a35; --ink: #e8ecf2; --soft: #a5b0c0;
    --line: #8894a6; --edge: #465164; --entry: #234066; --pure: #1f4a2c; --tensorflow: #5c3a1c;
    --plain: #2b3340; } }
text { fill: var(--ink); font-size: 13px; text-anchor: middle; }
.app { font-size: 17px; font-weight: 600; text-anchor: start; }
.note { font-size: 10.5px; fill: var(--soft); }
.key { font-size: 12px; text-anchor: start; fill: var(--soft); }
.page { fill: var(--page); } .panel { fill: var(--panel); } .row { fill: var(--row); }
.box { stroke: var(--edge); } .entry { fill: var(--entry); } .pure { fill: var(--pure); }
.tensorflow { fill: var(--tensorflow); } .plain { fill: var(--plain); }
.arrow { fill: none; stroke: var(--line); stroke-width: 1.3; }
#head path { fill: var(--line); }
"""


def svg() -> str:
    body: list[str] = []
    top = LEGEND_HEIGHT
    for app in APPS:
        panel = Panel(app, layers(app), top)
        body += panel.drawn()
        top += panel.height + BETWEEN_PANELS
    height = top - BETWEEN_PANELS + MARGIN
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' width="{WIDTH}" height="{height}" role="img" aria-labelledby="title">',
        '<title id="title">The packages of the site by layers, and what they import</title>',
        f"<style>{STYLE}</style>",
        '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        ' orient="auto"><path d="M0 0.8 7.6 4 0 7.2z"/></marker>',
        f'<rect class="page" width="{WIDTH}" height="{height}"/>',
    ]
    return "\n".join([*head, *_legend(), *body, "</svg>"]) + "\n"


def _legend() -> Iterator[str]:
    x = MARGIN
    for kind, text in KINDS.items():
        yield f'<rect class="box {kind}" x="{x}" y="14" width="16" height="16" rx="4"/>'
        yield f'<text class="key" x="{x + 22}" y="26">{text}</text>'
        x += 52 + round(6.2 * len(text))
    yield (
        f'<text class="key" x="{MARGIN}" y="50">An arrow: imports. What is imported by way of'
        " another package as well has none; what lies in another app is named in the box.</text>"
    )


@dataclass(frozen=True)
class Panel:
    app: str
    rows: list[list[Package]]
    top: int

    @property
    def height(self) -> int:
        return HEAD + ROW_PITCH * (len(self.rows) - 1) + BOX_HEIGHT + 2 * MARGIN

    def drawn(self) -> Iterator[str]:
        packages = {package.name: package for row in self.rows for package in row}
        arrows = [
            (package.name, name)
            for package in packages.values()
            for name in package.imports
            if name in packages
        ]
        widths = {name: _width(package) for name, package in packages.items()}
        layout = arrange([[each.name for each in row] for row in self.rows], arrows, widths)
        x = _centred(layout.x, widths)
        y = {
            name: self.top + HEAD + MARGIN + ROW_PITCH * at
            for at, row in enumerate(self.rows)
            for name in [each.name for each in row]
        }
        yield _rect("panel", 0, self.top, WIDTH, self.height, 0)
        yield f'<text class="app" x="{MARGIN}" y="{self.top + 30}">{self.app}/</text>'
        for at in range(len(self.rows)):
            row_top = self.top + HEAD + MARGIN + ROW_PITCH * at - 6
            yield _rect("row", MARGIN, row_top, WIDTH - 2 * MARGIN, BOX_HEIGHT + 12, 8)
        for route in _with_ports(layout.routes, x):
            yield f'<path class="arrow" marker-end="url(#head)" d="{_path(route, y)}"/>'
        for name, package in packages.items():
            yield from _box(package, x[name], y[name], widths[name])


# --- boxes ------------------------------------------------------------------------


def _note(package: Package) -> str:
    """What it imports of other apps."""
    others = sorted(name for name in package.imports if not name.startswith(f"{package.app}."))
    return "; ".join(
        f"{app}: {', '.join(name.partition('.')[2] for name in names)}"
        for app, names in groupby(others, key=lambda name: name.partition(".")[0])
    )


def _width(package: Package) -> float:
    widest = max(LETTER * len(package.label), SMALL_LETTER * len(_note(package)))
    return round(widest + PADDING)


def _box(package: Package, x: float, y: float, width: float) -> Iterator[str]:
    yield _rect(f"box {package.kind}", x - width / 2, y, width, BOX_HEIGHT, 7)
    note = _note(package)
    yield f'<text x="{x:.0f}" y="{y + (15.5 if note else 22.5)}">{escape(package.label)}</text>'
    if note:
        yield f'<text class="note" x="{x:.0f}" y="{y + 29}">{escape(note)}</text>'


def _rect(kind: str, x: float, y: float, width: float, height: float, radius: int) -> str:
    return (
        f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}"'
        f' height="{height:.0f}" rx="{radius}"/>'
    )


# --- arrows -----------------------------------------------------------------------


def _centred(x: dict[str, float], widths: dict[str, float]) -> dict[str, float]:
    left = min(place - widths.get(name, 0) / 2 for name, place in x.items())
    right = max(place + widths.get(name, 0) / 2 for name, place in x.items())
    return {name: place - (left + right) / 2 + WIDTH / 2 for name, place in x.items()}


def _with_ports(routes: list[list[str]], x: dict[str, float]) -> list[list[tuple[str, float]]]:
    """Each route with its places; arrows of one box leave and meet it side by side."""
    starts = _ports([(at, route[0], x[route[1]]) for at, route in enumerate(routes)])
    ends = _ports([(at, route[-1], x[route[-2]]) for at, route in enumerate(routes)])
    return [
        [
            (route[0], x[route[0]] + starts[at]),
            *((name, x[name]) for name in route[1:-1]),
            (route[-1], x[route[-1]] + ends[at]),
        ]
        for at, route in enumerate(routes)
    ]


def _ports(arrows: list[tuple[int, str, float]]) -> dict[int, float]:
    """By arrow, how far from a box's middle: in the order of the places they lead to."""
    ports = {}
    ordered = sorted(arrows, key=lambda arrow: (arrow[1], arrow[2], arrow[0]))
    for _box_name, group in groupby(ordered, key=lambda arrow: arrow[1]):
        side_by_side = list(group)
        for place, (at, _name, _x) in enumerate(side_by_side):
            ports[at] = (place - (len(side_by_side) - 1) / 2) * PORTS_APART
    return ports


def _path(route: list[tuple[str, float]], y: dict[str, int]) -> str:
    """From a box's foot, straight through the rows that are passed, to another's head."""
    first = y[route[0][0]]
    parts = [f"M{route[0][1]:.0f} {first + BOX_HEIGHT}"]
    for at, ((_, left), (_, right)) in enumerate(pairwise(route), start=1):
        start, end = first + ROW_PITCH * (at - 1) + BOX_HEIGHT, first + ROW_PITCH * at
        middle = (start + end) / 2
        parts.append(f"C{left:.0f} {middle:.0f} {right:.0f} {middle:.0f} {right:.0f} {end}")
        if at < len(route) - 1:
            parts.append(f"V{end + BOX_HEIGHT}")
    return " ".join(parts)
