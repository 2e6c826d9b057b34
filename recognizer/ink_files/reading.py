"""Files of ink of any kind -> labelled drawings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from recognizer.exceptions import InputError
from recognizer.ink_files import contents, inkml, ndjson, unipen
from recognizer.ink_files.handwriting import BadLine, Draft, Handwriting, checked
from recognizer.refusals import refusal

# After a byte order mark and blanks XML begins with `<`, UNIPEN with a keyword.
_XML = re.compile(rb"(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*<")
_KEYWORD = re.compile(rb"\s*\.[A-Z]")
_HEAD = 1000


def read(
    path: Path, *, label: str | None = None, writer: str | None = None
) -> Iterator[Handwriting]:
    """All drawings of a file. Raises `BadHandwriting` at the first that is none."""
    for record in records(path, label=label, writer=writer):
        if isinstance(record, BadLine):
            raise record
        yield record


def records(
    path: Path, *, label: str | None = None, writer: str | None = None
) -> Iterator[Handwriting | BadLine]:
    """All drawings of a file, in order, a bad one as its error. Raises `BadFile`.

    `label` and `writer` stand for what the file does not say. Without `writer` an InkML
    or UNIPEN file that names nobody is written by one person, called as the file is.
    """
    found, named = _drafts(path)
    for draft in found:
        if isinstance(draft, BadLine):
            yield draft
            continue
        what = label if draft.label is None else draft.label
        who = (writer or named) if draft.writer is None else draft.writer
        yield _record(path, replace(draft, label=what, writer=who))


def count(path: Path) -> int:
    """How many drawings a file has, bad ones included. Raises `BadFile`, once read to its end."""
    if _kind(path) is ndjson:
        return sum(1 for _ in ndjson.lines(path))
    drafts, _writer = _drafts(path)
    return sum(1 for _ in drafts)


def _record(path: Path, draft: Draft) -> Handwriting | BadLine:
    try:
        return checked(draft)
    except InputError as error:
        return BadLine(path, draft.line, refusal(error).message)
    except ValueError as error:
        return BadLine(path, draft.line, f"{error}.")


def _drafts(path: Path) -> tuple[Iterator[Draft | BadLine], str | None]:
    """A file's drafts, and whom it is by where it names nobody."""
    stem = path.name.partition(".")[0]
    kind = _kind(path)
    if kind is inkml:
        return inkml.drafts(path, contents.whole(path)), stem
    if kind is unipen:
        return unipen.drafts(path, contents.whole(path)), stem
    return ndjson.drafts(path), None


def _kind(path: Path) -> object:
    """The module that reads a file, by its first bytes; the name is anybody's."""
    head = contents.first_bytes(path, _HEAD)
    if _XML.match(head):
        return inkml
    return unipen if _KEYWORD.match(head) else ndjson
