"""The strips or tiles of a TIFF, each compressed alone, in JPEG as a stream of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recognizer.exceptions import BadImage
from recognizer.picture_files import jpeg

if TYPE_CHECKING:
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

_COMPRESSION = 259
_NONE, _OLD_JPEG, _JPEG = 1, 6, 7
# Strips, then tiles.
_OFFSETS, _SIZES = (273, 324), (279, 325)


def parts_and_passes(tags: ImageFileDirectory_v2, data: bytes) -> tuple[int, int]:
    """How many strips or tiles there are, and how often a decoder passes over each in the mean.

    Raises `BadImage` where parts are made to share their bytes, so that a small file holds the
    work of a large one, and as `jpeg.structure` does.
    """
    offsets, sizes = _of_either(tags, _OFFSETS), _of_either(tags, _SIZES)
    parts = max(1, len(offsets))
    compression = tags.get(_COMPRESSION, _NONE)
    if compression == _NONE:
        return parts, 1
    if len(sizes) != len(offsets) or sum(sizes) > len(data):
        raise BadImage("not_an_image", field="image")
    if compression == _OLD_JPEG:  # of its several forms none tells where its streams are
        return parts, jpeg.structure(data, max(0, data.find(b"\xff\xd8"))).passes
    if compression != _JPEG:
        return parts, 1
    passes = markers = 0
    for offset, size in zip(offsets, sizes, strict=True):
        stream = jpeg.structure(data, offset, min(len(data), offset + size))
        passes, markers = passes + stream.passes, markers + stream.markers
        if markers > jpeg.MAX_MARKERS:
            raise BadImage("too_many_parts", field="image")
    return parts, -(-passes // parts)


def _of_either(tags: ImageFileDirectory_v2, numbers: tuple[int, int]) -> tuple[int, ...]:
    return next((tags[number] for number in numbers if number in tags), ())
