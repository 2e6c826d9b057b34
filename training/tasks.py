"""The tasks of the queue: a message carries an id and is a hint; services decide."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone
from kombu.exceptions import OperationalError

from recognizer.monitoring import BY_REVIEW
from recognizer.services import versions
from training import feature_map, services
from training.selectors import corrections, material, mistakes, pairs

logger = logging.getLogger(__name__)


@shared_task(name="training.tasks.run_execute")
def run_execute(run_id: int) -> None:
    """Executes a run, if it still waits for a worker."""
    # TensorFlow is loaded here, in the worker's child, never in its parent: a
    # process forked after that would hang. It also keeps it out of web processes.
    from training.runs import pipeline

    try:
        pipeline.execute(run_id=run_id)
    except SystemExit:
        # The run is back in its row; ending this process is its parent's business.
        logger.info("Run %s waits for the next worker: this one was told to stop.", run_id)


@shared_task(name="training.tasks.runs_heal")
def runs_recover() -> list[str]:
    """Queues lost runs again, or fails them; returns what was done, in sentences.

    The scheduler sends it every half minute and lets it expire as soon: that it has come
    says that queue and worker work.
    """
    services.message_arrived(now=timezone.now())
    return services.runs_recover(now=timezone.now())


@shared_task(name="training.tasks.retrain_by_count")
def retrain_by_count() -> str:
    """Starts a run once enough drawings have been accepted; returns the decision."""
    return str(services.retrain_by_count(now=timezone.now()))


@shared_task(name="training.tasks.retrain_by_schedule")
def retrain_by_schedule() -> str:
    """Starts a run, at the times of `RETRAIN_CRON`, if drawings are new; returns the decision."""
    return str(services.retrain_by_schedule(now=timezone.now()))


@shared_task(name="training.tasks.shipped_offer")
def shipped_offer() -> None:
    """Registers a newly shipped network as a candidate, if this site has another live."""
    if not versions.shipped_is_new():
        return
    from training.runs import shipped  # loads TensorFlow, as a run does

    shipped.shipped_offer()


@shared_task(name="training.tasks.feature_map_draw")
def feature_map_draw() -> str:
    """Draws the map of features of the live version; returns what was drawn."""
    drawn = feature_map.feature_map_draw(now=timezone.now())
    return f"{len(drawn.points)} drawings" if drawn else "nothing to map"


@shared_task(name="training.tasks.tables_count")
def tables_count() -> None:
    """Counts ahead, for the cache that all processes share, what would keep a page waiting."""
    for counted in (material.TRAINABLE, mistakes.ACCEPTED, corrections.BEFORE, BY_REVIEW):
        counted.make_ahead()
    pairs.movers_ahead()


@shared_task(name="training.tasks.shards_sweep")
def shards_sweep() -> str:
    """Writes shards anew that hold deleted drawings; returns how many."""
    # PyArrow is loaded here, and by no web process, which has none.
    from training.data import shards

    return f"{shards.shards_sweep(now=timezone.now())} shards were written anew"


@worker_ready.connect
def look_for_work(**kwargs: Any) -> None:
    """Has a worker that starts recover the runs that wait or were lost, and judge what is new."""
    try:
        runs_recover.delay()
        shipped_offer.delay()
    except (OperationalError, OSError) as error:
        logger.warning("The broker cannot be reached: %s", error)
