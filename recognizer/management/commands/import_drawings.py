"""`manage.py import_drawings`: files of labelled ink become drawings of their contributors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from digitsite.exceptions import Refused
from recognizer import ink_files
from recognizer.ink_files import BadFile, BadLine, Handwriting
from recognizer.labels import LABELS
from recognizer.services import imports

# Drawings a transaction: what a killed import has to read again.
BATCH = 250
MAX_NAMED = 20
# What a corpus' name does without. Which kind a file is, its first bytes say.
ENDINGS = (".ndjson", ".inkml", ".dat", ".unp", ".unipen")


class Command(BaseCommand):
    help = (
        "Brings labelled ink (JSON of one drawing a line, InkML, UNIPEN; plain or gzip) into the "
        "site as accepted drawings, one contributor a writer. What is there already is left alone, "
        "so an import that was broken off is finished by running it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--corpus", help="Whose writers these are. Default: each file's own name."
        )
        parser.add_argument(
            "--pending", action="store_true", help="Let the drawings wait for a reviewer."
        )
        parser.add_argument(
            "--label", choices=LABELS, help="What the drawings are of which a file does not say."
        )
        parser.add_argument(
            "--writer", help="Whose they are. Default: a file that names nobody is one writer's."
        )
        parser.add_argument("--limit", type=int, help="Look at the first so many drawings only.")
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
        self,
        *,
        files: list[Path],
        corpus: str | None,
        label: str | None,
        writer: str | None,
        limit: int | None,
        **options: Any,
    ) -> None:
        counts = self._counted(files)
        left = sum(counts.values())
        left = left if limit is None else min(left, max(limit, 0))
        with tqdm(total=left, unit=" drawings", delay=1, disable=None) as bar:
            for path in counts:
                records = ink_files.records(path, label=label, writer=writer)
                for batch in _batches(islice(records, left)):
                    self._import_batch(path, corpus or _corpus(path), batch)
                    bar.update(len(batch))
                    left -= len(batch)

    def _counted(self, files: list[Path]) -> dict[Path, int]:
        """The drawings of each file, read to its end, so that of a damaged one nothing is stored.

        Damaged files are left out and refused.
        """
        counts = {}
        for path in files:
            try:
                counts[path] = ink_files.count(path)
            except BadFile as error:
                self.refused.append(str(error))
        return counts

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
        """Prints what was added by writer and digit, and what was not, with the reasons.

        Raises `CommandError` where lines were refused.
        """
        for row in _table(self.added):
            self.stdout.write(row)
        added = sum(counts.total() for counts in self.added.values())
        verb = "would be added" if self.how["dry_run"] else "added"
        self.stdout.write(
            f"{added:,} {verb}, {self.present:,} there already, {len(self.refused):,} refused."
        )
        if self.refused:
            more = len(self.refused) - MAX_NAMED
            named = self.refused[:MAX_NAMED] + ([f"and {more:,} more."] if more > 0 else [])
            raise CommandError("Refused:\n" + "\n".join(named))


def _corpus(path: Path) -> str:
    name = path.name.removesuffix(".gz")
    ending = next((ending for ending in ENDINGS if name.endswith(ending)), "")
    return name.removesuffix(ending)


def _batches(lines: Iterable[Handwriting | BadLine]) -> Iterator[list[Handwriting | BadLine]]:
    rest = iter(lines)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _table(added: dict[str, Counter[str]]) -> list[str]:
    """Rows of text, one a writer with a column for each label and their sum; the last sums all."""
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
