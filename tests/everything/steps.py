"""What is checked, by which command, and in which surroundings."""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support import marked, servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager


# As a deployment behind TLS would set them; `check --deploy` must find nothing.
PRODUCTION = {
    "HTTPS": "true",
    "DEBUG": "false",
    "ALLOWED_HOSTS": "digits.example.org",
    "SECRET_KEY": secrets.token_urlsafe(64),
}


# As many tests of a step at once; more would need more memory than such a machine may have.
CORES = min(os.cpu_count() or 1, 4)


@dataclass(frozen=True)
class Step:
    """One command, which keeps about as many cores busy as it has `processes`.

    `around` opens what it needs and yields its environment. One that runs `when_named` is a part of
    another.
    """

    name: str
    command: list[str]
    processes: int = 1
    need: str = ""
    when_named: bool = False  # and not as one of all
    around: Callable[[], AbstractContextManager[dict[str, str]]] = field(
        default=lambda: nullcontext({})
    )


@contextmanager
def on_postgres() -> Iterator[dict[str, str]]:
    with servers.postgres_server() as address:
        yield {"DATABASE_URL": address}


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def manage(*arguments: str) -> list[str]:
    return python("manage.py", *arguments)


def pytest(name: str, markers: str, *, only: str = "", processes: int = CORES, **more: Any) -> Step:
    """Spread over as many processes, as `tests.support.spread` says; where each test has the
    marker `only`, of the files that name it.

    What fails has a second try, and is named: on a machine that checks everything at once, real
    servers and browsers wait for one another. What is wrong fails twice.
    """
    slowest = ("--durations", "25", "--durations-min", "4")
    again = ("--reruns", "1", "--reruns-delay", "2", "-rfER")
    spread = ("--numprocesses", str(processes)) if processes > 1 else ()
    options = (*spread, *again, *slowest, *(marked.files(only) if only else ()))
    return Step(name, python("-m", "pytest", "-m", markers, *options), processes=processes, **more)


def javascript() -> list[str]:
    return [servers.find_node() or "node", "--test", "--test-reporter=spec", "tests/js/all.js"]


def biome() -> list[str]:
    """By Node's own name: npm's link to Biome finds Node on the path alone."""
    program = "node_modules/@biomejs/biome/bin/biome"
    return [servers.find_node() or "node", program, "ci", "--error-on-warnings"]


def layers() -> list[str]:
    """By the program's own name: import-linter is no module that Python could run."""
    program = Path(sys.executable).with_name("lint-imports")
    return [str(program), "--no-cache", "--no-logo"]


def deptry(*arguments: str) -> list[str]:
    return python("-m", "deptry", ".", *arguments)


def typescript() -> list[str]:
    """Checks the JSDoc types of what pages and workers run; nothing is compiled."""
    program = "node_modules/typescript/bin/tsc"
    projects = ["tsconfig.json", "tsconfig.worker.json"]
    return [servers.find_node() or "node", program, "--build", *projects]


def steps() -> list[Step]:
    """In the order in which they begin: the longest first, the small ones beside them."""
    return [
        pytest("slow", "slow and not (browser or redis or postgres)", only="slow"),
        pytest("browser", "browser and not nginx", only="browser", need="browser"),
        # In one process, for which there is room beside two large steps from the beginning.
        pytest(
            "postgres",
            "postgres or dialect and not (slow or browser or redis)",
            processes=1,
            need="postgres",
            around=on_postgres,
        ),
        pytest("python", "not (slow or browser or redis or postgres)"),
        # What needs no rows; of what does, whether it works at all.
        pytest(
            "quick",
            "not (slow or long or browser or redis or postgres) and (works or not database)",
            processes=CORES + 1,  # each has much to import, and Node's twins to wait for
            when_named=True,
        ),
        # Its tests wait more than they work: they go beside others.
        pytest(
            "redis", "redis and not (browser or postgres)", only="redis", processes=1, need="redis"
        ),
        pytest("proxy", "nginx", only="nginx", processes=1, need="nginx"),
        Step("style", python("-m", "ruff", "check", ".")),
        Step("biome", biome(), need="javascript"),
        Step("format", python("-m", "ruff", "format", "--check", ".")),
        Step("types", python("-m", "mypy", "digitsite", "recognizer", "training")),
        Step("js-types", typescript(), need="javascript"),
        Step("layers", layers()),
        # The site with what it is installed with, and then everything.
        Step("requirements", deptry("--extend-exclude", "tests|benchmarks")),
        Step("dependencies", deptry("--requirements-files", "requirements-dev.txt")),
        Step("migrations", manage("makemigrations", "--check", "--dry-run")),
        Step(
            "deployment",
            manage("check", "--deploy", "--fail-level", "WARNING"),
            around=lambda: nullcontext(PRODUCTION),
        ),
        Step(
            "schema",
            manage("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null"),
        ),
        Step("javascript", javascript(), need="javascript"),
    ]
