"""The environment is read with types, and nonsense is refused at the start."""

from __future__ import annotations

import errno
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from digitsite import checks, env
from tests import ROOT

SETTINGS = ROOT / "docs" / "settings.md"
# As the settings left it; the tests here ask for names of their own.
READ = dict(env.env.defaults)


def test_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"A": "0.25", "B": "7", "C": "keras", "D": "yes"}.items():
        monkeypatch.setenv(name, value)
    assert env.share("A", 1.0) == 0.25
    assert env.count("B", 1) == 7
    assert env.choice("C", "litert", ("litert", "keras")) == "keras"
    assert env.flag("D", False) is True


def test_what_is_not_set_has_its_default() -> None:
    assert env.share("NOT_SET", 1e-3) == 1e-3
    assert env.count("NOT_SET", 4) == 4
    assert env.choice("NOT_SET", "litert", ("litert", "keras")) == "litert"
    assert env.flag("NOT_SET", True) is True


@pytest.mark.parametrize(("given", "value"), [("1e-3", 1e-3), ("0.5", 0.5), (" 1 ", 1.0)])
def test_numbers_are_read_as_they_are_written(
    monkeypatch: pytest.MonkeyPatch, given: str, value: float
) -> None:
    monkeypatch.setenv("A", given)
    assert env.share("A", 1.0) == value


@pytest.mark.parametrize("given", ["0", "-1", "1.1", "nan", "inf", "", "many", "0,5", "0.5 s"])
def test_what_is_no_share_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("A", given)
    with pytest.raises(ImproperlyConfigured, match="A must be"):
        env.share("A", 1.0)


@pytest.mark.parametrize("given", ["-1", "0", "1.5", "", "many", "1e3", "0x10"])
def test_what_is_no_count_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("A", given)
    with pytest.raises(ImproperlyConfigured, match="A must be"):
        env.count("A", 4, least=1)


@pytest.mark.parametrize("given", ["", "Keras", "tensorflow"])
def test_what_is_no_choice_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("A", given)
    with pytest.raises(ImproperlyConfigured, match="A must be one of litert, keras"):
        env.choice("A", "litert", ("litert", "keras"))


@pytest.mark.parametrize(
    ("given", "value"), [("", ""), ("/", ""), ("/digits", "/digits"), ("/a/b-1.2/", "/a/b-1.2")]
)
def test_a_prefix_has_no_slash_at_its_end(
    monkeypatch: pytest.MonkeyPatch, given: str, value: str
) -> None:
    monkeypatch.setenv("A", given)
    assert env.prefix("A") == value


@pytest.mark.parametrize(
    "given", ["digits", "/a b", "/../up", "/a//b", "https://x/y", "/a?b", "/é"]
)
def test_what_is_no_prefix_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("A", given)
    with pytest.raises(ImproperlyConfigured, match="A must be a path such as /digits"):
        env.prefix("A")


@pytest.mark.parametrize(
    ("given", "value"),
    [("true", True), ("True", True), ("1", True), ("on", True), ("false", False), ("0", False)],
)
def test_flags_have_several_words(monkeypatch: pytest.MonkeyPatch, given: str, value: bool) -> None:
    monkeypatch.setenv("A", given)
    assert env.flag("A", not value) is value


@pytest.mark.parametrize("given", ["ture", "", "2", "enabled"])
def test_a_misspelt_flag_is_not_taken_for_no(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """Who writes HTTPS=ture must not be served without it."""
    monkeypatch.setenv("A", given)
    with pytest.raises(ImproperlyConfigured, match="A must be true or false"):
        env.flag("A", False)


# --- notices ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "private"),
    [("https://my.host/a?b=c", False), ("http://10.0.0.1:8080/", True), ("https://[::1]/", True)],
)
def test_webhooks_are_addresses(
    monkeypatch: pytest.MonkeyPatch, address: str, private: bool
) -> None:
    monkeypatch.setenv("A", f"https://other.host/,{address}")
    assert env.webhooks("A", private=private) == ["https://other.host/", address]


@pytest.mark.parametrize(
    "address",
    ["http://my.host/", "https:///a", "my.host", "ftp://my.host/", "https://a:b@my.host/",
     "https://my.host:0/", "https://my.host:x/", "https://my.host/\r\nX: y", "https://[::/"],
)  # fmt: skip
def test_what_is_no_webhook_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("A", address)
    with pytest.raises(ImproperlyConfigured, match=r"A has an address \(number 1\)") as refusal:
        env.webhooks("A", private=False)
    assert address not in str(refusal.value)


