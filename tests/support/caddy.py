"""The proxy of a deployment, by its own file of settings, before web processes of a test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from tests import ROOT
from tests.support import name_server
from tests.support.name_server import NameServer
from tests.support.servers import free_port
from tests.support.site import wait_for

CADDYFILE = ROOT / "deploy/Caddyfile"


class Proxy:
    """A Caddy at `url`, whose certificate is trusted with `certificate`; `names` may be changed."""

    def __init__(self, folder: Path, names: NameServer, port: int) -> None:
        self.names = names
        self.tls_port = free_port()
        self.plain_port = free_port()
        self.url = f"https://localhost:{self.tls_port}"
        self.certificate = str(folder / "caddy/pki/authorities/local/root.crt")
        self.environment = {
            "SITE_HOST": "localhost",
            "HTTP_PORT": str(self.plain_port),
            "HTTPS_PORT": str(self.tls_port),
            "WEB_PORT": str(port),
            "WEB_RESOLVER": names.address,
            "XDG_DATA_HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder),
            "HOME": str(folder),
        }

    def answers(self) -> bool:
        with suppress(OSError):  # requests' errors are some; so is a certificate not yet made
            return requests.get(f"{self.url}/", verify=self.certificate, timeout=5).ok
        return False


@contextmanager
def before(port: int, addresses: list[str], folder: Path) -> Iterator[Proxy]:
    """A proxy before the web processes at this port of these addresses, once it answers."""
    program = str(Path(sys.executable).with_name("caddy"))
    with name_server.knowing(addresses) as names:
        proxy = Proxy(folder, names, port)
        with (folder / "caddy.log").open("wb") as log:
            process = subprocess.Popen(
                [program, "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"],
                env=proxy.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_for(proxy.answers, seconds=60, why="the proxy answers over TLS")
            yield proxy
        finally:
            process.terminate()
            process.wait(20)
