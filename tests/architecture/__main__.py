"""Draws the picture and writes the tables anew, where they are not as the code is."""

from __future__ import annotations

import sys

from tests.architecture.document import documents

if __name__ == "__main__":
    for path, text in documents().items():
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            sys.stdout.write(f"{path} is as the code is again.\n")