def test_a_collector_and_what_is_sent_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", "http://collector:4318/")
    assert env.collector("A") == "http://collector:4318"
    monkeypatch.setenv("A", "X-Key=a%2Cb,Other=c=d")
    assert env.pairs("A") == {"x-key": "a,b", "other": "c=d"}
    monkeypatch.setenv("A", "s3cret")
    for reader in (env.collector, env.pairs):
        with pytest.raises(ImproperlyConfigured, match="A must be like"):
            reader("A")
    with pytest.raises(ImproperlyConfigured) as refusal:
        env.pairs("A")
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize("secret", ["s3cret", "whsec_", "whsec_c2hvcnQ=", "whsec_" + "ä" * 40])
def test_what_is_no_signing_secret_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("A", secret)
    with pytest.raises(ImproperlyConfigured, match="is not whsec_") as refusal:
        env.signing_secrets("A")
    assert secret not in str(refusal.value).replace("whsec_ and", "")


def test_mail_goes_by_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", "smtp+tls://me%40my.host:p%2Fw@mail.my.host")
    assert env.mail_server("A") == {
        "HOST": "mail.my.host",
        "PORT": 587,
        "HOST_USER": "me@my.host",
        "HOST_PASSWORD": "p/w",
        "USE_TLS": True,
        "USE_SSL": False,
    }
    assert env.mail_server("NOT_SET") == {}
    monkeypatch.setenv("A", "smtps://mail.my.host:4650")
    server = env.mail_server("A")
    assert (server["PORT"], server["USE_TLS"], server["USE_SSL"]) == (4650, False, True)


@pytest.mark.parametrize("given", ["mail.my.host", "imap://my.host", "smtp://a:s3cret@my.host:x"])
def test_what_is_no_mail_server_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("A", given)
    with pytest.raises(ImproperlyConfigured, match="A must be like smtp") as refusal:
        env.mail_server("A")
    assert "s3cret" not in str(refusal.value)


def test_mailboxes_and_the_site_s_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", "me@my.host,you@my.host")
    assert env.mailboxes("A") == ["me@my.host", "you@my.host"]
    monkeypatch.setenv("A", "me")
    with pytest.raises(ImproperlyConfigured, match="no e-mail address"):
        env.mailboxes("A")
    with pytest.raises(ImproperlyConfigured, match="A must be like"):
        env.origin("A")
    monkeypatch.setenv("A", "https://my.host/")
    assert env.origin("A") == "https://my.host"


@pytest.mark.parametrize(
    "given", ["errors.my.host", "https://errors.my.host/1", "https://s3cret@h/x"]
)
def test_what_is_no_place_for_errors_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("A", "https://key@errors.my.host/1")
    assert env.dsn("A") == "https://key@errors.my.host/1"
    monkeypatch.setenv("A", given)
    with pytest.raises(ImproperlyConfigured, match="A must be like https://key@") as refusal:
        env.dsn("A")
    assert "s3cret" not in str(refusal.value)


# --- sign-on -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("", ""),
        ("https://login.my.host/realms/school/", "https://login.my.host/realms/school"),
        ("http://127.0.0.1:8080/realms/school", "http://127.0.0.1:8080/realms/school"),
    ],
)
def test_a_provider_has_an_address(monkeypatch: pytest.MonkeyPatch, given: str, value: str) -> None:
    monkeypatch.setenv("A", given)
    assert env.issuer("A") == value


@pytest.mark.parametrize(
    "given", ["login.my.host", "http://login.my.host", "http://localhost.my.host", "https://a@b"]
)
def test_what_is_no_provider_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("A", given)
    with pytest.raises(ImproperlyConfigured, match="A must be like https://login"):
        env.issuer("A")


# --- the secret key ---------------------------------------------------------------


@pytest.mark.parametrize("key", ["given", "$begins-like-another-variable"])
def test_a_given_key_is_used_and_none_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str
) -> None:
    monkeypatch.setenv("SECRET_KEY", key)
    assert env.secret_key(tmp_path / "key") == key
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_made_once_and_kept_from_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SECRET_KEY")
    path = tmp_path / "var" / "key"
    key = env.secret_key(path)
    assert len(key) >= 50
    assert env.secret_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["key"]


