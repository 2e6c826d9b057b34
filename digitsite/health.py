"""For machines that watch the site: is it alive, can it answer, how much does it do."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from digitsite.celery import app
from recognizer import metrics as recognizer_metrics
from recognizer import registry

logger = logging.getLogger(__name__)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Liveness: this process answers. It looks at nothing else."""
    return HttpResponse("ok", content_type="text/plain")


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _broker() -> str:
    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
    return "ok"


def _model() -> str:
    live = registry.live()
    if registry.failure() is not None:  # why is in the log, and not for everybody
        return f"version {live.number} answers; the newest promoted cannot be loaded"
    return "ok"


# The site answers without a broker (runs wait in their rows), not without the others.
CHECKS: dict[str, tuple[Callable[[], str], bool]] = {
    "database": (_database, True),
    "model": (_model, True),
    "broker": (_broker, False),
}


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Readiness: 200 while predictions can be answered, with what is not well beside it."""
    report, ready = {}, True
    for name, (check, needed) in CHECKS.items():
        try:
            report[name] = check()
        except Exception as error:  # noqa: BLE001  (whatever is wrong, it is not ready)
            logger.warning("%s is not ready: %s", name, error)
            report[name] = "failed"
            ready = ready and not needed
    return JsonResponse({"ready": ready, **report}, status=200 if ready else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics, for staff or for the bearer of `METRICS_TOKEN`."""
    if not _may_scrape(request):
        return HttpResponseForbidden("Send METRICS_TOKEN as a bearer token, or log in as staff.")
    collectors = CollectorRegistry()
    collectors.register(recognizer_metrics.DatabaseCollector())
    content = generate_latest(collectors) + generate_latest(recognizer_metrics.PROCESS)
    return HttpResponse(content, content_type=CONTENT_TYPE_LATEST)


def _may_scrape(request: HttpRequest) -> bool:
    expected = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    if settings.METRICS_TOKEN and hmac.compare_digest(given.encode(), expected.encode()):
        return True
    return bool(request.user.is_authenticated and request.user.is_staff)
