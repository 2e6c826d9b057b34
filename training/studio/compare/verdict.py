"""The verdict on a pair in words: a sentence, its cause or chance, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recognizer import formatting, gate_words
from recognizer.labels import LABELS
from recognizer.models import ModelVersion
from training.evaluation.counts import Outcome, drawings_to_decide
from training.evaluation.gate import HELD_OUT, MNIST
from training.studio.compare import names

if TYPE_CHECKING:
    from training.selectors.pairs import Pair, SetRow

Verdict = ModelVersion.GateVerdict


@dataclass(frozen=True, slots=True)
class Said:
    """The page's first sentence, what stands below it, and whether it calls for an eye."""

    sentence: str
    below: str
    mark: str
    is_marked: bool


def said(pair: Pair) -> Said:
    """What the comparison comes to, in a sentence, with the chance that it is one."""
    number = pair.newer.number
    row = pair.row(HELD_OUT) or pair.row(MNIST)
    if row is None:
        return Said(_nothing(pair), "", "", False)
    if not pair.is_gates:
        return Said(_counted(pair, row), _chance(row), _("not judged beside each other"), False)
    word = pair.newer.gate_verdict
    mark = _mark(pair)
    if word == Verdict.FAILED:
        return Said(_failed(pair), _chance_of_worst(pair), mark, True)
    if word == Verdict.UNDECIDED:
        return Said(
            _("These drawings cannot decide on version %(number)s: %(counts)s.")
            % {"number": number, "counts": _counts(_open_row(pair))},
            _wait(pair),
            mark,
            True,
        )
    return Said(_counted(pair, row), _chance(row), mark, False)


def _nothing(pair: Pair) -> str:
    if pair.newer.installed and not pair.newer.gate_report.get("checks"):
        return _("Version %(number)s came with the site and was not judged here.") % {
            "number": pair.newer.number
        }
    return _("Versions %(newer)s and %(older)s were not judged on the same drawings.") % {
        "newer": pair.newer.number,
        "older": pair.older.number,
    }


def _counted(pair: Pair, row: SetRow) -> str:
    words = {
        "number": pair.newer.number,
        "older": pair.older.number,
        "fixed": counted(row.fixed),
        "broken": counted(row.broken),
        "n": counted(row.n),
    }
    if row.fixed > row.broken and row.chance_better <= 0.05:
        told = _(
            "Version %(number)s reads better: it fixes %(fixed)s and breaks %(broken)s, of %(n)s "
            "that it never learned from."
        )
    elif row.broken > row.fixed and row.chance <= 0.05:
        told = _(
            "Version %(number)s reads worse: it breaks %(broken)s and fixes %(fixed)s, of %(n)s "
            "that it never learned from."
        )
    else:
        told = _(
            "Version %(number)s reads about as well as %(older)s: it fixes %(fixed)s and breaks "
            "%(broken)s, of %(n)s that it never learned from."
        )
    return told % words


def counted(number: int) -> str:
    """A number with its thousands apart."""
    return formatting.figure(number)


def _failed(pair: Pair) -> str:
    number, row = pair.newer.number, _worst_row(pair)
    if row is None:
        bad = [check for check in pair.newer.gate_report["checks"] if not check["passed"]]
        return _("Version %(number)s stays out. %(sentence)s") % {
            "number": number,
            "sentence": gate_words.sentence(bad[0]) if bad else "",
        }
    told = _(
        "Version %(number)s stays out: it breaks %(broken)s drawings and fixes %(fixed)s, of "
        "%(n)s (%(set)s)."
    )
    return told % {
        "number": number,
        "set": names.set_name(row.name),
        "broken": counted(row.broken),
        "fixed": counted(row.fixed),
        "n": counted(row.n),
    }


def _counts(row: SetRow | None) -> str:
    if row is None:
        return ""
    return _("%(fixed)s fixed, %(broken)s broken, of %(n)s (%(set)s)") % {
        "fixed": counted(row.fixed),
        "broken": counted(row.broken),
        "n": counted(row.n),
        "set": names.set_name(row.name),
    }


def _worst_row(pair: Pair) -> SetRow | None:
    worse = [row for row in pair.rows if row.outcome == Outcome.WORSE]
    return min(worse, key=lambda row: row.chance, default=None)


def _open_row(pair: Pair) -> SetRow | None:
    """The set that left the verdict open: of the whole ones first."""
    still = [row for row in pair.rows if row.outcome == Outcome.UNDECIDED]
    whole = [row for row in still if row.name in names.WHOLE]
    return min(whole or still, key=lambda row: row.chance, default=_worst_row(pair))


def _wait(pair: Pair) -> str:
    row = _open_row(pair)
    more = row and drawings_to_decide(row.n, fixed=row.fixed, broken=row.broken)
    if not row or not more:
        return _("A trainer may promote it with a written reason.")
    return _(
        "Equals lose as many with a chance of %(chance)s. Promote with a reason, or wait for "
        "about %(more)s more drawings."
    ) % {"chance": formatting.figure(row.chance, 2), "more": counted(more)}


def _chance(row: SetRow) -> str:
    better = row.fixed >= row.broken
    chance = row.chance_better if better else row.chance
    if chance > 0.5:
        return _("Nothing that chance would not do.")
    told = _("Chance alone would do this once in %(times)s (paired, p %(chance)s).")
    return told % {"times": counted(round(1 / chance)), "chance": _p(chance)}


def _chance_of_worst(pair: Pair) -> str:
    row = _worst_row(pair)
    words = []
    if row is not None:
        words.append(
            _("Too many to be chance (paired, p %(chance)s).") % {"chance": _p(row.chance)}
        )
    if pair.breaks.pairs:
        (label, answer), count = pair.breaks.pairs[0]
        if count > 1:
            words.append(
                _("%(count)s of the %(total)s that it breaks are %(pair)s.")
                % {
                    "count": count,
                    "total": pair.breaks.total,
                    "pair": formatting.misread(LABELS[label], LABELS[answer]),
                }
            )
    return " ".join(words)


def _p(chance: float) -> str:
    return f"{'=' if chance >= 0.001 else '<'} {formatting.figure(max(chance, 0.001), 3)}"


def _mark(pair: Pair) -> str:
    checks = pair.newer.gate_report.get("checks", [])
    passed = sum(check["passed"] for check in checks)
    words = {"number": pair.newer.number, "passed": passed, "all": len(checks)}
    if pair.newer.gate_verdict == Verdict.PASSED:
        return _("%(number)s passed %(passed)s of %(all)s") % words
    if pair.newer.gate_verdict == Verdict.UNDECIDED:
        return _("? undecided by the gate")
    return ngettext(
        "✕ refused by %(count)s of %(all)s checks", "✕ refused by %(count)s of %(all)s checks",
        len(checks) - passed,
    ) % {"count": len(checks) - passed, "all": len(checks)}  # fmt: skip
