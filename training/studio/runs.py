"""Train: what a run would learn, the run at work, and those before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Max
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from digitsite.exceptions import NotAllowed, Refused
from recognizer import formatting
from recognizer.labels import LABELS
from recognizer.models import Drawing, ModelVersion
from recognizer.services.roles import Role, has_role
from training import services
from training.models import RetrainCheck, RunSnapshot, TrainingRun
from training.selectors.circle import Circle, circle
from training.selectors.material import Material, material, newest_by_label
from training.selectors.runs import times
from training.selectors.runs.listing import A_PAGE, earlier_histories, page_of_runs
from training.selectors.runs.progress import STAGE_WORDS, RunProgress, age, duration, progress_of
from training.studio import frame
from training.studio.access import reviewer_required, trainer_required, user_of
from training.studio.charts import curves
from training.studio.compare import names
from training.studio.tiles import FIELDS, Tile, tiles, word

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

A_COLUMN = 9  # tiles of one label
LOG_LINES = 12


class TrainForm(forms.Form):
    """How a run is to begin."""

    mode = forms.ChoiceField(
        label=gettext_lazy("Starts from"), choices=TrainingRun.Mode.choices, required=False
    )
    epochs = forms.IntegerField(
        label=gettext_lazy("Epochs"), required=False, min_value=1, max_value=services.MAX_EPOCHS
    )
    auto_promote = forms.BooleanField(
        label=gettext_lazy("Promote it at once if it passes the gate"), required=False
    )


# --- before -----------------------------------------------------------------------


@require_safe
@reviewer_required
def train(request: HttpRequest) -> HttpResponse:
    """The page of the run at work, or of the next one."""
    turn = circle(now=timezone.now())
    if turn.run:
        return _run_page(request, turn.run, turn)
    return _before(request, turn)


def _before(request: HttpRequest, turn: Circle, form: TrainForm | None = None) -> HttpResponse:
    now = turn.now
    found = material(turn.last_run, now=now)
    mode = TrainingRun.Mode.WARM if turn.live else TrainingRun.Mode.SCRATCH
    epochs = services.default_epochs(mode)
    past = times.past_seconds(mode=mode, epochs=epochs)
    time = times.expected(past)
    newest = ModelVersion.objects.aggregate(newest=Max("number"))["newest"] or 0
    return frame.page(
        request,
        "studio/train.html",
        place="train",
        circle=turn,
        material=found,
        columns=_columns(found, turn),
        sources=[
            {"name": names.source_name(name), "part": part}
            for name, part in sorted(found.sources.items(), key=lambda item: -item[1].n)
        ],
        shares=_shares(found),
        loss_points=100 * found.smallest / found.held_out if found.smallest else None,
        form=form or TrainForm(initial={"mode": mode}),
        epochs=epochs,
        next_number=newest + 1,
        time=time,
        takes=duration(time.seconds) if time else "",
        takes_from=duration(time.least) if time else "",
        takes_to=duration(time.most) if time else "",
        retrain_after=settings.RETRAIN_AFTER,
        earlier=page_of_runs(None, count=4)[:4],
        checks=RetrainCheck.objects.select_related("started"),
    )


def _columns(found: Material, turn: Circle) -> list[dict[str, Any]]:
    """The new drawings by label, each as its ink."""
    ids = newest_by_label(turn.last_run, now=turn.now, most=A_COLUMN)
    by_label: dict[str, list[Tile]] = {label: [] for label in LABELS}
    shown = Drawing.objects.filter(pk__in=ids).only(*FIELDS).order_by("-reviewed_at")
    for drawing in shown:
        by_label[drawing.accepted_label].extend(tiles([drawing]))
    return [
        {
            "label": word(label),
            "is_digit": label.isdecimal(),
            "tiles": by_label[label],
            "more": part.fresh - len(by_label[label]),
            "part": part,
        }
        for label, part in found.labels.items()
    ]


def _shares(found: Material) -> list[dict[str, Any]]:
    """MNIST, the drawings known before and the new ones, as parts of a bar of 300."""
    known = found.total.n - found.total.fresh
    whole = found.mnist + found.total.n
    parts, x = [], 0.0
    for name, n in (("mnist", found.mnist), ("known", known), ("fresh", found.total.fresh)):
        width = max(2.0 if n else 0.0, 300 * n / whole)
        parts.append({"name": name, "x": round(x, 1), "width": round(width, 1)})
        x += width + (2 if n else 0)
    return parts


@require_POST
@trainer_required(act=lambda request: _("Train a new version"))
def start(request: HttpRequest) -> HttpResponse:
    """Asks for a run and leads to its page."""
    form = TrainForm(request.POST)
    if not form.is_valid():
        return _before(request, circle(now=timezone.now()), form)
    wanted = form.cleaned_data

    def request_run() -> str:
        if wanted["auto_promote"] and not request.user.has_perm("recognizer.add_promotion"):
            raise NotAllowed(_("You may not promote, and so not have a run promote at once."))
        run = services.run_request(
            trigger=TrainingRun.Trigger.BUTTON,
            reason=f"{request.user} pressed the button.",
            mode=wanted["mode"] or services.default_mode(),
            epochs=wanted["epochs"],
            auto_promote=wanted["auto_promote"],
            by=user_of(request),
        )
        return _("Run %(number)s begins as soon as a worker is free.") % {"number": run.pk}

    _told(request, request_run)
    return redirect("studio:train")


# --- during and after ---------------------------------------------------------------


@require_safe
@reviewer_required
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One run, at work or over."""
    now = timezone.now()
    run = get_object_or_404(TrainingRun, pk=pk)
    return _run_page(request, progress_of(run, now=now), circle(now=now))


