"""The benchmarks measure what they say, and a run leaves its table in RESULTS.md."""

from __future__ import annotations

import importlib
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from django.conf import LazySettings

from benchmarks.common import data, people, results, trained
from benchmarks.common.networks import Outputs, Part
from benchmarks.ink import canvas
from benchmarks.network import calibration, loop, scores, training
from recognizer.services.versions import SHIPPED
from tests import ROOT
from tests.support.handwriting import LETTER, sheet, write
from tests.support.networks import mixed_glyphs, small
from training.data.corpora import LETTERS, PENDIGITS, UNIPEN_DIGITS, UNIPEN_SIGNS
from training.network.progress import EpochResult
from training.synthesis import digit_variants

FILES = (ROOT / "benchmarks").glob("*/*.py")
BENCHMARKS = sorted(
    f"{file.parent.name}.{file.stem}"
    for file in FILES
    if "\ndef main() -> None:" in file.read_text()
)

needs_tensorflow = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the tables of these tests go; the project's own stay as they are.

    What was typed stands below each, so something has been, however the tests were started.
    """
    monkeypatch.setattr(sys, "argv", ["/somewhere/benchmarks/ink/canvas.py", "--folds", "5"])
    monkeypatch.setattr(results, "RESULTS", tmp_path / "RESULTS.md")
    return tmp_path / "RESULTS.md"


@pytest.fixture
def few_drawings(tmp_path: Path, settings: LazySettings) -> None:
    """Corpora of 80 digits by four writers and 40 letters of the two alphabets to choose on; of
    UNIPEN 40 digits and four signs by four other people."""
    write(tmp_path / PENDIGITS, [sheet(number) for number in range(80)])
    alphabets = [name for name in data.ALPHABETS if name != data.KEPT_FOR_THE_END]
    write(tmp_path / LETTERS, [LETTER | {"alphabet": name} for name in alphabets * 20])
    for name, lines in (
        (UNIPEN_DIGITS, [sheet(number) for number in range(40)]),
        (UNIPEN_SIGNS, [sheet(number) | {"label": "&"} for number in range(4)]),
    ):
        theirs = [line | {"writer": f"u{line['writer']}", "collection": "c"} for line in lines]
        write(tmp_path / name, theirs)
    settings.CORPORA_DIR = str(tmp_path)
    forget()


def forget() -> None:
    for cached in (
        data._pen_digits,
        data.letters,
        data.mnist,
        data.learned_and_kept,
        people.everybody,
    ):
        cached.cache_clear()


def run(name: str, *options: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A benchmark as it runs from the command line."""
    monkeypatch.setattr(sys, "argv", [f"benchmarks/{name.replace('.', '/')}.py", *options])
    importlib.import_module(f"benchmarks.{name}").main()


# --- results --------------------------------------------------------------------------


def test_it_works(kept: Path) -> None:
    results.write("canvas", results.table(["path", "right %"], [["ink", results.percent(0.98765)]]))
    written = kept.read_text()
    assert written.startswith("# Results\n\n## canvas\n\n| path | right % |\n| --- | --- |\n")
    assert "| ink | 98.77 |\n" in written
    assert f"Python {sys.version.split()[0]}" in written
    assert written.endswith("`.venv/bin/python -m benchmarks.ink.canvas --folds 5`.\n")


def test_a_run_replaces_its_own_section_in_its_place(kept: Path) -> None:
    for section, text in [("one", "first"), ("two", "second"), ("three", "third")]:
        results.write(section, text)
    results.write("two", "again")
    written = kept.read_text()
    assert written.index("first") < written.index("again") < written.index("third")
    assert "second" not in written
    assert written.count("## ") == 3


def test_the_project_s_own_sections_can_be_read_and_written_again(kept: Path) -> None:
    kept.write_text((ROOT / "benchmarks" / "RESULTS.md").read_text())
    results.write("another", "text")
    before = (ROOT / "benchmarks" / "RESULTS.md").read_text()
    assert kept.read_text().startswith(before.rstrip())


def test_nothing_is_said_of_where_other_files_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, outside = str(ROOT / "var" / "a.keras"), "/home/me/secret/b.keras"
    monkeypatch.setattr(sys, "argv", ["benchmarks/ink/canvas.py", "--model", inside, outside])
    assert results.command().endswith("--model var/a.keras b.keras")


def test_figures_from_before_the_end_stand_elsewhere() -> None:
    assert results.final_section("mnist", Namespace(final=True)) == "mnist"
    assert results.final_section("mnist", Namespace(final=False)) != "mnist"


