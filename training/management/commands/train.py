"""`manage.py train`: a run in the foreground, without a queue or worker."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from digitsite.exceptions import Refused
from recognizer import gate_words
from training import services
from training.models import TrainingRun

BAR = 30


class Command(BaseCommand):
    help = "Trains in the foreground, through the same pipeline as a worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--mode",
            choices=TrainingRun.Mode.values,
            help="Default: warm where a version is live, otherwise scratch.",
        )
        parser.add_argument("--epochs", type=int, help="Default: the site's own for the mode.")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--auto-promote", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        from training.runs import pipeline

        run = self._request(**options)
        self._stage = ""
        try:
            done = pipeline.execute(run_id=run.pk, on_progress=self._show)
        except KeyboardInterrupt:
            services.run_cancel(run=run)
            raise CommandError(f"Run {run.pk} was cancelled.") from None
        self.stdout.write("")
        if done is None:
            raise CommandError(f"A worker was quicker and has taken run {run.pk}.")
        self._report(done)

    def _request(self, **options: Any) -> TrainingRun:
        mode = options["mode"] or services.default_mode()
        try:
            return services.run_request(
                trigger=TrainingRun.Trigger.COMMAND,
                reason="manage.py train",
                mode=mode,
                epochs=options["epochs"],
                seed=options["seed"],
                auto_promote=options["auto_promote"],
                send=False,
            )
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal

    def _show(self, progress: dict[str, Any]) -> None:
        """Prints a line a stage and, on a terminal, a bar that is written over."""
        if "batch" not in progress:
            if progress["stage"] != self._stage:  # a download says its own again and again
                self.stdout.write(f"\n{progress['stage']}")
            self._stage = progress["stage"]
        elif sys.stdout.isatty() or progress["batch"] == progress["batches"]:
            self.stdout.write(f"\r{_bar(progress)}", ending="")
            self.stdout.flush()

    def _report(self, run: TrainingRun) -> None:
        if run.candidate is None:
            raise CommandError(f"Run {run.pk} {run.status}. {run.error}".strip())
        for check in run.candidate.gate_report["checks"]:
            self.stdout.write(f"{check['outcome']:9}  {gate_words.sentence(check)}")
        self.stdout.write(f"Run {run.pk}: {run.status}, version {run.candidate.number}.")


def _bar(progress: dict[str, Any]) -> str:
    done = (progress["epoch"] - 1) * progress["batches"] + progress["batch"]
    share = done / (progress["epochs"] * progress["batches"])
    filled = round(share * BAR)
    minutes, seconds = divmod(round(progress["eta_seconds"]), 60)
    return (
        f"[{'#' * filled}{'.' * (BAR - filled)}] {share:4.0%}  "
        f"epoch {progress['epoch']}/{progress['epochs']}  "
        f"{progress['images_per_second']:.0f} images/s  "
        f"loss {progress['loss']:.3f}  {minutes}:{seconds:02} left "
    )
