"""Training, in the order of the run: batches, step, average, validation, checkpoint."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from contextlib import closing
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from recognizer.glyph import SIZE
from training.augment import augment
from training.batches import draw, in_batches, prepared_ahead
from training.calibrate import fit_temperature, negative_log_likelihood, softmax
from training.checkpoint import Arrays, Checkpoint, read_checkpoint, write_checkpoint
from training.examples import CLASSES, Examples, concatenate
from training.fused import twin
from training.keras_setup import keras, tf
from training.network import Reader, reader
from training.recipe import EpochResult, Progress, Recipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["EpochResult", "Progress", "Recipe", "fit"]

# Images, labels, and whether each is replayed.
Batch: TypeAlias = "tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.bool_]]"

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Trainee:
    """The network in training (a twin that trains fast), its moving average, and the average
    to be kept so far."""

    model: Any
    average: Any
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
    seed: int,
    checkpoint: Path | None,
    on_progress: Callable[[Progress], None],
    on_epoch: Callable[[list[EpochResult]], None] = lambda history: None,
) -> list[EpochResult]:
    """Trains `model` (images -> logits) in place; returns one result an epoch.

    It ends with the averaged weights of the last epoch or, where the recipe says
    so, of the one whose validation likelihood was best. With `replay` every batch
    mixes `train` with it, and its labels with the model's own first answers, as the
    recipe says. A row's weight says how often it is drawn beside the other rows of
    its kind. An error raised by `on_progress` ends the training and comes through.

    With `checkpoint`, a run of the same recipe, seed, examples and first weights
    goes on after its last finished epoch. `on_epoch` is told all results after
    each one. Raises `ValueError` where there is nothing to learn from or to
    validate on.
    """
    if len(validation) == 0:
        raise ValueError("There are no examples to validate on.")
    source = _Source(train, replay, recipe, seed)
    trainee = _trainee(model, recipe, source.steps)
    identity = _identity(model, recipe, seed, [train, validation, *([replay] if replay else [])])
    if checkpoint is not None:
        _resume(trainee, checkpoint, identity)
    step, read = _compiled_step(trainee, recipe, model), reader(trainee.average)
    report = _Reporter(on_progress, recipe, source.steps, len(trainee.history))
    for epoch in range(len(trainee.history), recipe.epochs):
        started = time.monotonic()
        loss = _learn(step, source, epoch, report)
        nll, accuracy = _validate(read, validation)
        best = all(nll < earlier.validation_nll for earlier in trainee.history)
        if best or not recipe.keeps_best:
            trainee.kept = trainee.average.get_weights()
        rate = float(trainee.optimizer.learning_rate)
        seconds = time.monotonic() - started
        trainee.history.append(EpochResult(epoch + 1, loss, nll, accuracy, rate, seconds))
        if checkpoint is not None:
            _keep(trainee, checkpoint, identity)
        on_epoch(trainee.history)
    model.set_weights(trainee.kept)
    return trainee.history


class _Source:
    """The batches of every epoch, each made from its own seed, so that a resumed run sees them."""

    def __init__(self, train: Examples, replay: Examples | None, recipe: Recipe, seed: int) -> None:
        self._pool = concatenate([train, replay]) if replay else train
        self._weights = train.weights
        self._replay_weights = replay.weights if replay else train.weights[:0]
        self._recipe, self._seed = recipe, seed
        self._fresh, self._replayed = recipe.shares(
            len(train), round(float(train.weights.sum())), replays=bool(replay)
        )
        self.steps = -(-(self._fresh + self._replayed) // recipe.batch)
        if self.steps == 0:
            raise ValueError("There are no examples to learn from.")

    def rows(self, epoch: int) -> list[NDArray[np.intp]]:
        rng = np.random.default_rng([self._seed, epoch])
        fresh = draw(self._weights, self._fresh, rng)
        replayed = draw(self._replay_weights, self._replayed, rng) + len(self._weights)
        return in_batches(rng.permutation(np.concatenate([fresh, replayed])), self._recipe.batch)

    def prepare(self, rows: NDArray[np.intp], epoch: int, number: int) -> Batch:
        """Images (batch, 28, 28, 1) in [0, 1], each drawn a little differently, labels, and
        which of them are replayed."""
        rng = np.random.default_rng([self._seed, epoch, number])
        images = augment(self._pool.pixels[rows], rng, self._recipe.variation)
        return images[..., None], self._pool.labels[rows], rows >= len(self._weights)


class _Reporter:
    """Says after every batch where the run stands and how long it will take."""

    def __init__(
        self,
        on_progress: Callable[[Progress], None],
        recipe: Recipe,
        steps: int,
        epochs_done: int,
    ) -> None:
        self._on_progress, self._recipe, self._steps = on_progress, recipe, steps
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
                stage="training",
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
    trained = twin(model)
    average = keras.models.clone_model(model)
    average.set_weights(model.get_weights())
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
    return _Trainee(trained, average, optimizer, kept=model.get_weights())


def _compiled_step(trainee: _Trainee, recipe: Recipe, before: Any) -> Any:
    """(images, labels, replayed) -> loss, learning from one batch; traced here, before the
    clock starts. `before` is the network as it was when the training began."""
    model, average, optimizer = trainee.model, trainee.average, trainee.optimizer
    pairs = list(zip(average.weights, model.weights, strict=True))
    smoothing = recipe.label_smoothing

    def step(images: Any, labels: Any, replayed: Any) -> Any:
        targets = tf.one_hot(labels, CLASSES) * (1 - smoothing) + smoothing / CLASSES
        if recipe.anchor:
            # Li and Hoiem, "Learning without Forgetting" (2016). Where nothing has changed yet
            # this pulls nowhere, unlike a label that the network has learned as far as it could.
            known = tf.nn.softmax(before(images, training=False))
            share = recipe.anchor * tf.cast(replayed, tf.float32)[:, None]
            targets += share * (known - targets)
        with tf.GradientTape() as tape:
            losses = tf.nn.softmax_cross_entropy_with_logits(targets, model(images, training=True))
            loss = tf.reduce_mean(losses)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        # Early on the average follows faster, or it would long remember the random start.
        seen = tf.cast(optimizer.iterations, tf.float32)
        decay = tf.minimum(recipe.average_decay, (1 + seen) / (10 + seen))
        for kept, current in pairs:
            kept.assign(current + (kept - current) * decay)
        return loss

    signature = [
        tf.TensorSpec((recipe.batch, SIZE, SIZE, 1), tf.float32),
        tf.TensorSpec((recipe.batch,), tf.int64),
        tf.TensorSpec((recipe.batch,), tf.bool),
    ]
    compiled = tf.function(step, input_signature=signature)
    compiled.get_concrete_function()
    return compiled


def _learn(step: Callable[..., Any], source: _Source, epoch: int, report: _Reporter) -> float:
    """One epoch; returns its mean loss."""
    rows = source.rows(epoch)
    losses = []

    def prepare(number: int) -> Batch:
        return source.prepare(rows[number], epoch, number)

    # Closed at once where `report` raises, so that the second thread ends with the run.
    with closing(prepared_ahead(prepare, len(rows))) as prepared:
        for number, batch in enumerate(prepared):
            losses.append(float(step(*batch)))
            report(epoch, number, losses[-1])
    return float(np.mean(losses))


def _validate(read: Reader, validation: Examples) -> tuple[float, float]:
    """Negative log-likelihood in nats and accuracy, both over the rows' weights.

    The likelihood is that at the best temperature: smoothed labels make the
    network modest by design, and the export takes that back.
    """
    logits = read(validation.pixels)
    probabilities = softmax(logits, fit_temperature(logits, validation.labels))
    right = probabilities.argmax(axis=1) == validation.labels
    nll = negative_log_likelihood(probabilities, validation.labels, validation.weights)
    return nll, float(np.average(right, weights=validation.weights))


def _identity(model: Any, recipe: Recipe, seed: int, examples: list[Examples]) -> str:
    start = hashlib.sha256(b"".join(array.tobytes() for array in model.get_weights()))
    return json.dumps(
        {
            "recipe": asdict(recipe),
            "seed": seed,
            "examples": [part.digest() for part in examples],
            "start": start.hexdigest(),
        }
    )


def _keep(trainee: _Trainee, path: Path, identity: str) -> None:
    state = Checkpoint(
        identity=identity,
        history=[asdict(result) for result in trainee.history],
        weights=trainee.model.get_weights(),
        average=trainee.average.get_weights(),
        kept=trainee.kept,
        optimizer=[variable.numpy() for variable in trainee.optimizer.variables],
    )
    write_checkpoint(path, state)


def _resume(trainee: _Trainee, path: Path, identity: str) -> None:
    """Brings the trainee to where the checkpoint left off, or leaves it as it is."""
    state = read_checkpoint(path, identity)
    if state is None:
        return
    trainee.model.set_weights(state.weights)
    trainee.average.set_weights(state.average)
    trainee.kept = state.kept
    for variable, value in zip(trainee.optimizer.variables, state.optimizer, strict=True):
        variable.assign(value)
    trainee.history = [EpochResult(**result) for result in state.history]
    logger.info("The training goes on after epoch %s.", len(trainee.history))
