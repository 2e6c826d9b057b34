"""A training learns, can be stopped and goes on, and never leaves half a checkpoint."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from training import lazy_glyphs
from training.data.sampling import in_windows, prepared_ahead, sample_rows
from training.examples import Examples, concatenate
from training.lazy_glyphs import AtHand, LazyGlyphs
from training.network.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from training.network.progress import Progress
from training.network.recipe import Recipe
from training.synthesis import digit_variants

if TYPE_CHECKING:
    from pathlib import Path

needs_tensorflow = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
TINY = replace(Recipe.scratch(3), batch=16, ema_decay=0.9)


@cache
def some_digits(count: int = 96, seed: int = 0) -> Examples:
    """Fours and sevens, which are something else upside down."""
    variants = digit_variants.generate(5 * count, np.random.default_rng(seed))
    return variants.select(np.flatnonzero(np.isin(variants.labels, (4, 7)))[:count])


class Stored(AtHand):
    """A part that stands on a shelf, counts how often it is read, and may be deleted."""

    def __init__(self, examples: Examples, shelf: int) -> None:
        super().__init__(lazy_glyphs.read(examples.glyphs), shelf)
        self.read, self.is_deleted = 0, False

    def column(self, name: Any) -> Any:
        self.read += 1
        return super().column(name)

    def left(self, rows: Any) -> Any:
        return np.full(len(rows), not self.is_deleted)


class Stopped(Exception):
    pass


class Watcher:
    """Remembers all progress; stops the training after so many batches."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.seen: list[Progress] = []
        self._stop_after = stop_after

    def __call__(self, progress: Progress) -> None:
        self.seen.append(progress)
        if len(self.seen) == self._stop_after:
            raise Stopped


def small_network(seed: int) -> Any:
    """Learns two digits in a second; `fit` takes whatever gives eleven logits."""
    from training.network.backend import keras

    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(16, 7, strides=3, use_bias=False),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.ReLU(),
            keras.layers.Flatten(),
            keras.layers.Dense(11),
        ]
    )


def train(
    checkpoint: Path | None = None,
    on_progress: Any = None,
    *,
    recipe: Recipe = TINY,
    examples: Examples | None = None,
    seed: int = 5,
    start: int = 5,
    **more: Any,
) -> tuple[Any, list[Any]]:
    from training.network.fit import fit

    model = small_network(start)
    history = fit(
        model,
        some_digits() if examples is None else examples,
        some_digits(40, seed=1),
        recipe,
        seed=seed,
        checkpoint=checkpoint,
        on_progress=on_progress or Watcher(),
        **more,
    )
    return model, history


def accuracy(model: Any, examples: Examples) -> float:
    from training.network.model import predict_logits

    answers = predict_logits(model, examples.glyphs).argmax(axis=1)
    return float((answers == examples.labels).mean())


def largest_difference(one: Any, other: Any) -> float:
    pairs = zip(one.get_weights(), other.get_weights(), strict=True)
    return max(float(np.abs(a - b).max()) for a, b in pairs)


