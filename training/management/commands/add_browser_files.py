"""For artifacts that were exported before browsers could run them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from recognizer import artifacts, browser, versions
from recognizer.exceptions import BadArtifact
from training.mnist import CorpusUnavailable, load_mnist

GLYPHS = 1000  # of MNIST's test images, on which browser and server are compared


class Command(BaseCommand):
    help = "Adds the files for browsers to an artifact's folder; the network stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, default=versions.SHIPPED, help="Default: the shipped."
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        from training.browser_files import facts, write_browser_files
        from training.network import load_exported

        try:
            manifest = artifacts.read_manifest(folder)
            content = (folder / "model.keras").read_bytes()
            network = load_exported(artifacts.verified(content, "model.keras", manifest))
            mnist = load_mnist(
                folder=settings.MNIST_DIR,
                cache=settings.VAR_DIR / "corpora" / "mnist",
                mirrors=settings.MNIST_MIRRORS,
            )
        except (BadArtifact, CorpusUnavailable, OSError) as error:
            raise CommandError(str(error)) from error
        told = write_browser_files(network, folder, mnist.test_pixels[:GLYPHS])
        if "left_out" in told:
            raise CommandError(told["left_out"])
        added = {name: facts(folder / name) for name in browser.STORED.values()}
        artifacts.complete(folder, files=manifest["files"] | added, browser=told)
        self.stdout.write(f"Browser and server differ by at most {told['largest_difference']:.2g}.")
