"""What `/readyz` asks: each app registers its own checks, as it does Django's system checks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

logger = logging.getLogger(__name__)

# "ok", or in words what is not as it should be.
Check = Callable[[], str]
F = TypeVar("F", bound=Check)


class NotReady(Exception):
    """What a check raises whose words may be told to everybody."""


@dataclass(frozen=True, slots=True)
class _Registered:
    check: Check
    needed: bool


_registered: dict[str, _Registered] = {}


def register(name: str, *, needed: bool) -> Callable[[F], F]:
    """Decorates a check. The site is ready while none fails that is `needed`.

    A check fails by raising: `NotReady` with words for everybody, or anything else, whose
    words are for the log.
    """

    def registered(check: F) -> F:
        _registered[name] = _Registered(check, needed)
        return check

    return registered


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check says, whether the site needs it, and whether it failed."""

    name: str
    said: str
    needed: bool
    failed: bool = False


def report() -> tuple[bool, dict[str, str]]:
    """Whether the site is ready, and each check's words."""
    found = answers()
    ready = not any(each.failed and each.needed for each in found)
    return ready, {each.name: each.said for each in found}


def answers() -> list[Answer]:
    """What every check says."""
    return [_answer(name, each) for name, each in _registered.items()]


def _answer(name: str, each: _Registered) -> Answer:
    try:
        return Answer(name, each.check(), each.needed)
    except Exception as error:  # noqa: BLE001  (whatever is wrong, it is not ready)
        logger.warning("%s is not ready: %s", name, error)
        said = str(error) if isinstance(error, NotReady) else "failed"
        return Answer(name, said, each.needed, failed=True)
