"""`manage.py add_browser_files`, for artifacts exported before browsers could run them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recognizer.exceptions import BadArtifact
from recognizer.preprocessing.glyph import Glyphs
from recognizer.services import versions
from recognizer.serving import artifacts, browser_files
from training.data.mnist import CorpusUnavailable, load_configured

GLYPHS = 1000  # of MNIST's test images, on which browser and server are compared


class Command(BaseCommand):
    help = "Adds the files for browsers to an artifact's folder; the network stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, default=versions.SHIPPED, help="Default: the shipped."
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        from training.export.browser_files import facts, write_browser_files
        from training.network.readers import Calibration, load_readers

        try:
            manifest = artifacts.read_manifest(folder)
            content = (folder / "model.keras").read_bytes()
            readers = load_readers(artifacts.verified(content, "model.keras", manifest))
            mnist = load_configured()
        except (BadArtifact, CorpusUnavailable, OSError) as error:
            raise CommandError(str(error)) from error
        glyphs = Glyphs.of_pictures(mnist.test_pixels[:GLYPHS])
        comparison = write_browser_files(readers, Calibration.of(manifest), folder, glyphs)
        if "left_out" in comparison:
            raise CommandError(comparison["left_out"])
        added = {name: facts(folder / name) for name in browser_files.STORED.values()}
        artifacts.complete(folder, files=manifest["files"] | added, browser=comparison)
        difference = comparison["largest_difference"]
        self.stdout.write(f"Browser and server differ by at most {difference:.2g}.")
