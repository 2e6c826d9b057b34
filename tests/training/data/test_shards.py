"""Shards: what a training reads is written once, whole, and forgets what is deleted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from recognizer.models import Drawing, ModelVersion
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import MAPS, Glyphs
from recognizer.services.drawings import drawing_delete, drawings_delete
from tests.support import factories
from training.data import shard_files, shards
from training.data.dataset import write_shards
from training.data.snapshot import Snapshot, take_snapshot
from training.tasks import shards_sweep

pytestmark = pytest.mark.django_db

LATER = timedelta(hours=2)


@pytest.fixture
def drawn(live_model: ModelVersion) -> list[Drawing]:
    """Forty drawings of twenty people, no two of them alike; the last is a picture."""
    rows = [
        factories.drawing(factories.contributor(number // 2), live_model) for number in range(40)
    ]
    for number, row in enumerate(rows):
        row.pixels = bytes([number + 1] * 784)
        if number == 39:
            row.strokes, row.image = None, "drawing.png"
        row.save()
    return rows


def written() -> Snapshot:
    taken = take_snapshot()
    write_shards(taken, lambda done, total: None)
    return taken


def stored() -> dict[str, bytes]:
    """All files of shards by name."""
    files = {}
    for name in shards.shard_names():
        with default_storage.open(name) as file:
            files[name] = file.read()
    return files


def held(column: str) -> set[bytes]:
    """What all files hold in a column; they are compressed, so that grep would not see it."""
    tables = [shard_files.read(content) for content in stored().values()]
    return {value for rows in tables for value in rows[column].to_pylist()}


def test_it_works(drawn: list[Drawing]) -> None:
    taken = written()
    glyphs = {row.pk: ink.of_stored(bytes(row.pixels), row.strokes) for row in drawn}
    for part in (taken.train, taken.held_out):
        assert len(part)
        read = part.examples.glyphs
        for key, pixels, motion, has_ink in zip(
            part.ids, read.pixels, read.motion, read.has_ink, strict=True
        ):
            assert (pixels == glyphs[key].pixels).all()
            assert has_ink == (glyphs[key].motion is not None)
            assert (motion == (glyphs[key].motion if has_ink else 0)).all()
    assert sum(part.examples.glyphs.has_ink.sum() for part in (taken.train, taken.held_out)) == 39


def test_some_are_there_in_thick_strokes_too(drawn: list[Drawing]) -> None:
    train = written().train
    thick = train.in_thick_strokes()
    chosen = shards.are_thick(train.ids)
    assert 0 < len(thick) == chosen.sum() < len(train)
    assert thick.labels.tolist() == train.examples.labels[chosen].tolist()
    assert not thick.glyphs.has_ink.any()
    assert thick.glyphs.pixels.any(axis=(1, 2)).all()
    assert not thick.glyphs.motion.any()


def test_a_bucket_that_is_there_is_not_written_again(
    drawn: list[Drawing], monkeypatch: pytest.MonkeyPatch
) -> None:
    written()
    before = stored()
    monkeypatch.setattr(shards, "save", lambda *_: pytest.fail("written again"))
    Drawing.objects.filter(pk=drawn[0].pk).update(accepted_label="7")
    written()
    assert stored() == before


def test_a_new_drawing_is_added_to_its_bucket_s(
    drawn: list[Drawing], live_model: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is there of the others is not made again, and the old file goes."""
    written()
    before, made = stored(), []
    of_stored = ink.of_stored
    monkeypatch.setattr(ink, "of_stored", lambda *of: made.append(of) or of_stored(*of))
    factories.drawing(factories.contributor(0), live_model)
    written()
    after = stored()
    assert len(made) == 1
    assert len(after) == len(before)
    assert len(set(after) - set(before)) == 1


def test_what_is_deleted_is_skipped_at_once_and_gone_after_the_sweep(drawn: list[Drawing]) -> None:
    taken = written()
    gone = next(row for row in drawn if row.pk == taken.train.ids[3])
    ids = {row.pk.bytes for row in drawn}
    assert held(shard_files.ID) == ids
    assert bytes(gone.pixels) in held(shard_files.PIXELS)
    pk, pixels = gone.pk, bytes(gone.pixels)
    before = taken.train.examples.pixels
    drawing_delete(drawing=gone)

    assert taken.train.examples.glyphs.left().tolist() == [n != 3 for n in range(len(before))]
    assert pk not in taken.left().train.ids
    assert pk not in take_snapshot().train.ids
    assert shards_sweep() == "1 shards were written anew"

    assert held(shard_files.ID) == ids - {pk.bytes}
    assert pixels not in held(shard_files.PIXELS)
    assert not any(pk.hex in name for name in stored())
    # A run that reads goes on with the others, which keep their places.
    again = taken.train.examples.pixels
    assert not again[3].any()
    assert (np.delete(again, 3, axis=0) == np.delete(before, 3, axis=0)).all()
    assert shards_sweep() == "0 shards were written anew"


