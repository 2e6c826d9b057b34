"""Two versions on the same data: what the gate's report keeps of them, and whom they read.

Where the gate compared the two, everything it counted is shown as it was. Any other two are
compared by what each has misread, on the drawings that both were judged on.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from digitsite.database.counted import Counted
from recognizer import formatting
from recognizer.models import (
    Contributor,
    Drawing,
    DrawingUse,
    ModelVersion,
    Promotion,
    label_in_sql,
)
from training.evaluation.counts import ISSUED, Outcome, sign_test
from training.evaluation.gate import DIGIT, HELD_OUT, MNIST, SOURCE, UNLABELLED
from training.evaluation.intervals import paired_difference

if TYPE_CHECKING:
    pass

MAX_TILES = 60
MAX_PEOPLE = 8
# What is counted of versions changes by what is deleted alone.
FOUND_SECONDS = 86_400
NEWER, OLDER = "candidate", "champion"
# What a tile and the tables below read of a drawing.
FIELDS = (
    "pk", "strokes", "pixels", "label", "accepted_label", "digit", "source", "contributor_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SetRow:
    """One set of n drawings: how many each version reads right, and how many changed.

    `low` and `high` are the interval of the difference of the two shares. `chance` is how likely
    equals break as many, `chance_better` how likely they fix as many.
    """

    name: str
    n: int
    right: int
    before: int
    fixed: int
    broken: int
    margin: int
    outcome: str
    low: float
    high: float

    @property
    def difference(self) -> float:
        return (self.right - self.before) / self.n

    @property
    def chance(self) -> float:
        return sign_test(fixed=self.fixed, broken=self.broken)

    @property
    def chance_better(self) -> float:
        return sign_test(fixed=self.broken, broken=self.fixed)


@dataclass(frozen=True, slots=True)
class Changed:
    """A drawing whose answer changed: its row, what it is, and what both versions read."""

    drawing: Drawing
    label: int | None
    before: int | None
    now: int | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Drawings that a version fixes, or breaks: some of them as rows, and how many there are.

    `pairs` counts all by (label, wrong answer), the most frequent first.
    """

    total: int
    shown: list[Changed]
    pairs: list[tuple[tuple[int, int], int]]
    ids: list[str] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.total - len(self.shown)


@dataclass(frozen=True, slots=True)
class Pair:
    """What is known of two versions side by side; `report` is the gate's where it compared them."""

    newer: ModelVersion
    older: ModelVersion
    is_gates: bool
    rows: list[SetRow]
    fixes: Changes
    breaks: Changes
    pictures: dict[str, Any]
    pens: list[SetRow] = field(default_factory=list)

    def row(self, name: str) -> SetRow | None:
        return next((row for row in self.rows if row.name == name), None)

    def rows_of(self, prefix: str) -> list[SetRow]:
        return [row for row in self.rows if row.name.startswith(prefix)]


def pair(newer: ModelVersion, older: ModelVersion) -> Pair:
    """Two versions side by side, each with its manifest and report."""
    report = newer.gate_report
    if report.get("champion") == older.number:
        answers = report.get("answers", {})
        return Pair(
            newer,
            older,
            True,
            [_row(one) for one in report.get("sets", []) if one.get("champion_right") is not None],
            _changes(report.get("fixes", []), answers, is_fixed=True),
            _changes(report.get("breaks", []), answers, is_fixed=False),
            report.get("pictures", {}),
            [_row(one) for one in report.get("pens", []) if one["champion_right"] is not None],
        )
    return _derived(newer, older)


def _row(one: dict[str, Any]) -> SetRow:
    n, right, before = one["n"], one["right"], one["champion_right"]
    low, high = paired_difference(
        # The counts of the set that nobody labelled forgive as many as are expected to be wrong.
        n=n,
        right=right,
        fixed=one["fixed"] if one["name"] != UNLABELLED else 0,
        broken=one["broken"],
    )
    return SetRow(
        one["name"], n, right, before, one["fixed"], one["broken"], one["margin"],
        one["outcome"] or Outcome.NOT_WORSE, low, high,
    )  # fmt: skip


# --- any two ------------------------------------------------------------------------------


