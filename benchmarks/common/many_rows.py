"""As many rows as are wanted, made inside PostgreSQL: what a site has after two years.

`training.demo` makes each row in Python, which is too slow for millions. Here a few thousand
drawings are really drawn and read, and PostgreSQL copies them to people, times and reviews.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import connection

from recognizer.models import Drawing, DrawingUse, ModelVersion, Promotion
from recognizer.preprocessing.glyph import NORMALISATION
from recognizer.split import is_held_out
from training.demo import drawings as demo
from training.demo import ink, versions

if TYPE_CHECKING:
    from collections.abc import Callable

DAYS = 730
DRAWINGS_A_PERSON = 25
# The person of rank r of n draws as much as (r / n) ** (1 / SKEW - 1) says: of 80,000 people with
# two million drawings the first has some 3,500.
SKEW = 1.8
# More at a time are drawn lately than at first.
GROWTH = 0.6
# Writers of a corpus that was imported at one stroke, a tenth of all drawings.
WRITERS = 200
# No more wait than may (QUOTA_WAITING).
MOST_WAITING = 18_000
# The newest versions have used all that was accepted by their time.
VERSIONS_WITH_USES = 3
RUNS, VERSIONS = 60, 20
TABLES = (
    "recognizer_contributor",
    "recognizer_drawing",
    "recognizer_review",
    "recognizer_audit",
    "recognizer_drawinguse",
)


def fill(
    count: int,
    *,
    version: ModelVersion,
    now: datetime,
    distinct: int = 3_000,
    runs: int = RUNS,
    number_of_versions: int = VERSIONS,
    on_progress: Callable[[str], None] = lambda done: None,
) -> None:
    """Adds `count` drawings, their people, reviews and versions to an empty site on PostgreSQL.

    Indexes are built after the rows, which is faster and leaves them as small as can be.
    """
    rng = np.random.default_rng(0)
    start = now - timedelta(days=DAYS)
    _samples(distinct, version, rng)
    staff = [user.pk for user in demo.users().values()]
    facts: dict[str, Any] = {
        "n": count,
        "people": max(8, count // DRAWINGS_A_PERSON),
        "writers": WRITERS,
        "skew": SKEW,
        "growth": GROWTH,
        "samples": distinct,
        "start": start,
        "now": now,
        "waiting": min(MOST_WAITING, count // 11),
        "version": version.pk,
        "normalisation": NORMALISATION,
        "canvas": json.dumps([ink.SIDE, ink.SIDE]),
        "staff": staff,
    }
    with connection.cursor() as cursor:
        # What a transaction has yet to look up would keep indexes from being built in it.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET session_replication_role = replica")  # no foreign key is looked up
        cursor.execute("SELECT setseed(0.5)")
        later = _without_indexes(cursor)
        for name, statement in STATEMENTS:
            cursor.execute(statement, facts)
            on_progress(f"{name}: {cursor.rowcount:,}")
        _held_out(cursor)
        for definition in later:
            cursor.execute(definition)
        on_progress("indexes")
        cursor.execute("ANALYZE")
        versions.fill(
            runs=runs,
            versions=number_of_versions,
            live=version,
            by=demo.users()["demo-trainer"],
            rng=rng,
            start=start + timedelta(days=30),
            now=now - timedelta(hours=6),
        )
        _uses(cursor)
        on_progress("versions")
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE")
    _images()


def _samples(count: int, version: ModelVersion, rng: np.random.Generator) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE sample (n int PRIMARY KEY, label text, strokes jsonb, pixels bytea,"
            " digit int, confidence float8, verdict text, probabilities jsonb, weight int)"
        )
        cursor.executemany(
            "INSERT INTO sample VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    number,
                    sample.label,
                    json.dumps(sample.strokes),
                    sample.glyph.pixels.tobytes(),
                    sample.reading.digit,
                    sample.reading.confidence,
                    sample.reading.verdict,
                    json.dumps(sample.reading.probabilities),
                    sample.weight,
                )
                for number, sample in enumerate(demo.samples(count, version, rng))
            ],
        )


def _without_indexes(cursor: Any) -> list[str]:
    """Drops the indexes that hold no constraint; returns by which statements they come again."""
    cursor.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid"
        " WHERE i.indrelid = ANY(%s::regclass[]) AND c.oid IS NULL",
        [list(TABLES)],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _name, definition in found]


# People with the most drawings have accounts; the last rows of the imported tenth are writers.
PEOPLE = """
WITH made AS (
    INSERT INTO recognizer_contributor
        (id, origin, created_at, blocked, trusted, hand_generation, remembers, stored_drawings,
         stored_bytes)
    SELECT gen_random_uuid(),
        CASE WHEN n < %(people)s THEN '' ELSE 'corpus/writer ' || n END,
        %(start)s, n %% 500 = 499, n %% 300 = 299, 0, true, 0, 0
    FROM generate_series(0, %(people)s + %(writers)s - 1) n
    RETURNING id, origin
)
INSERT INTO person (n, id, is_writer)
SELECT row_number() OVER (PARTITION BY origin = '') - 1, id, origin <> '' FROM made
"""
ACCOUNTS = """
INSERT INTO auth_user (username, password, first_name, last_name, email, is_staff, is_active,
    is_superuser, date_joined)
