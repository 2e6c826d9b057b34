"""Traces told to an OpenTelemetry collector: what took how long, from a request to its task.

A span says what was done, by which code and with which outcome, and nothing of whom: the site names
its spans itself, since the libraries that would find them collect addresses, queries and messages.
Without a collector in the settings nothing that sends is imported, and a span is nothing.
"""

from __future__ import annotations

import atexit
import re
import threading
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from digitsite.monitoring import request_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, MutableMapping
    from contextlib import AbstractContextManager

    from django.db.backends.base.base import BaseDatabaseWrapper
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

# A collector that does not answer costs a thread in the background, and no more memory than this.
# One send takes all of it, so the end of a process waits for one.
MOST_SPANS = 2048
SEND_EVERY_MS = 2_000
SEND_SECONDS = 2.0
# The table of a statement as Django writes it.
TABLE = re.compile(r'(?:FROM|INTO|UPDATE) "(\w+)"')

_provider: TracerProvider | None = None


def report_traces(
    collector: str, *, service: str, share: float, headers: Mapping[str, str]
) -> None:
    """Has this process, and those it forks, send traces to a collector by OTLP over HTTP.

    A trace that begins here is sent with the chance `share`.
    """
    from django.db.backends.signals import connection_created
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio

    global _provider
    exporter = OTLPSpanExporter(
        f"{collector}/v1/traces", headers=dict(headers), timeout=SEND_SECONDS
    )
    _provider = TracerProvider(
        sampler=ParentBasedTraceIdRatio(share),
        resource=Resource.create({"service.name": service}),
        shutdown_on_exit=False,
    )
    _provider.add_span_processor(
        BatchSpanProcessor(
            exporter,
            max_queue_size=MOST_SPANS,
            max_export_batch_size=MOST_SPANS,
            schedule_delay_millis=SEND_EVERY_MS,
        )
    )
    connection_created.connect(_listen, dispatch_uid="digitsite.traces")
    atexit.register(end)


def is_on() -> bool:
    """Whether this process sends traces."""
    return _provider is not None


def end() -> None:
    """Sends what is left, and nothing from now on."""
    global _provider
    ended, _provider = _provider, None
    if ended is not None:
        # Aside, for a collector may answer byte by byte for as long as it likes.
        last = threading.Thread(target=ended.shutdown, daemon=True)
        last.start()
        last.join(2 * SEND_SECONDS)


# --- spans ------------------------------------------------------------------------------


def span(name: str, **facts: str | int) -> AbstractContextManager[Any]:
    """A part of what is done now, with facts that are nobody's."""
    return nullcontext() if _provider is None else _span(name, "INTERNAL", facts)


@contextmanager
def request(method: str, headers: Mapping[str, str] | None) -> Iterator[Callable[..., None]]:
    """The span of a request; what is yielded takes its route and its status.

    With `headers` it goes on with the trace that these name.
    """
    with _span(method, "SERVER", {"http.request.method": method}, _named_in(headers)) as its:

        def answered(route: str | None, status: int) -> None:
            its.set_attribute("http.response.status_code", status)
            if route is not None:
                its.update_name(f"{method} /{route}")
                its.set_attribute("http.route", f"/{route}")
            if status >= 500:
                _fails(its, str(status))

        yield answered


def task(name: str, headers: Mapping[str, str]) -> AbstractContextManager[Any]:
    """The span of a task of the queue, in the trace of whoever has sent the message."""
    if _provider is None:
        return nullcontext()
    return _span(name, "CONSUMER", {"messaging.system": "celery"}, _named_in(headers))


def name_in(headers: MutableMapping[str, Any]) -> None:
    """Names the trace in a message's headers."""
    if _provider is not None:
        _propagator().inject(headers)


@contextmanager
def _span(
    name: str, kind: str, facts: Mapping[str, str | int], context: Any = None
) -> Iterator[Span]:
    from opentelemetry.trace import SpanKind

    assert _provider is not None
    if known := request_id.current():
        facts = {**facts, "request_id": known}
    with _provider.get_tracer("digitsite").start_as_current_span(
        name,
        context,
        SpanKind[kind],
        facts,
        # An exception's message may tell of a row.
        record_exception=False,
        set_status_on_exception=False,
    ) as its:
        try:
            yield its
        except Exception as error:
            _fails(its, type(error).__name__)
            raise


def fails(kind: str) -> None:
    """Says of what is done now that it failed, and by what."""
    if _provider is not None:
        from opentelemetry.trace import get_current_span

        _fails(get_current_span(), kind)


def _fails(its: Span, kind: str) -> None:
    from opentelemetry.trace import Status, StatusCode

    its.set_status(Status(StatusCode.ERROR))
    its.set_attribute("error.type", kind)


def _named_in(headers: Mapping[str, str] | None) -> Any:
    return None if headers is None else _propagator().extract(headers)


def _propagator() -> Any:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator()


# --- the database -----------------------------------------------------------------------


def _listen(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if _statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_statement)


def _statement(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """A span for each statement within another span: what it does, to which table."""
    from opentelemetry.trace import get_current_span

    if not get_current_span().is_recording():
        return execute(sql, params, many, context)
    verb = sql.lstrip(" (").partition(" ")[0].upper()
    found = TABLE.search(sql)
    facts = {"db.system.name": context["connection"].vendor, "db.operation.name": verb}
    if found:
        facts["db.collection.name"] = found[1]
    with _span(f"{verb} {found[1]}" if found else verb, "CLIENT", facts):
        return execute(sql, params, many, context)
