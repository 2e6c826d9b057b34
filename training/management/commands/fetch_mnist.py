"""Brings MNIST to this machine before a training asks for it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from training.mnist import CorpusUnavailable, load_mnist


class Command(BaseCommand):
    help = "Downloads MNIST unless it is at hand, checks it, and says where it lies."

    def handle(self, *args: Any, **options: Any) -> None:
        cache = settings.VAR_DIR / "corpora" / "mnist"
        self._showing = ""
        try:
            mnist = load_mnist(
                folder=settings.MNIST_DIR,
                cache=cache,
                mirrors=settings.MNIST_MIRRORS,
                on_progress=self._show,
            )
        except (CorpusUnavailable, OSError) as error:
            raise CommandError(str(error)) from error
        finally:
            self._end_line()
        self.stdout.write(
            f"MNIST is whole: {len(mnist.train_labels):,} training and "
            f"{len(mnist.test_labels):,} test images in {settings.MNIST_DIR or cache} "
            f"(SHA-256 {mnist.digest})."
        )

    def _show(self, name: str, done: int, expected: int) -> None:
        """One line a file; on a terminal it counts up in place."""
        if name != self._showing:
            self._end_line()
            self._showing = name
            self.stdout.write(f"Downloading {name}", ending="")
        if self.stdout.isatty():
            share = f" ({done / expected:.0%})" if expected else ""
            self.stdout.write(f"\rDownloading {name}: {done / 1e6:.1f} MB{share}", ending="")
            self.stdout.flush()

    def _end_line(self) -> None:
        if self._showing:
            self.stdout.write("")
        self._showing = ""
