"""The whole of compose.yaml without containers: its processes, by its settings, on one machine."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import requests
import yaml
from pytest_redis.executor.process import RedisExecutor

from tests import ROOT
from tests.support import buckets, caddy, servers
from tests.support.buckets import Bucket
from tests.support.proxy import Proxy, before_bucket
from tests.support.servers import Postgres, free_port
from tests.support.site import PREPARE, Client, Site, wait_for, with_static_files

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
HOSTS = {"web-1": "127.0.0.1", "web-2": "127.0.0.2"}
# What deploy/compose.env asks for.
FILLED_IN = {
    "SITE_HOST": "localhost",
    "SECRET_KEY": "only-for-tests-and-long-enough-to-satisfy-every-check-of-django",
    "POSTGRES_PASSWORD": "postgres",
    "METRICS_TOKEN": "for-prometheus",
    "S3_SECRET_KEY": "only-for-tests",
}

SILENCE = """
from datetime import timedelta
from django.db.models import F
from training.models import TrainingRun
TrainingRun.objects.update(heartbeat_at=F("heartbeat_at") - timedelta(hours=1))
"""


def settings_of(service: str, addresses: dict[str, str]) -> dict[str, str]:
    """A service's environment in compose.yaml, filled in, with this machine's addresses."""
    told = dict(COMPOSE["services"][service]["environment"])
    filled = {
        name: re.sub(r"\$\{(\w+)(:-)?([^}]*)\}", _filled_in, value) for name, value in told.items()
    }
    return {**filled, **{name: value for name, value in addresses.items() if name in filled}}


def _filled_in(found: re.Match[str]) -> str:
    """What stands for `${NAME:-default}`, or for `${NAME:?why it must be there}`."""
    name, has_default, default = found.groups()
    return FILLED_IN.get(name, default) if has_default else FILLED_IN[name]


class Cluster:
    """Two web processes behind Caddy, a worker, the scheduler, and the servers that they need."""

    def __init__(
        self,
        folder: Path,
        database: Postgres,
        redis: RedisExecutor,
        bucket: Bucket,
        between: Proxy,
    ) -> None:
        self.database, self.redis, self.bucket = database, redis, bucket
        self.between = between  # web processes and the bucket
        self.port = free_port()
        self.addresses = {
            "DATABASE_URL": database.address,
            "REDIS_URL": servers.redis_address(redis),
            "S3_BUCKET": bucket.name,
            "S3_ENDPOINT": between.url,
        }
        common = settings_of("worker", self.addresses)
        more = {**with_static_files(), "THROTTLE_PREDICT": "0"}  # as an image has them
        self.site = Site(folder, **common, **more, TEST_SILENT_SECONDS="15")
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.proxy: caddy.Proxy | None = None  # before the web processes

    def prepare(self) -> None:
        """As the service `prepare` does, and with an admin."""
        [python, *command] = COMPOSE["services"]["prepare"]["command"]
        assert (python, command[0]) == ("python", "manage.py")
        self.site.manage(*command[1:])
        said = self.site.manage("shell", "--no-imports", "--command", PREPARE)
        self.site.token = said.split()[-1]

    def start(self, name: str) -> None:
        """A part by its name, with a `VAR_DIR` of its own, as a container has."""
        service = "web" if name in HOSTS else name
        arguments = {
            "web": ["web", "--host", HOSTS.get(name, ""), "--port", str(self.port)],
            "worker": ["worker"],
            "scheduler": ["beat"],
        }[service]
        own = {"VAR_DIR": str(self.site.folder / name), **settings_of(service, self.addresses)}
        self.processes[name] = self.site.serve(name, *arguments, **own)

    def kill(self, name: str) -> None:
        """SIGKILL for a process and all that it started."""
        self.site.kill(self.processes[name])

    def silence(self) -> None:
        """Makes the run at work look as if its worker had not been heard of for an hour."""
        self.site.manage("shell", "--no-imports", "--command", SILENCE)

    def is_ready(self, name: str) -> bool:
        """Whether a web process says of itself that it is ready."""
        try:
            return requests.get(f"http://{HOSTS[name]}:{self.port}/readyz", timeout=5).ok
        except requests.RequestException:
            return False

    def wait_until_ready(self) -> None:
        for name in HOSTS:
            why = f"{name} is ready"
            wait_for(lambda name=name: self.is_ready(name), seconds=90, why=why)

    def client(self, token: str = "") -> Client:
        """Somebody's HTTP client, by way of the proxy."""
        assert self.proxy is not None
        client = Client(self.site, token)
        client.session.verify = self.proxy.certificate
        client.session.trust_env = False
        return client


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """All parts, once they are ready."""
    with ExitStack() as stack:
        database = stack.enter_context(servers.postgres())
        redis = stack.enter_context(servers.redis_server())
        store = stack.enter_context(buckets.store())
        between = stack.enter_context(before_bucket(store))
        bucket = buckets.made(store, "digits")
        cluster = Cluster(folder, database, redis, bucket, between)
        stack.callback(lambda: [cluster.site.kill(each) for each in cluster.site.processes])
        cluster.prepare()
        for name in (*HOSTS, "worker", "scheduler"):
            cluster.start(name)
        cluster.wait_until_ready()
        proxied = caddy.before(cluster.port, list(HOSTS.values()), folder / "proxy")
        cluster.proxy = stack.enter_context(proxied)
        cluster.site.address = cluster.proxy.url
        yield cluster
