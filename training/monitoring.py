"""What machines are told of the queue and the worker: checks of `/readyz`, gauges of `/metrics`.

A worker is known to live by what it writes: every second of a training the run's row, and
beside trainings that the scheduler's message of every half minute has come to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from digitsite.monitoring import readiness
from recognizer import monitoring
from training.models import TrainingRun
from training.selectors.runs import heartbeats
from training.selectors.runs.heartbeats import message_came, training_heard


@readiness.register("queue", needed=False)
def queue() -> str:
    """How long the run waits that waits for a worker."""
    since = _waiting_since()
    if since is None or timezone.now() - since < heartbeats.SILENT:
        return "ok"
    return f"a run has waited for {_age(since)}"


@readiness.register("worker", needed=False)
def worker() -> str:
    """When a worker was last heard of, by a message or by its training."""
    heard = [moment for moment in (message_came(), training_heard()) if moment]
    if not heard:
        return "unknown: none has reported yet"
    return "ok" if _is_fresh(max(heard)) else f"silent for {_age(max(heard))}"


@readiness.register("message", needed=False)
def message() -> str:
    """When a message of the scheduler's last came to a worker."""
    came = message_came()
    if came is not None and _is_fresh(came):
        return "ok"
    last = "none has come back yet" if came is None else f"the last came back {_age(came)} ago"
    trains = training_heard()
    if trains is not None and _is_fresh(trains):
        return f"unknown while the worker trains; {last}"
    return f"unknown: {last}" if came is None else last


def _waiting_since() -> datetime | None:
    """Since when the run waits that waits; None where none does."""
    run = TrainingRun.objects.queued().first()
    # One that has lost its worker waits since that was last heard of.
    return None if run is None else run.heartbeat_at or run.created_at


def _is_fresh(moment: datetime) -> bool:
    return heartbeats.is_fresh(moment, now=timezone.now())


def _age(moment: datetime) -> str:
    return f"{max(0, (timezone.now() - moment) // timedelta(minutes=1))} min"


class QueueCollector(Collector):
    """Ages in seconds, counted when Prometheus asks: the same from every process."""

    def collect(self) -> Iterator[Metric]:
        """How long the oldest run waits, 0 where none does, and when a worker was last heard."""
        yield _seconds("digits_queue_seconds", "How long a run waits.", _waiting_since())
        for name, of, moment in (
            ("digits_message_seconds", "Since a message came to a worker.", message_came()),
            ("digits_training_seconds", "Since the run at work reported.", training_heard()),
        ):
            if moment is not None:
                yield _seconds(name, of, moment)
        runs = GaugeMetricFamily("digits_runs", "Runs, by how far they came.", labels=["status"])
        counts = TrainingRun.objects.values_list("status").annotate(Count("pk")).order_by()
        for status, count in counts:
            runs.add_metric([status], count)
        yield runs


def _seconds(name: str, of: str, moment: datetime | None) -> Metric:
    age = 0.0 if moment is None else (timezone.now() - moment).total_seconds()
    return GaugeMetricFamily(name, of, value=age)


monitoring.COLLECTORS.append(QueueCollector())
