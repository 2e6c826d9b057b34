"""A real nginx before a site."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.servers import find_nginx, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log stderr;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_max_body_size {limit};
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    location {location} {{
      proxy_pass {to};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }}
  }}
}}
"""


@contextmanager
def nginx_server(location: str, to: str, *, limit: str = "20m") -> Iterator[str]:
    """An nginx of its own before the server at `to`; yields the address of its `location`.

    As nginx has it: with a path in `to`, be it "/", that takes the location's place; without
    one requests are passed on as they come.
    """
    program = find_nginx()
    assert program, "ask `lacking` first"
    folder = Path(tempfile.mkdtemp(prefix="nginx-"))
    port = free_port()
    file = folder / "nginx.conf"
    file.write_text(NGINX.format(folder=folder, port=port, location=location, to=to, limit=limit))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-c", str(file), "-p", str(folder), "-e", "stderr"], stdout=log, stderr=log
        )
    try:
        _wait_for(port, process, folder / "log")
        yield f"http://127.0.0.1:{port}{location}"
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Returns once somebody listens there; raises `RuntimeError` with the log if nobody will."""
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(log.read_text())
