#!/usr/bin/env python
"""How fast and how large: the site under its server, beside sites put together by hand.

Starts each server afresh on this machine, in turn, and asks it over loopback:

    .venv/bin/python -m benchmarks.site.serving [--seconds 8] [--rounds 3] [--by-hand PYTHON]

Prints a table and writes it to benchmarks/RESULTS.md. All serve the shipped
network, and all but Flask, which decodes a picture, normalise the same strokes
by the same functions. FastAPI, BentoML and LitServe need an interpreter with
benchmarks/requirements.txt installed. The client is one process that keeps its
connections open; it shares the machine's cores with the server, so figures are a
floor for all.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import io
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import psutil
from PIL import Image, ImageDraw

from benchmarks import ROOT
from benchmarks.common import results
from tests.support.servers import free_port

CLIENTS = 8
MIB = 1 << 20

# A 4 of two strokes, sampled as a tablet would: 40 points.
STROKES = [
    [[120 - 1.6 * i, 50 + 5 * i] for i in range(20)] + [[90 + 12 * i, 148] for i in range(10)],
    [[170, 60 + 18 * i] for i in range(10)],
]


@dataclass
class Subject:
    """A server to be measured: how it is started, where it answers, what it is sent."""

    name: str
    command: Callable[[int], list[str]]
    path: str
    body: bytes
    environment: dict[str, str]


@dataclass
class Figures:
    """A server's figures: seconds to its first answer, ms of one answer, processor ms that one
    costs the server with one client and with `CLIENTS`, requests a second with the latter,
    MiB resident."""

    first_answer: float
    p50: float
    p99: float
    processor_alone: float
    processor_many: float
    rate: float
    resident: float


def picture() -> str:
    """The digit of `STROKES` as a page with a canvas would send it: a PNG in base64."""
    image = Image.new("L", (280, 280), 255)
    for stroke in STROKES:
        ImageDraw.Draw(image).line([tuple(point) for point in stroke], fill=0, width=18)
    file = io.BytesIO()
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def granian(port: int, workers: int = 1) -> list[str]:
    """The command that `make run` starts the web server with."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitsite.settings")
    import django

    django.setup()
    from digitsite.management.commands.up import web_command

    return web_command("127.0.0.1", port, workers)


def by_hand(python: str) -> list[Subject]:
    """The same strokes and normalisation, LiteRT, one serving process each."""
    strokes = json.dumps({"strokes": STROKES, "canvas": [280, 280]}).encode()
    environment = {
        "MODEL": str(ROOT / "recognizer/shipped/model.tflite"),
        "BENTOML_DO_NOT_TRACK": "True",
    }
    commands: dict[str, Callable[[int], list[str]]] = {
        "FastAPI + LiteRT, uvicorn": lambda port: [
            python, "-m", "uvicorn", "--port", str(port), "--log-level", "warning",
            "--no-access-log", "benchmarks.site.fastapi_site:app",
        ],
        "BentoML + LiteRT": lambda port: [
            python, "-m", "bentoml", "serve", "--port", str(port),
            "benchmarks.site.bentoml_site:Digits",
        ],
        "LitServe + LiteRT": lambda port: [python, "-m", "benchmarks.site.litserve_site"],
    }  # fmt: skip
    return [
        Subject(name, command, "/predict", strokes, environment)
        for name, command in commands.items()
    ]


def subjects(folder: Path) -> list[Subject]:
    """The servers to be measured; ours keep their data in `folder`."""
    ours = {
        "VAR_DIR": str(folder),
        "SECRET_KEY": "a-key-for-the-benchmark-that-nobody-else-will-ever-use-anywhere",
        "THROTTLE_PREDICT": "1000000000",  # counted all the same
        "LOG_LEVEL": "WARNING",
    }
    strokes = json.dumps({"strokes": STROKES, "canvas": [280, 280]}).encode()
    python = sys.executable
    return [
        Subject(
            "ours, granian", granian, "/api/v1/predict/", strokes, ours
        ),
        Subject(
            "ours, granian, 2 processes", lambda port: granian(port, 2),
            "/api/v1/predict/", strokes, ours,
        ),
        Subject(
            "ours, gunicorn (4 threads)",
            lambda port: [
                python, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1",
                "--worker-class", "gthread", "--threads", "4", "--keep-alive", "30",
                "--log-level", "warning", "digitsite.wsgi:application",
            ],
            "/api/v1/predict/", strokes, ours,
        ),
        Subject(
            "Flask, keras predict()",
            lambda port: [python, "-m", "benchmarks.site.flask_site"],
            "/predict", json.dumps({"image": picture()}).encode(),
            {"MODEL": str(ROOT / "recognizer/shipped/model.keras"), "TF_CPP_MIN_LOG_LEVEL": "3"},
        ),
    ]  # fmt: skip


