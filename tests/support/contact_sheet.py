"""Contact sheets: many pictures on one, each with its caption, in rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence

SCALE = 0.5  # of a picture on its sheet
GAP = 16  # pixels between pictures, and around them
CAPTION = 15  # pixels high
GROUND, WORDS = "#8b93a3", "#ffffff"  # neither paper nor board, neither day nor night


@dataclass(frozen=True)
class Print:
    """A picture and what stands above it."""

    picture: Image.Image
    caption: str


def contact_sheet(rows: Sequence[Sequence[Print]]) -> Image.Image:
    """The rows below each other, each picture at `SCALE`; a column is as wide as its widest."""
    small = [[_reduced(each.picture) for each in row] for row in rows]
    widths = [max(picture.width for picture in column) for column in zip(*small, strict=True)]
    heights = [CAPTION + max(picture.height for picture in row) for row in small]
    size = (sum(widths) + GAP * (len(widths) + 1), sum(heights) + GAP * (len(heights) + 1))
    sheet = Image.new("RGB", size, GROUND)
    pen = ImageDraw.Draw(sheet)
    font: Any = ImageFont.load_default(12)
    top = GAP
    for row, pictures, height in zip(rows, small, heights, strict=True):
        left = GAP
        for each, picture, width in zip(row, pictures, widths, strict=True):
            pen.text((left, top - 3), each.caption, WORDS, font)
            sheet.paste(picture, (left, top + CAPTION))
            left += width + GAP
        top += height + GAP
    return sheet


def _reduced(picture: Image.Image) -> Image.Image:
    size = (round(picture.width * SCALE), round(picture.height * SCALE))
    return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
