"""A demo site: what it has, what it says of itself, and where it is not made."""

from __future__ import annotations

from io import StringIO
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from recognizer.labels import LABELS, NOT_A_DIGIT
from recognizer.models import (
    Audit,
    Contributor,
    Drawing,
    DrawingUse,
    ModelVersion,
    Promotion,
    Review,
    StorageUse,
)
from tests.support import factories
from training.demo import ink
from training.feature_map import stored_map
from training.models import TrainingRun

pytestmark = pytest.mark.long


def make(drawings: int = 120, **options: Any) -> str:
    out = StringIO()
    call_command("make_demo", drawings=drawings, stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_it_works(admin: APIClient) -> None:
    told = make()
    assert "120 drawings" in told
    assert "made up" in told
    assert Drawing.objects.count() == 120
    assert set(Drawing.objects.values_list("review", flat=True)) == set(Drawing.Review.values)
    assert Contributor.objects.exclude(origin__startswith="demo:").count() == 0
    newest = ModelVersion.objects.first()
    live = ModelVersion.objects.live()
    assert newest is not None
    assert live is not None
    assert newest != live
    assert newest.lineage["demo"] is True
    assert newest.gate_report["champion"] == live.number
    assert TrainingRun.objects.filter(candidate=newest, status="candidate").exists()
    assert DrawingUse.objects.filter(version=newest, role="held_out").exists()
    assert Promotion.objects.filter(kind="install").get().at < Drawing.objects.last().created_at  # type: ignore[union-attr]
    for name in ("studio:today", "studio:compare", "studio:insights", "studio:review"):
        assert admin.get(reverse(name), follow=True).status_code == 200


@pytest.mark.django_db
def test_what_was_reviewed_has_its_row_and_its_storage_is_counted() -> None:
    make()
    reviewed = Drawing.objects.exclude(reviewed_at=None)
    assert Review.objects.count() == reviewed.count() > 0
    for review in Review.objects.select_related("drawing"):
        assert review.at == review.drawing.reviewed_at
        assert review.label == review.drawing.accepted_label
    rows = list(Audit.objects.filter(what=Audit.What.REVIEW).order_by("pk"))
    assert [row.at for row in rows] == sorted(reviewed.values_list("reviewed_at", flat=True))
    assert all(row.after["decision"] in ("accept", "reject") for row in rows)
    site = StorageUse.objects.get(pk=StorageUse.SITE)
    assert site.stored_drawings == 120
    assert site.stored_bytes == sum(Drawing.objects.values_list("stored_bytes", flat=True))


@pytest.mark.django_db
def test_the_map_is_drawn_too(mnist_dir: str) -> None:
    make()
    found = stored_map()
    assert found is not None
    assert found.counts()["people"] == Drawing.objects.accepted().count()


@pytest.mark.django_db
def test_a_site_with_drawings_is_left_alone(live_model: ModelVersion) -> None:
    factories.drawing(factories.contributor(), live_model)
    with pytest.raises(CommandError, match="has drawings already"):
        make()
    assert Drawing.objects.count() == 1
    make(force=True)
    assert Drawing.objects.count() == 121


@pytest.mark.django_db
@pytest.mark.parametrize("had_drawings", [False, True])
def test_promotions_are_in_order_in_time(live_model: ModelVersion, had_drawings: bool) -> None:
    """The live version, installed a moment ago, was live before those of the demo."""
    installed = Promotion.objects.get().at
    if had_drawings:
        factories.drawing(factories.contributor(), live_model)
    make(40, force=had_drawings)
    times = list(Promotion.objects.order_by("pk").values_list("at", flat=True))
    assert len(times) > 1
    assert times == sorted(times)
    assert times[-1] <= timezone.now()
    assert (times[0] == installed) is had_drawings


@pytest.mark.django_db
def test_the_same_seed_makes_the_same() -> None:
    make(40)
    first = set(Drawing.objects.values_list("pk", "digit"))
    Contributor.objects.all().delete()
    make(40)
    assert set(Drawing.objects.values_list("pk", "digit")) == first


def test_none_at_all_are_refused() -> None:
    with pytest.raises(CommandError):
        make(0)


def test_ink_lies_on_its_sheet_and_takes_time() -> None:
    drawn = ink.draw(300, np.random.default_rng(5))
    assert {label for label, _ in drawn} == {*LABELS} >= {NOT_A_DIGIT}
    for _, strokes in drawn:
        points = [point for stroke in strokes for point in stroke]
        assert all(-100 <= value <= ink.SIDE + 100 for x, y, _ in points for value in (x, y))
        times = [t for _, _, t in points]
        assert times == sorted(times)
