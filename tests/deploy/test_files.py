"""What deploys the site is well-formed, fits its schema, and says only what the site knows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils import timezone

from digitsite.env import env
from digitsite.management.commands.serve import PROCESSES
from digitsite.statics.packages import RUNTIME
from tests import ROOT
from training import services
from training.models import TrainingRun

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
KUBERNETES = sorted((ROOT / "deploy/kubernetes").glob("*.yaml"))
OURS = ("prepare", "web", "worker", "scheduler", "backup")
# Told to processes by whoever runs them, and no settings of the site.
USER = 10001


def run(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [str(Path(sys.executable).with_name(program)), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def manifests(kind: str) -> dict[str, dict[str, Any]]:
    """Kubernetes' objects of a kind, by name."""
    found = [one for path in KUBERNETES for one in yaml.safe_load_all(path.read_text())]
    return {one["metadata"]["name"]: one for one in found if one["kind"] == kind}


def pods() -> dict[str, dict[str, Any]]:
    kinds = ("Deployment", "StatefulSet", "Job")
    return {
        name: one["spec"]["template"]["spec"]
        for kind in kinds
        for name, one in manifests(kind).items()
    }


# --- their own linters and schemas --------------------------------------------------


def test_the_dockerfile_is_clean() -> None:
    assert run("hadolint", "Dockerfile") == ""


def test_compose_fits_its_schema() -> None:
    run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")


@pytest.mark.parametrize("path", KUBERNETES, ids=lambda path: path.name)
def test_kubernetes_manifests_fit_their_schemas(path: Path) -> None:
    if path.name == "kustomization.yaml":  # of kubectl, not of the cluster
        named = set(yaml.safe_load(path.read_text())["resources"])
        assert named == {each.name for each in KUBERNETES} - {path.name, "secrets.yaml"}
        return
    assert "passed" in run("kubernetes-validate", "--strict", str(path))


# --- they fit the site ----------------------------------------------------------------


def test_the_images_have_what_the_site_needs() -> None:
    """Every package of ours, and every file of npm's that pages load."""
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")}
    for folder in packages | {"locale", "static", "templates"}:
        assert f"COPY {folder} {folder}\n" in DOCKERFILE
        assert f"!{folder}\n" in (ROOT / ".dockerignore").read_text()
    for file in RUNTIME.values():
        assert f"/site/node_modules/{file} " in DOCKERFILE


def test_images_run_as_nobody_who_could_change_them() -> None:
    assert DOCKERFILE.count(f"USER {USER}:{USER}\n") == 3
    for name in OURS:
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    for name, pod in pods().items():
        assert pod["securityContext"]["runAsUser"] == USER, name
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"], name
            assert "memory" in container["resources"]["limits"], name


def test_only_settings_are_set() -> None:
    for name in OURS:
        unknown = set(COMPOSE["services"][name]["environment"]) - set(env.defaults)
        assert unknown == set(), name
    told = manifests("ConfigMap")["settings"]["data"] | manifests("Secret")["secrets"]["stringData"]
    assert set(told) <= set(env.defaults)
    for pod in pods().values():
        for container in pod["containers"]:
            assert {one["name"] for one in container.get("env", ())} <= set(env.defaults)


def test_both_set_the_same() -> None:
    """Whoever goes on from the one to the other finds the same names there."""
    told = manifests("ConfigMap")["settings"]["data"] | manifests("Secret")["secrets"]["stringData"]
    assert set(told) == set(COMPOSE["x-environment"])


def test_every_process_is_started_once() -> None:
    def started(command: list[str]) -> list[str]:
        return re.findall(r"manage\.py serve (\w+)", " ".join(command))

    dockerfile = re.findall(r'CMD \["python", "manage.py", "serve", "(\w+)"', DOCKERFILE)
    composed = [
        one for name in OURS for one in started(COMPOSE["services"][name].get("command", []))
    ]
    assert sorted(dockerfile + composed) == sorted(PROCESSES)
    in_pods = [
        one
        for pod in pods().values()
        for container in pod["containers"]
        for one in started(container.get("command", []))
    ]
    assert sorted(dockerfile + in_pods) == sorted(PROCESSES)
    assert manifests("Deployment")["scheduler"]["spec"]["replicas"] == 1


def test_all_that_compose_asks_for_is_in_the_pattern() -> None:
    text = (ROOT / "compose.yaml").read_text()
    asked_for = set(re.findall(r"\$\{(\w+)", text))
    pattern = (ROOT / "deploy/compose.env").read_text()
    assert asked_for == set(re.findall(r"^(\w+)=", pattern, re.MULTILINE))


def test_files_that_compose_shows_to_containers_are_there() -> None:
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", ()):
            place = str(volume).partition(":")[0]
            if place.startswith("./"):
                assert (ROOT / place).is_file(), place
            else:
                assert place in COMPOSE["volumes"]


# --- monitoring -----------------------------------------------------------------------

# Prometheus' own, and what a histogram or a counter adds to its name.
SUFFIXES = ("_bucket", "_count", "_sum")


def named_figures(text: str) -> set[str]:
    found = set(re.findall(r"\bdigits_[a-z_]+", text))
    return {re.sub(rf"({'|'.join(SUFFIXES)})$", "", name) for name in found}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["alerts.yaml", "grafana/digits.json"])
def test_only_figures_are_asked_for_that_the_site_tells(
    name: str, admin: Any, live_model: Any
) -> None:
    services.message_arrived(now=timezone.now())
    at_work = {"status": "running", "epochs": 1, "trigger": "api", "heartbeat_at": timezone.now()}
    TrainingRun.objects.create(**at_work)
    told = admin.get("/metrics").content.decode()
    families = set(re.findall(r"^# TYPE (\w+) ", told, re.MULTILINE))
    asked_for = named_figures((ROOT / "deploy" / name).read_text())
    assert asked_for
    assert asked_for <= families


def test_every_alert_says_what_it_means() -> None:
    [group] = yaml.safe_load((ROOT / "deploy/alerts.yaml").read_text())["groups"]
    assert group["rules"]
    assert all(rule["annotations"]["summary"].endswith(".") for rule in group["rules"])


def test_the_dashboard_is_one_that_grafana_can_lay_out() -> None:
    dashboard = json.loads((ROOT / "deploy/grafana/digits.json").read_text())
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 10
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < 24, panel["title"]
        assert taken.isdisjoint(cells), panel["title"]
        taken |= cells
        assert panel["targets"], panel["title"]
