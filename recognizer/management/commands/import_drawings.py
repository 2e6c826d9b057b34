"""Brings files of labelled ink into the site as drawings of their contributors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from digitsite.exceptions import Refused
from recognizer import handwriting, imports
from recognizer.handwriting import BadFile, BadLine, Handwriting
from recognizer.models import LABELS

# Drawings a transaction: what a killed import has to read again.
BATCH = 250
MOST_NAMED = 20


class Command(BaseCommand):
    help = (
        "Brings labelled ink (*.ndjson or *.ndjson.gz, one drawing a line) into the site as "
        "accepted drawings, one contributor a writer. What is there already is left alone, so an "
        "import that was broken off is finished by running it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--corpus", help="Whose writers these are. Default: each file's own name."
        )
        parser.add_argument(
            "--pending", action="store_true", help="Let the drawings wait for a reviewer."
        )
        parser.add_argument("--limit", type=int, help="Look at the first so many lines only.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Read and check all, and store nothing."
        )

    def handle(self, *args: Any, dry_run: bool, pending: bool, **options: Any) -> None:
        self.how = {"dry_run": dry_run, "pending": pending}
        self.added: dict[str, Counter[str]] = {}  # by writer and label
        self.present = 0
        self.refused: list[str] = []
        try:
            self._import(**options)
        except (BadFile, Refused) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Broken off. What is stored stays; run it again to go on.") from None
        self._tell()

    def _import(
        self, *, files: list[Path], corpus: str | None, limit: int | None, **options: Any
    ) -> None:
        # Read to the end once, so that of a damaged file nothing is stored.
        left = sum(1 for path in files for _ in handwriting.lines(path))
        left = left if limit is None else min(left, max(limit, 0))
        with tqdm(total=left, unit=" lines", delay=1, disable=None) as bar:
            for path in files:
                for batch in _batches(islice(handwriting.records(path), left)):
                    self._import_batch(path, corpus or _corpus(path), batch)
                    bar.update(len(batch))
                    left -= len(batch)

    def _import_batch(self, path: Path, corpus: str, batch: list[Handwriting | BadLine]) -> None:
        drawn = [line for line in batch if isinstance(line, Handwriting)]
        imported = imports.drawings_import(corpus=corpus, handwriting=drawn, **self.how)
        for one in imported.added:
            self.added.setdefault(f"{corpus}/{one.writer}", Counter())[LABELS[one.label]] += 1
        self.present += len(imported.present)
        bad = [line for line in batch if isinstance(line, BadLine)]
        bad += [BadLine(path, one.line, reason) for one, reason in imported.refused]
        self.refused += map(str, sorted(bad, key=lambda line: line.line))

    def _tell(self) -> None:
        """What was added by writer and digit, and how much was not, with the reasons."""
        for row in _table(self.added):
            self.stdout.write(row)
        added = sum(counts.total() for counts in self.added.values())
        verb = "would be added" if self.how["dry_run"] else "added"
        self.stdout.write(
            f"{added:,} {verb}, {self.present:,} there already, {len(self.refused):,} refused."
        )
        if self.refused:
            more = len(self.refused) - MOST_NAMED
            named = self.refused[:MOST_NAMED] + ([f"and {more:,} more."] if more > 0 else [])
            raise CommandError("Refused:\n" + "\n".join(named))


def _corpus(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".ndjson")


def _batches(lines: Iterable[Handwriting | BadLine]) -> Iterator[list[Handwriting | BadLine]]:
    rest = iter(lines)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _table(added: dict[str, Counter[str]]) -> list[str]:
    """A row a writer, a column a label and the sum; the last row sums up all writers."""
    if not added:
        return []
    width = max(map(len, added))
    head = [*LABELS[:-1], "none", "all"]
    rows = [(writer, _numbers(counts)) for writer, counts in added.items()]
    rows.append(("", _numbers(sum(added.values(), Counter()))))
    return [
        f"{name:<{width}} " + " ".join(f"{cell:>6}" for cell in cells)
        for name, cells in [("", head), *rows]
    ]


def _numbers(counts: Counter[str]) -> list[str]:
    return [f"{number:,}" for number in [*(counts[label] for label in LABELS), counts.total()]]
