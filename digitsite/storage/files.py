"""Files that are there whole or not at all, whatever ends the process or fills the disk."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.files.storage import FileSystemStorage

if TYPE_CHECKING:
    from django.core.files import File

# What a file is called while it is written.
PART = ".part"


class Unreachable(OSError):
    """The storage of files does not answer, or refuses what the site asks."""


class WholeFileStorage(FileSystemStorage):
    """Django's storage of files on local disk, which gives a file its name once it is whole.

    Django's own leaves on a full disk the half that it has written, which keeps it full.
    """

    def signed_address(self, name: str, *, seconds: int) -> str | None:
        """None: a disk hands out nothing by itself."""
        return None

    def _save(self, name: str, content: File[bytes]) -> str:
        # Its own: a kill may have left another's half of the same file.
        beside = f"{name}.{secrets.token_hex(4)}{PART}"
        part = Path(self.path(beside))
        try:
            super()._save(beside, content)  # type: ignore[misc]  # not in the stubs
            os.replace(part, self.path(name))  # noqa: PTH105  (as Django's own does)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return name