def _run_page(request: HttpRequest, progress: RunProgress, turn: Circle) -> HttpResponse:
    return frame.page(
        request,
        "studio/run.html",
        place="train",
        circle=turn,
        earlier=page_of_runs(None, count=6)[:6],
        checks=[],
        **_panel(request, progress),
    )


@frame.polled
def run_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The run's panel, for polling; once it is over, the browser goes on to the comparison."""
    run = get_object_or_404(TrainingRun.objects.select_related("candidate"), pk=pk)
    if not run.is_active:
        return HttpResponseClientRedirect(_after(run))
    progress = progress_of(run, now=timezone.now())
    return render(request, "studio/run_panel.html", _panel(request, progress))


def _after(run: TrainingRun) -> str:
    """Where a run that is over leads to: the comparison of what it became, or its own page."""
    if run.candidate and run.champion_id:
        champion = ModelVersion.objects.only("number").get(pk=run.champion_id)
        return frame.comparison(run.candidate.number, champion.number)
    return reverse("studio:run", args=[run.pk])


def _panel(request: HttpRequest, progress: RunProgress) -> dict[str, Any]:
    run = TrainingRun.objects.select_related("champion", "candidate").get(pk=progress.run.pk)
    champion = run.champion
    live = (champion.metrics.get("validation") or {}).get("accuracy") if champion else None
    before = earlier_histories(run)
    epochs = max(run.epochs, len(run.history))
    trace = run.progress.get("trace", []) if run.progress.get("stage") == "training" else []
    now = timezone.now()
    left_out = RunSnapshot.objects.filter(run=run).values_list("left_out", flat=True).first()
    return {
        "progress": progress,
        "run": run,
        "phases": _phases(progress),
        "accuracy": curves.accuracy(run.history, epochs, before=before, live=live),
        "loss": curves.loss(run.history, epochs, trace=trace, before=before),
        "epoch_seconds": run.history[-1]["seconds"] if run.history else None,
        "run_heard_ago": age(run.heartbeat_at, now=now) if run.heartbeat_at else "",
        "log": _log(run)[-LOG_LINES:],
        "left_out": left_out or [],
        "fresh": run.dataset.get("drawings", {}).get("train"),
        "took": _took(run),
        "after": _after(run) if run.candidate_id else "",
        "may_train": has_role(request.user, Role.TRAINER),
        "may_resume": run.status in TrainingRun.RESUMABLE
        and not TrainingRun.objects.filter(pk__gt=run.pk).exists(),
    }


