"""`manage.py prepare_corpora`: the corpora of ink as files for `import_drawings`.

Left out is what training does not learn from: signs that look like digits, and drawings that
were cut or labelled wrongly.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recognizer.ink_files import BadFile
from training.data import corpora


class Command(BaseCommand):
    help = "Writes UNIPEN's digits and signs as files that import_drawings reads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("corpora", type=Path, help="The folder of the corpora.")
        parser.add_argument("folder", type=Path, help="Where the files go.")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in (corpora.UNIPEN_DIGITS, corpora.UNIPEN_SIGNS):
            try:
                drawings = corpora.readable(corpora.unipen(options["corpora"], name))
            except BadFile as error:
                raise CommandError(str(error)) from error
            kept = [one for one in drawings if not one.left_out]
            path = folder / name.removesuffix(".gz")
            path.write_text("".join(one.as_line() + "\n" for one in kept))
            self.stdout.write(f"{path.name}: {len(kept):,} drawings")
            for reason, count in Counter(one.left_out for one in drawings).most_common():
                if reason:
                    self.stdout.write(f"  left out: {count:,}, {reason}")