def _derived(newer: ModelVersion, older: ModelVersion) -> Pair:
    now, before = own_pictures(newer), own_pictures(older)
    rows: list[SetRow] = []
    answers: dict[str, list[int]] = {}
    fixed: list[str] = []
    broken: list[str] = []
    for name in (MNIST, HELD_OUT):
        if not (now.get(name) and before.get(name)):
            continue
        wrong_now, wrong_before = (_misread(one[name]) for one in (now, before))
        n = _images(now[name], before[name]) if name == MNIST else _judged_by_both(newer, older)
        if name == HELD_OUT:
            left = _left(newer, older, {*wrong_now, *wrong_before})
            wrong_now, wrong_before = (
                {key: value for key, value in one.items() if key in left}
                for one in (wrong_now, wrong_before)
            )
            fixed = [key for key in wrong_before if key not in wrong_now]
            broken = [key for key in wrong_now if key not in wrong_before]
            for key in fixed:
                label, answer = wrong_before[key]
                answers[key] = [label, answer, label]
            for key in broken:
                label, answer = wrong_now[key]
                answers[key] = [label, label, answer]
        if n:
            rows.append(_of_misread(name, n, {*wrong_now}, {*wrong_before}))
    pictures = {
        name: {NEWER: now[name], OLDER: before[name]}
        for name in (MNIST, HELD_OUT)
        if now.get(name) and before.get(name)
    }
    return Pair(
        newer,
        older,
        False,
        rows,
        _changes(fixed, answers, is_fixed=True),
        _changes(broken, answers, is_fixed=False),
        pictures,
    )


def own_pictures(version: ModelVersion) -> dict[str, Any]:
    """By set, what the gate's report keeps of a version itself; nothing where it was not judged."""
    found = version.gate_report.get("pictures", {})
    return {name: by_network.get(NEWER) for name, by_network in found.items()}


