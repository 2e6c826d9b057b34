"""Every request has an id, told in the answer and in every line of the log about it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from digitsite.monitoring import request_id

# One line a request; `LOGGING` lets it through where logs are read by machines.
logger = logging.getLogger(__name__)


def request_ids(
    answer: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that takes a request's id from its `X-Request-Id`, or makes one."""

    def with_id(request: HttpRequest) -> HttpResponseBase:
        name = request_id.accepted(request.headers.get(request_id.HEADER))
        begun = time.perf_counter()
        with request_id.known_as(name):
            response = answer(request)
            response.headers[request_id.HEADER] = name
            facts = {
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "milliseconds": round(1000 * (time.perf_counter() - begun), 1),
            }
            logger.info("%(method)s %(path)s %(status)s", facts, extra=facts)
        return response

    return with_id
