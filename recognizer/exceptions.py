"""What can be wrong with ink, a picture or an artifact.

Nothing here knows Django: an `InputError` carries a reason and the numbers that belong to
it, and `recognizer.refusals` puts it into the reader's language at the entry points.
"""

from __future__ import annotations


class InputError(Exception):
    """Ink or a picture that cannot be read.

    `code` is the API's word for the kind of fault, `reason` the case it is, `field` the
    part of the input that it is in, and `parameters` what its sentence names.
    """

    code = "invalid"

    def __init__(self, reason: str, *, field: str, **parameters: int | float) -> None:
        super().__init__(reason, field, parameters)
        self.reason = reason
        self.field = field
        self.parameters = parameters


class Blank(InputError):
    """A drawing without ink, or with too little of it to be a digit."""

    code = "blank"


class EmptyCell(Blank):
    """A cell of a form in which nothing is written; `box` is its (x, y, width, height)."""

    def __init__(self, box: tuple[float, float, float, float]) -> None:
        super().__init__("nothing_written", field="image")
        self.box = box


class BadInk(InputError):
    """The strokes are not lists of finite points."""

    code = "bad_ink"


class BadImage(InputError):
    """The bytes are no image that can be read."""

    code = "bad_image"


class OverLimit(InputError):
    """There is more of the input than is read."""

    code = "too_large"


class BadArtifact(Exception):
    """A model artifact that must not be loaded: incomplete, altered or of another make."""
