"""What is wrong with ink or a picture, in words: `InputError` -> `Refused`.

The mathematics raises reasons; API, pages and commands answer with these sentences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from digitsite.exceptions import Invalid, Refused, TooLarge
from recognizer.exceptions import InputError, OverLimit

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What only programs can do wrong is said in English alone.
SENTENCES: dict[str, StrOrPromise] = {
    "too_much_work": _(
        "This takes too long to read. Please send less at once: fewer lines, or a smaller picture."
    ),
    # strokes
    "strokes_not_lists": "Strokes must be a list of lists of points.",
    "too_many_strokes": _("More than %(most)s strokes."),
    "too_many_points": _("More than %(most)s points."),
    "nothing_drawn": _("There is nothing drawn yet."),
    "point_not_a_list": (
        'A point is [x, y], with time and pressure after it if known, or {"x": x, "y": y}.'
    ),
    "coordinate_not_a_number": "Coordinates must be numbers.",
    "coordinate_too_large": "A coordinate is too large.",
    "coordinate_not_finite": "Coordinates must be finite.",
    "coordinate_out_of_range": "Coordinates must lie between -%(most)d and %(most)d.",
    "layout_unknown": 'The layout must be "points" or "columns".',
    "columns_not_said": (
        'These strokes look like columns, [[x, x, ...], [y, y, ...]]; say "layout": "columns" '
        'if they are, or "layout": "points" if each list is one point.'
    ),
    "columns_not_alike": (
        'With "layout": "columns" a stroke is [xs, ys] or [xs, ys, times], all equally long.'
    ),
    "canvas_not_a_size": "The canvas must be [width, height], both above zero, at most 1e9.",
    "dot_drawn": _("That is only a dot; please draw a digit."),
    "no_digit_drawn": _("There is no digit in this drawing."),
    # image files
    "image_not_a_file": "The image must be a file, or base64 text.",
    "data_url_not_base64": "The data URL must be base64.",
    "image_not_base64": "The image is not valid base64.",
    "too_many_bytes": _("The image is larger than %(most)s bytes."),
    "too_many_pixels": _("The image has more than %(most)s pixels."),
    "not_an_image": _(
        "This is no image that can be read here; send PNG, JPEG, HEIC, WebP, AVIF, GIF, BMP or "
        "TIFF."
    ),
    "a_document": _(
        "This is a PDF, not a picture. Save its page as PNG or JPEG, or take a screenshot of it, "
        "and send that."
    ),
    "too_many_scans": _("This JPEG has more scans than any that is in use."),
    "too_many_parts": _("This image is made of too many parts."),
    # what is on a picture
    "picture_too_narrow": _("This picture is too narrow to hold a digit."),
    "nothing_written": _("There is nothing written on this picture."),
    "only_noise": _("There is nothing but noise on this picture."),
    "dot_written": _("That is only a dot; please write a digit."),
    "no_digit_written": _("There is no digit on this picture."),
    "too_many_digits": _("There are more than %(most)s digits."),
    "too_many_pieces": _(
        "There is more on this picture than any number has. Choose a smaller part of the picture."
    ),
}


def refusal(error: InputError) -> Refused:
    """The refusal that says in the reader's language what is wrong with the input."""
    message = str(SENTENCES[error.reason]) % error.parameters
    kind = TooLarge if isinstance(error, OverLimit) else Invalid
    return kind(message, code=error.code, field=error.field)
