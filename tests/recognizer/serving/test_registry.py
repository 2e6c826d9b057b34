"""The live version in memory: loaded once, switched for a newer one, never for a bad one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection

from recognizer.exceptions import BadArtifact
from recognizer.models import ModelVersion, Promotion
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyph, Glyphs
from recognizer.preprocessing.strokes import Stroke, parse
from recognizer.services import versions
from recognizer.serving import artifacts, registry
from recognizer.serving.engine import Engine, Outputs, warm
from tests import ROOT
from tests.support import drawings
from tests.support.factories import overwrite, version
from tests.support.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the versions that were loaded, in order."""
    numbers: list[int] = []
    load_engine = registry.load_engine

    def noted(version: ModelVersion) -> Engine:
        numbers.append(version.number)
        return load_engine(version)

    monkeypatch.setattr(registry, "load_engine", noted)
    return numbers


def promoted(*, broken: bool = False) -> ModelVersion:
    """A newer version goes live; `broken` right afterwards."""
    newer = version()
    versions.version_promote(version=newer, by=None)
    if broken:
        overwrite(newer, b"something else")
    return newer


def strokes() -> list[list[Stroke]]:
    shapes = (drawings.ZERO, drawings.ONE, drawings.FOUR, drawings.SEVEN)
    return [parse(shape, max_strokes=9, max_points=999) for shape in shapes]


def drawn() -> list[Glyph]:
    return [ink.normalise(shape) for shape in strokes()]


def glyphs() -> Glyphs:
    return Glyphs.of(drawn())


def test_it_works(live_model: ModelVersion) -> None:
    live = registry.live()
    assert (live.number, live.version) == (live_model.number, live_model.pk)
    assert [reading.digit for reading in live.predict(drawn())] == [0, 1, 4, 7]


def test_a_version_is_loaded_once(live_model: ModelVersion, loads: list[int]) -> None:
    first = registry.live()
    assert all(registry.live() is first for _ in range(5))
    assert loads == [1]


def test_asking_costs_one_query(live_model: ModelVersion, django_assert_num_queries: Any) -> None:
    registry.live()
    with django_assert_num_queries(1):
        registry.live()


def test_a_newer_promotion_is_switched_to(live_model: ModelVersion, loads: list[int]) -> None:
    registry.live()
    promoted()
    assert registry.live().number == 2
    versions.version_rollback(by=None)
    loads.clear()
    assert registry.live().number == registry.live().number == 1
    assert loads == [1]


def test_where_nothing_is_live_it_says_so() -> None:
    with pytest.raises(registry.NoModel):
        registry.live()
    registry.warm_up()  # a server starts all the same


def test_the_first_installation_is_seen_by_a_process_that_started_without() -> None:
    registry.warm_up()
    versions.version_install()
    assert registry.live().number == 1


# --- what cannot be loaded --------------------------------------------------------


def test_the_old_version_answers_where_the_new_one_is_corrupted(
    live_model: ModelVersion, loads: list[int]
) -> None:
    old = registry.live()
    promoted(broken=True)
    loads.clear()
    assert registry.live() is registry.live() is old
    assert loads == [2]  # and not again at every request
    failure = registry.failure()
    assert failure is not None
    assert "not the file its manifest describes" in failure.reason


def test_the_old_version_answers_where_the_new_one_is_gone(live_model: ModelVersion) -> None:
    old = registry.live()
    newer = promoted()
    artifacts.remove(newer.artifact, newer.manifest)
    assert registry.live() is old
    assert registry.failure() is not None


@pytest.mark.parametrize(
    "change",
    [
        {"normalisation": 99}, {"format": 3}, {"input": [32, 32, 1]}, {"labels": ["0", "1"]},
        {"files": {}}, {"files": None}, {"files": {"model.tflite": None, "model.keras": None}},
        {"thresholds": {"sure": "high"}}, {"thresholds": []},
    ],
    ids=str,
)  # fmt: skip
def test_the_old_version_answers_where_the_new_manifest_is_not_understood(
    live_model: ModelVersion, change: dict[str, Any]
) -> None:
    old = registry.live()
    newer = promoted()
    newer.manifest |= change
    newer.save()
    assert registry.live() is old
    assert registry.failure() is not None


class WrongShape:
    """A network with another number of classes."""

    file_name = "model.tflite"

    def __init__(self, content: bytes) -> None: ...

    def predict(self, glyphs: Glyphs) -> Outputs:
        return Outputs(np.full((len(glyphs), 10), 0.1, dtype=np.float32))


class NoNumber(WrongShape):
    """A network whose weights were ruined."""

    def predict(self, glyphs: Glyphs) -> Outputs:
        return Outputs(np.full((len(glyphs), 11), np.nan, dtype=np.float32))