def test_who_makes_the_key_second_takes_the_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SECRET_KEY")
    path = tmp_path / "key"
    hardlink_to = Path.hardlink_to

    def somebody_was_first(self: Path, target: Path) -> None:
        self.write_text("the first one's key\n")
        hardlink_to(self, target)

    monkeypatch.setattr(Path, "hardlink_to", somebody_was_first)
    assert env.secret_key(path) == "the first one's key"
    assert [entry.name for entry in tmp_path.iterdir()] == ["key"]


# --- settings and their checks ----------------------------------------------------


def settings_with(
    folder: Path, command: tuple[str, ...] = ("manage.py", "check"), **environment: str
) -> subprocess.CompletedProcess[str]:
    """What the site's own processes say of these settings."""
    keep = {"PATH": os.environ["PATH"], "SECRET_KEY": "x12y%" * 12, "VAR_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=keep | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RETRAIN_CRON", "every day"),
        ("HTTPS", "ture"),
        ("WEB_WORKERS", "x"),
        ("HELD_OUT_PERCENT", "100"),
        ("GATE_DIGIT_FLOOR", "97"),
        ("DATABASE_URL", "carrier-pigeon://loft"),
        ("DATABASE_URL", "postgresql://me:se/cret@host/name"),
        ("VAR_DIR", "/proc/nowhere"),
        ("VAR_DIR", "/proc"),  # it is there, and nobody can write to it
        ("VAR_DIR", "/etc/passwd"),
    ],
)
def test_a_setting_that_makes_no_sense_is_one_sentence(
    tmp_path: Path, name: str, value: str
) -> None:
    """Its name and what is asked for, without the way that led to it, and no password."""
    said = settings_with(tmp_path, **{name: value})
    assert said.returncode == 1
    (sentence,) = said.stderr.splitlines()
    assert sentence.startswith(f"{name} ")
    assert sentence.endswith(".")
    assert "cret" not in sentence


