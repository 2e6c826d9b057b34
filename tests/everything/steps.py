"""What is checked, by which command, and in which surroundings."""

from __future__ import annotations

import secrets
import sys
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests import services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

ROOT = Path(__file__).resolve().parent.parent.parent

# As a deployment behind TLS would set them; `check --deploy` must find nothing.
PRODUCTION = {
    "HTTPS": "true",
    "DEBUG": "false",
    "ALLOWED_HOSTS": "digits.example.org",
    "SECRET_KEY": secrets.token_urlsafe(64),
}


@dataclass(frozen=True)
class Step:
    """One command. `around` opens what it needs and yields its environment."""

    name: str
    command: list[str]
    need: str = ""
    around: Callable[[], AbstractContextManager[dict[str, str]]] = field(
        default=lambda: nullcontext({})
    )


@contextmanager
def on_postgres() -> Iterator[dict[str, str]]:
    with services.postgres_server() as address:
        yield {"DATABASE_URL": address}


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def manage(*arguments: str) -> list[str]:
    return python("manage.py", *arguments)


def tests(markers: str) -> list[str]:
    return python("-m", "pytest", "-m", markers)


def javascript() -> list[str]:
    """Each file by name: Node's versions disagree on what a folder means."""
    files = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("tests/js/**/*.test.*js"))
    return [services.find_node() or "node", "--test", "--test-reporter=spec", *files]


def steps() -> list[Step]:
    return [
        Step("style", python("-m", "ruff", "check", ".")),
        Step("format", python("-m", "ruff", "format", "--check", ".")),
        Step("types", python("-m", "mypy", "digitsite", "recognizer", "training")),
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
        Step("python", tests("not (browser or redis or postgres)")),
        Step("browser", tests("browser"), need="browser"),
        Step(
            "postgres",
            tests("postgres or not (browser or redis or slow)"),
            need="postgres",
            around=on_postgres,
        ),
        Step("redis", tests("redis and not (browser or postgres)"), need="redis"),
    ]
