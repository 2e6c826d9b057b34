"""UNIPEN files -> drawings: "UNIPEN 1.0 Format Definition", Guyon, 1994.

Statements begin with a keyword, a word after a dot at a line's beginning. Components
are pen-downs and pen-ups that have points, numbered from 0; a `.SEGMENT` names
components, or points of them, and says what they are. Y points up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, pairwise
from pathlib import Path

from django.conf import settings

from recognizer.ink_files import contents
from recognizer.ink_files.contents import check_length
from recognizer.ink_files.handwriting import BadFile, BadLine, Draft

MAX_INCLUDES = 8  # one within another
MAX_SEGMENT = 4_000  # letters of a segment's statement

_STATEMENT = re.compile(r"^[ \t]*\.([A-Z][A-Z_]*)", re.MULTILINE)
_LABEL = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_PLACES = re.compile(r"\d+(?::\d+)?(?:-\d+(?::\d+)?)?(?:,\d+(?::\d+)?(?:-\d+(?::\d+)?)?)*")
_UNITS = ("INCH", "MM")


@dataclass(slots=True)
class _Component:
    """Points as they stand in the file, in the order of its `.COORD`."""

    is_down: bool
    text: str
    order: list[str]


@dataclass(slots=True)
class _Segment:
    """`places` are those of its components, empty where it is all from `first` to `end`."""

    line: int
    label: str | None
    writer: str | None
    places: str
    first: int
    end: int | None = None


@dataclass(slots=True)
class _State:
    """What the statements so far have said."""

    folder: Path
    left: int = contents.MAX_WHOLE  # bytes that may still be read
    order: list[str] = field(default_factory=lambda: ["X", "Y"])
    writer: str | None = None
    resolution: dict[str, float] = field(default_factory=dict)  # by axis and unit
    components: list[_Component] = field(default_factory=list)
    segments: list[_Segment] = field(default_factory=list)
    unbounded: _Segment | None = None  # which goes on until the next without places


def drafts(path: Path, content: bytes) -> Iterator[Draft | BadLine]:
    """The drawings of a file: its segments, or all of it where it has none. Raises `BadFile`."""
    state = _State(folder=path.parent.resolve())
    _read(path, content, state, depth=0)
    whole = _Segment(line=1, label=None, writer=state.writer, places="", first=0)
    for segment in state.segments or [whole]:
        try:
            strokes = _strokes(segment, state)
        except ValueError as error:
            yield BadLine(path, segment.line, f"{error}.")
            continue
        yield Draft(
            line=segment.line,
            strokes=strokes,
            label=segment.label,
            writer=segment.writer,
            layout="points",
        )


# --- statements -------------------------------------------------------------------


def _read(path: Path, content: bytes, state: _State, *, depth: int) -> None:
    """Takes in a file's statements. Raises `BadFile`."""
    state.left -= len(content)
    text = content.decode("latin-1")
    line, at = 1, 0
    for statement, after in pairwise(chain(_STATEMENT.finditer(text), [None])):
        assert statement is not None
        line, at = line + text.count("\n", at, statement.start()), statement.start()
        rest = text[statement.end() : after.start() if after else None]
        try:
            _take(path, statement[1], rest.strip(), line, state, depth)
        except ValueError as error:
            raise BadFile(path, line, f"{error}.") from error


def _take(path: Path, keyword: str, rest: str, line: int, state: _State, depth: int) -> None:
    """Takes in one statement; those that say nothing of ink are passed over."""
    if keyword in ("PEN_DOWN", "PEN_UP") and rest:
        state.components.append(_Component(keyword == "PEN_DOWN", rest, state.order))
    elif keyword == "SEGMENT":
        _take_segment(rest, line, state)
    elif keyword == "COORD":
        state.order = rest.upper().split()
        if not {"X", "Y"} <= {*state.order}:
            raise ValueError("Its .COORD has no X or no Y")
    elif keyword == "WRITER_ID":
        state.writer = " ".join(rest.split()) or None
    elif match := re.fullmatch(r"([XY])_POINTS_PER_(INCH|MM)", keyword):
        state.resolution[match[1] + match[2]] = _resolution(rest)
    elif keyword == "INCLUDE":
        _include(path, rest, state, depth)


