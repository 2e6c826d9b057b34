"""What can be wrong with a drawing or an artifact."""

from digitsite.exceptions import Invalid


class Blank(Invalid):
    """There is no ink, or too little of it to be a digit."""

    code = "blank"


class BadInk(Invalid):
    """The strokes are not lists of finite points."""

    code = "bad_ink"


class BadImage(Invalid):
    """The bytes are no image that can be read."""

    code = "bad_image"


class BadArtifact(Exception):
    """A model artifact that must not be loaded: incomplete, altered or of another make."""
