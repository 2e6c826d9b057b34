"""`manage.py fetch_mnist`: MNIST comes to this machine before a training needs it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from training.data.mnist import CorpusUnavailable, load_configured


class Command(BaseCommand):
    help = "Downloads MNIST unless it is at hand, checks it, and says where it lies."

    def handle(self, *args: Any, **options: Any) -> None:
        self._showing = ""
        try:
            mnist = load_configured(self._show)
        except (CorpusUnavailable, OSError) as error:
            raise CommandError(str(error)) from error
        finally:
            self._end_line()
        folder = settings.MNIST_DIR or settings.MNIST_CACHE
        self.stdout.write(
            f"MNIST is whole: {len(mnist.train_labels):,} training and "
            f"{len(mnist.test_labels):,} test images in {folder} "
            f"(SHA-256 {mnist.digest})."
        )

    def _show(self, name: str, done: int, expected: int) -> None:
        """Prints one line a file, whose progress a terminal shows in place."""
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
