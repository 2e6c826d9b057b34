"""A whole demo site: its sizes, and where it may be made."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction
from django.utils import timezone

from digitsite.exceptions import Conflict
from recognizer.models import Drawing, ModelVersion, Promotion
from recognizer.services.versions import version_install
from training.demo import drawings, versions
from training.feature_map import feature_map_draw

if TYPE_CHECKING:
    from collections.abc import Callable

# Of a site of so many drawings: a small one is clicked through, a large one is measured.
RUNS, VERSIONS = 500, 100
SMALL = 2000
SMALL_RUNS, SMALL_VERSIONS = 6, 4


def demo_fill(
    *,
    count: int,
    seed: int = 0,
    force: bool = False,
    on_progress: Callable[[int], None] = lambda done: None,
) -> ModelVersion:
    """Fills this site with `count` drawings, and returns the newest of its versions.

    Raises `Conflict` on a site that has drawings already, unless `force` is given: what is made
    up would be trained on like any other.
    """
    if not force and Drawing.objects.exists():
        raise Conflict(
            "This site has drawings already. What is made up would be counted, and trained on, "
            "like any other; --force adds it all the same.",
            code="not_empty",
        )
    rng, now = np.random.default_rng(seed), timezone.now()
    start = now - timedelta(days=drawings.DAYS)
    live = ModelVersion.objects.live() or _installed()
    if not Drawing.objects.exists():
        _began(start - timedelta(days=1))
    start = max(start, *Promotion.objects.values_list("at", flat=True))
    with transaction.atomic():
        drawings.fill(count, version=live, rng=rng, now=now, on_progress=on_progress)
        is_small = count < SMALL
        versions.fill(
            runs=SMALL_RUNS if is_small else RUNS,
            versions=SMALL_VERSIONS if is_small else VERSIONS,
            live=live,
            by=drawings.users()["demo-trainer"],
            rng=rng,
            start=start,
            now=now,
        )
    feature_map_draw(now=now)
    newest = ModelVersion.objects.first()
    assert newest is not None
    return newest


def _installed() -> ModelVersion:
    version = version_install()
    assert version is not None
    return version


def _began(at: datetime) -> None:
    """Has what came with the site be live since before the first demo drawing.

    What somebody promoted since has its time, and so has what it followed.
    """
    if Promotion.objects.exclude(kind=Promotion.Kind.INSTALL).exists():
        return
    installed = Promotion.objects.filter(at__gt=at)
    ModelVersion.objects.filter(promotions__in=installed, created_at__gt=at).update(created_at=at)
    installed.update(at=at)
