"""Today: what there is to do, how the circle stands, whether anything wants an eye."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from recognizer import formatting
from recognizer.models import Drawing, ModelVersion, Promotion
from training.evaluation.counts import sign_test
from training.models import TrainingRun
from training.selectors import corrections
from training.selectors.circle import Circle, circle, newly_accepted
from training.selectors.pace import pace_of
from training.selectors.runs import times
from training.selectors.runs.progress import age, duration
from training.services import default_epochs
from training.studio import frame
from training.studio.access import reviewer_required, user_of
from training.studio.charts import corrections as corrections_chart
from training.studio.tiles import FIELDS, Tile, tile_of, tiles

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

STRIP = 12  # tiles beside a task; what does not fit is shed
READ_JUST_NOW = 10


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: a sentence, of which `stress` wants an eye, and one button."""

    key: str
    sentence: str
    button: str
    address: str
    letter: str
    stress: str = ""
    more: str = ""
    strip: list[Tile] = field(default_factory=list)
    breaks: list[Tile] = field(default_factory=list)


@require_safe
@reviewer_required
def today(request: HttpRequest) -> HttpResponse:
    """The start page."""
    now = timezone.now()
    turn = circle(now=now)
    hours = corrections.lately(now=now)
    promoted = turn.promotion.at if turn.promotion else None
    seconds = pace_of(user_of(request)) if turn.waiting else None
    tasks = tasks_of(turn, seconds)
    return frame.page(
        request,
        "studio/today.html",
        place="today",
        circle=turn,
        tasks=tasks,
        heading=_heading(tasks, turn, seconds),
        week=corrections.between(hours, now - corrections.WINDOW, now),
        rise=corrections.rise_of(hours, promoted=promoted, now=now),
        live_for=age(promoted, now=now) if promoted else "",
        chart=_chart(hours, now),
        **_just_now(hours, now),
    )


def _heading(tasks: list[Task], turn: Circle, seconds: float | None) -> str:
    if tasks:
        count = len(tasks)
        words = {1: _("One thing"), 2: _("Two things"), 3: _("Three things"), 4: _("Four things")}
        things = {"things": words.get(count, str(count))}
        if seconds is None:
            return _("%(things)s to do.") % things
        # A minute for each that is not review.
        minutes = max(1, round(seconds * turn.waiting / 60) + count - 1)
        about = ngettext("about %(n)s minute", "about %(n)s minutes", minutes) % {"n": minutes}
        return _("%(things)s to do, %(about)s.") % {**things, "about": about}
    if turn.promotion is None:
        return _("No version is live yet.")
    return _("Nothing waits. Version %(number)s has been live %(time)s.") % {
        "number": turn.promotion.version.number,
        "time": age(turn.promotion.at, now=turn.now),
    }


def _chart(hours: dict[datetime, corrections.Answers], now: datetime) -> Any:
    points = corrections.weekly(hours, since=now - corrections.SHOWN, until=now)
    rows = Promotion.objects.filter(at__gte=now - corrections.SHOWN).select_related("version")
    promotions = rows.defer(*(f"version__{name}" for name in ModelVersion.HEAVY)).order_by("pk")
    return corrections_chart.chart(points, list(promotions), now=now)


def _just_now(hours: dict[datetime, corrections.Answers], now: datetime) -> dict[str, Any]:
    """The newest drawings that visitors gave, and how many were today."""
    newest = Drawing.objects.exclude(source=Drawing.Source.IMPORT).order_by("-created_at")
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "newest": tiles(newest.only(*FIELDS)[:READ_JUST_NOW]),
        "answers_today": corrections.between(hours, midnight, now),
    }


# --- what is to do ----------------------------------------------------------------


def tasks_of(turn: Circle, seconds: float | None) -> list[Task]:
    """What there is to do, one task a station; `seconds` is the reviewer's pace, if known."""
    found = [_review(turn, seconds), _compare(turn), _train(turn), _failed(turn)]
    return [task for task in found if task]


def _review(turn: Circle, seconds: float | None) -> Task | None:
    if not turn.waiting:
        return None
    waiting = ngettext("%(count)s drawing waits", "%(count)s drawings wait", turn.waiting) % {
        "count": intcomma(turn.waiting)
    }
    oldest = list(Drawing.objects.waiting().only(*FIELDS, "created_at")[:STRIP])
    wrong = Drawing.objects.waiting().read_right(right=False).only(*FIELDS)[:STRIP]
    some = list({one.pk: one for one in (*wrong, *oldest)}.values())[:STRIP]
    return Task(
        key="review",
        sentence=waiting,
        stress=ngettext("%(count)s of them disputed", "%(count)s of them disputed", turn.disputed)
        % {"count": intcomma(turn.disputed)}
        if turn.disputed
        else "",
        more=_waits(turn, oldest, seconds),
        button=_("Review %(count)s") % {"count": intcomma(turn.waiting)},
        address=frame.address_of("review", "admin:recognizer_drawing_changelist"),
        letter="R",
        strip=tiles(some),
    )


