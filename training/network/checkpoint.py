"""Checkpoints: the state of a training on disk after every epoch, so that a killed run goes on.

One `.npz` without pickle. It is written under another name, flushed to the disk
and renamed, so the file under the real name is always whole.
"""

from __future__ import annotations

import json
import logging
import os
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)

Arrays: TypeAlias = list[NDArray[Any]]

_HEADER = "header"
_GROUPS = ("weights", "ema", "kept", "optimizer")
_DAMAGE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a training; its history has an entry for every finished epoch.

    `identity` names the training: two with the same one would run alike. The four
    lists hold variables in the order of the model or optimizer they belong to.
    """

    identity: str
    history: list[dict[str, Any]]
    weights: Arrays
    ema: Arrays
    kept: Arrays
    optimizer: Arrays


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Writes a checkpoint to `path`, replacing it in one step; the folder must exist."""
    header = {name: getattr(checkpoint, name) for name in ("identity", "history")}
    arrays = {_HEADER: np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)}
    for group in _GROUPS:
        for number, array in enumerate(getattr(checkpoint, group)):
            arrays[f"{group}-{number:04}"] = array
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with aside.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def read_checkpoint(path: Path, identity: str) -> Checkpoint | None:
    """The checkpoint at `path`; None where there is none, or a damaged or another training's."""
    try:
        checkpoint = _parse(path)
    except FileNotFoundError:
        return None
    except _DAMAGE as error:
        logger.warning("The checkpoint %s is damaged and is not used: %s", path, error)
        return None
    if checkpoint.identity != identity:
        logger.info("The checkpoint %s is of another training and is not used.", path)
        return None
    return checkpoint


def _parse(path: Path) -> Checkpoint:
    # Opened here: NumPy leaves a file that it cannot read open.
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        header = json.loads(arrays[_HEADER].tobytes())
        groups = {
            group: [arrays[name] for name in sorted(arrays.files) if name.startswith(f"{group}-")]
            for group in _GROUPS
        }
    return Checkpoint(
        identity=str(header["identity"]),
        history=list(header["history"]),
        **groups,
    )
