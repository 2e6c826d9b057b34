"""The site's Prometheus metrics: counts of rows, and this process's own predictions."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from digitsite.database.counted import Counted
from digitsite.models import Notice
from digitsite.monitoring.metrics import PROCESS
from digitsite.storage import disk
from recognizer.models import Drawing, ModelVersion, StorageUse

ANSWERS = Counter("digits_answers", "Glyphs read, by verdict.", ["verdict"], registry=PROCESS)
SECONDS = Histogram(
    "digits_answer_seconds",
    "From parsed input to answer.",
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5),
    registry=PROCESS,
)
LABELLED = Counter(
    "digits_labelled", "Answers that visitors judged, by what they said.", ["said"],
    registry=PROCESS,
)  # fmt: skip
HANDS = Counter(
    "digits_hands", "Hands asked for, by whether their features were here.", ["found"],
    registry=PROCESS,
)  # fmt: skip
HAND_ROWS = Gauge("digits_hand_rows", "Remembered drawings kept here.", registry=PROCESS)
HAND_BYTES = Gauge("digits_hand_bytes", "What their features take.", registry=PROCESS)
MENDED = Counter("digits_mended", "Digits that memory changed in answers.", registry=PROCESS)


def _by_review() -> list[tuple[str, int]]:
    return list(Drawing.objects.values_list("review").annotate(count=Count("*")).order_by())


BY_REVIEW = Counted("drawings-by-review", _by_review, seconds=60)


class DatabaseCollector(Collector):
    """Figures of the database, counted when Prometheus asks: the same from every process."""

    def collect(self) -> Iterator[Metric]:
        """The live version's number, and how many drawings are in each state of review."""
        live = ModelVersion.objects.live()
        yield GaugeMetricFamily(
            "digits_live_version", "The live model version.", value=live.number if live else 0
        )
        drawings = GaugeMetricFamily("digits_drawings", "Stored drawings.", labels=["review"])
        for review, count in BY_REVIEW.get():
            drawings.add_metric([review], count)
        yield drawings
        yield from _storage()
        yield GaugeMetricFamily(
            "digits_notices_undelivered",
            "Notices that were refused and are not sent.",
            value=Notice.objects.undelivered().count(),
        )


def _storage() -> Iterator[Metric]:
    """What is kept, by the quotas' own count; what is lost; what is free."""
    site = StorageUse.objects.filter(owner=StorageUse.SITE).first() or StorageUse()
    lost = Drawing.objects.filter(image_lost=True).count()
    for name, of, value in (
        ("digits_stored_drawings", "Drawings in the site's quota.", site.stored_drawings),
        ("digits_stored_bytes", "What they weigh there.", site.stored_bytes),
        ("digits_images_lost", "Drawings whose image's file is lost.", lost),
        ("digits_disk_free_bytes", "Free where the site writes.", disk.free_bytes()),
    ):
        yield GaugeMetricFamily(name, of, value=value)


# What `/metrics` tells besides `PROCESS`; other apps add theirs.
COLLECTORS: list[Collector] = [DatabaseCollector()]