class Crashing(WrongShape):
    """A network that its runtime reads but cannot run."""

    def predict(self, glyphs: Glyphs) -> Outputs:
        raise RuntimeError("Node number 3 (CONV_2D) failed to prepare.")


@pytest.mark.parametrize("engine", [WrongShape, NoNumber, Crashing])
def test_the_old_version_answers_where_the_new_one_cannot(
    live_model: ModelVersion, settings: Any, engine: type[Engine]
) -> None:
    old = registry.live()
    promoted()
    settings.INFERENCE_ENGINES = {"litert": f"{__name__}.{engine.__name__}"}
    assert registry.live() is old
    assert registry.failure() is not None


def test_after_a_restart_the_version_before_answers(
    live_model: ModelVersion, loads: list[int]
) -> None:
    promoted()
    promoted(broken=True)
    registry.reset()
    loads.clear()
    assert registry.live().number == registry.live().number == 2
    assert loads == [3, 2]
    failure = registry.failure()
    assert failure is not None
    assert failure.promotion == Promotion.objects.latest("pk").pk


def test_where_none_can_be_loaded_nobody_loads_it_over_and_over(
    live_model: ModelVersion, loads: list[int]
) -> None:
    overwrite(live_model, b"something else")
    for _ in range(3):
        with pytest.raises(registry.NoModel):
            registry.live()
    assert loads == [1]


def test_a_repaired_artifact_is_found_when_it_is_tried_again(
    live_model: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = registry.live()
    newer = promoted(broken=True)
    assert registry.live() is old
    overwrite(newer, (versions.SHIPPED / "model.tflite").read_bytes())
    assert registry.live() is old
    monkeypatch.setattr(registry, "RETRY_SECONDS", 0.0)
    assert registry.live().number == 2
    assert registry.failure() is None


def test_a_newer_promotion_ends_the_trouble_at_once(live_model: ModelVersion) -> None:
    registry.live()
    promoted(broken=True)
    registry.live()
    promoted()
    assert registry.live().number == 3
    assert registry.failure() is None


# --- several at once --------------------------------------------------------------


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Loading waits: (it has begun, it may go on)."""
    begun, go_on = threading.Event(), threading.Event()
    load_engine = registry.load_engine

    def slowly(version: ModelVersion) -> Engine:
        begun.set()
        assert go_on.wait(timeout=30)
        return load_engine(version)

    monkeypatch.setattr(registry, "load_engine", slowly)
    return begun, go_on


def in_thread(pool: ThreadPoolExecutor) -> Any:
    def ask() -> registry.Live:
        try:
            return registry.live()
        finally:
            connection.close()

    return pool.submit(ask)


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_while_a_newer_version_loads(
    live_model: ModelVersion, request: pytest.FixtureRequest
) -> None:
    old = registry.live()
    promoted()
    begun, go_on = request.getfixturevalue("slow")
    with ThreadPoolExecutor() as pool:
        switching = in_thread(pool)
        assert begun.wait(timeout=30)
        assert registry.live() is old
        go_on.set()
        assert switching.result(timeout=30).number == 2
    assert registry.live().number == 2


@pytest.mark.django_db(transaction=True)
def test_a_version_answers_for_a_moment_unasked_and_no_longer_than_that(
    live_model: ModelVersion, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "FRESH_SECONDS", 3600.0)
    registry.live()
    with django_assert_num_queries(0):
        assert registry.live().number == 1
    promoted()  # by this process, which sees it at once
    assert registry.live().number == 2
    newest = Promotion.objects.latest("pk")
    Promotion.objects.create(version=live_model, kind=Promotion.Kind.ROLLBACK, follows=newest)
    assert registry.live().number == 2  # another process' promotion
    monkeypatch.setattr(registry, "FRESH_SECONDS", 0.0)
    assert registry.live().number == 1


@pytest.mark.django_db(transaction=True)
def test_the_first_requests_wait_for_one_loading(
    live_model: ModelVersion, loads: list[int], slow: tuple[threading.Event, threading.Event]
) -> None:
    begun, go_on = slow
    with ThreadPoolExecutor() as pool:
        asking = [in_thread(pool) for _ in range(4)]
        assert begun.wait(timeout=30)
        go_on.set()
        answers = {id(one.result(timeout=30)) for one in asking}
    assert len(answers) == 1
    assert loads == [1]


@pytest.mark.django_db(transaction=True)
def test_one_engine_answers_several_threads(live_model: ModelVersion) -> None:
    """Batches of different sizes at the same time: nobody gets another's answer."""
    live, glyphs = registry.live(), drawn()
    alone = live.predict(glyphs)

    def many(places: list[int]) -> bool:
        wanted = [alone[place] for place in places]
        return all(live.predict([glyphs[place] for place in places]) == wanted for _ in range(50))

    assert all(at_once(*[lambda p=p: many(p) for p in ([0], [1], [2, 3], [3, 2, 1, 0])]))


# --- engines ----------------------------------------------------------------------


def test_an_engine_answers_with_probabilities() -> None:
    engine = registry.engine_class()((versions.SHIPPED / "model.tflite").read_bytes())
    answer = engine.predict(glyphs()).probabilities
    assert answer.shape == (4, 11)
    assert answer.sum(axis=1) == pytest.approx(np.ones(4), abs=1e-5)


@pytest.mark.parametrize("count", [1, 31, 32, 33, 100])
def test_many_are_answered_as_if_each_were_alone(count: int) -> None:
    engine = registry.engine_class()((versions.SHIPPED / "model.tflite").read_bytes())
    many = glyphs()[np.arange(count) % 4]
    alone = [engine.predict(many[at : at + 1]).probabilities for at in range(count)]
    assert engine.predict(many).probabilities == pytest.approx(np.concatenate(alone), abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 7, 33])
