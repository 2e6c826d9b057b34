"""Files carried from one storage to another, by steps that may be killed and begun anew."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from django.core.files.base import ContentFile
from django.core.files.storage import Storage

# A bucket answers one request in some milliseconds, and many at once in as many.
THREADS = 8
BATCH = 25 * THREADS


@dataclass(frozen=True, slots=True)
class Moved:
    """How many files were copied, were there already, and were removed where they came from."""

    copied: int = 0
    there: int = 0
    removed: int = 0

    def __add__(self, other: Moved) -> Moved:
        return Moved(
            self.copied + other.copied, self.there + other.there, self.removed + other.removed
        )


def files(storage: Storage, folder: str = "") -> Iterator[str]:
    """The names of all files below a folder; none where it is missing."""
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        yield posixpath.join(folder, name)
    for name in folders:
        yield from files(storage, posixpath.join(folder, name))


def move(
    source: Storage,
    target: Storage,
    *,
    remove: bool = False,
    told: Callable[[Moved], object] = lambda moved: None,
) -> Moved:
    """Copies every file that the target has not yet; returns what was done.

    With `remove` each goes from the source once its copy has been read back. A storage gives
    a file its name when it is whole, so what is there after a kill is whole, and the next
    call goes on after it. What a site deletes from one of the two meanwhile may come back
    from the other; it belongs to no row then, and the sweep deletes it. Raises `OSError`.
    """
    sum_of_all = Moved()
    names = files(source)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="move") as pool:
        while batch := list(islice(names, BATCH)):
            for one in pool.map(lambda name: _move(name, source, target, remove=remove), batch):
                sum_of_all += one
            told(sum_of_all)
    return sum_of_all


def _move(name: str, source: Storage, target: Storage, *, remove: bool) -> Moved:
    try:
        with source.open(name) as file:
            content = file.read()
    except FileNotFoundError:  # the site has deleted it meanwhile
        return Moved()
    is_there = target.exists(name) and target.size(name) == len(content)
    if not is_there:
        target.delete(name)
        stored = target.save(name, ContentFile(content))
        if stored != name:
            target.delete(stored)
            raise OSError(f"{name} was written by somebody else at the same time.")
    if remove:
        with target.open(name) as file:
            if file.read() != content:
                raise OSError(f"The copy of {name} is another file; nothing of it was removed.")
        source.delete(name)
    return Moved(copied=not is_there, there=is_there, removed=remove)
