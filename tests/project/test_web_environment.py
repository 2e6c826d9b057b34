"""A web process in an environment of requirements/web.txt alone runs the whole site."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import requests
from django.urls import get_resolver
from PIL import Image, ImageDraw

from tests import ROOT
from tests.digitsite.http.test_every_address import addresses
from tests.support.drawings import FOUR, body
from tests.support.site import Client, Site

pytestmark = pytest.mark.slow

# Below this an image of environment, site and a slim base stays near 600 MB.
MOST_MEGABYTES = 480
UNKNOWN = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment as an image has it: nothing in it but what is locked."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    uv = str(Path(sys.executable).with_name("uv"))
    python = str(folder / "bin/python")
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", python, "--require-hashes",
         "--requirement", "requirements/web.txt"],
        cwd=ROOT,
        check=True,
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def site(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with Site(folder, python=str(environment / "bin/python"), THROTTLE_STAFF="0") as site:
        assert "no issues" in site.manage("check")
        assert "no issues" in site.manage("prepare", "database")
        site.manage("prepare", "static")
        site.web()
        yield site


def test_training_is_not_there(environment: Path) -> None:
    for package in ("tensorflow", "keras", "pyarrow"):
        tried = subprocess.run(
            [environment / "bin/python", "-c", f"import {package}"],
            capture_output=True,
            check=False,
        )
        assert b"ModuleNotFoundError" in tried.stderr


def test_the_environment_is_small(environment: Path) -> None:
    """Without what Python has compiled beside it, which an image has not: a site may have run."""
    sizes = [
        path.stat().st_size
        for path in environment.rglob("*")
        if path.is_file() and not path.is_symlink() and path.suffix != ".pyc"
    ]
    assert sum(sizes) / 1e6 < MOST_MEGABYTES


def test_a_drawing_goes_its_way(site: Site) -> None:
    anyone = Client(site)
    assert anyone.post("predict/", body(FOUR))["digit"] == 4
    stored = anyone.post("drawings/", body(FOUR, label="4"))
    assert stored["id"]
    with requests.Session() as visitor:
        page = visitor.get(f"{site.address}/drawings/{stored['id']}/", timeout=10)
        assert page.status_code in (200, 404)  # a private page: not everybody's
    staff = Client(site, site.token)
    assert staff.post(f"drawings/{stored['id']}/review/", {"decision": "accept"})
    run = staff.post("runs/", {"mode": "warm", "epochs": 1})
    assert staff.get(f"runs/{run['id']}/")["status"] == "queued"


def test_a_picture_is_read(site: Site) -> None:
    picture = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(picture).line([(100, 30), (100, 170)], fill=0, width=14)
    file = BytesIO()
    picture.save(file, "PNG")
    sent = {"image": ("one.png", file.getvalue(), "image/png")}
    answer = requests.post(f"{site.address}/api/v1/predict/", files=sent, timeout=30)
    assert answer.json()["digit"] == 1


def test_every_address_answers(site: Site) -> None:
    """Those of the public site, the studio, the API and machines, as staff."""
    with requests.Session() as staff:
        sign_in = f"{site.address}/account/sign-in/"
        staff.get(sign_in, timeout=10)
        form = {"username": "admin", "password": "correct-horse"}
        form["csrfmiddlewaretoken"] = staff.cookies["csrftoken"]
        assert staff.post(sign_in, form, headers={"Referer": sign_in}, timeout=10).ok
        asked = {
            each
            for key in ("1", UNKNOWN)
            for each in addresses(get_resolver(), key)
            if "/jsi18n" not in each
        }
        answers = {
            each: staff.get(site.address + each, timeout=30, allow_redirects=False).status_code
            for each in sorted(asked)
        }
    assert len(answers) > 100
    assert {each: status for each, status in answers.items() if status >= 500} == {}
    for page in ("/", "/about/", "/mine/", "/studio/", "/studio/compare/", "/readyz", "/metrics"):
        assert answers[page] == 200, page
    assert "ModuleNotFoundError" not in site.log("web")