# --- options and data -----------------------------------------------------------------


@pytest.mark.parametrize("name", BENCHMARKS)
def test_each_tells_its_options(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(name, "--help", monkeypatch=monkeypatch)
    assert ended.value.code == 0
    assert f"benchmarks.{name}" in capsys.readouterr().out


def test_all_of_them_are_there() -> None:
    assert {
        "ink.canvas", "ink.numbers", "network.augmentation", "network.calibration",
        "network.inference", "network.loop", "network.mnist", "network.rejection",
        "network.training", "site.serving",
    } <= set(BENCHMARKS)  # fmt: skip


def test_corpora_that_are_missing_are_named(settings: LazySettings, tmp_path: Path) -> None:
    forget()
    settings.CORPORA_DIR = ""
    with pytest.raises(SystemExit, match="Set CORPORA_DIR"):
        data.pen_digits()
    settings.CORPORA_DIR = str(tmp_path)
    with pytest.raises(SystemExit, match=PENDIGITS):
        data.pen_digits()


def test_mnist_that_is_missing_is_named(settings: LazySettings, tmp_path: Path) -> None:
    forget()
    settings.MNIST_DIR = str(tmp_path)
    with pytest.raises(SystemExit, match="train-images"):
        data.mnist()


def test_a_network_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"other\.keras"):
        trained.keras_file(tmp_path / "other.keras")
    assert trained.keras_file(SHIPPED) == SHIPPED / "model.keras"


def test_an_artifact_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit, match=r"There is no artifact in .*nowhere"):
        run("network.inference", "--model", str(tmp_path / "nowhere"), monkeypatch=monkeypatch)


@pytest.mark.usefixtures("few_drawings")
def test_a_sample_holds_drawings_of_the_corpus() -> None:
    everything, some = data.pen_digits(), data.pen_digits(30)
    assert (len(everything), len(some)) == (80, 30)
    lines = [record.line for record in some.records]
    assert lines == sorted(set(lines))
    rows = [line - 1 for line in lines]
    assert (some.examples.pixels == everything.examples.pixels[rows]).all()
    assert (some.writers == everything.writers[rows]).all()


@pytest.mark.usefixtures("mnist_dir")
def test_until_the_end_no_test_image_is_read(settings: LazySettings) -> None:
    settings.TRAIN_MNIST_LIMIT = 240
    forget()
    mnist = data.mnist()
    _, kept = data.mnist_digits(final=False)
    assert (kept.pixels == mnist.train_pixels[-len(kept) :]).all()
    assert (kept.labels == mnist.train_labels[-len(kept) :]).all()
    learned, _ = data.learned_and_kept(0)
    known = {picture.tobytes() for picture in learned.pixels}
    assert len(kept) == 20
    assert not known & {picture.tobytes() for picture in kept.pixels}
    _, test = data.mnist_digits(final=True)
    assert (test.pixels == mnist.test_pixels).all()


# --- what is measured -----------------------------------------------------------------


def drawn(*strokes: list[list[float]]) -> Any:
    return SimpleNamespace(strokes=[np.array(stroke, dtype=np.float64) for stroke in strokes])


@pytest.mark.parametrize("brush", canvas.BRUSHES)
def test_a_brush_is_as_wide_as_it_says(brush: int) -> None:
    across = canvas.paint(drawn([[100, 250], [400, 250]]), brush)
    assert (255 - across[:, 140].astype(int)).sum() / 255 == pytest.approx(brush, abs=0.3)
    dot = canvas.paint(drawn([[250, 250]]), brush)
    assert (255 - dot.astype(int)).sum() / 255 == pytest.approx(np.pi * brush**2 / 4, rel=0.03)


def test_a_canvas_is_shrunk_as_it_is() -> None:
    small = canvas.shrunk(canvas.paint(drawn([[0, 250], [500, 250]]), 20)).pixels
    assert small.shape == (28, 28)
    assert (small[13:15] == 255).all()
    assert small[:12].max() == small[16:].max() == 0


def test_a_blank_canvas_has_no_answer() -> None:
    blank = np.full((280, 280), 255, dtype=np.uint8)
    assert canvas.by_raster(blank) is None
    reader: Any = SimpleNamespace(
        predict=lambda glyphs: SimpleNamespace(answers=np.full(len(glyphs), 4))
    )
    part = Part(np.array([True, True]), Path(), reader, knows_ink=False)
    assert canvas.answers([None, canvas.shrunk(blank)], [part]).tolist() == [-1, 4]