SELECT 'person-' || n, '!', '', '', '', false, true, false, %(start)s
FROM person WHERE NOT is_writer AND n < %(people)s / 5
"""
OWNERS = """
UPDATE recognizer_contributor SET user_id = auth_user.id
FROM person JOIN auth_user ON username = 'person-' || n
WHERE NOT is_writer AND recognizer_contributor.id = person.id
"""
# Chances are thrown first, so that each row keeps its own.
DRAWINGS = """
INSERT INTO recognizer_drawing
    (id, contributor_id, source, created_at, consent, submission_key, strokes, canvas, image,
     image_lost, stored_bytes, pixels, normalisation, version_id, digit, confidence, verdict,
     probabilities, shown_digit, shown_verdict, label, labelled_at, review, accepted_label,
     reviewer_id, reviewed_at, remembered, opinion, is_gold, revision)
SELECT key, person.id, source, at, a < 0.97, CASE WHEN NOT imported THEN gen_random_uuid() END,
    CASE WHEN NOT pictured THEN strokes END,
    CASE WHEN NOT pictured THEN %(canvas)s::jsonb END,
    CASE WHEN pictured
        THEN 'drawings/' || to_char(at, 'YYYY/MM/') || replace(key::text, '-', '') || '.png' END,
    false, weight, pixels, %(normalisation)s, %(version)s, digit, confidence * (1 - b / 1000),
    verdict, probabilities, CASE WHEN mended THEN nullif(said, 'not_a_digit')::int END,
    CASE WHEN mended THEN 'sure' ELSE '' END, said, CASE WHEN said <> '' THEN at END, state,
    CASE WHEN state = 'accepted' THEN label ELSE '' END,
    CASE WHEN state IN ('accepted', 'rejected') AND NOT imported
        THEN (%(staff)s)[1 + floor(c * 3)::int] END,
    CASE WHEN imported THEN at WHEN state IN ('accepted', 'rejected')
        THEN least(%(now)s, at + interval '20 days' * power(d, 4)) END,
    true, 'first', state = 'accepted' AND e < 0.0002,
    CASE WHEN state = 'unlabelled' THEN 0 ELSE 1 END
FROM (
    SELECT *, gen_random_uuid() AS key,
        CASE WHEN imported THEN 'import' WHEN b < 0.04 THEN 'camera' WHEN b < 0.05 THEN 'upload'
            WHEN b < 0.08 THEN 'api' ELSE 'ink' END AS source,
        NOT imported AND b < 0.05 AS pictured,
        NOT imported AND said <> '' AND g < 0.02 AS mended
    FROM (
        SELECT *,
            CASE WHEN imported THEN 'accepted' WHEN a < 0.2 THEN 'unlabelled'
                WHEN i > %(n)s - 1.25 * %(waiting)s THEN 'pending'
                WHEN a < 0.25 THEN 'rejected' ELSE 'accepted' END AS state,
            CASE WHEN imported THEN label WHEN a < 0.2 THEN ''
                WHEN f < 0.03 THEN floor(f * 333)::int::text ELSE label END AS said
        FROM (
            SELECT *, i BETWEEN 0.4 * %(n)s AND 0.5 * %(n)s AS imported,
                %(start)s + (%(now)s - %(start)s) * power(least(1, i / %(n)s::float8), %(growth)s)
                    AS at
            FROM (
                SELECT i, random() AS a, random() AS b, random() AS c, random() AS d,
                    random() AS e, random() AS f, random() AS g,
                    floor(power(random(), %(skew)s) * %(people)s)::int AS who,
                    floor(random() * %(writers)s)::int AS writer,
                    floor(random() * %(samples)s)::int AS pick
                FROM generate_series(1, %(n)s) i OFFSET 0
            ) thrown
        ) timed JOIN sample ON sample.n = pick
    ) judged OFFSET 0
) drawn JOIN person
    ON person.is_writer = imported AND person.n = CASE WHEN imported THEN writer ELSE who END
"""
COUNTERS = """
UPDATE recognizer_contributor SET stored_drawings = n, stored_bytes = weight
FROM (SELECT contributor_id, count(*) AS n, sum(stored_bytes) AS weight
      FROM recognizer_drawing GROUP BY 1) counted
WHERE counted.contributor_id = recognizer_contributor.id
"""
SITE = """
INSERT INTO recognizer_storageuse (owner, stored_drawings, stored_bytes)
SELECT 'site', count(*), coalesce(sum(stored_bytes), 0) FROM recognizer_drawing
ON CONFLICT (owner) DO UPDATE SET stored_drawings = excluded.stored_drawings,
    stored_bytes = excluded.stored_bytes
