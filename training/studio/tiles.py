"""Drawings as small pictures of ink, as every page of the studio shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from recognizer import formatting, thumbnails
from recognizer.labels import NOT_A_DIGIT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from recognizer.models import Drawing

# What a tile reads of a drawing.
FIELDS = ("pk", "strokes", "pixels", "label", "accepted_label", "digit")


@dataclass(frozen=True, slots=True)
class Tile:
    """One drawing: its ink as a path, or its picture where it is no ink; and what it is.

    `label` is what it is said to be, `read_as` what it was read as; both are "" or a word
    where they are no digit, and `title` says both. `is_marked` outlines it in pencil.
    """

    pk: str
    path: str
    picture: str
    label: str
    read_as: str
    title: str
    is_marked: bool = False


def tile_of(drawing: Drawing, *, is_marked: bool = False) -> Tile:
    """The tile of a drawing, of which `FIELDS` are needed."""
    strokes = drawing.strokes
    return Tile(
        pk=str(drawing.pk),
        path=thumbnails.ink_path(strokes) if strokes else "",
        picture="" if strokes else thumbnails.glyph_uri(drawing.pixels),
        label=word(drawing.truth),
        read_as=word(drawing.read_as),
        title=title(drawing.truth, drawing.read_as),
        is_marked=is_marked,
    )


def title(label: str, answer: str) -> str:
    """A drawing in words: what it is said to be, "" where nobody has said, and was read as."""
    if label:
        return str(capfirst(formatting.misread(label, answer)))
    if answer == NOT_A_DIGIT:
        return _("Read as no digit")
    return _("Read as %(read)s") % {"read": answer}


def tiles(drawings: Iterable[Drawing]) -> list[Tile]:
    """The tiles of drawings; outlined are those that were read as something else than they are."""
    return [tile_of(one, is_marked=one.truth not in ("", one.read_as)) for one in drawings]


def word(label: str) -> str:
    """A label as it is shown: a digit, or that it is none; "" where nobody has said."""
    return label if len(label) <= 1 else _("no digit")
