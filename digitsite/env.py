"""The one reader of the environment: typed, and loud about nonsense.

Every setting that a deployment may change is read here and nowhere else, so that
docs/settings.md can be held against what was read, and what is misspelt be found.
"""

from __future__ import annotations

import base64
import difflib
import errno
import os
import re
import secrets
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DATABASES = ("postgresql", "postgres", "psql", "pgsql", "sqlite")
# Servers of e-mail by how they are spoken to, each with its usual port.
MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
# Of secrets that sign webhooks, as Standard Webhooks has them.
SIGNING_PREFIX, SIGNING_BYTES = "whsec_", 24
# From here on two names are taken for the same one; 1 would be letter by letter.
LIKENESS = 0.85


class Environment(environ.Env):  # type: ignore[misc]
    """Remembers what it is asked for: `defaults` has every setting's name with its default."""

    def __init__(self) -> None:
        super().__init__()
        self.defaults: dict[str, Any] = {}

    def get_value(self, var: str, *args: Any, **options: Any) -> Any:
        self.defaults[var] = options.get("default")
        return super().get_value(var, *args, **options)


env = Environment()


def misspelt(environment: Mapping[str, str]) -> dict[str, str]:
    """Names that are no setting but nearly one, each with the setting that was meant."""
    found = {}
    for name in sorted(set(environment) - set(env.defaults)):
        if meant := difflib.get_close_matches(name, env.defaults, n=1, cutoff=LIKENESS):
            found[name] = meant[0]
    return found


@contextmanager
def bad_settings_end_the_process() -> Iterator[None]:
    """Leaves of a setting that makes no sense its sentence alone, and exit status 1."""
    try:
        yield
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error


def flag(name: str, default: bool) -> bool:
    """Yes or no. The library's own reader takes every word it does not know for no."""
    value: str = env.str(name, default=str(default).lower()).strip().lower()
    if value in ("true", "yes", "on", "1"):
        return True
    if value in ("false", "no", "off", "0"):
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")


def share(name: str, default: float) -> float:
    """A number above 0, and at most 1."""
    # Not the library's reader, which drops the letters it does not expect: of
    # "1e-3" it leaves "1-3".
    given: str = env.str(name, default=str(default))
    try:
        value = float(given)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a number, not {given!r}.") from error
    if not 0 < value <= 1:
        raise ImproperlyConfigured(f"{name} must be above 0 and at most 1, not {given}.")
    return value


def count(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """A whole number of at least `least`, and at most `most` where that is given."""
    given: str = env.str(name, default=str(default))
    try:
        value = int(given)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {given!r}.") from error
    if value < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}, not {value}.")
    if most is not None and value > most:
        raise ImproperlyConfigured(f"{name} must be at most {most}, not {value}.")
    return value


def prefix(name: str) -> str:
    """The beginning of addresses' paths, such as /digits; "" for none."""
    given: str = env.str(name, default="")
    value = given.rstrip("/")
    if not re.fullmatch(r"(/[A-Za-z0-9_-][A-Za-z0-9._~-]*)*", value):
        raise ImproperlyConfigured(f"{name} must be a path such as /digits, not {given!r}.")
    return value


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """One word out of a fixed set."""
    value: str = env.str(name, default=default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def folder(name: str, default: Path) -> Path:
    """An absolute path to a folder that can be written to.

    Where it is missing it is made, for its owner alone.
    """
    path = Path(env.str(name, default=str(default))).resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name} is {path}, which is no folder and cannot be made: {error.strerror}."
        ) from error
    try:
        tempfile.TemporaryFile(dir=path).close()
    except OSError as error:
        # On a full disk the site reads on, and whoever owns drawings may delete them.
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise ImproperlyConfigured(
                f"{name} is {path}, which cannot be written to: {error.strerror}."
            ) from error
    return path


def database(name: str, default: str) -> dict[str, Any]:
    """An entry of Django's DATABASES from an address. What is refused is not repeated: it
    may hold a password."""
    scheme = env.str(name, default=default).partition(":")[0]
    if scheme not in DATABASES:
        raise ImproperlyConfigured(
            f"{name} must begin with postgresql:// or sqlite://, as in "
            "postgresql://user:password@host/name."
        )
    try:
        return dict(env.db_url(name, default=default))
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} has a port that is none; signs such as / and @ in a password are "
            "written as %2F and %40."
        ) from error


def origin(name: str) -> str:
    """The beginning of the site's own addresses, such as https://my.host; "" for none."""
    return _address(name, r"https?://[^/?#@\s]+", like="https://my.host")


def issuer(name: str) -> str:
    """The address of a provider of OpenID Connect, without the slash at its end; "" for none."""
    # Without TLS a provider may be on this machine alone, to try it.
    here = r"http://(localhost|127\.0\.0\.1)(:\d+)?(/[^?#@\s]*)?"
    return _address(name, rf"https://[^?#@\s]+|{here}", like="https://login.my.host")