"""
REVIEWS = """
INSERT INTO recognizer_review
    (at, drawing_id, reviewer_id, decision, label, kind, wants_second, act)
SELECT at, drawing, reviewer, CASE WHEN label = '' THEN 'reject' ELSE 'accept' END, label, kind,
    wants_second, gen_random_uuid()
FROM (
    SELECT reviewed_at AS at, id AS drawing, reviewer_id AS reviewer, accepted_label AS label,
        CASE WHEN source = 'import' THEN 'import' ELSE 'first' END AS kind,
        source <> 'import' AND abs(hashtext(id::text)) %% 100 < 2 AS wants_second
    FROM recognizer_drawing WHERE reviewed_at IS NOT NULL
    UNION ALL
    SELECT reviewed_at, id, (%(staff)s)[1], accepted_label, 'second', false
    FROM recognizer_drawing WHERE reviewed_at IS NOT NULL AND source <> 'import'
        AND abs(hashtext(id::text)) %% 100 < 2 AND reviewer_id <> (%(staff)s)[1]
    UNION ALL
    SELECT reviewed_at + interval '1 day', id, (%(staff)s)[2], accepted_label, 'gold', false
    FROM recognizer_drawing WHERE is_gold
) said ORDER BY at
"""
AUDIT = """
INSERT INTO recognizer_audit (at, by_id, what, why, before, after, act, drawing_id)
SELECT r.at, r.reviewer_id, 'review', '',
    jsonb_build_object('review', 'pending', 'claimed', d.label,
        'read', coalesce(d.digit::text, 'not_a_digit')),
    jsonb_build_object('review', d.review, 'label', r.label, 'said', r.label,
        'decision', r.decision),
    r.act, d.id
FROM recognizer_review r JOIN recognizer_drawing d ON d.id = r.drawing_id
WHERE r.kind <> 'import' ORDER BY r.id
"""
STATEMENTS = (
    ("", "CREATE TEMP TABLE person (n int, id uuid, is_writer boolean, is_held_out boolean)"),
    ("people", PEOPLE),
    ("", "CREATE INDEX ON person (is_writer, n); ANALYZE person; ANALYZE sample"),
    ("accounts", ACCOUNTS),
    ("owners", OWNERS),
    ("drawings", DRAWINGS),
    ("counters", COUNTERS),
    ("site", SITE),
    ("reviews", REVIEWS),
    ("audit", AUDIT),
)


def _held_out(cursor: Any) -> None:
    """Says of each person whether they are held out, as the site does by their ids."""
    cursor.execute("SELECT id FROM person")
    chosen = [key for (key,) in cursor.fetchall() if is_held_out(key, 20)]
    cursor.execute("UPDATE person SET is_held_out = id = ANY(%s)", [chosen])


def _uses(cursor: Any) -> None:
    """Has the newest versions have used all that was accepted by their time; the last but two of
    them goes live.
    """
    DrawingUse.objects.all().delete()
    ModelVersion.objects.update(drawings_left=0)
    newest = list(ModelVersion.objects.order_by("-number")[:VERSIONS_WITH_USES])
    Promotion.objects.create(
        version=newest[-1], kind=Promotion.Kind.PROMOTE, follows=Promotion.objects.newest()
    )
    for version in newest:
        cursor.execute(
            "INSERT INTO recognizer_drawinguse (version_id, drawing_id, role)"
            " SELECT %s, d.id, CASE WHEN is_held_out THEN 'held_out' ELSE 'train' END"
            " FROM recognizer_drawing d JOIN person ON person.id = d.contributor_id"
            " WHERE review = 'accepted' AND consent AND NOT is_gold AND reviewed_at < %s",
            [version.pk, version.created_at],
        )
        used = cursor.rowcount
        cursor.execute(
            "SELECT count(*) FROM recognizer_drawinguse WHERE version_id = %s AND role = 'train'",
            [version.pk],
        )
        (train,) = cursor.fetchone()
        version.manifest["lineage"]["drawings"] = {
            "total": used, "train": train, "held_out": used - train, "contributors": 0,
            "sources": {},
        }  # fmt: skip
        version.drawings_left = used
        version.save(update_fields=["manifest", "drawings_left"])


def _images() -> None:
    """Empty files in the place of images: whether they are there is all that a sweep asks."""
    names = Drawing.objects.filter(image__gt="").values_list("image", flat=True)
    storage = Drawing._meta.get_field("image").storage
    folders: set[Path] = set()
    for name in names.iterator():
        place = Path(storage.path(name))
        if place.parent not in folders:
            place.parent.mkdir(parents=True, exist_ok=True)
            folders.add(place.parent)
        place.touch()
