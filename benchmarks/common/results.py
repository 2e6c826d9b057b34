"""The results of benchmarks: each has a section in RESULTS.md, which its next run replaces."""

from __future__ import annotations

import argparse
import os
import platform
import re
import shlex
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RESULTS = ROOT / "benchmarks" / "RESULTS.md"
CPU_INFO = Path("/proc/cpuinfo")

# The packages that figures depend on.
PACKAGES = (
    "numpy", "opencv-python-headless", "ai-edge-litert", "tensorflow", "keras", "onnxruntime",
)  # fmt: skip


class AsWritten(argparse.RawDescriptionHelpFormatter):
    """A formatter that shows a benchmark's docstring in its --help, line by line."""


def add_final(parser: argparse.ArgumentParser, what: str) -> None:
    """Adds the option `--final`, for data that is read once, when everything has been chosen."""
    parser.add_argument("--final", action="store_true", help=f"everything is chosen: {what}")


def final_section(name: str, options: argparse.Namespace) -> str:
    """The name of a section: without `--final` another one, so that final figures stay apart."""
    return name if options.final else f"{name} (while choosing)"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table of cells that are formatted already."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def percent(share: float, places: int = 2) -> str:
    """A share as a percentage without its sign, which the column's head has: 0.98765 -> "98.77"."""
    return f"{100 * share:.{places}f}"


def points(difference: float, places: int = 2) -> str:
    """A difference of two shares in percentage points, with its sign."""
    return f"{100 * difference:+.{places}f}"


def write(section: str, text: str) -> None:
    """Prints `text` and makes it the section's content, followed by machine, date and command.

    The other sections stay as they are, and a section that was there keeps its place.
    """
    print(f"{text}\n")
    sections = _sections()
    sections[section] = f"{text.strip()}\n\n{_circumstances()}"
    parts = [f"## {name}\n\n{content}\n" for name, content in sections.items()]
    RESULTS.write_text("\n".join(["# Results\n", *parts]))
    print(f"Written to {short(str(RESULTS))}, section {section!r}.")


def _sections() -> dict[str, str]:
    if not RESULTS.exists():
        return {}
    _, *parts = re.split(r"^## ", RESULTS.read_text(), flags=re.MULTILINE)
    split = (part.partition("\n") for part in parts)
    return {name.strip(): content.strip() for name, _, content in split}


def _circumstances() -> str:
    return f"{machine()}; {datetime.now(UTC):%Y-%m-%d}; `{command()}`."


def machine() -> str:
    """Processor, cores, operating system, and the versions that the figures depend on."""
    parts = [_processor(), f"{os.cpu_count()} cores", _system()]
    parts += [f"Python {platform.python_version()}"]
    parts += [f"{name} {found}" for name in PACKAGES if (found := _version(name))]
    return ", ".join(parts)


def _processor() -> str:
    if CPU_INFO.exists():
        names = re.findall(r"^model name\s*: (.+)$", CPU_INFO.read_text(), flags=re.MULTILINE)
        if names:
            return " ".join(names[0].split())
    return platform.processor() or platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return f"{platform.system()} {platform.release()}"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def command() -> str:
    """The command line: `.venv/bin/python -m benchmarks.SUBJECT.NAME` and its options."""
    *_, subject, name = Path(sys.argv[0]).with_suffix("").parts
    words = [".venv/bin/python", "-m", f"benchmarks.{subject}.{name}", *map(short, sys.argv[1:])]
    return shlex.join(words)


def short(word: str) -> str:
    """A word of the command line, an absolute path as one below the project or as a name alone.

    So the results say nothing of other folders of the machine.
    """
    path = Path(word)
    if not path.is_absolute():
        return word
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
