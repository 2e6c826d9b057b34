"""The README's lines do what it says they do."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from digitsite import env
from tests import ROOT
from tests.support.site import Site

README = (ROOT / "README.md").read_text()


def curl_lines() -> str:
    """The shell block of "The circle, by curl"."""
    block = re.search(r"## The circle, by curl\n+```sh\n(.*?)```", README, re.DOTALL)
    assert block
    return block[1]


@pytest.mark.slow
@pytest.mark.usefixtures("mnist_dir")
def test_the_circle_by_curl_goes_round(tmp_path: Path) -> None:
    with Site(tmp_path) as site:
        site.web()
        site.worker()
        script = (
            curl_lines()
            .replace("http://127.0.0.1:8000", site.address)
            .replace(".venv/bin/python", sys.executable)
        )
        done = subprocess.run(
            ["bash", "-euc", script],
            cwd=ROOT,
            env=site.environment,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.strip().splitlines()
    assert "candidate" in lines, done.stdout
    said = "".join(lines)
    assert said.index('"kind":"promote"') < said.index('"kind":"rollback"')
    versions = [line for line in lines if line.isdigit()]
    assert versions == ["2", "1"], done.stdout
    assert '"used_in":[{"version":2,"role":"train"}]' in said


def test_the_settings_that_matter_are_told_and_are_settings() -> None:
    """Ten of them; docs/settings.md has all, and is held to the code elsewhere."""
    table = README[README.index("## Settings") : README.index("## Privacy")]
    told = re.findall(r"^\| `([A-Z_]+)` \|", table, re.M)
    assert len(told) == 10
    assert set(told) <= set(env.env.defaults)


def test_every_folder_and_file_it_names_is_there() -> None:
    for link in re.findall(r"\]\(((?!http)[^)#]+)\)", README):
        assert (ROOT / link).exists(), link
