"""The structure of a JPEG stream: what a decoder will do for it, known before it begins.

The markers are found as libjpeg finds them (ITU-T T.81, B.1): segment by segment, each skipped
by its own length, and from the coded data of a scan to the next marker. So a preview in a
segment, or a second picture behind the first, is no part of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from recognizer.exceptions import BadImage

# Every scan of a progressive JPEG is a pass over all its pixels and may be as short as sixty
# bytes. Encoders write about ten.
MAX_SCANS = 32
# Eight megabytes of empty segments would keep a reader busy for seconds; no real file has so many.
MAX_MARKERS = 30_000
# Neither a stuffed zero, nor a restart within coded data, nor a byte of filling.
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_TEM, _SOI, _EOI, _SOS = 0x01, 0xD8, 0xD9, 0xDA
_PROGRESSIVE = frozenset([0xC2, 0xC6])
# Arithmetic coding takes many times as long as Huffman's, and nobody's camera uses it.
_ARITHMETIC = frozenset([0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF])


@dataclass(frozen=True, slots=True)
class Structure:
    """One picture's stream: its `markers` in all, its `scans`, and how often all pixels are passed.

    Where one scan holds all channels, and is not progressive, a decoder stops after it.
    """

    markers: int
    scans: int
    passes: int


def structure(data: bytes, start: int = 0, end: int | None = None) -> Structure:
    """Of the stream that begins at `start` and ends, if it does not say so, before `end`.

    Raises `BadImage` for what would take too long: too many scans or segments, arithmetic coding.
    """
    at, end = start, len(data) if end is None else end
    markers = scans = 0
    in_passes = False
    while found := _MARKER.search(data, at, end):
        marker, at = found[1][0], found.end()
        markers += 1
        if markers > MAX_MARKERS:
            raise BadImage("too_many_parts", field="image")
        if marker == _EOI:
            break
        if marker in (_TEM, _SOI):
            continue
        if marker in _ARITHMETIC:
            raise BadImage("not_an_image", field="image")
        if marker == _SOS:
            scans += 1
            in_passes |= data[at + 2 : at + 3] == b"\x01"
            if scans > MAX_SCANS:
                raise BadImage("too_many_scans", field="image")
        in_passes |= marker in _PROGRESSIVE
        at += int.from_bytes(data[at : at + 2], "big")
    return Structure(markers, scans, scans if in_passes and scans > 1 else 1)
