"""The two readers of a network: joined, taken apart again, and what each takes of a glyph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recognizer.exceptions import BadArtifact
from tests.support.networks import mixed_glyphs, untrained

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def answers(readers: Any) -> list[np.ndarray]:
    from training.network.model import predict_logits
    from training.network.senses import MOTION, PICTURE

    pairs = [(readers.picture, PICTURE), (readers.motion, MOTION)]
    return [
        predict_logits(model, mixed_glyphs(), sense) for model, sense in pairs if model is not None
    ]


def saved(network: Any, folder: Path) -> bytes:
    network.save(folder / "network.keras")
    return (folder / "network.keras").read_bytes()


@pytest.mark.parametrize("motion", [False, True])
def test_it_works(tmp_path: Path, motion: bool) -> None:
    """Taken apart, joined and taken apart again they answer as before."""
    from training.network.readers import Calibration, join, load_readers

    readers = untrained(3, motion=motion)
    again = load_readers(saved(join(readers, Calibration(0.7, 1.3, 1.5)), tmp_path))
    more = load_readers(saved(join(again, Calibration(2.0)), tmp_path))
    for before, after, last in zip(*map(answers, (readers, again, more)), strict=True):
        assert np.abs(before - after).max() < 1e-5
        assert np.abs(before - last).max() < 1e-5
    assert (again.motion is not None) == motion


def test_a_champion_of_before_whose_input_has_another_name_is_read(tmp_path: Path) -> None:
    from training.network.backend import keras
    from training.network.readers import Calibration, Readers, join, load_readers

    theirs = untrained(3, motion=False).picture
    old = keras.models.clone_model(theirs, input_tensors=keras.Input((28, 28, 1), name="image"))
    old.set_weights(theirs.get_weights())
    content = saved(join(Readers(old), Calibration(0.7)), tmp_path)
    readers = load_readers(content)
    assert (readers.picture.inputs[0].name, readers.motion) == ("pixels", None)
    assert np.abs(answers(readers)[0] - answers(Readers(theirs))[0]).max() < 1e-5
    both = Readers(readers.picture, untrained(3).motion)
    assert {tensor.name for tensor in join(both, Calibration(0.7)).inputs} == {
        "pixels", "motion", "has_ink",
    }  # fmt: skip


@pytest.mark.parametrize("layer", ["logits", "motion_logits"])
def test_a_network_that_lacks_a_reader_is_refused(tmp_path: Path, layer: str) -> None:
    from training.network.backend import keras
    from training.network.readers import Calibration, join, load_readers

    network = join(untrained(3), Calibration(1.0))
    renamed = keras.models.clone_model(
        network,
        clone_function=lambda one: type(one).from_config(
            one.get_config() | {"name": "other" if one.name == layer else one.name}
        ),
    )
    with pytest.raises(BadArtifact, match=layer):
        load_readers(saved(renamed, tmp_path))


def test_the_calibration_of_either_format_is_read_from_its_manifest() -> None:
    from training.network.readers import Calibration

    assert Calibration.of({"temperature": 0.6}) == Calibration(0.6, 1.0, 1.0)
    ink = {"temperature": 1.4, "motion_weight": 1.5}
    assert Calibration.of({"temperature": 0.6, "ink": ink}) == Calibration(0.6, 1.4, 1.5)


def test_shapes_other_than_the_engines_are_refused() -> None:
    from training.network.backend import keras
    from training.network.readers import Calibration, check_shapes, join

    check_shapes(join(untrained(3), Calibration(1.0)))
    check_shapes(join(untrained(3, motion=False), Calibration(1.0)))
    inputs = [keras.Input((28, 28, 1), name="pixels"), keras.Input((8, 8, 9), name="motion")]
    flat = keras.layers.Concatenate()([keras.layers.Flatten()(one) for one in inputs])
    with pytest.raises(BadArtifact, match="8, 8, 9"):
        check_shapes(keras.Model(inputs, keras.layers.Dense(11)(flat)))
    whole = join(untrained(3), Calibration(1.0))
    few = {"probabilities": whole.output["probabilities"]}
    with pytest.raises(BadArtifact, match="probabilities"):
        check_shapes(keras.Model(whole.inputs, few))


def test_the_motions_reader_is_small_and_of_plain_layers() -> None:
    motion = untrained(1).motion
    assert motion.count_params() == 14_939 < 20_000
    kinds = {type(layer).__name__ for layer in motion.layers}
    assert kinds == {"InputLayer", "Conv2D", "BatchNormalization", "ReLU", "Flatten", "Dense"}


def test_a_seed_decides_the_first_weights_of_the_motions_reader() -> None:
    first, same, other = (untrained(seed).motion.get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(one, two) for one, two in zip(first, same, strict=True))
    assert not np.array_equal(first[0], other[0])


# --- senses -------------------------------------------------------------------------


def test_each_sense_takes_its_part_of_a_glyph() -> None:
    from training.network.recipe import Recipe
    from training.network.senses import MOTION, PICTURE

    glyphs, recipe = mixed_glyphs(), Recipe.scratch(1)
    for sense, rows in ((PICTURE, glyphs.pixels), (MOTION, glyphs.motion)):
        assert sense.of(glyphs) is rows
        plain = sense.plain(rows)
        varied = sense.varied(rows, np.random.default_rng(0), recipe)
        assert plain.shape == varied.shape == (len(glyphs), *sense.shape)
        assert plain.dtype == varied.dtype == np.float32
        assert not np.allclose(plain, varied)
    assert PICTURE.plain(glyphs.pixels).max() == 1
    assert PICTURE.stage != MOTION.stage


def test_a_motions_reader_learns_by_the_same_loop() -> None:
    from dataclasses import replace

    from training.network import motion_model
    from training.network.fit import fit
    from training.network.model import predict_logits
    from training.network.recipe import Recipe
    from training.network.senses import MOTION
    from training.synthesis import digit_variants

    learned, kept = (
        digit_variants.generate(count, np.random.default_rng(seed))
        for count, seed in ((256, 0), (100, 1))
    )
    model, said = motion_model.build(0), []
    recipe = replace(Recipe.motion_scratch(), epochs=6, batch=32, images_per_epoch=0)
    fit(
        model, learned, kept, recipe,
        sense=MOTION, seed=0, checkpoint=None, on_progress=said.append,
    )  # fmt: skip
    right = predict_logits(model, kept.glyphs, MOTION).argmax(axis=1) == kept.labels
    assert right.mean() > 0.8
    assert {progress.stage for progress in said} == {"training the motion's reader"}