def test_ink_and_pictures_side_by_side_are_answered_as_each_alone(
    formats: Path, count: int
) -> None:
    """By a network of pictures alone, and by one of two readers."""
    ours = glyphs()
    many = Glyphs.joined([ours, ours.pictures(), ours[::-1]])[np.arange(count) % 12]
    for number in ("1", "2"):
        engine = registry.engine_class()((formats / number / "model.tflite").read_bytes())
        outputs = engine.predict(many)
        alone = [engine.predict(many[at : at + 1]).probabilities for at in range(count)]
        assert outputs.probabilities == pytest.approx(np.concatenate(alone), abs=1e-6)
        if number == "2":
            assert outputs.motion_logits is not None
            assert outputs.motion_logits.any(axis=1).tolist() == many.has_ink.tolist()


@pytest.mark.slow
def test_a_network_of_pictures_alone_does_not_look_at_motion(formats: Path) -> None:
    engine = registry.engine_class()((formats / "1" / "model.tflite").read_bytes())
    ink, pictures = (engine.predict(one) for one in (glyphs(), glyphs().pictures()))
    assert (ink.probabilities == pictures.probabilities).all()
    assert ink.picture_logits is ink.motion_logits is ink.features is None


@pytest.mark.parametrize("content", [b"", b"TFL3", b"no network", b"\0" * 10_000])
def test_what_is_no_network_is_refused(content: bytes) -> None:
    with pytest.raises(BadArtifact):
        registry.engine_class()(content)


@pytest.mark.parametrize("engine", [WrongShape, NoNumber])
def test_an_engine_is_looked_at_before_it_serves(engine: type[Engine]) -> None:
    with pytest.raises(BadArtifact):
        warm(engine(b""))


READ_ALL = """
import json
import sys

import django

django.setup()

import numpy as np
from recognizer.models import ModelVersion
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyphs
from recognizer.services import versions
from recognizer.serving import artifacts, registry

place, manifest = artifacts.store(versions.SHIPPED)
engine = registry.load_engine(ModelVersion(artifact=place, manifest=manifest))
shapes = [[np.array(stroke) for stroke in shape] for shape in json.load(sys.stdin)]
glyphs = Glyphs.of([ink.normalise(shape) for shape in shapes])
answers = [engine.predict(one).probabilities for one in (glyphs[:1], glyphs)]
print(json.dumps([type(engine).__name__, *(answer.tolist() for answer in answers)]))
"""


@pytest.mark.slow
def test_the_keras_engine_gives_the_same_answers(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "VAR_DIR": str(tmp_path),
        "INFERENCE_ENGINE": "keras",
        "CUDA_VISIBLE_DEVICES": "",
    }
    process = subprocess.run(
        [sys.executable, "-c", READ_ALL],
        cwd=ROOT,
        env=environment,
        input=json.dumps([[stroke.tolist() for stroke in shape] for shape in strokes()]),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert process.returncode == 0, process.stderr
    name, one, all_of_them = json.loads(process.stdout.splitlines()[-1])
    engine = registry.engine_class()((versions.SHIPPED / "model.tflite").read_bytes())
    ours = engine.predict(glyphs()).probabilities
    assert (name, registry.engine_class().__name__) == ("KerasEngine", "LiteRTEngine")
    assert np.abs(np.array(all_of_them) - ours).max() < 1e-4
    assert np.abs(np.array(one) - ours[:1]).max() < 1e-4
