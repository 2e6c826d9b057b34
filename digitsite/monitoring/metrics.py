"""This process's own metrics for Prometheus, of the site as a whole; an app adds its own."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

PROCESS = CollectorRegistry()
REFUSED = Counter(
    "digits_refused", "Requests that the gateway refused.", ["reason"], registry=PROCESS
)
# Of the first part of an address; what has none of these is a public page.
KINDS = {"api": "api", "static": "static", "models": "static", "studio": "staff", "admin": "staff"}
REQUESTS = Histogram(
    "digits_request_seconds",
    "From a request whose last byte has arrived to its whole answer, by kind and status.",
    ["kind", "status"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
    registry=PROCESS,
)


def request_answered(path: str, status: int, seconds: float) -> None:
    """Counts one request by the kind of its address and the hundred of its status."""
    kind = KINDS.get(path.strip("/").partition("/")[0], "page")
    REQUESTS.labels(kind, f"{status // 100}xx").observe(seconds)