def _waits(turn: Circle, drawings: list[Drawing], seconds: float | None) -> str:
    """Since when drawings wait, of which these are the oldest, and how long they take."""
    told = []
    if drawings:
        time = age(drawings[0].created_at, now=turn.now)
        told.append(_("The oldest for %(time)s.") % {"time": time})
    if seconds:
        words = {"time": duration(seconds * turn.waiting), "seconds": formatting.figure(seconds, 1)}
        told.append(_("About %(time)s at your pace, %(seconds)s s each.") % words)
    return " ".join(told)


def _compare(turn: Circle) -> Task | None:
    version = turn.candidate
    if version is None:
        return None
    report = version.gate_report
    fixes, breaks = report.get("fixes", []), report.get("breaks", [])
    live = turn.live
    shown = Drawing.objects.only(*FIELDS).in_bulk([*fixes[:STRIP], *breaks[:STRIP]])
    by_id = {str(key): drawing for key, drawing in shown.items()}

    def strip(ids: list[str], *, is_marked: bool) -> list[Tile]:
        some = [by_id[key] for key in ids[:STRIP] if key in by_id]
        return [tile_of(one, is_marked=is_marked) for one in some]

    return Task(
        key="compare",
        sentence=_judged(version, len(fixes), len(breaks)),
        more=_measured(report, live) if live else "",
        button=_("Compare %(one)s with %(other)s") % {"one": version.number, "other": live.number}
        if live
        else _("Look at %(number)s") % {"number": version.number},
        address=frame.address_of("compare", "studio:versions"),
        letter="C",
        strip=strip(fixes, is_marked=False),
        breaks=strip(breaks, is_marked=True),
    )


def _judged(version: ModelVersion, fixes: int, breaks: int) -> str:
    words = {"number": version.number, "fixes": fixes, "breaks": breaks}
    undecided = version.gate_verdict == ModelVersion.GateVerdict.UNDECIDED
    if fixes or breaks:
        told = (
            _("The drawings cannot decide on %(number)s: fixes %(fixes)s, breaks %(breaks)s")
            if undecided
            else _("Version %(number)s passed the gate: fixes %(fixes)s, breaks %(breaks)s")
        )
    elif undecided:
        told = _("The drawings cannot decide on version %(number)s")
    else:
        told = _("Version %(number)s passed the gate")
    return told % words


def _measured(report: dict[str, Any], live: ModelVersion) -> str:
    """On how many drawings it was compared, and how likely an equal would fix as many."""
    for one in report.get("sets", []):
        if one["name"] == "held_out" and one["n"]:
            p = sign_test(fixed=one["broken"], broken=one["fixed"])
            return _("Of %(n)s held-out drawings, beside version %(number)s. p = %(p)s.") % {
                "n": intcomma(one["n"]),
                "number": live.number,
                "p": formatting.chance(p),
            }
    return _("Beside version %(number)s.") % {"number": live.number}


def _train(turn: Circle) -> Task | None:
    if turn.run or not turn.fresh:
        return None
    mode = TrainingRun.Mode.WARM if turn.live else TrainingRun.Mode.SCRATCH
    past = times.past_seconds(mode=mode, epochs=default_epochs(mode))
    time = times.expected(past)
    said = []
    if time:
        said.append(_("About %(time)s to learn.") % {"time": duration(time.seconds)})
    if settings.RETRAIN_AFTER:
        said.append(_("Starts by itself at %(count)s.") % {"count": settings.RETRAIN_AFTER})
    newest = newly_accepted(turn.last_run, now=turn.now).order_by("-reviewed_at")
    return Task(
        key="train",
        sentence=ngettext(
            "%(count)s accepted drawing is new",
            "%(count)s accepted drawings are new",
            turn.fresh,
        )
        % {"count": intcomma(turn.fresh)},
        more=" ".join(said),
        button=_("Look and train"),
        address=reverse("studio:train"),
        letter="T",
        strip=tiles(newest.only(*FIELDS)[:STRIP]),
    )


def _failed(turn: Circle) -> Task | None:
    run = turn.last_run
    if run is None or run.status != TrainingRun.Status.FAILED:
        return None
    return Task(
        key="failed",
        sentence="",
        stress=_("Run %(number)s failed") % {"number": run.pk},
        more=run.error[:160],
        button=_("Look at run %(number)s") % {"number": run.pk},
        address=reverse("studio:train"),
        letter="",
    )
