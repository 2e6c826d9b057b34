"""Where a run's two readers begin, what of them learns, and how they are calibrated."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recognizer.models import ModelVersion
from recognizer.preprocessing.glyph import Glyphs
from recognizer.services import versions
from tests.support import factories
from tests.support.networks import untrained
from training.data.dataset import Dataset
from training.data.mnist import Mnist
from training.data.snapshot import Drawings, Snapshot
from training.examples import Examples, concatenate
from training.models import TrainingRun
from training.network.calibration import softmax
from training.synthesis import digit_variants

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

NOBODY = Examples.of_pictures(np.empty((0, 28, 28), np.uint8), np.empty(0, np.int64))
NO_MNIST = Mnist(NOBODY.pixels, NOBODY.labels, NOBODY.pixels, NOBODY.labels, digest="")


def of_all_digits(each: int, seed: int = 0) -> Examples:
    """Ink of each digit, whatever it shows: what is counted is labels."""
    ink = digit_variants.generate(10 * each, np.random.default_rng(seed))
    return Examples(ink.glyphs, np.repeat(np.arange(10), each))


def drawings(examples: Examples) -> Drawings:
    return Drawings([], examples, examples.labels, [])


def dataset(train: Examples, *, held_out: Examples = NOBODY, replay: Examples | None = None) -> Any:
    snapshot = Snapshot(drawings(train), drawings(held_out), 0, {})
    validation = digit_variants.generate(60, np.random.default_rng(9))
    return Dataset(NO_MNIST, snapshot, train, replay, validation)


def run(champion: ModelVersion | None, mode: str = "warm") -> TrainingRun:
    return TrainingRun(champion=champion, mode=mode, epochs=1, seed=3)


@pytest.fixture
def of_format(formats: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes an artifact of a format live, as if it had been shipped."""

    def install(number: int) -> ModelVersion:
        monkeypatch.setattr(versions, "SHIPPED", formats / str(number))
        version = versions.version_install(folder=formats / str(number))
        assert version is not None
        return version

    return install


