"""Shards as Parquet: a row a drawing, as columns of bytes of one length, sorted by id.

`id` (16), `pixels` (784), `motion` (640, none of a picture) and `thick` (784, none of most): the
drawing once more in thick strokes. What is none is 0 once it is read. PyArrow is imported here
alone, in a worker: a web process has none.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from recognizer.preprocessing.glyph import Glyphs

Table: TypeAlias = Any
Bytes: TypeAlias = NDArray[np.uint8]

ID, PIXELS, MOTION, THICK = "id", "pixels", "motion", "thick"
# Measured on ink of some 150 people: 250 bytes a drawing instead of 1,424, at 3 us to read.
WRITING: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 3,
    "use_dictionary": False,
    "write_statistics": False,
    "write_page_checksum": True,
}


class Damaged(ValueError):
    """The file is no shard, or not as it was written."""


def table(ids: Bytes, glyphs: Glyphs, thick: Bytes, is_thick: NDArray[np.bool_]) -> Table:
    """(n, 16) ids, their glyphs, and (n, 28, 28) thick strokes where there are any."""
    return pa.table(
        {
            ID: _column(ids),
            PIXELS: _column(glyphs.pixels),
            MOTION: _column(glyphs.motion, glyphs.has_ink),
            THICK: _column(thick, is_thick),
        }
    )


def _column(values: Bytes, given: NDArray[np.bool_] | None = None) -> Any:
    size = math.prod(values.shape[1:])
    flat = pa.py_buffer(np.ascontiguousarray(values))
    whole = pa.FixedSizeBinaryArray.from_buffers(pa.binary(size), len(values), [None, flat])
    return whole if given is None else pc.if_else(pa.array(given), whole, None)


def joined(tables: list[Table]) -> Table:
    """All rows of several tables, sorted by id."""
    return pa.concat_tables(tables).sort_by(ID).combine_chunks()


def kept(rows: Table, ids: Bytes) -> Table:
    """The rows with one of (n, 16) ids."""
    return rows.filter(pc.is_in(rows[ID], value_set=_column(ids)))


def write(rows: Table) -> bytes:
    """A table as a file."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, **WRITING)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def read(content: bytes, *columns: str) -> Table:
    """A file as a table, of some columns or all. Raises `Damaged`."""
    try:
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        return file.read(columns=list(columns) or None, use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise Damaged(str(error)) from error


def values(rows: Table, name: str) -> Bytes:
    """(n, bytes) of a column, 0 where there is none."""
    column = rows[name].combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    size = column.type.byte_width
    if column.null_count:
        column = pc.fill_null(column, pa.scalar(bytes(size), column.type))
    _, buffer = column.buffers()
    flat = np.frombuffer(buffer or b"", np.uint8, len(column) * size, column.offset * size)
    return flat.reshape(-1, size)


def places(rows: Table, ids: Bytes) -> NDArray[np.int64]:
    """(n,) where each row's id stands among others, -1 where it does not."""
    found = pc.index_in(rows[ID], value_set=_column(ids)).fill_null(-1)
    return np.asarray(found.to_numpy(), dtype=np.int64)