@contextmanager
def running(subject: Subject) -> Iterator[tuple[int, psutil.Process, float]]:
    """A running server: its port, its process, and the seconds to its first answer."""
    port = free_port()
    started = time.perf_counter()
    server = subprocess.Popen(
        subject.command(port),
        cwd=ROOT,
        env={**os.environ, **subject.environment, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not answers(port, subject):
            if time.perf_counter() - started > 120:
                raise SystemExit(f"{subject.name} does not answer.")
            time.sleep(0.01)
        yield port, psutil.Process(server.pid), time.perf_counter() - started
    finally:
        for child in psutil.Process(server.pid).children(recursive=True):
            child.kill()
        server.kill()
        server.wait()


def answers(port: int, subject: Subject) -> bool:
    try:
        ask(http.client.HTTPConnection("127.0.0.1", port, timeout=30), subject)
    except OSError:
        return False
    return True


def ask(connection: http.client.HTTPConnection, subject: Subject) -> None:
    """Sends one request and reads the answer; ends the program where that is not 200."""
    connection.request("POST", subject.path, subject.body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    content = response.read()
    if response.status != 200:
        raise SystemExit(f"{subject.name} answered {response.status}: {content[:300]!r}")


def load(port: int, subject: Subject, clients: int, seconds: float) -> tuple[list[float], float]:
    """All answers' ms, and requests a second, of clients that ask again once they are answered."""
    times: list[list[float]] = [[] for _ in range(clients)]
    begin = time.perf_counter()

    def client(mine: list[float]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (started := time.perf_counter()) < begin + seconds:
            ask(connection, subject)
            mine.append((time.perf_counter() - started) * 1000)

    threads = [threading.Thread(target=client, args=(mine,)) for mine in times]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    every = [value for mine in times for value in mine]
    return every, len(every) / (time.perf_counter() - begin)


def largest(process: psutil.Process) -> float:
    """Resident memory in MiB of the largest among the process and its children: it answers."""
    family = [process, *process.children(recursive=True)]
    return max(one.memory_info().rss for one in family) / MIB


def processor_ms(process: psutil.Process) -> float:
    """What the process and its children have taken of the processors so far, in ms."""
    times = [one.cpu_times() for one in [process, *process.children(recursive=True)]]
    return 1000 * sum(one.user + one.system for one in times)


def measure(subject: Subject, seconds: float) -> Figures:
    """One server's figures, measured for `seconds` with one client and for as long with all."""
    with running(subject) as (port, process, first_answer):
        load(port, subject, 1, 1.0)
        before = processor_ms(process)
        alone, _ = load(port, subject, 1, seconds)
        between = processor_ms(process)
        many, rate = load(port, subject, CLIENTS, seconds)
        return Figures(
            first_answer=first_answer,
            p50=statistics.median(alone),
            p99=statistics.quantiles(alone, n=100)[98] if len(alone) > 1 else alone[0],
            processor_alone=(between - before) / len(alone),
            processor_many=(processor_ms(process) - between) / len(many),
            rate=rate,
            resident=largest(process),
        )


def median(rounds: list[Figures]) -> Figures:
    """The median of each figure over the rounds."""
    return Figures(
        *(
            statistics.median(getattr(figures, name) for figures in rounds)
            for name in (field.name for field in fields(Figures))
        )
    )


def table(servers: dict[str, Figures]) -> str:
    """The table of all servers' figures."""
    base = next(figures for name, figures in servers.items() if name.startswith("Flask"))
    columns = [
        "server", "p50 ms, 1 client", "p99 ms", "processor ms a request, 1 client",
        f"the same, {CLIENTS} clients", f"requests/s, {CLIENTS} clients",
        "against Flask", "resident MiB", "start to first answer s",
    ]  # fmt: skip
    rows = [
        [
            name, f"{one.p50:.2f}", f"{one.p99:.2f}", f"{one.processor_alone:.2f}",
            f"{one.processor_many:.2f}", f"{one.rate:.0f}",
            f"{one.rate / base.rate:.1f}x", f"{one.resident:.0f}", f"{one.first_answer:.2f}",
        ]
        for name, one in servers.items()
    ]  # fmt: skip
    return results.table(columns, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--by-hand", metavar="PYTHON", help="with benchmarks/requirements.txt")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="serving-"))
    try:
        chosen = subjects(folder)
        if options.by_hand:
            chosen += by_hand(options.by_hand)
        for command in ("migrate", "install_model"):
            subprocess.run(
                [sys.executable, "manage.py", command],
                cwd=ROOT, env={**os.environ, **chosen[0].environment}, check=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        rounds: dict[str, list[Figures]] = {subject.name: [] for subject in chosen}
        for number in range(options.rounds):
            for subject in chosen:  # in turn, so that what else the machine does hits all
                print(f"round {number + 1}: {subject.name}", file=sys.stderr)
                rounds[subject.name].append(measure(subject, options.seconds))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    text = table({name: median(figures) for name, figures in rounds.items()})
    results.write(
        "serving",
        f"{text}\n\nMedians of {options.rounds} rounds, the servers in turn; one web process each "
        "where none is said (LitServe answers in one and reads in another), "
        "client and server on the same machine; processor ms are those of the server's processes. "
        f"The machine's load as it ended: {os.getloadavg()[0]:.1f}.",
    )


if __name__ == "__main__":
    main()
