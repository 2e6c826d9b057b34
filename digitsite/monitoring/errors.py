"""Errors told to Sentry, or to what speaks as it does: where in the code, and of nobody.

Sentry's own client collects what may help: the request with its address, cookies and body, the
variables of each frame, the steps before. Drawings, secrets in addresses and names would be among
them, so of all that nothing is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digitsite.monitoring import request_id

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

# Of an event: where it happened, what it is, and by whose code.
KEPT = (
    "event_id",
    "timestamp",
    "level",
    "platform",
    "logger",
    "logentry",
    "exception",
    "transaction",
    "release",
    "environment",
    "sdk",
    "tags",
)


def report_errors(dsn: str) -> None:
    """Has errors of this process, and of those it forks, sent to the address from now on."""
    import sentry_sdk
    from sentry_sdk.integrations.celery import CeleryIntegration
    from sentry_sdk.integrations.django import DjangoIntegration

    sentry_sdk.init(
        dsn=dsn,
        before_send=_bare,
        # Not what else it finds installed: it would patch clients of Redis and S3 for nothing.
        auto_enabling_integrations=False,
        integrations=[DjangoIntegration(), CeleryIntegration()],
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        # No more than errors: how long what takes is told by `/metrics`.
        traces_sample_rate=None,
    )


def _bare(event: Event, hint: Hint) -> Event:
    """An event without what is somebody's; with the id by which the log has its request."""
    kept: dict[str, Any] = {name: event[name] for name in KEPT if name in event}
    if "logentry" in kept:
        # The text before its values were put in.
        kept["logentry"] = {"message": str(kept["logentry"].get("message", ""))}
    for each in kept.get("exception", {}).get("values", []):
        # A database tells of the row on further lines.
        each["value"] = str(each.get("value") or "").partition("\n")[0]
    if known := request_id.current():
        kept["tags"] = {**kept.get("tags", {}), "request_id": known}
    return kept