class TestFit:
    pytestmark = needs_tensorflow

    def test_it_works(self) -> None:
        model, history = train(recipe=replace(TINY, epochs=8))
        assert history[-1].loss < 0.6 * history[0].loss
        assert max(result.validation_accuracy for result in history) > 0.9
        assert accuracy(model, some_digits(60, seed=2)) > 0.9

    @pytest.mark.parametrize("keeps_best", [True, False])
    def test_it_ends_with_the_average_that_validated_best_or_the_last(
        self, keeps_best: bool
    ) -> None:
        from training.network.calibration import fit_temperature, negative_log_likelihood, softmax
        from training.network.model import predict_logits

        recipe = replace(TINY, epochs=5, peak_rate=0.02, keeps_best=keeps_best)
        model, history = train(recipe=recipe)
        validation = some_digits(40, seed=1)
        logits = predict_logits(model, validation.glyphs)
        found = softmax(logits, fit_temperature(logits, validation.labels))
        likelihoods = [result.validation_nll for result in history]
        kept = min(likelihoods) if keeps_best else likelihoods[-1]
        assert negative_log_likelihood(found, validation.labels) == pytest.approx(kept, rel=1e-3)

    def test_it_says_where_it_stands(self) -> None:
        watcher = Watcher()
        train(on_progress=watcher)
        assert [(p.epoch, p.batch) for p in watcher.seen] == [
            (epoch, batch) for epoch in (1, 2, 3) for batch in range(1, 7)
        ]
        assert {(p.stage, p.epochs, p.batches) for p in watcher.seen} == {("training", 3, 6)}
        assert watcher.seen[0].eta_seconds > 0
        assert watcher.seen[-1].eta_seconds == 0
        assert all(p.images_per_second > 0 and np.isfinite(p.loss) for p in watcher.seen)

    def test_the_rate_rises_and_falls_to_nothing(self) -> None:
        _, history = train()
        rates = [result.learning_rate for result in history]
        assert TINY.peak_rate > rates[0] > rates[1] > rates[2] == pytest.approx(0, abs=1e-6)

    @pytest.mark.parametrize("stop_after", [1, 8])
    def test_an_error_from_the_watcher_ends_it_cleanly(self, stop_after: int) -> None:
        watcher = Watcher(stop_after)
        with pytest.raises(Stopped):
            train(on_progress=watcher)
        assert len(watcher.seen) == stop_after
        assert not [one for one in threading.enumerate() if one.name.startswith("prepare")]

    def test_a_stopped_run_goes_on_as_if_nothing_had_been(self, tmp_path: Path) -> None:
        checkpoint = tmp_path / "checkpoint.npz"
        with pytest.raises(Stopped):
            train(checkpoint, Watcher(stop_after=15))  # in the third epoch
        again = Watcher()
        resumed, history = train(checkpoint, again)
        assert (again.seen[0].epoch, again.seen[0].batch) == (3, 1)
        whole, whole_history = train()
        assert largest_difference(resumed, whole) < 1e-3
        assert [result.epoch for result in history] == [1, 2, 3]
        for one, other in zip(history, whole_history, strict=True):
            assert one.loss == pytest.approx(other.loss, rel=1e-3)
            assert one.learning_rate == pytest.approx(other.learning_rate)

    def test_a_finished_run_is_not_trained_again(self, tmp_path: Path) -> None:
        first, history = train(tmp_path / "checkpoint.npz")
        again = Watcher()
        second, same = train(tmp_path / "checkpoint.npz", again)
        assert again.seen == []
        assert same == history
        assert largest_difference(first, second) == 0
        assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.npz"]

    @pytest.mark.parametrize(
        "change",
        [
            {"recipe": replace(TINY, peak_rate=0.002)},
            {"seed": 6},
            {"start": 6},
            {"examples": some_digits(96, seed=9)},
        ],
        ids=["recipe", "seed", "first weights", "examples"],
    )
    def test_the_checkpoint_of_another_run_is_not_used(
        self, tmp_path: Path, change: dict[str, Any]
    ) -> None:
        checkpoint = tmp_path / "checkpoint.npz"
        with pytest.raises(Stopped):
            train(checkpoint, Watcher(stop_after=8))
        watcher = Watcher(stop_after=1)
        with pytest.raises(Stopped):
            train(checkpoint, watcher, **change)
        assert watcher.seen[0].epoch == 1

    def test_a_damaged_checkpoint_is_named_and_not_used(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        checkpoint = tmp_path / "checkpoint.npz"
        with pytest.raises(Stopped):
            train(checkpoint, Watcher(stop_after=8))
        checkpoint.write_bytes(checkpoint.read_bytes()[:-5000])
        watcher = Watcher(stop_after=1)
        with pytest.raises(Stopped):
            train(checkpoint, watcher)
        assert watcher.seen[0].epoch == 1
        assert "is damaged" in caplog.text

    def test_a_warm_start_learns_the_new_and_keeps_the_old(self) -> None:
        from training.network.fit import fit

        old = some_digits(128)
        model, _ = train(recipe=replace(TINY, epochs=8), examples=old)
        # Upside down: a digit nobody has seen yet, which a user calls a 5.
        flipped = some_digits(24, seed=3).pixels[:, ::-1, ::-1]
        new = Examples.of_pictures(flipped, np.full(24, 5))
        assert accuracy(model, new) < 0.3
        recipe = replace(
            Recipe.warm(4), batch=16, images_per_epoch=256, peak_rate=2e-3, ema_decay=0.9
        )
        both = concatenate([new, some_digits(40, seed=1)])
        fit(
            model,
            new,
            both,
            recipe,
            replay=old,
            seed=1,
            checkpoint=None,
            on_progress=Watcher(),
        )
        assert accuracy(model, new) > 0.8
        assert accuracy(model, some_digits(60, seed=2)) > 0.9

    @pytest.mark.parametrize(("weight", "keeps"), [(1.0, True), (0.0, False)])
    def test_what_is_replayed_holds_the_network_to_its_own_answers(
        self, weight: float, keeps: bool
    ) -> None:
        """Not to the labels, which here are all wrong."""
        from training.network.fit import fit

        model, _ = train(recipe=replace(TINY, epochs=8), examples=some_digits(128))
        old = some_digits(128, seed=6)
        wrong = Examples(old.glyphs, np.full(len(old), 2))
        new = Examples.of_pictures(some_digits(24, seed=3).pixels[:, ::-1], np.full(24, 5))
        recipe = replace(
            Recipe.warm(4),
            batch=16,
            images_per_epoch=256,
            peak_rate=2e-3,
            distillation_weight=weight,
        )
        fit(
            model, new, old, recipe,
            replay=wrong, seed=1, checkpoint=None, on_progress=Watcher(),
        )  # fmt: skip
        assert (accuracy(model, old) > 0.9) == keeps

    def test_what_is_not_in_memory_is_read_window_by_window(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And learned as well; what is deleted meanwhile is never read again."""
        from training.network import fit

        monkeypatch.setattr(fit, "WINDOW", 80)
        digits = some_digits(240)
        parts = [Stored(digits.select(slice(at, at + 30)), at // 30) for at in range(0, 240, 30)]
        lazy = Examples(LazyGlyphs(parts), digits.labels)
        parts[2].is_deleted = True
        watcher, recipe = Watcher(), replace(TINY, epochs=6)
        model, history = train(recipe=recipe, examples=lazy, data="them", on_progress=watcher)
        assert len(watcher.seen) == 6 * 240 // 16
        assert history[-1].loss < 0.6 * history[0].loss
        assert accuracy(model, some_digits(60, seed=2)) > 0.9
        assert parts[2].read == 0
        assert {part.read for part in parts} == {0, 6}, "a part is read once an epoch"
        again, _ = train(recipe=recipe, examples=lazy, data="them")
        assert largest_difference(model, again) < 1e-3

    def test_nothing_to_learn_from_is_refused(self) -> None:
        with pytest.raises(ValueError, match="learn from"):
            train(examples=concatenate([]))

    def test_nothing_to_validate_on_is_refused(self) -> None:
        from training.network.fit import fit

        nothing = concatenate([])
        with pytest.raises(ValueError, match="validate on"):
            fit(None, some_digits(), nothing, TINY, seed=1, checkpoint=None, on_progress=Watcher())


def test_every_row_comes_once_where_all_weigh_the_same() -> None:
    rows = sample_rows(np.ones(1000, np.float32), 1000, np.random.default_rng(0))
    assert sorted(rows.tolist()) == list(range(1000))


def test_a_row_comes_as_often_as_it_weighs() -> None:
    weights = np.array([0, 1, 2.5, 0, 4, 0], dtype=np.float32)
    counts = np.bincount(sample_rows(weights, 75, np.random.default_rng(0)), minlength=6)
    assert counts.tolist() == pytest.approx([0, 10, 25, 0, 40, 0], abs=1)
    assert counts[[0, 3, 5]].tolist() == [0, 0, 0]


def test_fewer_rows_than_there_are_change_from_epoch_to_epoch() -> None:
    first, second = (
        sample_rows(np.ones(1000), 100, np.random.default_rng(seed)) for seed in (1, 2)
    )
    assert len(set(first.tolist())) == 100
    assert set(first.tolist()) != set(second.tolist())


@pytest.mark.parametrize("weights", [[], [0.0, 0.0]])
def test_nothing_can_be_drawn_from_nothing(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="learn from"):
        sample_rows(np.array(weights), 5, np.random.default_rng(0))


SHELVES = np.repeat([-1, 0, 1, 2, 3, 4, 5], [70, 10, 30, 50, 10, 20, 80])


def test_few_rows_are_one_window_in_their_order() -> None:
    rows = np.random.default_rng(0).permutation(len(SHELVES))
    (window,) = in_windows(rows, SHELVES, np.random.default_rng(1), most=200)
    assert window.tolist() == rows.tolist()


def test_many_rows_are_windows_of_whole_shelves() -> None:
    """Every row comes as often as before, and what is at hand comes in all of them alike."""
    rng = np.random.default_rng(0)
    rows = rng.permutation(np.repeat(np.arange(len(SHELVES)), 2))
    windows = in_windows(rows, SHELVES, np.random.default_rng(1), most=60)
    assert 2 < len(windows) < 6
    assert sorted(np.concatenate(windows).tolist()) == sorted(rows.tolist())
    of_windows = [set(SHELVES[window]) - {-1} for window in windows]
    assert sum(map(len, of_windows)) == 6
    for window in windows:
        stored = SHELVES[window] != -1
        assert (~stored).sum() == pytest.approx(stored.sum() * 70 / 200, abs=2)
        places = np.flatnonzero(stored) / len(window)
        assert places.mean() == pytest.approx(0.5, abs=0.1), "at hand and stored are mixed"
    again = in_windows(rows, SHELVES, np.random.default_rng(1), most=60)
    assert [window.tolist() for window in again] == [window.tolist() for window in windows]


def test_the_next_batch_is_prepared_by_another_thread_in_order() -> None:
    def prepare(number: int) -> tuple[int, str]:
        return number, threading.current_thread().name

    made = list(prepared_ahead(prepare, 4))
    assert [number for number, _ in made] == [0, 1, 2, 3]
    assert all(name.startswith("prepare") for _, name in made)
    assert list(prepared_ahead(prepare, 0)) == []


def test_an_error_while_preparing_comes_through() -> None:
    def prepare(number: int) -> int:
        return 1 // (2 - number)

    with pytest.raises(ZeroDivisionError):
        list(prepared_ahead(prepare, 5))


def test_replay_fills_what_the_new_examples_may_not() -> None:
    recipe = replace(Recipe.warm(1), images_per_epoch=1000, replay_share=0.5, max_repeats=10)
    assert recipe.shares(400, 400, replays=True) == (500, 500)
    assert recipe.shares(3, 3, replays=True) == (30, 970)
    assert recipe.shares(0, 0, replays=True) == (0, 1000)
    assert Recipe.scratch(1).shares(400, 700, replays=False) == (700, 0)


def a_checkpoint(identity: str = "one") -> Checkpoint:
    arrays = [np.arange(6, dtype=np.float32).reshape(2, 3), np.array(7, dtype=np.int64)]
    return Checkpoint(identity, [{"epoch": 1}], arrays, arrays, arrays[:1], arrays[::-1])


def test_a_checkpoint_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.npz"
    write_checkpoint(path, a_checkpoint("zero"))
    write_checkpoint(path, a_checkpoint())
    found = read_checkpoint(path, "one")
    assert found is not None
    assert found.history == [{"epoch": 1}]
    assert [array.tolist() for array in found.weights] == [[[0, 1, 2], [3, 4, 5]], 7]
    assert [array.dtype for array in found.optimizer] == [np.int64, np.float32]
    assert len(found.kept) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.npz"]


def test_more_than_ten_arrays_keep_their_order(tmp_path: Path) -> None:
    many = [np.array(number) for number in range(30)]
    write_checkpoint(tmp_path / "c.npz", Checkpoint("one", [], many, [], [], []))
    found = read_checkpoint(tmp_path / "c.npz", "one")
    assert found is not None
    assert [int(array) for array in found.weights] == list(range(30))


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"\x80\x04N.", b"PK\x05\x06" + bytes(18), bytes(500)]
)
def test_a_file_that_is_no_checkpoint_is_named_and_not_used(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "checkpoint.npz"
    path.write_bytes(content)
    assert read_checkpoint(path, "one") is None
    assert "is damaged" in caplog.text


def test_no_checkpoint_is_no_damage(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read_checkpoint(tmp_path / "checkpoint.npz", "one") is None
    assert caplog.text == ""


def test_a_failed_write_leaves_the_old_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.npz"
    write_checkpoint(path, a_checkpoint())
    broken = replace(a_checkpoint("two"), history=[{"epoch": object()}])
    with pytest.raises(TypeError):
        write_checkpoint(path, broken)
    assert read_checkpoint(path, "one") is not None
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.npz"]
