"""What the gate's sets are called on pages."""

from __future__ import annotations

from django.utils.translation import gettext as _

from recognizer.models import Drawing
from training.data.pens import PICTURE, POINTER, STYLUS
from training.evaluation.gate import HELD_OUT, MADE_UP, MNIST, PEN, REGRESSION, UNLABELLED
from training.selectors import pairs
from training.studio.pictures import matrix

WHOLE = (HELD_OUT, MNIST, REGRESSION, UNLABELLED, MADE_UP)


def set_name(name: str) -> str:
    """What a set of the gate is called on pages."""
    known = {
        HELD_OUT: _("New people"),
        MNIST: _("MNIST test"),
        REGRESSION: _("Once read right"),
        UNLABELLED: _("Labelled by nobody"),
        MADE_UP: _("Made-up digits"),
    }
    if name in known:
        return known[name]
    _kind, _dot, which = name.partition("_")
    if name.startswith(PEN):
        return {STYLUS: _("Stylus"), POINTER: _("Mouse or finger"), PICTURE: _("Picture")}[which]
    if name.startswith(pairs.DIGITS):
        return matrix.named(int(which))
    return source_name(which)


def source_name(source: str) -> str:
    """How drawings came, in words; as it is written where it is none of this site's sources."""
    return str(Drawing.Source(source).label) if source in Drawing.Source.values else source