def _take_segment(rest: str, line: int, state: _State) -> None:
    """`.SEGMENT NAME [places] [quality] ["label"]`."""
    head = rest[:MAX_SEGMENT]
    label = _LABEL.search(head)
    words = head[: label.start() if label else None].split()
    places = next((word for word in words[1:2] if _PLACES.fullmatch(word)), "")
    if words[1:2] and words[1][0].isdigit() and not places:
        raise ValueError("A .SEGMENT names its components in a way that is not read")
    here = len(state.components)
    what = re.sub(r"\\(.)", r"\1", label[1], flags=re.DOTALL).strip() if label else None
    segment = _Segment(line, what or None, state.writer, places, first=here)
    if not places:
        if state.unbounded:
            state.unbounded.end = here
        state.unbounded = segment
    state.segments.append(segment)


def _resolution(text: str) -> float:
    value = float(text.split()[0]) if text else 0.0
    if not 0 < value < 1e9:
        raise ValueError("Its points to an inch or millimetre must be above zero")
    return value


def _include(path: Path, name: str, state: _State, depth: int) -> None:
    """Takes in a file of the same folder or below it, and no other."""
    try:
        target = (state.folder / name).resolve()
        is_there = target.is_file()
    except (OSError, RuntimeError, ValueError) as error:  # too long a name, links in a circle, NUL
        raise ValueError("It includes a file by a name that is none") from error
    if not name or not target.is_relative_to(state.folder):
        raise ValueError("It includes a file outside of its folder, which is not read")
    if not is_there:
        raise ValueError(f"It includes {name[:100]!r}, which is not in its folder")
    if depth == MAX_INCLUDES:
        raise ValueError("Its files include one another too deeply")
    _read(target, contents.whole(target, most=max(state.left, 0)), state, depth=depth + 1)


# --- strokes ----------------------------------------------------------------------


def _strokes(segment: _Segment, state: _State) -> list[list[list[float]]]:
    """The pen-downs of a segment. Raises `ValueError` where they are not all there."""
    parts = [one for one in _parts(segment, state.components) if one[0].is_down]
    check_length(component.text for component, _ in parts)
    return [_points(component, state)[part] for component, part in parts]


def _parts(segment: _Segment, components: list[_Component]) -> list[tuple[_Component, slice]]:
    """A segment's components, and which of each one's points. Raises `ValueError`."""
    if not segment.places:
        return [(one, slice(None)) for one in components[segment.first : segment.end]]
    parts: list[tuple[_Component, slice]] = []
    for place in segment.places.split(","):
        start, _, end = place.partition("-")
        first, begin = _place(start)
        last, stop = _place(end or start)
        if not first <= last < len(components):
            raise ValueError("It names components that are not there")
        if len(parts) + last - first > 2 * settings.LIMITS["strokes"]:
            raise ValueError("It names more components than a drawing may have")
        chosen = [(one, slice(None)) for one in components[first : last + 1]]
        chosen[-1] = (chosen[-1][0], slice(None if stop is None else stop + 1))
        chosen[0] = (chosen[0][0], slice(begin, chosen[0][1].stop))
        parts += chosen
    return parts


def _place(text: str) -> tuple[int, int | None]:
    """The numbers of a component and of a point in it, None where it is not a part."""
    component, _, point = text.partition(":")
    return int(component), int(point) if point else None


def _points(component: _Component, state: _State) -> list[list[float]]:
    """[x, y] or [x, y, t] of each point, y down. Raises `ValueError`."""
    order = component.order
    values = component.text.split()
    if len(values) % len(order):
        raise ValueError(f"It has a point without its {len(order)} values ({' '.join(order)})")
    numbers = [*map(_number, values)]
    rows = [numbers[at : at + len(order)] for at in range(0, len(numbers), len(order))]
    x, y = order.index("X"), order.index("Y")
    time = [order.index("T")] if "T" in order else []
    taller = _aspect(state.resolution)
    return [[row[x], 0.0 - row[y] * taller, *(row[at] for at in time)] for row in rows]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ValueError(f"{text[:20]!r} among its points is no number") from error


def _aspect(resolution: dict[str, float]) -> float:
    """How much y must grow to be in the unit of x."""
    for unit in _UNITS:
        if {"X" + unit, "Y" + unit} <= resolution.keys():
            return resolution["X" + unit] / resolution["Y" + unit]
    return 1.0