def test_the_worst_writer_is_found() -> None:
    right = np.array([True, False, True, True, False, False])
    assert canvas.worst(right, np.array(["a", "a", "b", "b", "c", "b"])) == ("c", 0.0)


def test_folds_hold_whole_writers_once() -> None:
    writers = [str(number) for number in range(1, 31)]
    parted = people.part_writers(writers, 5)
    assert sorted((name for part in parted for name in part), key=int) == writers
    assert {len(part) for part in parted} == {6}
    for count in (1, 31):
        with pytest.raises(SystemExit, match="2 to 30 folds"):
            people.part_writers(writers, count)


def test_a_contributor_of_many_drawings_weighs_no_more_than_the_cap(settings: LazySettings) -> None:
    settings.CONTRIBUTOR_CAP = 10
    digits = digit_variants.generate(25, np.random.default_rng(0))
    weighed = trained.as_drawings(digits, ["a"] * 20 + ["b"] * 5)
    assert weighed.weights.tolist() == [0.5] * 20 + [1.0] * 5


def test_auroc_is_that_of_all_pairs() -> None:
    digits, letters = np.array([0.0, 1.0, 2.0, 3.0]), np.array([2.0, 5.0, -1.0])
    pairs = [(a < b) + 0.5 * (a == b) for a in digits for b in letters]
    assert scores.auroc(digits, letters) == pytest.approx(np.mean(pairs))


def test_the_limit_rejects_no_more_digits_than_it_may() -> None:
    digits = np.random.default_rng(0).normal(size=1000)
    assert (digits > scores.limit(digits, 0.01)).sum() == 10


def outputs(features: np.ndarray, logits: np.ndarray) -> Outputs:
    temperatures = np.ones((len(logits), 1), np.float32)
    return Outputs(features.astype(np.float32), logits.astype(np.float32), temperatures)


def test_every_score_is_higher_for_what_is_strange() -> None:
    rng = np.random.default_rng(3)
    labels = np.arange(200) % 10
    directions = np.eye(12)[:10]
    known = outputs(directions[labels] + rng.normal(0, 0.05, (200, 12)), 9 * np.eye(11)[labels])
    usual = outputs(directions, 9 * np.eye(11)[:10])
    strange = outputs(np.eye(12)[[10, 11]] * 3, np.eye(11)[[10, 10]])
    for name, score in scores.methods(known, labels).items():
        assert score(strange).min() > score(usual).max(), name


def test_a_modest_and_a_boastful_network_are_told_apart() -> None:
    labels = np.arange(1000) % 10
    right = np.arange(1000) % 5 > 0  # four in five
    answers = np.where(right, labels, (labels + 1) % 10)
    for confidence, gap in ((0.8, 0.0), (0.99, 0.19)):
        probabilities = np.full((1000, 11), (1 - confidence) / 10)
        probabilities[np.arange(1000), answers] = confidence
        found = calibration.equal_mass_error(probabilities, labels)
        assert found == pytest.approx(gap, abs=0.02)


def test_several_networks_logits_are_cooled_before_they_are_joined() -> None:
    one = outputs(np.zeros((1, 2)), np.eye(11)[[3]])
    joined = calibration.joined([one, replace(one, temperature=one.temperature / 2)])
    assert joined.logits[:, 3].tolist() == [1.0, 2.0]


def test_the_seconds_to_an_accuracy_are_those_of_all_epochs_before() -> None:
    history = [
        EpochResult(epoch + 1, 0.1, 0.1, accuracy, 1e-3, 10.0)
        for epoch, accuracy in enumerate([0.98, 0.991, 0.989, 0.995])
    ]
    assert training.seconds_to(0.99, history) == 20.0
    assert training.seconds_to(0.995, history) == 40.0
    assert training.seconds_to(0.996, history) is None


@pytest.mark.usefixtures("few_drawings")
def test_more_corrections_than_there_are_drawings_are_refused() -> None:
    options = Namespace(writers=2, epochs=1)
    with pytest.raises(SystemExit, match="2 writers have 40 drawings, not 41"):
        loop.corrected(SHIPPED, data.pen_digits(), 41, options, 0)


