"""What Prometheus is told: counts from the database, and this process's own predictions."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from recognizer.models import Drawing, ModelVersion

PROCESS = CollectorRegistry()
ANSWERS = Counter("digits_answers", "Glyphs read, by verdict.", ["verdict"], registry=PROCESS)
SECONDS = Histogram(
    "digits_answer_seconds",
    "From parsed input to answer.",
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5),
    registry=PROCESS,
)


class DatabaseCollector(Collector):
    """Counted at the moment of asking, so every process gives the same figures."""

    def collect(self) -> Iterator[Metric]:
        live = ModelVersion.objects.live()
        yield GaugeMetricFamily(
            "digits_live_version", "The live model version.", value=live.number if live else 0
        )
        drawings = GaugeMetricFamily("digits_drawings", "Stored drawings.", labels=["review"])
        for review, count in Drawing.objects.values_list("review").annotate(Count("pk")).order_by():
            drawings.add_metric([review], count)
        yield drawings
