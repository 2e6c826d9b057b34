"""`manage.py up`, which `make run` starts: the whole site in one terminal."""

from __future__ import annotations

import errno
import fcntl
import http.client
import os
import secrets
import socket
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from digitsite import broker
from digitsite.gateway.connections import CONNECTIONS
from digitsite.http.machines import allowed_host
from digitsite.processes.supervisor import Service, Supervisor, say
from digitsite.statics import static_build
from digitsite.storage import disk

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

# Of a request's head, and of an idle connection that waits for its next.
HEAD_MILLISECONDS = 10_000
# For requests in flight when told to stop; the supervisor's own limit is longer.
FINISH_SECONDS = 15
ANSWER_WITHIN = 60.0
# A port that a killed site held is free as soon as the kernel has taken its processes away.
FREE_WITHIN = 4.0
# The page comes first: worker and scheduler leave it the processor for a moment.
QUEUE_DELAY = 2.0


class Command(BaseCommand):
    """Prepares the site, starts its processes and waits for their end."""

    help = "Prepares and starts the web server, the worker and the scheduler."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        os.umask(0o077)  # what the site writes is its owner's alone; its processes inherit it
        with only_one(settings.VAR_DIR):
            refuse_taken(host, port)
            try:
                prepare()
            except KeyboardInterrupt:
                sys.exit(130)
            hint_at_names(host)
            threading.Thread(target=announce, args=(host, port), daemon=True).start()
            Supervisor(services(host, port), folder=settings.BASE_DIR).run()


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Keeps a second site out of the folder; raises `CommandError` where one is at work there.

    The lock is the kernel's and ends with this process, however that ends: no file
    is left that would have to be judged or removed.
    """
    with (folder / "up.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError(
                f"Another site is at work on {folder}. Stop it first, or give this one a "
                "folder of its own: make run VAR_DIR=..."
            ) from error
        yield


def refuse_taken(host: str, port: int) -> None:
    """Raises `CommandError` where the address cannot be listened on."""
    if not 0 < port < 65536:
        raise CommandError(f"PORT must lie between 1 and 65535, not {port}.")
    give_up = time.monotonic() + FREE_WITHIN
    while error := why_taken(host, port):
        if error.errno != errno.EADDRINUSE or time.monotonic() > give_up:
            raise CommandError(
                f"Cannot listen on {host}, port {port}: {error.strerror}. "
                "Another site may be running there; choose another with `make run PORT=8001`."
            ) from error
        time.sleep(0.1)


def why_taken(host: str, port: int) -> OSError | None:
    """What hinders a server from listening there, if anything."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            # As the servers do: a port is free while its old connections fade.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error
    return None


def prepare() -> None:
    """Brings database, model, first account and static files up to date."""
    broker.sweep()
    prepare_database()
    make_first_admin()
    if static_build.is_due():
        say("all", "Building the static files; this is only done when they have changed.")
        static_build.build()


def prepare_database() -> None:
    """Brings the tables up to date, and makes the shipped network live where none is yet."""
    disk.keep_reserve()
    call_command("migrate", interactive=False, verbosity=0)
    close_database_to_others()
    call_command("install_model", verbosity=0)


def close_database_to_others() -> None:
    """Takes from other users of the machine what earlier versions left open to be read."""
    if connection.vendor != "sqlite":
        return
    path = Path(connection.settings_dict["NAME"])
    for file in (path, *path.parent.glob(f"{path.name}-*")):  # its log and its index
        file.chmod(0o600)


@transaction.atomic
def make_first_admin() -> None:
    """Makes an account for the administration, and shows its password, where there is none.

    Shown before it is stored: who is killed in between is shown another next time, and
    no account is left whose password nobody has seen.
    """
    users = get_user_model().objects
    if users.exists():
        return
    password = secrets.token_urlsafe(12)
    users.create_superuser("admin", password=password)
    say("all", f"Made the account `admin` with the password {password}")
    say("all", "It is shown this once: keep it, or change it under /account/.")


def hint_at_names(host: str) -> None:
    """Prints a hint where the site listens to others but knows no name for them.

    Django would answer them with 400.
    """
    local = {"localhost", "127.0.0.1", "[::1]"}
    if host not in ("localhost", "127.0.0.1", "::1") and local.issuperset(settings.ALLOWED_HOSTS):
        say("all", f"Listening on {host}, but answering to local names only:")
        say("all", "put the names or addresses that people will open into ALLOWED_HOSTS.")


def services(host: str, port: int, queues: str = "") -> list[Service]:
    """The site's three processes: web server, worker (of all queues or some), scheduler."""
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "digitsite"]
    return [
        Service("web", web_command(host, port, settings.WEB_WORKERS)),
        Service("worker", [*celery, *worker_arguments(queues)], delay=QUEUE_DELAY),
        # Its one process is ours to watch: no file with its number is needed.
        Service("beat", [*celery, "beat", "--pidfile", ""], delay=QUEUE_DELAY),
    ]


def web_command(host: str, port: int, workers: int) -> list[str]:
    """The command that starts the web server, chosen here and nowhere else."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "asginl"),
        *("--host", host, "--port", str(port), "--http", "1", "--no-ws"),
        *("--workers", str(workers), "--workers-kill-timeout", str(FINISH_SECONDS)),
        *("--backlog", "1024", "--backpressure", str(CONNECTIONS)),
        *("--http1-header-read-timeout", str(HEAD_MILLISECONDS), "--respawn-failed-workers"),
        *("--log-level", "warning", "--no-access-log", "--no-reload"),
        "digitsite.asgi:application",
    ]


def worker_arguments(queues: str = "") -> list[str]:
    """The arguments of Celery's worker, of all queues or of some (with commas between)."""
    return [
        *("worker", "--queues", queues or ",".join(settings.QUEUES)),
        *("--concurrency", "1", "--pool", "prefork"),
        # Workers that greet each other leave queues behind, which the
        # file-system broker would go on filling.
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def announce(host: str, port: int) -> None:
    """Prints the site's address as soon as it answers there."""
    give_up = time.monotonic() + ANSWER_WITHIN
    while time.monotonic() < give_up:
        if answers(host, port):
            say("all", f"Ready: http://{spoken(host)}:{port}/  (Ctrl-C stops)")
            return
        time.sleep(0.1)
    say("all", f"No answer from the web server after {ANSWER_WITHIN:.0f} s.")


def answers(host: str, port: int) -> bool:
    """Whether the site answers with 200 there."""
    connection = http.client.HTTPConnection(reachable(host), port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": allowed_host()})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def reachable(host: str) -> str:
    """The host at which this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (compared only)


def spoken(host: str) -> str:
    """The host as it stands in an address, IPv6 in brackets."""
    host = reachable(host)
    return f"[{host}]" if ":" in host else host