class TestOnnx:
    pytestmark = needs_tensorflow

    @pytest.mark.parametrize("number", ["1", "2"])
    def test_it_gives_the_same_answers(self, formats: Path, number: str) -> None:
        from benchmarks.network import inference

        every = inference.runtimes(formats / number)
        assert inference.largest_difference(every, mixed_glyphs()) < 1e-4

    def test_what_it_does_not_know_is_refused(self) -> None:
        from benchmarks.network.onnx_network import to_onnx
        from training.network.backend import keras
        from training.network.readers import Calibration, Readers

        def written(model: Any) -> bytes:
            return to_onnx(Readers(model), Calibration(1.0))

        image = keras.Input((28, 28, 1))
        with pytest.raises(ValueError, match=r"No ONNX operator .* UpSampling2D"):
            written(keras.Model(image, keras.layers.UpSampling2D()(image)))
        once = keras.layers.ReLU()(image)
        again = keras.layers.ReLU()(image)
        with pytest.raises(ValueError, match="no chain"):
            written(keras.Model(image, [once, again]))


class TestWholeRuns:
    """Each benchmark from its command line, on little data, for one epoch, with a small network."""

    pytestmark = needs_tensorflow

    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Asked for is the table, not its figures."""
        from training.network import model
        from training.runs import learning

        for module in (model, learning):
            monkeypatch.setattr(module, "build", small)

    @pytest.mark.parametrize(
        ("name", "options", "section", "row"),
        [
            ("network.mnist", ["--seeds", "2"], "mnist (while choosing)", "| deviation | "),
            (
                "network.augmentation",
                ["--epochs", "1", "--kinds", "tremor"],
                "augmentation",
                "| without tr",
            ),
            (
                "network.training",
                ["--seeds", "1", "--images", "512"],
                "training",
                "| training, augmen",
            ),
            (
                "ink.canvas",
                ["--folds", "2", "--sample", "40", "--epochs", "1"],
                "canvas, 2 folds by writer",
                "| ink pa",
            ),
            (
                "ink.canvas",
                ["--model", str(SHIPPED)],
                "canvas, zero-shot",
                "| raster path, brush 18 ",
            ),
            (
                "network.rejection",
                ["--folds", "2", "--known", "100", "--epochs", "1"],
                "rejection, 2 folds by writer (while choosing)",
                "| eleventh answer | ",
            ),
            (
                "network.calibration",
                ["--folds", "2", "--epochs", "1"],
                "calibration, 2 folds by writer (while choosing)",
                "| unseen ink, after | ",
            ),
            (
                "network.loop",
                [
                    "--counts",
                    "10",
                    "--writers",
                    "2",
                    "--rounds",
                    "1",
                    "--folds",
                    "2",
                    "--epochs",
                    "1",
                ],
                "loop (while choosing)",
                "| 10 corrections | ",
            ),
            (
                "ink.numbers",
                ["--model", str(SHIPPED), "--each", "4"],
                "numbers, zero-shot",
                "| strokes | overlap | 8 | ",
            ),
            ("network.inference", ["--drawings", "10"], "inference", "| Keras, predict() | "),
        ],
        ids=[
            "mnist",
            "augmentation",
            "training",
            "canvas by folds",
            "canvas zero-shot",
            "rejection",
            "calibration",
            "loop",
            "numbers",
            "inference",
        ],
    )
    @pytest.mark.usefixtures("few_drawings", "mnist_dir")
    def test_a_run_writes_its_table(
        self,
        name: str,
        options: list[str],
        section: str,
        row: str,
        kept: Path,
        settings: LazySettings,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        settings.TRAIN_MNIST_LIMIT = 360
        settings.TRAIN_EPOCHS_SCRATCH = settings.TRAIN_EPOCHS_WARM = 1
        for variable in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
            monkeypatch.setenv(variable, "1")
        run(name, *options, monkeypatch=monkeypatch)
        written = kept.read_text()
        assert f"## {section}\n" in written
        assert f"\n{row}" in written
        assert "nan" not in written

    @pytest.mark.usefixtures("few_drawings", "mnist_dir")
    def test_a_network_is_trained_once(
        self, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.TRAIN_MNIST_LIMIT = 120
        first = trained.scratch(epochs=1, seed=5)
        written = (first / "model.keras").stat().st_mtime_ns
        assert trained.scratch(epochs=1, seed=5) == first
        assert (first / "model.keras").stat().st_mtime_ns == written
        assert trained.scratch(epochs=1, seed=6) != first
        assert [epoch.epoch for epoch in trained.history(first)] == [1]
        assert trained.seconds(first) > 0
