"""InkML documents -> drawings: "Ink Markup Language (InkML)", W3C Recommendation, 2011.

Read are traces, trace groups, trace views of whole traces, annotations, and a trace
format that holds for the whole document. What would change the ink in another way
(mappings, several formats, continued traces) is refused, never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

import defusedxml.sax
from django.conf import settings

from recognizer.ink_files.contents import check_length
from recognizer.ink_files.handwriting import BadFile, BadLine, Draft

MAX_DEPTH = 32
MAX_ELEMENTS = 200_000
# Types of annotations, which the recommendation leaves open: as collections have them.
LABELLING = {"truth", "groundtruth", "label", "transcription", "character", "symbol"}
NAMING = {"writer", "writerid", "author"}
TIMES = {"s": 1000.0, "ms": 1.0}  # in ms; the recommendation's default is ms

_TOKEN = re.compile(r"[!'\"]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?#[0-9A-Fa-f]+|\S")
_PREFIXES = "!'\""


@dataclass(eq=False, slots=True)
class _Element:
    """An element without its namespace; of its text only where it may matter."""

    name: str
    attributes: dict[str, str]
    line: int
    children: list[_Element] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def all(self, *names: str) -> Iterator[_Element]:
        """The elements within of these names, in the order of the document."""
        for child in self.children:
            if child.name in names:
                yield child
            yield from child.all(*names)

    def annotation(self, types: set[str]) -> str | None:
        """The text of its own first annotation of one of these types."""
        for child in self.children:
            kind = child.attributes.get("type", "").lower().replace("_", "")
            if child.name == "annotation" and kind in types:
                return "".join(child.text).strip().strip("$").strip() or None
        return None


@dataclass(frozen=True, slots=True)
class _Format:
    """The channels of a point: where X, Y and the time are among them, and their signs."""

    channels: tuple[str, ...] = ("X", "Y")
    right: float = 1.0
    down: float = 1.0
    milliseconds: float = 1.0

    def point(self, values: list[float | None]) -> list[float]:
        """[x, y] or [x, y, t]. Raises `ValueError` without an X or Y."""
        x, y = values[self.channels.index("X")], values[self.channels.index("Y")]
        if x is None or y is None:
            raise ValueError("A point of its traces has no X or no Y")
        time = values[self.channels.index("T")] if "T" in self.channels else None
        rest = [] if time is None else [time * self.milliseconds]
        return [x * self.right, y * self.down, *rest]


def drafts(path: Path, content: bytes) -> Iterator[Draft | BadLine]:
    """The drawings of a document: its labelled groups, or all of it. Raises `BadFile`."""
    ink = _parsed(path, content)
    try:
        layout = _format(ink)
    except ValueError as error:
        raise BadFile(path, 0, f"{error}.") from error
    traces = {_id(trace): trace for trace in ink.all("trace")}
    writer = ink.annotation(NAMING)
    for drawing in _labelled(ink) or [ink]:
        try:
            texts = ["".join(trace.text) for trace in _traces(drawing, traces)]
            check_length(texts)
            strokes = [_points(text, layout) for text in texts]
        except ValueError as error:
            yield BadLine(path, drawing.line, f"{error}.")
            continue
        yield Draft(
            line=drawing.line,
            strokes=strokes,
            label=drawing.annotation(LABELLING),
            writer=drawing.annotation(NAMING) or writer,
            layout="points",
        )


# --- the document -----------------------------------------------------------------


class _Builder(ContentHandler):
    """Keeps the elements with their lines, and the text of traces and annotations."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [_Element("", {}, 0)]
        self.count = 0

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802
        self.count += 1
        if len(self.open) > MAX_DEPTH or self.count > MAX_ELEMENTS:
            raise ValueError("its elements are too many, or nested too deeply")
        line = self._locator.getLineNumber()  # type: ignore[attr-defined]
        element = _Element(name.rpartition(":")[2], dict(attrs), line)
        self.open[-1].children.append(element)
        self.open.append(element)

    def endElement(self, name: str) -> None:  # noqa: N802
        self.open.pop()

    def characters(self, content: str) -> None:
        if self.open[-1].name in ("trace", "annotation"):
            self.open[-1].text.append(content)


def _parsed(path: Path, content: bytes) -> _Element:
    builder = _Builder()
    try:
        # Without a document type no entity can grow, or read another file.
        defusedxml.sax.parseString(content, builder, forbid_dtd=True)
    except (SAXException, ValueError, LookupError) as error:
        raise BadFile(path, 0, f"It is not XML that is read here ({error}).") from error
    (ink,) = builder.open[0].children
    if ink.name != "ink":
        raise BadFile(path, 0, "It is XML, but not InkML.")
    return ink