@pytest.fixture
def shipped(formats: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes an artifact of a format the one that was shipped with the site."""
    from training.runs import learning

    return lambda number: monkeypatch.setattr(learning, "SHIPPED", formats / str(number))


def same(one: Any, other: Any) -> bool:
    pairs = zip(one.get_weights(), other.get_weights(), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def readers_of(folder: Path) -> Any:
    from training.network.readers import load_readers

    return load_readers((folder / "model.keras").read_bytes())


# --- where they begin ---------------------------------------------------------------


def test_a_warm_run_begins_with_both_readers_of_the_champion(of_format: Any, formats: Path) -> None:
    from training.runs import learning

    readers, champion = (
        learning.start(run(of_format(2)), dataset(NOBODY)),
        readers_of(formats / "2"),
    )
    assert same(readers.picture, champion.picture)
    assert same(readers.motion, champion.motion)


def test_a_champion_of_format_1_takes_the_shipped_reader_of_motion(
    of_format: Any, shipped: Any, formats: Path
) -> None:
    from training.runs import learning

    live = of_format(1)
    shipped(2)
    readers = learning.start(run(live), dataset(NOBODY))
    assert same(readers.picture, readers_of(formats / "1").picture)
    assert same(readers.motion, readers_of(formats / "2").motion)


def test_from_scratch_the_picture_begins_anew_and_motion_goes_on(
    of_format: Any, formats: Path
) -> None:
    from training.network.model import build
    from training.runs import learning

    readers = learning.start(run(of_format(2), mode="scratch"), dataset(NOBODY))
    assert same(readers.picture, build(3))
    assert same(readers.motion, readers_of(formats / "2").motion)


@pytest.mark.parametrize(
    ("each", "begins"), [(0, False), (49, False), (50, True)], ids=["none", "too few", "enough"]
)
def test_without_a_shipped_one_it_begins_where_there_is_enough_ink(
    of_format: Any, shipped: Any, each: int, begins: bool
) -> None:
    """Otherwise the network stays one of pictures alone."""
    from training.network import motion_model
    from training.runs import learning

    live = of_format(1)
    shipped(1)
    readers = learning.start(run(live), dataset(of_all_digits(each) if each else NOBODY))
    assert (readers.motion is not None) == begins
    assert readers.motion is None or same(readers.motion, motion_model.build(3))


def test_pictures_are_no_ink_however_many(of_format: Any, shipped: Any) -> None:
    from training.runs import learning

    live, ink = of_format(1), of_all_digits(60)
    shipped(1)
    pictures = Examples(ink.glyphs.pictures(), ink.labels)
    assert learning.start(run(live), dataset(pictures)).motion is None


def test_a_damaged_shipped_network_is_no_hindrance(
    of_format: Any, tmp_path: Path, formats: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.runs import learning

    live = of_format(1)
    damaged = Path(shutil.copytree(formats / "2", tmp_path / "damaged"))
    (damaged / "model.keras").write_bytes(b"something else")
    monkeypatch.setattr(learning, "SHIPPED", damaged)
    assert learning.start(run(live), dataset(NOBODY)).motion is None


# --- learning -----------------------------------------------------------------------


def learned(data: Any, tmp_path: Path) -> tuple[Any, list[Any]]:
    from training.network import motion_model
    from training.runs import learning

    model, said = untrained(1).motion, []
    model = model if model.name != motion_model.FRESH else renamed(model)
    learning.learn_motion(run(None), model, data, tmp_path, said.append)
    return model, said


def renamed(model: Any) -> Any:
    """As a champion's: one that has learned already, and so learns by the short recipe."""
    from training.network.readers import _part

    return _part(model.inputs[0], model.output, "motion")


def test_without_new_ink_the_reader_of_motion_stays_as_it_is(tmp_path: Path) -> None:
    ink = digit_variants.generate(64, np.random.default_rng(0))
    pictures = Examples(ink.glyphs.pictures(), ink.labels)
    model, said = learned(dataset(pictures, replay=ink), tmp_path)
    assert said == []
    assert same(model, untrained(1).motion)


def test_new_ink_is_learned_beside_what_is_replayed(tmp_path: Path) -> None:
    ink, replay = (digit_variants.generate(300, np.random.default_rng(seed)) for seed in (0, 1))
    pictures = Examples(replay.glyphs.pictures(), replay.labels)
    model, said = learned(dataset(ink, replay=concatenate([replay, pictures])), tmp_path)
    assert not same(model, untrained(1).motion)
    assert {progress.stage for progress in said} == {"training the motion's reader"}
    assert said[-1].batches == -(-600 // 256), "pictures teach it nothing"
    assert (tmp_path / "motion.npz").is_file()


def test_it_is_validated_on_people_who_are_held_out_where_there_are_any() -> None:
    people = digit_variants.generate(30, np.random.default_rng(5))
    pictures = Examples(people.glyphs.pictures(), people.labels)
    data = dataset(NOBODY, held_out=concatenate([pictures, people]))
    assert data.motion_lesson().validation.digest() == people.digest()
    made_up = dataset(NOBODY, held_out=pictures)
    assert made_up.motion_lesson().validation.digest() == made_up.validation.digest()
    assert made_up.motion_lesson().replay is None


# --- calibration --------------------------------------------------------------------


def test_without_a_reader_of_motion_there_is_one_temperature() -> None:
    from training.network.readers import Readers
    from training.runs import learning

    readers = Readers(untrained(1).picture)
    found = learning.calibrate(readers, dataset(NOBODY), None)
    assert (found.ink, found.motion_weight) == (1.0, 1.0)
    assert found.picture > 0


def test_with_few_held_out_people_the_champions_own_calibration_of_ink_stays() -> None:
    from training.runs import learning

    data = dataset(NOBODY, held_out=digit_variants.generate(40, np.random.default_rng(0)))
    champion = ModelVersion(manifest={"ink": {"temperature": 2.5, "motion_weight": 0.7}})
    found = learning.calibrate(untrained(1), data, champion)
    assert (found.ink, found.motion_weight) == (2.5, 0.7)
    of_pictures = ModelVersion(manifest={"temperature": 0.6})
    for before in (None, of_pictures):
        found = learning.calibrate(untrained(1), data, before)
        assert (found.ink, found.motion_weight) == (
            learning.INK_TEMPERATURE, learning.MOTION_WEIGHT,
        )  # fmt: skip


def test_with_many_held_out_people_the_temperature_of_ink_is_theirs() -> None:
    """Whose digits here are what both readers together say at a temperature of 2."""
    from training.network.model import predict_logits
    from training.network.senses import MOTION
    from training.runs import learning

    ink, readers = digit_variants.generate(1500, np.random.default_rng(0)), untrained(1)
    motion = predict_logits(readers.motion, ink.glyphs, MOTION)
    together = predict_logits(readers.picture, ink.glyphs) + learning.MOTION_WEIGHT * motion
    reach = softmax(together, 2.0).cumsum(axis=1)
    labels = (np.random.default_rng(1).random((len(ink), 1)) > reach[:, :-1]).sum(axis=1)
    people = Examples(ink.glyphs, labels)
    found = learning.calibrate(readers, dataset(NOBODY, held_out=people), None)
    assert found.ink == pytest.approx(2.0, rel=0.1)
    assert found.motion_weight == learning.MOTION_WEIGHT


# --- the snapshot -------------------------------------------------------------------


def test_drawings_of_ink_teach_motion_and_images_do_not(live_model: ModelVersion) -> None:
    from training.data.snapshot import take_snapshot

    factories.drawing(factories.contributor(), live_model)
    factories.drawing(factories.contributor(), live_model, strokes=None, image="drawing.png")
    glyphs: Glyphs = take_snapshot().train.examples.glyphs
    assert sorted(glyphs.has_ink.tolist()) == [False, True]
    assert glyphs.motion[glyphs.has_ink].any()