@pytest.mark.parametrize("change", ["a person", "consent"])
def test_so_is_all_of_somebody_s(drawn: list[Drawing], change: str) -> None:
    written()
    theirs = Drawing.objects.filter(contributor=drawn[0].contributor_id)
    keys = {pk.bytes for pk in theirs.values_list("pk", flat=True)}
    if change == "consent":
        theirs.update(consent=False)
    else:
        drawings_delete(drawings=list(theirs))
    shards_sweep()
    assert len(keys) == 2
    assert not keys & held(shard_files.ID)
    assert len(held(shard_files.ID)) == 38


def test_nothing_is_read_of_a_shard_that_is_half_written(drawn: list[Drawing]) -> None:
    """What a kill leaves has another name, and goes."""
    taken = take_snapshot()
    shard = taken.train.shards()[0]
    half = Path(default_storage.path(f"{shard.name}.1a2b3c4d.part"))
    half.parent.mkdir(parents=True)
    half.write_bytes(b"PAR1")
    assert taken.train.examples.pixels.any(axis=(1, 2)).all()
    assert half.read_bytes() == b"PAR1"
    shards.shards_sweep(now=timezone.now())
    assert half.exists(), "somebody may be writing it"
    shards.shards_sweep(now=timezone.now() + LATER)
    assert not half.exists()
    assert shard.name in stored()


def test_a_damaged_shard_is_named_and_written_anew(
    drawn: list[Drawing], caplog: pytest.LogCaptureFixture
) -> None:
    before = written().train.examples.pixels
    name = take_snapshot().train.shards()[0].name
    path = Path(default_storage.path(name))
    content = bytearray(path.read_bytes())
    content[30] ^= 1
    path.write_bytes(content)
    assert (take_snapshot().train.examples.pixels == before).all()
    assert f"{name} is damaged" in caplog.text
    assert path.read_bytes() != content


def test_what_another_normalisation_wrote_goes(drawn: list[Drawing]) -> None:
    old = default_storage.save("shards/1/07-abc.parquet", ContentFile(b"of before"))
    shards.shards_sweep(now=timezone.now() + LATER)
    assert not default_storage.exists(old)


def test_a_shard_that_is_missing_is_written_where_it_is_read(drawn: list[Drawing]) -> None:
    taken = written()
    before = taken.train.examples.pixels
    for name in stored():
        default_storage.delete(name)
    assert (take_snapshot().train.examples.pixels == before).all()


def test_a_site_without_drawings_has_none(live_model: ModelVersion) -> None:
    taken = written()
    assert len(taken.train.examples) == len(taken.train.in_thick_strokes()) == 0
    assert stored() == {}


def test_columns_come_back_as_they_were() -> None:
    rng = np.random.default_rng(0)
    ids = np.sort(rng.integers(0, 256, (5, 16), dtype=np.uint8).view("S16"), axis=0).view(np.uint8)
    thick = rng.integers(0, 256, (5, 28, 28), dtype=np.uint8)
    glyphs: Any = Glyphs(
        thick[::-1].copy(),
        rng.integers(0, 256, (5, *MAPS), dtype=np.uint8),
        np.array([1, 0, 1, 1, 0], np.bool_),
    )
    rows = shard_files.table(ids, glyphs, thick, np.array([0, 1, 0, 0, 1], np.bool_))
    again = shard_files.read(shard_files.write(rows))
    assert (shard_files.values(again, "id") == ids).all()
    motion = shard_files.values(again, "motion").reshape(5, *MAPS)
    assert (motion[glyphs.has_ink] == glyphs.motion[glyphs.has_ink]).all()
    assert not motion[~glyphs.has_ink].any()
    some = shard_files.values(again, "thick").any(axis=1)
    assert some.tolist() == [False, True, False, False, True]
    two = shard_files.kept(again, ids[[1, 3]])
    assert shard_files.places(two, ids[::-1]).tolist() == [3, 1]