def _id(element: _Element) -> str | None:
    return element.attributes.get("xml:id", element.attributes.get("id"))


def _format(ink: _Element) -> _Format:
    """The document's trace format. Raises `ValueError` for what is not read."""
    mappings = {one.attributes.get("type", "unknown") for one in ink.all("mapping")}
    if not mappings <= {"unknown", "identity"}:
        raise ValueError("It maps its coordinates, which is not read")
    formats = {_format_of(one) for one in ink.all("traceFormat")} or {_Format()}
    if len(formats) > 1:
        raise ValueError("It has several trace formats, which is not read")
    return formats.pop()


def _format_of(element: _Element) -> _Format:
    regular = [child for child in element.children if child.name == "channel"]
    channels = {one.attributes.get("name", "").upper(): one.attributes for one in regular}
    if not channels:
        return _Format()
    if len(channels) < len(regular) or not channels.keys() >= {"X", "Y"}:
        raise ValueError("Its trace format has no X, no Y, or a channel twice")
    return _Format(
        channels=tuple(channels),
        right=_sign(channels["X"]),
        down=_sign(channels["Y"]),
        milliseconds=TIMES.get(channels.get("T", {}).get("units", "ms"), 1.0),
    )


def _sign(channel: dict[str, str]) -> float:
    """X grows to the right and Y downwards, where the format does not turn them."""
    return -1.0 if channel.get("orientation", "+ve").startswith("-") else 1.0


# --- drawings and their traces ------------------------------------------------------


def _labelled(ink: _Element) -> list[_Element]:
    """The innermost groups with a label; what holds them is a number, a word or a page."""
    labelled = [group for group in ink.all("traceGroup") if group.annotation(LABELLING)]
    return [
        group
        for group in labelled
        if not any(inner.annotation(LABELLING) for inner in group.all("traceGroup"))
    ]


def _traces(drawing: _Element, traces: dict[str | None, _Element]) -> Iterator[_Element]:
    """The traces in a drawing, or that its views name: not many more than it may have.

    Raises `ValueError` for views of anything but whole traces, and for parts of traces.
    """
    for found in islice(drawing.all("trace", "traceView"), settings.LIMITS["strokes"] + 1):
        trace = found if found.name == "trace" else _viewed(found, traces)
        if "continuation" in trace.attributes:
            raise ValueError("It has a trace that continues another, which is not read")
        if trace.attributes.get("type", "penDown") != "penUp":
            yield trace


def _viewed(view: _Element, traces: dict[str | None, _Element]) -> _Element:
    name = view.attributes.get("traceDataRef", "").removeprefix("#")
    if name not in traces or view.attributes.keys() & {"from", "to"}:
        raise ValueError("It has a view of what is no whole trace of this file")
    return traces[name]


def _points(trace: str, layout: _Format) -> list[list[float]]:
    """The points in a trace's text. Raises `ValueError`.

    A channel's prefix holds until its next: `!` values, `'` what is added to the last
    one, `"` what is added to what was added.
    """
    count = len(layout.channels)
    prefixes = ["!"] * count
    last: list[float | None] = [None] * count
    added = [0.0] * count
    points: list[list[float]] = []
    for text in filter(str.strip, trace.split(",")):
        at = 0
        for token in _TOKEN.findall(text):
            if at == count:  # what follows is of intermittent channels
                break
            if token in _PREFIXES:
                prefixes[at] = token
                continue
            last[at], added[at] = _value(token, prefixes[at], last[at], added[at])
            at += 1
        if at < count:
            raise ValueError(f"A point of its traces has {at} values, not {count}")
        points.append(layout.point(last))
    return points


def _value(token: str, prefix: str, last: float | None, added: float) -> tuple[float | None, float]:
    """A channel's value, None for none, and how much it has changed by."""
    if token in ("T", "F", "?"):
        return None, 0.0
    if token == "*":  # noqa: S105
        return last, added
    number = _number(token)
    if prefix == "!":
        return number, 0.0
    if last is None:
        raise ValueError("A trace begins with a difference")
    added = number if prefix == "'" else added + number
    return last + added, added


def _number(token: str) -> float:
    try:
        return float(int(token.replace("#", ""), 16)) if "#" in token else float(token)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{token[:20]!r} in a trace is no number") from error
