"""docs/deploy.md: its commands run as they stand there, and what was not tried says so."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT
from tests.support.buckets import KEY, SECRET, Bucket
from tests.support.servers import free_port

TEXT = (ROOT / "docs/deploy.md").read_text()
BLOCKS = re.findall(r"^```(\w+)([^\n]*)\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
TRIED = [block for kind, marks, block in BLOCKS if kind == "sh" and not marks.strip()]


def test_what_was_not_tried_says_so() -> None:
    before = [TEXT[: found.start()] for found in re.finditer(r"^```sh not-tried", TEXT, re.M)]
    assert len(before) >= 4
    for text in before:
        assert "*Not tried here" in text.rstrip().rpartition("\n\n")[2]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_all_other_commands_run_as_they_stand(tmp_path: Path, bucket: Bucket) -> None:
    """In one shell, one after the other, as a reader would."""
    assert len(TRIED) >= 5
    site = tmp_path / "site"
    for folder in ("digitsite", "recognizer", "training", "static", "templates", "locale"):
        shutil.copytree(ROOT / folder, site / folder)
    (site / "node_modules").symlink_to(ROOT / "node_modules")
    shutil.copy(ROOT / "manage.py", site)
    (tmp_path / "empty").mkdir()
    kept = ("LANG", "MNIST_DIR", "HOME")
    environment = {name: os.environ[name] for name in kept if name in os.environ} | {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PORT": str(free_port()),
        "BUCKET": bucket.name,
        "ENDPOINT": bucket.address,
        "S3_ACCESS_KEY": KEY,
        "S3_SECRET_KEY": SECRET,
        "BACKUPS": str(tmp_path / "backups"),
        "EMPTY": str(tmp_path / "empty"),
    }
    script = "set -euo pipefail\n" + "\n".join(TRIED)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=site,
        env=environment,
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    for said in ("ok\n", "5 copied", "5 removed", "read back", "is whole", "is restored"):
        assert said in told
    assert (tmp_path / "empty/db.sqlite3").is_file()


def test_its_caddyfile_is_one(tmp_path: Path) -> None:
    [caddyfile] = [block for kind, _, block in BLOCKS if kind == "caddyfile"]
    (tmp_path / "Caddyfile").write_text(caddyfile)
    program = str(Path(sys.executable).with_name("caddy"))
    for path in (tmp_path / "Caddyfile", ROOT / "deploy/Caddyfile"):
        subprocess.run(
            [program, "validate", "--config", str(path), "--adapter", "caddyfile"],
            env={"HOME": str(tmp_path), "SITE_HOST": "digits.example.org"},
            capture_output=True,
            check=True,
        )


def test_its_settings_are_the_site_s() -> None:
    from digitsite.env import env

    settings = "".join(block for kind, marks, block in BLOCKS if kind == "ini" and not marks)
    assert set(re.findall(r"^(\w+)=", settings, re.MULTILINE)) <= set(env.defaults)


UNITS = sorted((ROOT / "deploy/systemd").iterdir())


def test_units_start_what_there_is() -> None:
    commands = {
        command for path in UNITS for command in re.findall(r"manage\.py (.*)", path.read_text())
    }
    assert {"serve web", "serve worker", "serve beat"} <= commands
    for path in UNITS:
        for name in re.findall(r"^(?:Requires|After)=(.*)", path.read_text(), re.MULTILINE):
            ours = [each for each in name.split() if each.startswith("digits-")]
            assert all((path.parent / each).is_file() for each in ours)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_units_are_what_systemd_reads(tmp_path: Path) -> None:
    for path in UNITS:
        text = path.read_text().replace("/opt/digits/.venv/bin/python", sys.executable)
        (tmp_path / path.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [line for line in done.stderr.splitlines() if "digits-" in line]
    assert complaints == []
