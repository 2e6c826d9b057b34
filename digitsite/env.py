"""The one reader of the environment: typed, and loud about nonsense.

Every setting that a deployment may change is read here and nowhere else, so
the table in README.md and this module can be held against each other.
"""

from __future__ import annotations

import math
import os
import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def flag(name: str, default: bool) -> bool:
    """Yes or no. The library's own reader takes every word it does not know for no."""
    value: str = env.str(name, default=str(default)).strip().lower()
    if value in ("true", "yes", "on", "1"):
        return True
    if value in ("false", "no", "off", "0"):
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")


def positive(name: str, default: float) -> float:
    """A finite number above zero."""
    # Not the library's reader, which drops the letters it does not expect: of
    # "1e-3" it leaves "1-3".
    given: str = env.str(name, default=str(default))
    try:
        value = float(given)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a number, not {given!r}.") from error
    if not 0 < value < math.inf:
        raise ImproperlyConfigured(f"{name} must be above zero and finite, not {given}.")
    return value


def count(name: str, default: int, *, least: int = 0) -> int:
    """A whole number of at least `least`."""
    given: str = env.str(name, default=str(default))
    try:
        value = int(given)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {given!r}.") from error
    if value < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}, not {value}.")
    return value


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """One word out of a fixed set."""
    value: str = env.str(name, default=default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def secret_key(path: Path) -> str:
    """`SECRET_KEY` from the environment, else one made once and kept in `path`.

    A teacher's first `make run` must not ask for a key, and a restart must not
    log everybody out; so the key is made at random and kept, readable by its
    owner only.
    """
    # Read past the library, to which a key that begins with $ names another variable.
    given = os.environ.get("SECRET_KEY", "")
    if given:
        return given
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    candidate = path.with_suffix(f".{secrets.token_hex(4)}")
    candidate.touch(mode=0o600)
    candidate.write_text(secrets.token_urlsafe(64))
    try:
        # A hard link fails if another process was first, so that all agree.
        path.hardlink_to(candidate)
    except FileExistsError:
        pass
    finally:
        candidate.unlink()
    return path.read_text().strip()
