"""Labelled ink becomes drawings of its writers, once, whatever happens on the way."""

from __future__ import annotations

import gzip
import io
import re
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count
from rest_framework.test import APIClient

from digitsite.exceptions import Conflict, Invalid
from recognizer import ink_files
from recognizer.labels import LABELS
from recognizer.models import Contributor, Drawing, ModelVersion
from recognizer.services import imports, predictions
from recognizer.services.contributors import contributor_forget
from tests.recognizer.ink_files.test_reading import as_inkml, as_unipen
from tests.support.api import DRAWINGS, code
from tests.support.drawings import body
from tests.support.handwriting import LETTER, bad_lines, sheet, write
from tests.support.site import Site, wait_for
from training.data.snapshot import take_snapshot

BAD_LINES = bad_lines()
FOUR = [[[120, 50, 0], [90, 150, 16], [200, 152, 32]], [[170, 60, 132], [168, 240, 148]]]
SHEETS = [sheet(number) for number in range(40)]
DOT = {"label": 1, "writer": 1, "strokes": [[[50, 50], [51, 52]]], "canvas": [280, 280]}


def run(*files: Path, **options: Any) -> str:
    """What the command says."""
    said = io.StringIO()
    call_command("import_drawings", *map(str, files), stdout=said, **options)
    return said.getvalue()


@pytest.fixture
def ink(tmp_path: Path) -> Path:
    """Forty digits of four writers."""
    return write(tmp_path / "school.ndjson.gz", SHEETS)


@pytest.mark.usefixtures("live_model")
def test_it_works(ink: Path) -> None:
    said = run(ink)
    assert said.splitlines()[-1] == "40 added, 0 there already, 0 refused."
    assert Drawing.objects.trainable().count() == 40
    labels = Counter(Drawing.objects.values_list("accepted_label", flat=True))
    assert labels == dict.fromkeys(LABELS[:10], 4)
    assert sorted(Contributor.objects.values_list("origin", flat=True)) == [
        "school/1", "school/2", "school/3", "school/4",
    ]  # fmt: skip