def _misread(one: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {str(key): (label, answer) for key, label, answer in one["misread"]}


def _images(now: dict[str, Any], before: dict[str, Any]) -> int:
    """How many images both were judged on; 0 where they were not the same."""
    counts = {sum(map(sum, one["confusion"])) for one in (now, before)}
    return int(counts.pop()) if len(counts) == 1 else 0


def _both(newer: ModelVersion, older: ModelVersion) -> Any:
    role = DrawingUse.Role.HELD_OUT
    other = DrawingUse.objects.filter(version=older, role=role, drawing=OuterRef("drawing"))
    return DrawingUse.objects.filter(Exists(other), version=newer, role=role)


def _judged_by_both(newer: ModelVersion, older: ModelVersion) -> int:
    name = f"judged-by-{newer.pk}-{older.pk}"
    counted: Counted[int] = Counted(name, _both(newer, older).count, seconds=FOUND_SECONDS)
    return counted.get()


def _left(newer: ModelVersion, older: ModelVersion, ids: set[str]) -> set[str]:
    """Which of these drawings still exist and were held out from both."""
    keys = [uuid.UUID(key) for key in ids]
    rows = _both(newer, older).filter(drawing__in=keys).values_list("drawing", flat=True)
    return {str(pk) for pk in rows}


def _of_misread(name: str, n: int, now: set[str], before: set[str]) -> SetRow:
    fixed, broken = len(before - now), len(now - before)
    right = n - len(now)
    low, high = paired_difference(n=n, right=right, fixed=fixed, broken=broken)
    return SetRow(
        name, n, right, n - len(before), fixed, broken, ISSUED.margin(n),
        ISSUED.outcome(n, fixed=fixed, broken=broken), low, high,
    )  # fmt: skip


# --- drawings and people ------------------------------------------------------------------


def _changes(ids: list[str], answers: dict[str, list[int]], *, is_fixed: bool) -> Changes:
    pairs = Counter(
        (answers[key][0], answers[key][1 if is_fixed else 2]) for key in ids if key in answers
    )
    # What happened most often first: that is what it is about.
    order = sorted(ids, key=lambda key: _rank(answers.get(key), pairs, is_fixed=is_fixed))
    keys = [uuid.UUID(key) for key in order[:MAX_TILES]]
    found = Drawing.objects.only(*FIELDS).in_bulk(keys) if keys else {}
    shown = [
        Changed(found[key], *(answers.get(str(key)) or (None, None, None)))
        for key in keys
        if key in found
    ]
    return Changes(len(ids), shown, pairs.most_common(), ids)


def _rank(
    answer: list[int] | None, pairs: Counter[tuple[int, int]], *, is_fixed: bool
) -> tuple[int, ...]:
    if answer is None:
        return (1, 0, 0, 0)
    which = (answer[0], answer[1 if is_fixed else 2])
    return (0, -pairs[which], *which)


@dataclass(frozen=True, slots=True)
class Writer:
    """A held-out person: how many of their drawings there are, and how many changed."""

    contributor: Contributor
    n: int
    fixed: int
    broken: int


def writers(found: Pair) -> list[Writer]:
    """The held-out people whose drawings changed most, at most `MAX_PEOPLE`."""
    changed: Counter[Any] = Counter()
    fixed: Counter[Any] = Counter()
    for changes, is_fixed in ((found.fixes, True), (found.breaks, False)):
        for one in changes.shown:
            changed[one.drawing.contributor_id] += 1
            fixed[one.drawing.contributor_id] += is_fixed
    keys = [key for key, _ in changed.most_common(MAX_PEOPLE)]
    if not keys:
        return []
    uses = DrawingUse.objects.filter(version=found.newer, role=DrawingUse.Role.HELD_OUT)
    theirs = uses.filter(drawing__contributor__in=keys).order_by()
    judged = dict(theirs.values_list("drawing__contributor").annotate(n=Count("*")))
    people = Contributor.objects.filter(pk__in=keys).select_related("user").in_bulk()
    return [
        Writer(people[key], judged.get(key, 0), fixed[key], changed[key] - fixed[key])
        for key in keys
        if key in people
    ]


@dataclass(frozen=True, slots=True)
class Mover:
    """A contributor whose drawings are new in a version's training.

    `new` is how many, `share` of all that are new; `contested` were read as something else than
    they were accepted as when they were drawn, most often as `read` where `label` was said.
    """

    contributor: Contributor
    new: int
    share: float
    contested: int
    label: str
    read: str
    contested_pair: int

    @property
    def pair(self) -> str:
        """The most frequent contested pair in words."""
        return formatting.misread(self.label, self.read)


def movers(newer: ModelVersion, older: ModelVersion | None) -> list[Mover]:
    """Whose drawings the newer version learned from and the older did not, the most first.

    They may be a million, of which nothing changes but what is deleted: what was found of whom is
    shown again for `FOUND_SECONDS`, of those who are still there.
    """
    name = f"movers-{newer.pk}-{older.pk if older else 0}"
    uses = _new_to(newer, older)
    found = Counted(name, lambda: _moved(uses), seconds=FOUND_SECONDS).get()
    keys = [key for key, _figures in found]
    people = Contributor.objects.filter(pk__in=keys).select_related("user").in_bulk()
    return [Mover(people[key], *figures) for key, figures in found if key in people]


def movers_ahead() -> None:
    """Finds those of the newest version, which is compared next, before anybody asks."""
    newest, promotion = ModelVersion.objects.first(), Promotion.objects.newest()
    if newest and promotion and newest.pk != promotion.version_id:
        movers(newest, promotion.version)


def _new_to(newer: ModelVersion, older: ModelVersion | None) -> QuerySet[DrawingUse]:
    role = DrawingUse.Role.TRAIN
    uses = DrawingUse.objects.filter(version=newer, role=role).order_by()
    if older is None:
        return uses
    known = DrawingUse.objects.filter(version=older, role=role, drawing=OuterRef("drawing"))
    return uses.filter(~Exists(known))


# Whose drawings are new, and the figures of that, as `Mover` has them.
Moved: TypeAlias = tuple[uuid.UUID, tuple[int, float, int, str, str, int]]


def _moved(uses: QuerySet[DrawingUse]) -> list[Moved]:
    read = label_in_sql("drawing__digit")
    contested = ~Q(drawing__accepted_label="") & ~Q(drawing__accepted_label=read)
    every = uses.values("role").annotate(n=Count("*")).values("n")
    who = "drawing__contributor"
    counted = uses.values(who).annotate(
        new=Count("*"), contested=Count("drawing", filter=contested), every=Subquery(every)
    )
    rows = {row[who]: row for row in counted.order_by("-contested", "-new", who)[:MAX_PEOPLE]}
    words = uses.filter(contested, drawing__contributor__in=rows).annotate(read=read)
    most: dict[Any, tuple[str, str, int]] = {}
    for row in words.values(who, "drawing__accepted_label", "read").annotate(n=Count("*")):
        pair = (row["drawing__accepted_label"], row["read"], row["n"])
        most[row[who]] = max(most.get(row[who], ("", "", 0)), pair, key=lambda one: one[2])
    return [
        (
            key,
            (
                row["new"],
                row["new"] / row["every"],
                row["contested"],
                *most.get(key, ("", "", 0)),
            ),
        )
        for key, row in rows.items()
    ]


def contested_drawings(mover: Mover, newer: ModelVersion, most: int = 16) -> list[Drawing]:
    """Some of a contributor's contested drawings of the pair that is most frequent."""
    digit = None if mover.read == "not_a_digit" else int(mover.read)
    rows = Drawing.objects.filter(
        contributor=mover.contributor,
        accepted_label=mover.label,
        digit=digit,
        uses__version=newer,
        uses__role=DrawingUse.Role.TRAIN,
    )
    return list(rows.only(*FIELDS).order_by("-created_at")[:most])


# Digits and sources stand in the gate's report by these beginnings of their names.
DIGITS, SOURCES = DIGIT, SOURCE