def dsn(name: str) -> str:
    """An address to which errors are told, with its key; "" for none.

    What is refused is not repeated: it may hold a secret.
    """
    given: str = env.str(name, default="")
    if given and not re.fullmatch(r"https?://[^/@\s]+@[^@\s]+/\d+", given):
        raise ImproperlyConfigured(f"{name} must be like https://key@errors.my.host/1.")
    return given


def collector(name: str) -> str:
    """The address of a collector of traces, without the slash at its end; "" for none."""
    return _address(name, r"https?://[^/?#@\s]+(/[^?#@\s]*)?", like="http://collector:4318")


def _address(name: str, pattern: str, *, like: str) -> str:
    given: str = env.str(name, default="")
    value = given.rstrip("/")
    if value and not re.fullmatch(pattern, value):
        raise ImproperlyConfigured(f"{name} must be like {like}, not {given!r}.")
    return value


def pairs(name: str) -> dict[str, str]:
    """Names with values: name=value,name=value, with signs such as , written as %2C.

    What is refused is not repeated: it may hold a secret.
    """
    given: list[str] = env.list(name, default=[])
    found = [pair.partition("=") for pair in given]
    if not all(key.strip() and sign for key, sign, _value in found):
        raise ImproperlyConfigured(f"{name} must be like name=value,name=value.")
    return {key.strip().lower(): unquote(value.strip()) for key, _sign, value in found}


def webhooks(name: str, *, private: bool) -> list[str]:
    """Addresses that are sent JSON. What is refused is not repeated: it may hold a secret."""
    schemes = ("https", "http") if private else ("https",)
    given: list[str] = env.list(name, default=[])
    for number, address in enumerate(given, 1):
        try:
            parts = urlsplit(address)
            is_good = bool(parts.scheme in schemes and parts.hostname and parts.port != 0)
        except ValueError:
            is_good = False
        if not is_good or parts.username is not None or re.search(r"[\s\x00-\x1f]", address):
            raise ImproperlyConfigured(
                f"{name} has an address (number {number}) that is none, or has a user's name in it;"
                " it must begin with https://, and with NOTIFY_PRIVATE may begin with http://."
            )
    return given


def mailboxes(name: str) -> list[str]:
    """E-mail addresses."""
    given: list[str] = env.list(name, default=[])
    for address in given:
        try:
            validate_email(address)
        except ValidationError as error:
            raise ImproperlyConfigured(
                f"{name} has {address!r}, which is no e-mail address."
            ) from error
    return given


def signing_secrets(name: str) -> list[str]:
    """Secrets that sign webhooks: whsec_ and at least 24 bytes in base64, all of them at once."""
    given: list[str] = env.list(name, default=[])
    for number, secret in enumerate(given, 1):
        try:
            key = base64.b64decode(secret.removeprefix(SIGNING_PREFIX), validate=True)
        except ValueError:
            key = b""
        if not secret.startswith(SIGNING_PREFIX) or len(key) < SIGNING_BYTES:
            raise ImproperlyConfigured(
                f"{name} has a secret (number {number}) that is not whsec_ and at least "
                f"{SIGNING_BYTES} bytes in base64; `manage.py try_notices --new-secret` makes one."
            )
    return given


def mail_server(name: str) -> dict[str, Any]:
    """The server that takes e-mail, as Django's EMAIL_... settings without that beginning.

    What is refused is not repeated: it may hold a password.
    """
    given: str = env.str(name, default="")
    if not given:
        return {}
    try:
        parts = urlsplit(given)
        port = parts.port or MAIL_PORTS[parts.scheme]
    except (KeyError, ValueError) as error:
        raise ImproperlyConfigured(
            f"{name} must be like smtp+tls://user:password@mail.my.host:587; smtps:// is TLS from "
            "the first byte, smtp:// none. Signs such as / and @ in a password are written as %2F "
            "and %40."
        ) from error
    return {
        "HOST": parts.hostname or "localhost",
        "PORT": port,
        "HOST_USER": unquote(parts.username or ""),
        "HOST_PASSWORD": unquote(parts.password or ""),
        "USE_TLS": parts.scheme == "smtp+tls",
        "USE_SSL": parts.scheme == "smtps",
    }


def cron(name: str) -> crontab | None:
    """A schedule of the five fields of cron; None where it is not set."""
    given: str = env.str(name, default="")
    if not given:
        return None
    try:
        return crontab.from_string(given)
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(
            f"{name} must have cron's five fields, such as '0 3 * * *', not {given!r}."
        ) from error


def secret_key(path: Path) -> str:
    """`SECRET_KEY` from the environment, else one made once and kept in `path`.

    A teacher's first `make run` must not ask for a key, and a restart must not
    log everybody out; so the key is made at random and kept, readable by its
    owner only.
    """
    env.defaults["SECRET_KEY"] = ""
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
