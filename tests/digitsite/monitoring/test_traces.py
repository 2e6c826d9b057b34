"""Traces reach a real receiver: from a request to its task in one, and nothing of whom."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from celery.contrib.testing.worker import start_worker
from celery.signals import task_postrun
from django.conf import LazySettings
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from digitsite.celery import app
from digitsite.http.traces import traced
from digitsite.monitoring import traces
from recognizer.models import ModelVersion
from tests.support.drawings import FOUR
from tests.support.receiver import Receiver, receiver
from tests.support.servers import free_port

TRACE = "0af7651916cd43dd8448eb211c80319c"
HEADERS = {
    "traceparent": f"00-{TRACE}-b7ad6b7169203331-01",
    "X-Request-Id": "request-1234",
    "User-Agent": "ann-in-a-header",
}


@contextmanager
def told_to(collector: str) -> Iterator[None]:
    traces.report_traces(collector.rstrip("/"), service="test", share=1.0, headers={"key": "k"})
    traces._listen(connection)  # which was made before
    try:
        yield
    finally:
        traces.end()
        connection.execute_wrappers.clear()


def spans(there: Receiver) -> list[Span]:
    return [
        span
        for body in there.bodies
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def facts(span: Span) -> dict[str, str | int]:
    return {fact.key: fact.value.string_value or fact.value.int_value for fact in span.attributes}


@pytest.mark.django_db(transaction=True)
def test_a_prediction_and_a_task_are_seen_in_one_trace(
    admin_client: Client, live_model: ModelVersion, settings: LazySettings, tmp_path: Path
) -> None:
    settings.TRUSTED_PROXIES = 1
    settings.MNIST_DIR, settings.MNIST_CACHE = "", tmp_path
    with receiver() as there, told_to(there.address):
        client = Client(headers=HEADERS)
        client.cookies = admin_client.cookies
        body = {"strokes": FOUR}
        read = client.post(
            "/api/v1/predict/?who=ann-in-a-query", body, content_type="application/json"
        )
        assert read.status_code == 200
        assert client.post(reverse("studio:insights-map")).status_code == 302
        done = threading.Event()
        task_postrun.connect(lambda **_: done.set(), weak=False, dispatch_uid="test_traces")
        with start_worker(app, pool="solo", perform_ping_check=False, queues=["insight"]):
            assert done.wait(20)
    found = {span.name: span for span in spans(there) if span.trace_id.hex() == TRACE}
    assert {"prepare", "network", "decide", "SELECT recognizer_promotion"} <= set(found)
    request, task = found["POST /api/v1/predict/"], found["training.tasks.feature_map_draw"]
    asked = found["POST /studio/insights/map/"]
    assert found["network"].parent_span_id == request.span_id
    assert task.parent_span_id == asked.span_id
    assert facts(request)["http.response.status_code"] == 200
    assert {facts(one)["request_id"] for one in (request, asked, task)} == {"request-1234"}
    assert there.headers[0]["key"] == "k"
    assert b"ann-in-a" not in b"".join(there.bodies)


@pytest.mark.django_db
@pytest.mark.parametrize("is_silent", [False, True])
def test_a_collector_that_is_away_or_never_done_slows_nothing(
    live_model: ModelVersion, is_silent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traces, "SEND_SECONDS", 0.3)
    monkeypatch.setattr(traces, "SEND_EVERY_MS", 10)
    with receiver() as there:
        there.statuses = [0]  # an answer that never ends
        address = there.address if is_silent else f"http://127.0.0.1:{free_port()}/"
        with told_to(address):
            client = Client()
            begun = time.monotonic()
            for _ in range(5):
                answer = client.post("/api/v1/predict/", {"strokes": FOUR}, "application/json")
                assert answer.status_code == 200
        # Answers and the end: a thing that waits would wait for ten answers that do not come.
        assert time.monotonic() - begun < 2.5
        assert bool(there.bodies) is is_silent


def test_without_a_collector_there_are_no_spans() -> None:
    with pytest.raises(MiddlewareNotUsed):
        traced(lambda request: HttpResponse())
    headers: dict[str, str] = {}
    with traces.span("network"), traces.task("a task", HEADERS):
        traces.name_in(headers)
    assert headers == {}
