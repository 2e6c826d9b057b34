from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from digitsite.exceptions import Refused
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
        from training import pipeline

        run = self._request(**options)
        try:
            done = pipeline.execute(run_id=run.pk, on_progress=self._show)
        except KeyboardInterrupt:
            services.run_cancel(run=run)
            raise CommandError(f"Run {run.pk} was cancelled.") from None
        self.stdout.write("")
        if done is None:
            raise CommandError(f"A worker was quicker and has taken run {run.pk}.")
        self._tell(done)

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
                nudge=False,
            )
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal

    def _show(self, progress: dict[str, Any]) -> None:
        """One line that is written over; a line a stage where nobody watches."""
        if "batch" not in progress:
            self.stdout.write(f"\n{progress['stage']}")
        elif sys.stdout.isatty() or progress["batch"] == progress["batches"]:
            self.stdout.write(f"\r{_bar(progress)}", ending="")
            self.stdout.flush()

    def _tell(self, run: TrainingRun) -> None:
        if run.candidate is None:
            raise CommandError(f"Run {run.pk} {run.status}. {run.error}".strip())
        for check in run.candidate.gate_report["checks"]:
            self.stdout.write(f"{'passed' if check['passed'] else 'FAILED'}  {check['sentence']}")
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