@pytest.mark.usefixtures("live_model")
def test_the_summary_counts_by_writer_and_digit(tmp_path: Path) -> None:
    said = run(write(tmp_path / "a.ndjson", [*SHEETS[:6], LETTER]))
    rows = {row.split()[0]: row.split()[1:] for row in said.splitlines()[1:-2]}
    assert said.splitlines()[0].split() == [*LABELS[:10], "none", "all"]
    assert rows == {
        "a/1": ["1", "0", "0", "0", "1", "0", "0", "0", "0", "0", "0", "2"],
        "a/2": ["0", "1", "0", "0", "0", "1", "0", "0", "0", "0", "0", "2"],
        "a/3": ["0", "0", "1", "0", "0", "0", "0", "0", "0", "0", "0", "1"],
        "a/4": ["0", "0", "0", "1", "0", "0", "0", "0", "0", "0", "0", "1"],
        "a/7": ["0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "1", "1"],
    }
    assert said.splitlines()[-2].split() == [*"1111110000", "1", "7"]


def test_a_drawing_is_stored_as_if_it_had_been_submitted(
    ink: Path, live_model: ModelVersion, visitor: APIClient
) -> None:
    run(ink, limit=5)
    imported = Drawing.objects.get(label="4")
    answer = visitor.post(DRAWINGS, {**sheet(4), "label": "4"})
    submitted = Drawing.objects.get(pk=answer.json()["id"])
    for name in (
        "strokes", "canvas", "pixels", "normalisation", "version", "digit", "verdict", "label",
        "consent",
    ):  # fmt: skip
        assert getattr(imported, name) == getattr(submitted, name), name
    # A batch adds up in another order than a single reading.
    assert imported.probabilities == pytest.approx(submitted.probabilities, abs=1e-5)
    assert imported.version == live_model
    assert (imported.source, imported.review, imported.reviewer) == ("import", "accepted", None)
    assert imported.reviewed_at is not None
    assert imported.created_at <= submitted.created_at


@pytest.mark.usefixtures("live_model")
def test_letters_are_no_digits(tmp_path: Path) -> None:
    run(write(tmp_path / "runes.ndjson", [LETTER]))
    letter = Drawing.objects.get()
    assert (letter.label, letter.accepted_label) == ("not_a_digit", "not_a_digit")
    assert letter.strokes == LETTER["strokes"]
    assert take_snapshot().train.examples.labels.tolist() == [10]


# --- again ----------------------------------------------------------------------


@pytest.mark.usefixtures("live_model")
def test_a_second_import_adds_nothing(ink: Path) -> None:
    run(ink)
    before = list(Drawing.objects.order_by("pk").values())
    assert run(ink) == "0 added, 40 there already, 0 refused.\n"
    assert list(Drawing.objects.order_by("pk").values()) == before
    assert Contributor.objects.count() == 4


@pytest.mark.usefixtures("live_model")
def test_a_longer_file_adds_what_is_new_to_the_same_writers(tmp_path: Path) -> None:
    run(write(tmp_path / "a.ndjson", SHEETS[:10]))
    said = run(write(tmp_path / "longer.ndjson", SHEETS[:20]), corpus="a")
    assert said.splitlines()[-1] == "10 added, 10 there already, 0 refused."
    assert Contributor.objects.count() == 4


@pytest.mark.usefixtures("live_model")
def test_the_same_line_twice_is_one_drawing(tmp_path: Path) -> None:
    said = run(write(tmp_path / "a.ndjson", [sheet(1), sheet(2), sheet(1)]))
    assert said.splitlines()[-1] == "2 added, 1 there already, 0 refused."


@pytest.mark.usefixtures("live_model")
def test_two_corpora_have_two_first_writers(tmp_path: Path) -> None:
    run(write(tmp_path / "a.ndjson", SHEETS[:4]), write(tmp_path / "b.ndjson", SHEETS[:4]))
    assert Contributor.objects.count() == 8
    assert Drawing.objects.count() == 8


@pytest.mark.usefixtures("live_model")
def test_what_a_reviewer_decided_since_stays(ink: Path) -> None:
    run(ink)
    Drawing.objects.filter(label="3").update(review="rejected", accepted_label="")
    run(ink)
    assert set(Drawing.objects.filter(label="3").values_list("review", flat=True)) == {"rejected"}


@pytest.mark.usefixtures("live_model")
def test_the_same_ink_with_another_label_is_refused(tmp_path: Path) -> None:
    again = {**sheet(1), "label": 7}
    with pytest.raises(CommandError, match=r"a.ndjson, line 2: The same ink is there, as 1\."):
        run(write(tmp_path / "a.ndjson", [sheet(1), again]))
    with pytest.raises(CommandError, match=r"line 1: The same ink is there, as 1\."):
        run(write(tmp_path / "a.ndjson", [again]))
    assert Drawing.objects.get().label == "1"


@pytest.mark.slow
def test_an_import_that_was_killed_is_finished_by_the_next(tmp_path: Path) -> None:
    count = 3000
    ink = write(tmp_path / "school.ndjson.gz", (sheet(number) for number in range(count)))
    var = tmp_path / "var"
    var.mkdir()
    with Site(var) as site, closing(sqlite3.connect(var / "db.sqlite3")) as database:

        def stored(table: str = "drawing") -> int:
            query = f"SELECT COUNT(*) FROM recognizer_{table}"
            return int(database.execute(query).fetchone()[0])

        process = site.start("import", "manage", "import_drawings", str(ink))
        wait_for(stored, seconds=60, why="a first part of the ink was stored")
        process.send_signal(signal.SIGKILL)
        assert process.wait(20) == -signal.SIGKILL
        part = stored()
        assert 0 < part < count
        assert part % 250 == 0
        said = site.manage("import_drawings", str(ink)).splitlines()[-1]
        assert said == f"{count - part:,} added, {part:,} there already, 0 refused."
        assert (stored(), stored("contributor")) == (count, 4)


@pytest.mark.usefixtures("live_model")
def test_breaking_off_by_hand_keeps_what_is_stored(
    ink: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = list(ink_files.read(ink))

    def interrupted(*_: Any, **__: Any) -> Any:
        yield from drawn[:30]
        raise KeyboardInterrupt

    monkeypatch.setattr("recognizer.management.commands.import_drawings.BATCH", 10)
    monkeypatch.setattr(ink_files, "records", interrupted)
    with pytest.raises(CommandError, match="run it again"):
        run(ink)
    assert Drawing.objects.count() == 30


# --- what is refused ------------------------------------------------------------


@pytest.mark.usefixtures("live_model")
@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_is_named_and_nothing_of_it_stored(tmp_path: Path, name: str) -> None:
    line, said = BAD_LINES[name]
    path = write(tmp_path / "a.ndjson.gz", [sheet(1), line, sheet(2)])
    with pytest.raises(CommandError, match=rf"a\.ndjson\.gz, line 2: .*({said})"):
        run(path)
    assert sorted(Drawing.objects.values_list("label", flat=True)) == ["1", "2"]
    assert sorted(Contributor.objects.values_list("origin", flat=True)) == ["a/2", "a/3"]


@pytest.mark.usefixtures("live_model")
def test_a_dot_is_refused_and_its_writer_not_made(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"a\.ndjson, line 2: That is only a dot"):
        run(write(tmp_path / "a.ndjson", [sheet(1), DOT]))
    assert Contributor.objects.get().origin == "a/2"


@pytest.mark.usefixtures("live_model")
def test_of_many_bad_lines_the_first_are_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as error:
        run(write(tmp_path / "a.ndjson", ["{"] * 300))
    assert len(str(error.value).splitlines()) == 22
    assert "and 280 more." in str(error.value)
    assert "line 20:" in str(error.value)
    assert "line 21:" not in str(error.value)


@pytest.mark.usefixtures("live_model")
def test_of_a_damaged_file_nothing_is_stored(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ndjson.gz", [sheet(number) for number in range(600)])
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(CommandError, match=r"a\.ndjson\.gz, line \d+: It cannot be read"):
        run(path)
    assert not Contributor.objects.exists()


@pytest.mark.usefixtures("live_model")
def test_of_many_files_the_damaged_ones_are_named_and_the_others_imported(
    ink: Path, tmp_path: Path
) -> None:
    cut, missing = tmp_path / "cut.inkml", tmp_path / "missing.dat"
    cut.write_text(as_inkml(FOUR)[:-9])
    with pytest.raises(CommandError) as error:
        run(cut, missing, ink)
    assert "cut.inkml: It is not XML that is read here" in str(error.value)
    assert "missing.dat: It cannot be opened" in str(error.value)
    assert Drawing.objects.count() == 40


@pytest.mark.usefixtures("live_model")
def test_inkml_and_unipen_are_imported_too(tmp_path: Path) -> None:
    """Each file is a corpus by its name, or all are one."""
    page, tablet = tmp_path / "page.inkml", tmp_path / "tablet.dat.gz"
    page.write_text(as_inkml(FOUR))
    tablet.write_bytes(gzip.compress(as_unipen(FOUR).encode()))
    said = run(page, tablet)
    assert said.splitlines()[-1] == "2 added, 0 there already, 0 refused."
    assert {*Contributor.objects.values_list("origin", flat=True)} == {"page/Kim", "tablet/Kim"}
    one, other = Drawing.objects.all()
    assert (one.strokes, one.digit, one.accepted_label) == (FOUR, 4, "4")
    assert (other.strokes, bytes(other.pixels)) == (FOUR, bytes(one.pixels))
    assert run(page, tablet, corpus="school").splitlines()[-1] == (
        "1 added, 1 there already, 0 refused."
    )


@pytest.mark.usefixtures("live_model")
def test_what_and_whose_it_is_may_be_said(tmp_path: Path) -> None:
    path = tmp_path / "page.inkml"
    path.write_text(re.sub("<annotation.*?</annotation>", "", as_inkml(FOUR)))
    with pytest.raises(CommandError, match=r"page\.inkml, line 1: It has no label"):
        run(path)
    run(path, label="4", writer="Lee")
    assert Drawing.objects.get().accepted_label == "4"
    assert Contributor.objects.get().origin == "page/Lee"


def test_without_a_live_version_it_says_what_to_do(ink: Path, db: None) -> None:
    with pytest.raises(CommandError, match="install_model"):
        run(ink)


@pytest.mark.usefixtures("live_model")
@pytest.mark.parametrize("corpus", ["", "x" * 61, "a\nb"])
def test_a_corpus_needs_a_proper_name(ink: Path, corpus: str) -> None:
    with pytest.raises(Invalid, match="named"):
        imports.drawings_import(corpus=corpus, handwriting=list(ink_files.read(ink)))


@pytest.mark.usefixtures("live_model")
def test_another_import_of_the_same_at_the_same_moment_is_told(
    ink: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other is through between this one's look and its writing."""
    drawn = list(ink_files.read(ink))
    predict_many = predictions.predict_many

    def meanwhile(**arguments: Any) -> Any:
        monkeypatch.setattr("recognizer.services.imports.predict_many", predict_many)
        imports.drawings_import(corpus="school", handwriting=drawn[20:])
        return predict_many(**arguments)

    monkeypatch.setattr("recognizer.services.imports.predict_many", meanwhile)
    with pytest.raises(Conflict, match="run this one again"):
        imports.drawings_import(corpus="school", handwriting=drawn)
    assert Drawing.objects.count() == 20
    assert len(imports.drawings_import(corpus="school", handwriting=drawn).added) == 20


@pytest.mark.usefixtures("live_model")
def test_nobody_can_submit_a_drawing_as_an_imported_one(visitor: APIClient) -> None:
    response = visitor.post(DRAWINGS, body(source="import"))
    assert (response.status_code, code(response)) == (400, "invalid_choice")
    assert not Drawing.objects.exists()


# --- options --------------------------------------------------------------------


@pytest.mark.usefixtures("live_model")
def test_a_dry_run_tells_and_stores_nothing(ink: Path) -> None:
    assert "40 would be added, 0 there already, 0 refused." in run(ink, dry_run=True)
    assert not Contributor.objects.exists()
    assert not Drawing.objects.exists()


@pytest.mark.usefixtures("live_model")
def test_pending_drawings_wait_for_a_reviewer(ink: Path) -> None:
    run(ink, pending=True)
    assert Drawing.objects.waiting().count() == 40
    assert not Drawing.objects.trainable().exists()
    assert not Drawing.objects.exclude(reviewed_at=None, accepted_label="").exists()


@pytest.mark.usefixtures("live_model")
@pytest.mark.parametrize(("limit", "count"), [(0, 0), (3, 3), (43, 43), (1000, 50)])
def test_a_limit_counts_lines_of_all_files(
    ink: Path, tmp_path: Path, limit: int, count: int
) -> None:
    other = write(tmp_path / "b.ndjson", SHEETS[:10])
    run(ink, other, limit=limit)
    assert Drawing.objects.count() == count


# --- what becomes of them -------------------------------------------------------


@pytest.mark.usefixtures("live_model")
def test_a_writer_can_be_forgotten_and_the_others_stay(ink: Path) -> None:
    run(ink)
    writer = Contributor.objects.get(origin="school/2")
    assert contributor_forget(contributor=writer) == 10
    left = Contributor.objects.annotate(count=Count("drawings")).values_list("origin", "count")
    assert dict(left) == {"school/1": 10, "school/3": 10, "school/4": 10}
    assert run(ink).splitlines()[-1] == "10 added, 30 there already, 0 refused."


@pytest.mark.usefixtures("live_model")
def test_a_writer_beyond_the_cap_keeps_all_drawings_at_less_weight(
    ink: Path, settings: Any
) -> None:
    settings.CONTRIBUTOR_CAP = 8
    run(ink)
    train = take_snapshot().train
    assert len(train) == 40
    assert train.examples.weights.tolist() == pytest.approx([0.8] * 40)


@pytest.mark.usefixtures("live_model")
def test_staff_see_where_a_contributor_comes_from(ink: Path, admin: APIClient) -> None:
    run(ink)
    page = admin.get("/admin/recognizer/contributor/", {"q": "school/3"}).content.decode()
    assert "school/3" in page
    assert "school/4" not in page