@pytest.mark.long
@pytest.mark.parametrize(
    "command", [("-m", "celery", "--app", "digitsite", "report"), ("-c", "import digitsite.wsgi")]
)
def test_workers_and_servers_say_the_same_sentence(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    said = settings_with(tmp_path, command=command, WEB_WORKERS="x")
    assert said.returncode == 1
    assert said.stderr.strip() == "WEB_WORKERS must be a whole number, not 'x'."


@pytest.mark.long
@pytest.mark.parametrize("command", ["check", "up"])
def test_a_key_that_might_be_guessed_stops_the_site(tmp_path: Path, command: str) -> None:
    said = settings_with(tmp_path, command=("manage.py", command), SECRET_KEY="abc")
    assert said.returncode == 1
    assert "(digitsite.E003) SECRET_KEY" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_folder_that_is_made_is_its_owner_s_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One that was there before keeps its mode."""
    (tmp_path / "old").mkdir(mode=0o755)
    for name, mode in {"new": 0o700, "old": 0o755}.items():
        monkeypatch.setenv("A", str(tmp_path / name))
        assert stat.S_IMODE(env.folder("A", tmp_path).stat().st_mode) == mode


def test_a_full_disk_does_not_keep_the_site_from_starting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(**_: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    monkeypatch.setenv("A", str(tmp_path))
    assert env.folder("A", tmp_path) == tmp_path


@pytest.mark.long
def test_a_broker_that_nobody_knows_stops_the_site(tmp_path: Path) -> None:
    said = settings_with(tmp_path, BROKER_URL="carrier-pigeon://")
    assert said.returncode == 1
    assert "(digitsite.E002) BROKER_URL" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.long
def test_a_name_that_is_nearly_one_of_ours_is_reported(tmp_path: Path) -> None:
    said = settings_with(tmp_path, RETRAIN_AFTR="5", HOST="0.0.0.0", PORT="80", LANG="C")
    assert said.returncode == 0
    (told,) = re.findall(r"digitsite\.W002\) (\S+) .*", said.stderr)
    assert told == "RETRAIN_AFTR"
    assert "Is RETRAIN_AFTER meant?" in said.stderr


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("THROTTLE_ADRESS_SHARES", "THROTTLE_ADDRESS_SHARES"),
        ("HELDOUT_PERCENT", "HELD_OUT_PERCENT"),
        ("ALLOWED_HOST", "ALLOWED_HOSTS"),
        ("RETRAIN_AUTOPROMOTE", "RETRAIN_AUTO_PROMOTE"),
    ],
)
def test_what_was_meant_is_found(name: str, meant: str) -> None:
    assert env.misspelt({name: "1"}) == {name: meant}


def test_an_ordinary_environment_is_no_false_alarm() -> None:
    ordinary = (
        "PATH HOME PORT HOST LANG SHELL USER LOGNAME HOSTNAME PWD TERM EDITOR DISPLAY TMPDIR "
        "MAIL LC_ALL PYTHONPATH VIRTUAL_ENV DEBUG_COLORS LOG_FILE REDIS_HOST DATABASE_NAME "
        "DJANGO_SETTINGS_MODULE SSH_AUTH_SOCK XDG_RUNTIME_DIR DATABASE_HOST POSTGRES_URL"
    )
    assert env.misspelt(dict.fromkeys(ordinary.split(), "x")) == {}


def test_every_setting_stands_in_the_document_with_its_default() -> None:
    """`docs/settings.md` has a row for each name that the settings read, and no other."""
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| ([^|]*) \|", SETTINGS.read_text(), re.M)
    assert sorted(name for name, _ in rows) == sorted(READ)
    for name, written in rows:
        default = READ[name]
        is_plain = isinstance(default, str) and default and "/" not in default
        if is_plain and written.strip().startswith("`") and "," not in written:
            assert written.strip() == f"`{default}`", name


@pytest.mark.parametrize(
    ("changes", "check", "said"),
    [
        ({"WEB_WORKERS": 2, "REDIS_URL": ""}, checks.workers_share_counters, ["digitsite.W001"]),
        ({"WEB_WORKERS": 2, "REDIS_URL": "redis://r"}, checks.workers_share_counters, []),
        ({"WEB_WORKERS": 1, "REDIS_URL": ""}, checks.workers_share_counters, []),
        ({"REDIS_URL": "http://r"}, checks.queue_and_cache_are_known, ["digitsite.E001"]),
        ({"CELERY_BROKER_URL": "pigeon://"}, checks.queue_and_cache_are_known, ["digitsite.E002"]),
        ({"CELERY_BROKER_URL": "redis://r"}, checks.queue_and_cache_are_known, []),
        ({"CELERY_BROKER_URL": "filesystem://"}, checks.queue_and_cache_are_known, []),
        ({"PATH_PREFIX": "/digits"}, checks.prefix_is_no_address_of_the_site, []),
        ({"PATH_PREFIX": ""}, checks.prefix_is_no_address_of_the_site, []),
        (
            {"PATH_PREFIX": "/studio/2"},
            checks.prefix_is_no_address_of_the_site,
            ["digitsite.E004"],
        ),
        ({"PATH_PREFIX": "/static"}, checks.prefix_is_no_address_of_the_site, ["digitsite.E004"]),
        ({"SECRET_KEY": "abc"}, checks.key_is_hard_to_guess, ["digitsite.E003"]),
        (
            {"NOTIFY_WEBHOOKS": ["https://h/"], "NOTIFY_SIGNING_SECRET": []},
            checks.notices_can_be_sent,
            ["digitsite.E005"],
        ),
        (
            {"NOTIFY_EMAIL": ["a@b.org"], "EMAIL_HOST": ""},
            checks.notices_can_be_sent,
            ["digitsite.E006"],
        ),
        ({"OIDC_ISSUER": "https://h"}, checks.sign_on_is_complete, ["digitsite.E007"]),
        (
            {"NOTIFY_EMAIL": ["a@b.org"], "EMAIL_HOST": "mail"},
            checks.notices_can_be_sent,
            [],
        ),
        ({"SECRET_KEY": "x" * 60}, checks.key_is_hard_to_guess, ["digitsite.E003"]),
        ({"SECRET_KEY": "abcde" * 9}, checks.key_is_hard_to_guess, ["digitsite.E003"]),
        ({"SECRET_KEY": "abcde" * 10}, checks.key_is_hard_to_guess, []),
        ({"SECRET_KEY": "abc", "DEBUG": True}, checks.key_is_hard_to_guess, []),
    ],
)
def test_impossible_combinations_are_named(
    settings: Any, changes: dict[str, Any], check: Any, said: list[str]
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert [message.id for message in check()] == said