def _phases(progress: RunProgress) -> list[dict[str, Any]]:
    """The phases in order, with the share of each that is done."""
    order = ["gather", "learn", "measure"]
    names = {"gather": _("Gather"), "learn": _("Learn"), "measure": _("Measure and judge")}
    at = order.index(progress.phase) if progress.phase in order else None
    is_over = progress.phase == "over"
    done = []
    for place, key in enumerate(order):
        share = 1.0 if is_over or (at is not None and place < at) else 0.0
        if place == at:
            share = progress.share_of_phase
        done.append(
            {
                "key": key,
                "name": names[key],
                "percent": round(100 * share),
                "is_done": share >= 1,
                "is_here": place == at,
            }
        )
    return done


def _log(run: TrainingRun) -> list[dict[str, Any]]:
    """The run's log in words."""
    return [
        {"at": parse_datetime(entry["at"]), "words": _entry(entry), "key": entry["what"]}
        for entry in run.log
    ]


def _entry(entry: dict[str, Any]) -> str:
    what = entry["what"]
    if what == "epoch":
        return _("epoch %(number)s, loss %(nll)s, read right %(accuracy)s %%") % {
            "number": entry["number"],
            "nll": formatting.figure(entry["nll"], 4),
            "accuracy": formatting.figure(100 * entry["accuracy"], 2),
        }
    if what == "attempt":
        return _("the worker was lost; attempt %(number)s") % {"number": entry["number"]}
    if what == "resumed":
        return _("resumed")
    if what == "left out":
        named = ", ".join(key[:8] for key in entry["drawings"][:5])
        return _("%(count)s deleted since, left out: %(named)s") % {
            "count": len(entry["drawings"]),
            "named": named,
        }
    return str(STAGE_WORDS.get(what, what))


def _took(run: TrainingRun) -> str:
    if not (run.started_at and run.finished_at):
        return ""
    return duration((run.finished_at - run.started_at).total_seconds())


@frame.polled
def run_card(request: HttpRequest, pk: int) -> HttpResponse:
    """Today's line about the run at work, for polling; once it is over, the page comes anew."""
    run = get_object_or_404(TrainingRun, pk=pk)
    if not run.is_active:
        return HttpResponseClientRefresh()
    progress = progress_of(run, now=timezone.now())
    return render(request, "studio/run_task.html", {"progress": progress})


@require_POST
@trainer_required(act=lambda request, pk: _("Cancel run %(number)s") % {"number": pk})
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels a run. It can go on later, so nothing is asked."""
    run = get_object_or_404(TrainingRun, pk=pk)

    def cancel_run() -> str:
        services.run_cancel(run=run, by=user_of(request))
        return _("Run %(number)s is cancelled. It can go on later.") % {"number": pk}

    _told(request, cancel_run)
    return redirect("studio:run", pk)


@require_POST
@trainer_required(act=lambda request, pk: _("Resume run %(number)s") % {"number": pk})
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Has a run go on after its last finished epoch."""
    run = get_object_or_404(TrainingRun, pk=pk)

    def resume_run() -> str:
        services.run_resume(run=run, by=user_of(request))
        return _("Run %(number)s goes on as soon as a worker is free.") % {"number": pk}

    _told(request, resume_run)
    return redirect("studio:run", pk)


def _told(request: HttpRequest, service: Callable[[], str]) -> None:
    """Calls a service and shows its sentence, or that of its refusal."""
    try:
        messages.success(request, service())
    except Refused as refusal:
        messages.error(request, refusal.message)


# --- all runs -------------------------------------------------------------------------


@require_safe
@reviewer_required
def run_list(request: HttpRequest) -> HttpResponse:
    """All runs with their parameters beside their curves, the newest first."""
    before = request.GET.get("before", "")
    if before and not (before.isdecimal() and len(before) < 19):
        raise Http404
    found = page_of_runs(int(before) if before else None)
    shown, more = found[:A_PAGE], len(found) > A_PAGE
    rows = [
        {
            "run": run,
            "spark": curves.spark(run.history),
            "took": _took(run),
            "last": run.history[-1] if run.history else None,
        }
        for run in shown
    ]
    return frame.page(
        request,
        "studio/runs.html",
        place="train",
        rows=rows,
        before=shown[-1].pk if shown and more else None,
        is_first=not before,
    )
