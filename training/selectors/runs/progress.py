"""How far a run has come, as the pages show it: the phase, its share, the time that is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from training.models import TrainingRun
from training.selectors.runs import heartbeats

if TYPE_CHECKING:
    from collections.abc import Mapping

Status = TrainingRun.Status

# The phases that a reader can tell apart, and the stages of `runs.pipeline` in each.
WAIT, GATHER, LEARN, MEASURE, OVER = "wait", "gather", "learn", "measure", "over"
PHASES = {
    "waiting for a worker": WAIT,
    "starting": GATHER,
    "fetching MNIST": GATHER,
    "gathering the examples": GATHER,
    "building the network": GATHER,
    "training": LEARN,
    "training the motion's reader": LEARN,
    "exporting": MEASURE,
    "evaluating": MEASURE,
}
STAGE_WORDS = {
    "waiting for a worker": gettext_lazy("waiting for a worker"),
    "starting": gettext_lazy("starting"),
    "fetching MNIST": gettext_lazy("fetching MNIST"),
    "gathering the examples": gettext_lazy("gathering the examples"),
    "building the network": gettext_lazy("building the network"),
    "training": gettext_lazy("learning"),
    "training the motion's reader": gettext_lazy("learning the pen's motion"),
    "exporting": gettext_lazy("writing its files"),
    "evaluating": gettext_lazy("measuring"),
}
# Of a whole run's time, roughly: where its parts begin on the bar.
BEGINS = {WAIT: 0.0, GATHER: 0.0, LEARN: 0.05, MEASURE: 0.9, OVER: 1.0}


@dataclass(frozen=True, slots=True)
class RunProgress:
    """One run's progress. `share` lies in [0, 1] and is of the whole run, None where unknown."""

    run: TrainingRun
    phase: str
    words: str
    share: float | None
    seconds_left: float | None
    heard: datetime | None
    is_silent: bool

    @property
    def percent(self) -> int | None:
        """The share of the whole in per cent, rounded down: 100 is a run that is over."""
        return None if self.share is None else int(100 * self.share)

    @property
    def share_of_phase(self) -> float:
        """How much of its phase is done, in [0, 1]; of phases but learning nobody knows."""
        if self.phase != LEARN or self.share is None:
            return 0.0
        return (self.share - BEGINS[LEARN]) / (BEGINS[MEASURE] - BEGINS[LEARN])

    @property
    def left(self) -> str:
        """The time that is left, in words; "" where nobody knows."""
        return duration(self.seconds_left)

    @property
    def epoch(self) -> int:
        """The epoch at work, from 1; 0 before the first."""
        return int(self.run.progress.get("epoch", 0))

    @property
    def epochs(self) -> int:
        """How many epochs are to be learned, of the reader at work."""
        return int(self.run.progress.get("epochs", self.run.epochs))


def progress_of(run: TrainingRun, *, now: datetime) -> RunProgress:
    """How far a run is at `now`, by what its worker last wrote of it."""
    stage = str(run.progress.get("stage", ""))
    phase = PHASES.get(stage, GATHER) if run.is_active else OVER
    if run.status == Status.QUEUED:
        phase = WAIT
    heard = run.heartbeat_at
    at_work = run.status in (Status.RUNNING, Status.EVALUATING)
    return RunProgress(
        run=run,
        phase=phase,
        words=_words(run, stage),
        share=_share(phase, run.progress),
        seconds_left=run.progress.get("eta_seconds") if run.is_active else None,
        heard=heard,
        is_silent=at_work and heard is not None and not heartbeats.is_fresh(heard, now=now),
    )


def _words(run: TrainingRun, stage: str) -> str:
    if not run.is_active:
        return str(run.get_status_display())
    known = STAGE_WORDS.get(stage or "waiting for a worker")
    return str(known) if known else stage


def _share(phase: str, progress: Mapping[str, Any]) -> float | None:
    if phase == WAIT:
        return None
    begins = BEGINS[phase]
    if phase != LEARN or not progress.get("batches"):
        return begins
    done: float = (progress["epoch"] - 1) * progress["batches"] + progress["batch"]
    of_learning: float = done / (progress["epochs"] * progress["batches"])
    return begins + (BEGINS[MEASURE] - begins) * min(1.0, of_learning)


def duration(seconds: float | None) -> str:
    """A duration in words, such as "2 min 5 s"; "" for None."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
    return _("%(seconds)s s") % {"seconds": rest}


def age(moment: datetime, *, now: datetime) -> str:
    """How long ago something was, to the second below a minute, then to the minute, hour, day."""
    seconds = max(0, int((now - moment).total_seconds()))
    if seconds < 60:
        return _("%(seconds)s s") % {"seconds": seconds}
    if seconds < 3600:
        return _("%(minutes)s min") % {"minutes": seconds // 60}
    if seconds < 2 * 86_400:
        return _("%(hours)s h") % {"hours": seconds // 3600}
    return _("%(days)s days") % {"days": seconds // 86_400}
