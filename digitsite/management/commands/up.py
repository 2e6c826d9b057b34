"""The whole site in one terminal: what `make run` starts."""

from __future__ import annotations

import http.client
import secrets
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from digitsite import static_build
from digitsite.supervisor import Service, Supervisor, say
from recognizer.models import ModelVersion

if TYPE_CHECKING:
    from argparse import ArgumentParser

BLOCKING_THREADS = 4
ANSWER_WITHIN = 60.0
# The page comes first: worker and scheduler leave it the processor for a moment.
QUEUE_DELAY = 2.0


class Command(BaseCommand):
    help = "Prepares and starts the web server, the worker and the scheduler."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        refuse_taken(host, port)
        try:
            prepare()
        except KeyboardInterrupt:
            sys.exit(130)
        hint_at_names(host)
        threading.Thread(target=announce, args=(host, port), daemon=True).start()
        sys.exit(Supervisor(services(host, port), folder=settings.BASE_DIR).run())


def refuse_taken(host: str, port: int) -> None:
    """Raises `CommandError` where the address cannot be listened on."""
    if not 0 < port < 65536:
        raise CommandError(f"PORT must lie between 1 and 65535, not {port}.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            # As the servers do: a port is free while its old connections fade.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise CommandError(
            f"Cannot listen on {host}, port {port}: {error.strerror}. "
            "Another site may be running there; choose another with `make run PORT=8001`."
        ) from error


def prepare() -> None:
    """Brings database, model, first account and static files up to date."""
    call_command("migrate", interactive=False, verbosity=0)
    if ModelVersion.objects.live() is None:
        call_command("install_model")
    make_first_admin()
    if static_build.is_due():
        say("all", "Building the static files; this is only done when they have changed.")
        static_build.build()


def make_first_admin() -> None:
    """On the very first run, so that somebody can log in at all."""
    users = get_user_model().objects
    if users.exists():
        return
    password = secrets.token_urlsafe(12)
    users.create_superuser("admin", password=password)
    say("all", f"Made the account `admin` with the password {password}")
    say("all", "It is shown this once: keep it, or change it under /admin/.")


def hint_at_names(host: str) -> None:
    """Who opens the site to others must also name it, or Django answers them 400."""
    local = {"localhost", "127.0.0.1", "[::1]"}
    if host not in ("localhost", "127.0.0.1", "::1") and local.issuperset(settings.ALLOWED_HOSTS):
        say("all", f"Listening on {host}, but answering to local names only:")
        say("all", "put the names or addresses that people will open into ALLOWED_HOSTS.")


def services(host: str, port: int) -> list[Service]:
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "digitsite"]
    return [
        Service("web", web_command(host, port, settings.WEB_WORKERS), vital=True),
        Service("worker", [*celery, *worker_arguments()], delay=QUEUE_DELAY),
        # Its one process is ours to watch: no file with its number is needed.
        Service(
            "beat", [*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""], delay=QUEUE_DELAY
        ),
    ]


def web_command(host: str, port: int, workers: int) -> list[str]:
    """The one place that chooses the web server."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi"),
        *("--host", host, "--port", str(port), "--http", "1", "--no-ws"),
        *("--workers", str(workers), "--blocking-threads", str(BLOCKING_THREADS)),
        *("--workers-kill-timeout", "5", "--respawn-failed-workers"),
        *("--log-level", "warning", "--no-access-log", "--no-reload"),
        "digitsite.wsgi:application",
    ]


def worker_arguments() -> list[str]:
    return [
        *("worker", "--queues", "training,maintenance"),
        *("--concurrency", "1", "--pool", "prefork", "--loglevel", "WARNING"),
        # Workers that greet each other leave queues behind, which the
        # file-system broker would go on filling.
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def announce(host: str, port: int) -> None:
    """Says the address as soon as the site answers there."""
    give_up = time.monotonic() + ANSWER_WITHIN
    while time.monotonic() < give_up:
        if answers(host, port):
            say("all", f"Ready: http://{spoken(host)}:{port}/  (Ctrl-C stops)")
            return
        time.sleep(0.1)
    say("all", f"No answer from the web server after {ANSWER_WITHIN:.0f} s.")


def answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(reachable(host), port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": allowed_host()})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def reachable(host: str) -> str:
    """Where a server that listens on `host` can be asked from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (compared only)


def spoken(host: str) -> str:
    host = reachable(host)
    return f"[{host}]" if ":" in host else host


def allowed_host() -> str:
    """A name that the site answers to, whatever address it is asked at."""
    name: str = next(iter(settings.ALLOWED_HOSTS), "localhost")
    return "localhost" if name == "*" else name.removeprefix(".")
