"""Training, in the order of the run: batches, step, EMA, validation, checkpoint."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from contextlib import closing
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from recognizer.labels import CLASSES
from training.data.sampling import WINDOW, Rows, in_windows, prepared_ahead, sample_rows
from training.examples import Examples, concatenate
from training.lazy_glyphs import AT_HAND, LazyGlyphs, shelves
from training.network.backend import keras, tf
from training.network.calibration import fit_temperature, negative_log_likelihood, softmax
from training.network.checkpoint import Arrays, Checkpoint, read_checkpoint, write_checkpoint
from training.network.fused_batch_norm import with_fused_batch_norm
from training.network.model import Predictor, predictor
from training.network.progress import EpochResult, Progress
from training.network.recipe import Recipe
from training.network.senses import PICTURE, Sense

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from numpy.typing import NDArray

# Inputs, labels, and whether each is replayed.
Batch: TypeAlias = "tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.bool_]]"

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Trainee:
    """The network in training, the exponential moving average (EMA) of its weights, and the
    weights to be kept so far."""

    model: Any
    ema: Any
    optimizer: Any
    kept: Arrays
    history: list[EpochResult] = field(default_factory=list)


def fit(
    model: Any,
    train: Examples,
    validation: Examples,
    recipe: Recipe,
    *,
    replay: Examples | None = None,
    sense: Sense = PICTURE,
    seed: int,
    checkpoint: Path | None,
    data: str = "",
    on_progress: Callable[[Progress], None],
    on_epoch: Callable[[list[EpochResult]], None] = lambda history: None,
) -> list[EpochResult]:
    """Trains `model`, one sense's inputs -> logits, in place; returns one result an epoch.

    It ends with the averaged weights of the last epoch or, where the recipe says
    so, of the one whose validation likelihood was best. With `replay` every batch
    mixes `train` with it, and its labels with the model's own first answers, as the
    recipe says. A row's weight says how often it is drawn beside the other rows of
    its kind. An error raised by `on_progress` ends the training and comes through.

    With `checkpoint`, a run of the same recipe, seed, examples and first weights
    goes on after its last finished epoch. `data` names the examples in place of their
    digest, for a run that goes on although some of them are gone. `on_epoch` is called
    with all results after each one. Raises `ValueError` where there is nothing to learn
    from or to validate on.
    """
    if len(validation) == 0:
        raise ValueError("There are no examples to validate on.")
    source = _Source(train, replay, recipe, sense, seed)
    trainee = _trainee(model, recipe, source.steps)
    examples = [train, validation, *([replay] if replay else [])]
    names = [data] if data else [part.digest() for part in examples]
    identity = _identity(model, recipe, seed, names)
    if checkpoint is not None:
        _resume(trainee, checkpoint, identity)
    step = _compiled_step(trainee, recipe, source.signature, model)
    predict = predictor(trainee.ema, sense)
    report = _Reporter(on_progress, sense, recipe, source.steps, len(trainee.history))
    for epoch in range(len(trainee.history), recipe.epochs):
        started = time.monotonic()
        loss = _learn(step, source, epoch, report)
        nll, accuracy = _validate(predict, validation)
        best = all(nll < earlier.validation_nll for earlier in trainee.history)
        if best or not recipe.keeps_best:
            trainee.kept = trainee.ema.get_weights()
        rate = float(trainee.optimizer.learning_rate)
        seconds = time.monotonic() - started
        trainee.history.append(EpochResult(epoch + 1, loss, nll, accuracy, rate, seconds))
        if checkpoint is not None:
            _keep(trainee, checkpoint, identity)
        on_epoch(trainee.history)
    model.set_weights(trainee.kept)
    return trainee.history


@dataclass(frozen=True, slots=True)
class _Window:
    """Examples that were read, in their order of an epoch.

    `inputs` is what was read of them, `places` (n,) which of it each example is, `rows` (n,)
    which example.
    """

    inputs: NDArray[np.uint8]
    places: Rows
    rows: Rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, which: slice | Rows) -> _Window:
        return _Window(self.inputs, self.places[which], self.rows[which])

    def __add__(self, other: _Window) -> _Window:
        """One window after a few examples of another."""
        if not len(self):
            return other
        return _Window(
            np.concatenate([other.inputs, self.inputs[self.places]]),
            np.concatenate([len(other.inputs) + np.arange(len(self)), other.places]),
            np.concatenate([self.rows, other.rows]),
        )


class _Source:
    """The batches of every epoch, each made from its own seed, so that a resumed run sees them.

    Examples that are not in memory are read a window at a time; so few that one window holds
    all of them are read once.
    """

    def __init__(
        self, train: Examples, replay: Examples | None, recipe: Recipe, sense: Sense, seed: int
    ) -> None:
        pool = concatenate([train, replay]) if replay else train
        self._sense, self._glyphs, self._labels = sense, pool.glyphs, pool.labels
        self._weights = train.weights
        self._replay_weights = replay.weights if replay else train.weights[:0]
        self._recipe, self._seed = recipe, seed
        self._fresh, self._replayed = recipe.shares(
            len(train), round(float(train.weights.sum())), replays=bool(replay)
        )
        self.steps = -(-(self._fresh + self._replayed) // recipe.batch)
        if self.steps == 0:
            raise ValueError("There are no examples to learn from.")
        self._shelves = shelves(pool.glyphs)
        is_small = np.count_nonzero(self._shelves != AT_HAND) <= WINDOW
        self._inputs = sense.of(pool.glyphs) if is_small else None

    def batches(self, epoch: int) -> Generator[Batch]:
        """An epoch's batches, each made in another thread while the one before is in use.

        The last is filled up with other examples of its window.
        """
        rng = np.random.default_rng([self._seed, epoch])
        fresh = sample_rows(self._weights, self._fresh, rng)
        replayed = sample_rows(self._replay_weights, self._replayed, rng)
        replayed += np.int32(len(self._weights))
        rows = np.concatenate([fresh, replayed])
        del fresh, replayed  # a million drawings make these large
        rows = rng.permutation(rows)
        windows, size, number = in_windows(rows, self._shelves, rng, WINDOW), self._recipe.batch, 0
        over = self._read(rows[:0])
        for place, some in enumerate(windows, 1):
            window = over + self._read(some)
            if place == len(windows):
                window = window[np.resize(np.arange(len(window)), -(-len(window) // size) * size)]
            count = len(window) // size
            made = partial(self._batch, window, epoch, number)
            # Not by tf.data: measured, its calls back into Python add two thirds of what the
            # training takes of the processor. Closed, the second thread ends with the run.
            with closing(prepared_ahead(made, count)) as ahead:
                yield from ahead
            over, number = window[count * size :], number + count

    def _read(self, rows: Rows) -> _Window:
        """Rows of the pool; in the place of those that were deleted meanwhile come others."""
        glyphs = self._glyphs
        if isinstance(glyphs, LazyGlyphs):
            different, places = np.unique(rows, return_inverse=True)
            left = glyphs[different].left()
            if not left.all():
                rows = np.resize(rows[left[places]], len(rows)) if left.any() else rows[:0]
        if self._inputs is not None:
            return _Window(self._inputs, rows, rows)
        different, places = np.unique(rows, return_inverse=True)
        return _Window(self._sense.of(glyphs[different]), places, rows)

    @property
    def signature(self) -> tuple[Any, ...]:
        """Shapes and types of a batch, for TensorFlow."""
        size = self._recipe.batch
        return (
            tf.TensorSpec((size, *self._sense.shape), tf.float32),
            tf.TensorSpec((size,), tf.int64),
            tf.TensorSpec((size,), tf.bool),
        )

    def _batch(self, window: _Window, epoch: int, first: int, number: int) -> Batch:
        """A window's batch of a number: inputs, randomly varied, labels, and which are replayed.

        `first` is the number in the epoch of the window's first batch.
        """
        size = self._recipe.batch
        some = window[number * size : (number + 1) * size]
        rng = np.random.default_rng([self._seed, epoch, first + number])
        inputs = self._sense.varied(some.inputs[some.places], rng, self._recipe)
        return inputs, self._labels[some.rows], some.rows >= len(self._weights)


class _Reporter:
    """Reports after every batch how far the training is and how long it will take."""

    def __init__(
        self,
        on_progress: Callable[[Progress], None],
        sense: Sense,
        recipe: Recipe,
        steps: int,
        epochs_done: int,
    ) -> None:
        self._on_progress, self._recipe, self._steps = on_progress, recipe, steps
        self._stage = sense.stage
        self._since, self._done = time.monotonic(), 0
        self._left = (recipe.epochs - epochs_done) * steps

    def __call__(self, epoch: int, number: int, loss: float) -> None:
        self._left -= 1
        seconds = (time.monotonic() - self._since) / max(self._done, 1)
        if self._done == 0:
            # The first batch also sets the kernels up; it says nothing about the others.
            self._since = time.monotonic()
        self._done += 1
        self._on_progress(
            Progress(
                stage=self._stage,
                epoch=epoch + 1,
                epochs=self._recipe.epochs,
                batch=number + 1,
                batches=self._steps,
                eta_seconds=self._left * seconds,
                images_per_second=self._recipe.batch / seconds,
                loss=loss,
            )
        )


def _trainee(model: Any, recipe: Recipe, steps: int) -> _Trainee:
    trained = with_fused_batch_norm(model)
    ema = keras.models.clone_model(model)
    ema.set_weights(model.get_weights())
    total = recipe.epochs * steps
    warm_up = round(recipe.warm_up * total)
    # Loshchilov and Hutter, "SGDR" (2017) and "Decoupled Weight Decay" (2019).
    rate = keras.optimizers.schedules.CosineDecay(
        0.0 if warm_up else recipe.peak_rate,
        max(total - warm_up, 1),
        warmup_target=recipe.peak_rate if warm_up else None,
        warmup_steps=warm_up,
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    optimizer.build(trained.trainable_variables)
    return _Trainee(trained, ema, optimizer, kept=model.get_weights())


def _compiled_step(
    trainee: _Trainee, recipe: Recipe, signature: tuple[Any, ...], before: Any
) -> Any:
    """A function (inputs, labels, replayed) -> loss that learns from one batch.

    It is traced here, before the clock starts. `before` is the network as it was when
    the training began.
    """
    model, ema, optimizer = trainee.model, trainee.ema, trainee.optimizer
    pairs = list(zip(ema.weights, model.weights, strict=True))
    smoothing = recipe.label_smoothing

    def step(inputs: Any, labels: Any, replayed: Any) -> Any:
        targets = tf.one_hot(labels, CLASSES) * (1 - smoothing) + smoothing / CLASSES
        if recipe.distillation_weight:
            # Li and Hoiem, "Learning without Forgetting" (2016). Where nothing has changed yet
            # this pulls nowhere, unlike a label that the network has learned as far as it could.
            known = tf.nn.softmax(before(inputs, training=False))
            share = recipe.distillation_weight * tf.cast(replayed, tf.float32)[:, None]
            targets += share * (known - targets)
        with tf.GradientTape() as tape:
            losses = tf.nn.softmax_cross_entropy_with_logits(targets, model(inputs, training=True))
            loss = tf.reduce_mean(losses)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        # Early on the EMA follows faster, or it would long remember the random start.
        seen = tf.cast(optimizer.iterations, tf.float32)
        decay = tf.minimum(recipe.ema_decay, (1 + seen) / (10 + seen))
        for kept, current in pairs:
            kept.assign(current + (kept - current) * decay)
        return loss

    compiled = tf.function(step, input_signature=signature)
    compiled.get_concrete_function()
    return compiled


def _learn(step: Callable[..., Any], source: _Source, epoch: int, report: _Reporter) -> float:
    """Learns from all batches of an epoch; returns their mean loss."""
    losses = []
    # Closed at once where `report` raises, so that the second thread ends with the run.
    with closing(source.batches(epoch)) as batches:
        for number, batch in enumerate(batches):
            losses.append(float(step(*batch)))
            report(epoch, number, losses[-1])
    return float(np.mean(losses))


def _validate(predict: Predictor, validation: Examples) -> tuple[float, float]:
    """Negative log-likelihood in nats and accuracy, both weighted by the rows' weights.

    The likelihood is taken at the best temperature: smoothed labels make the network
    less confident by design, and the export's temperature takes that back.
    """
    validation = validation.left()
    logits = predict(validation.glyphs)
    probabilities = softmax(logits, fit_temperature(logits, validation.labels))
    right = probabilities.argmax(axis=1) == validation.labels
    nll = negative_log_likelihood(probabilities, validation.labels, validation.weights)
    return nll, float(np.average(right, weights=validation.weights))


def _identity(model: Any, recipe: Recipe, seed: int, examples: list[str]) -> str:
    start = hashlib.sha256(b"".join(array.tobytes() for array in model.get_weights()))
    return json.dumps(
        {
            "recipe": asdict(recipe),
            "seed": seed,
            "examples": examples,
            "start": start.hexdigest(),
        }
    )


def _keep(trainee: _Trainee, path: Path, identity: str) -> None:
    state = Checkpoint(
        identity=identity,
        history=[asdict(result) for result in trainee.history],
        weights=trainee.model.get_weights(),
        ema=trainee.ema.get_weights(),
        kept=trainee.kept,
        optimizer=[variable.numpy() for variable in trainee.optimizer.variables],
    )
    write_checkpoint(path, state)


def _resume(trainee: _Trainee, path: Path, identity: str) -> None:
    """Sets the trainee to the checkpoint's state; leaves it as it is where there is none."""
    state = read_checkpoint(path, identity)
    if state is None:
        return
    trainee.model.set_weights(state.weights)
    trainee.ema.set_weights(state.ema)
    trainee.kept = state.kept
    for variable, value in zip(trainee.optimizer.variables, state.optimizer, strict=True):
        variable.assign(value)
    trainee.history = [EpochResult(**result) for result in state.history]
    logger.info("The training goes on after epoch %s.", len(trainee.history))
