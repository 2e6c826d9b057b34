"""Addresses for machines that watch the site: liveness, readiness, metrics."""

from __future__ import annotations

import hmac

from celery import current_app
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from digitsite.broker import damaged_count
from digitsite.models import Notice
from digitsite.monitoring import readiness
from digitsite.monitoring.metrics import PROCESS
from digitsite.storage import disk
from recognizer import monitoring
from recognizer.serving import registry


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Liveness: 200 while this process answers, whatever else is down."""
    return HttpResponse("ok", content_type="text/plain")


# The site answers without a broker (runs wait in their rows), not without the others.


@readiness.register("database", needed=True)
def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


@readiness.register("broker", needed=False)
def _broker() -> str:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
    if count := damaged_count():
        return f"answers; damaged files set aside: {count}"
    return "ok"


@readiness.register("model", needed=True)
def _model() -> str:
    live = registry.live()
    if registry.failure() is not None:  # why is in the log, and not for everybody
        return f"version {live.number} answers; the newest promoted cannot be loaded"
    return "ok"


@readiness.register("disk", needed=True)
def _disk() -> str:
    if disk.is_low():
        megabytes = disk.free_bytes() // settings.MEGABYTE
        raise readiness.NotReady(
            f"only {megabytes} MB are free, so nothing is stored (DISK_FLOOR_MB)"
        )
    return "ok"


@readiness.register("notices", needed=False)
def _notices() -> str:
    count = Notice.objects.undelivered().count()
    return f"not delivered: {count}" if count else "ok"


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Readiness: 200 while drawings can be predicted and stored, else 503, with each check."""
    ready, report = readiness.report()
    return JsonResponse({"ready": ready, **report}, status=200 if ready else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics, for staff or for the bearer of `METRICS_TOKEN`."""
    if not _may_scrape(request):
        return HttpResponseForbidden("Send METRICS_TOKEN as a bearer token, or log in as staff.")
    collectors = CollectorRegistry()
    for collector in monitoring.COLLECTORS:
        collectors.register(collector)
    content = generate_latest(collectors) + generate_latest(PROCESS)
    return HttpResponse(content, content_type=CONTENT_TYPE_LATEST)


def _may_scrape(request: HttpRequest) -> bool:
    expected = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    if settings.METRICS_TOKEN and hmac.compare_digest(given.encode(), expected.encode()):
        return True
    return bool(request.user.is_authenticated and request.user.is_staff)
