"""Errors are told to a real receiver: what went wrong and where, and nothing of whom."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import brotli

from tests import ROOT
from tests.support.receiver import receiver

# A request that names somebody in each of its parts, and fails with the name in a variable.
SCRIPT = """
import logging
import django
django.setup()
from django.test import Client
from recognizer.web import pages
import sentry_sdk

def fail(request, *args, **kwargs):
    secret_variable = "ann-in-a-variable"
    raise RuntimeError("it went wrong\\nDETAIL: ann-in-a-row")

from django.urls import path
from digitsite import urls
urls.urlpatterns.insert(0, path("fail/<str:secret>/", fail))
client = Client(raise_request_exception=False)
client.cookies["contributor"] = "ann-in-a-cookie"
client.post("/fail/ann-in-a-path/?receipt=ann-in-a-query", {"name": "ann-in-a-body"},
            headers={"X-Request-Id": "request-1234", "Authorization": "Bearer ann-in-a-header"})
logging.getLogger("test").error("for %s", "ann-in-a-log")
sentry_sdk.flush(20)
"""


def test_an_error_arrives_without_whom_it_is_of(tmp_path: Path) -> None:
    with receiver() as there:
        told = {
            "SENTRY_DSN": there.address.replace("://", "://key@") + "1",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "VAR_DIR": str(tmp_path),
        }
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=ROOT,
            env={**os.environ, **told},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    sent = [brotli.decompress(body) for body in there.bodies]
    events = [
        json.loads(line)
        for body in sent
        for line in body.splitlines()
        if b'"event_id"' in line and b'"level"' in line
    ]
    [error] = [each for each in events if "exception" in each]
    [cause] = error["exception"]["values"]
    assert (cause["type"], cause["value"]) == ("RuntimeError", "it went wrong")
    assert cause["stacktrace"]["frames"][-1]["function"] == "fail"
    assert error["tags"]["request_id"] == "request-1234"
    assert "for %s" in [each.get("logentry", {}).get("message") for each in events]
    assert b"ann-in-a" not in b"".join(sent)
