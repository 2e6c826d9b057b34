"""Files of labelled ink: one drawing a line as JSON, InkML and UNIPEN, plain or through gzip.

`reading` finds out which a file is. What is stored of it is `services.imports`'.
"""

from recognizer.ink_files.handwriting import (
    MAX_NAME_LENGTH,
    BadFile,
    BadHandwriting,
    BadLine,
    Handwriting,
)
from recognizer.ink_files.reading import count, read, records

__all__ = [
    "MAX_NAME_LENGTH",
    "BadFile",
    "BadHandwriting",
    "BadLine",
    "Handwriting",
    "count",
    "read",
    "records",
]
