"""What a database does for a request: each statement with its plan, as PostgreSQL tells it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with its values, and its milliseconds of the database's processor."""

    sql: str
    values: Any
    milliseconds: float

    @property
    def reads(self) -> bool:
        """Whether it is a query; others would do again what they do where they are explained."""
        return self.sql.lstrip(" (").upper().startswith(("SELECT", "WITH"))


@dataclass(frozen=True, slots=True)
class Read:
    """One walk through a table: how, by which index, and how many rows were looked at."""

    table: str
    how: str
    index: str
    rows: int
    has_condition: bool
    is_limited: bool

    def __str__(self) -> str:
        by = f" by {self.index}" if self.index else ""
        return f"{self.how} of {self.table.removeprefix('recognizer_')}{by}"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a statement is done: its milliseconds inside the database, and what it reads."""

    milliseconds: float
    reads: list[Read] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """All rows that were looked at."""
        return sum(read.rows for read in self.reads)

    @property
    def widest(self) -> Read | None:
        """The walk that looks at the most rows."""
        return max(self.reads, key=lambda read: read.rows, default=None)


def backend_seconds() -> float:
    """What the server's process of this connection has used of the processor so far."""
    connection.ensure_connection()
    told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    return int(told.split()[0]) / 1e9


def processor_seconds() -> float:
    """What this process and the server's have used together: what others do leaves it alone."""
    return time.process_time() + backend_seconds()


@contextmanager
def listening() -> Iterator[list[Statement]]:
    """The statements of this thread's connection, as they come."""
    heard: list[Statement] = []

    def listen(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:
        begun = backend_seconds()
        answer = execute(sql, values, many, context)
        heard.append(Statement(sql, values, 1e3 * (backend_seconds() - begun)))
        return answer

    with connection.execute_wrapper(listen):
        yield heard


def explained(statement: Statement, *, analyze: bool = True) -> Plan:
    """The plan of a query; with `analyze` it is run for it, and rows are counted."""
    how = "ANALYZE, BUFFERS, FORMAT JSON" if analyze else "FORMAT JSON"
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN ({how}) {statement.sql}", statement.values)
        ((told,),) = cursor.fetchall()
    return Plan(told[0].get("Execution Time", 0.0), list(_walks(told[0]["Plan"])))


def _walks(node: dict[str, Any], *, limited: bool = False) -> Iterator[Read]:
    """The walks below a node. One is limited where a `LIMIT` ends it before it is through."""
    kind = node["Node Type"]
    if table := node.get("Relation Name"):
        loops = node.get("Actual Loops", 1)
        rows = node.get("Actual Rows", 0)
        rows += node.get("Rows Removed by Filter", 0)
        rows += node.get("Rows Removed by Index Recheck", 0)
        inner = node.get("Plans", [])
        conditions = [node, *_bitmaps(inner)]
        yield Read(
            table,
            kind,
            next((one["Index Name"] for one in conditions if "Index Name" in one), ""),
            round(rows * loops),
            any("Index Cond" in one for one in conditions),
            limited,
        )
    if kind == "Limit":
        limited = True
    elif kind in ("Sort", "Aggregate", "Hash"):
        limited = False  # it takes all that comes before it gives anything
    for each in node.get("Plans", []):
        yield from _walks(each, limited=limited)


def _bitmaps(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        if node["Node Type"].startswith("Bitmap"):
            yield node
            yield from _bitmaps(node.get("Plans", []))
