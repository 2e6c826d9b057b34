"""The gate's report in the reader's language: a remark's code and figures -> a sentence. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import number_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recognizer import formatting
from recognizer.labels import NOT_A_DIGIT_CLASS
from recognizer.models import Drawing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

# How a candidate and the live version read a set of n drawings, and how a first version does.
READS: dict[str, StrOrPromise] = {
    "mnist": gettext_lazy(
        "Reads %(share)s of MNIST's test images (n = %(n)s); the live version %(before)s: "
        "%(fixed)s fixed, %(broken)s broken."
    ),
    "held_out": gettext_lazy(
        "Reads %(share)s of the held-out people's drawings (n = %(n)s); the live version "
        "%(before)s: %(fixed)s fixed, %(broken)s broken."
    ),
    "promises": gettext_lazy(
        "Reads %(share)s of the drawings that a live version once read right (n = %(n)s); the "
        "live version %(before)s: %(fixed)s fixed, %(broken)s broken."
    ),
    "made_up": gettext_lazy(
        "Reads %(share)s of made-up digits (n = %(n)s); the live version %(before)s: %(fixed)s "
        "fixed, %(broken)s broken."
    ),
    "digit": gettext_lazy(
        "Reads %(share)s of digit %(digit)s (n = %(n)s); the live version %(before)s: %(fixed)s "
        "fixed, %(broken)s broken."
    ),
    "no_digit": gettext_lazy(
        "Reads %(share)s of what is no digit (n = %(n)s); the live version %(before)s: %(fixed)s "
        "fixed, %(broken)s broken."
    ),
    "source": gettext_lazy(
        "Reads %(share)s of the source “%(source)s” (n = %(n)s); the live version %(before)s: "
        "%(fixed)s fixed, %(broken)s broken."
    ),
}
READS_ALONE: dict[str, StrOrPromise] = {
    "mnist": gettext_lazy(
        "Reads %(share)s of MNIST's test images (n = %(n)s); there is no live version to compare "
        "with."
    ),
    "held_out": gettext_lazy(
        "Reads %(share)s of the held-out people's drawings (n = %(n)s); there is no live version "
        "to compare with."
    ),
    "promises": gettext_lazy(
        "Reads %(share)s of the drawings that a live version once read right (n = %(n)s); there "
        "is no live version to compare with."
    ),
    "made_up": gettext_lazy(
        "Reads %(share)s of made-up digits (n = %(n)s); there is no live version to compare with."
    ),
}
SENTENCES: dict[str, StrOrPromise] = {
    "too_few": gettext_lazy("So few decide nothing."),
    "worse": gettext_lazy(
        "%(lost)s are lost where %(margin)s may be; equals do so with a chance of %(chance)s, so "
        "it is worse."
    ),
    "undecided": gettext_lazy(
        "%(lost)s are lost where %(margin)s may be; equals do so with a chance of %(chance)s, so "
        "these drawings cannot decide."
    ),
    # what there is nothing of
    "no_mnist": gettext_lazy(
        "None of MNIST's test images were at hand, so nothing shows how it reads them."
    ),
    "no_held_out": gettext_lazy("There are no held-out drawings yet to compare on."),
    "no_promises": gettext_lazy("There are no drawings yet that a live version once read right."),
    "no_digits": gettext_lazy("There are no digits yet to compare by."),
    "no_sources": gettext_lazy("There are no sources yet to compare by."),
    "no_champion": gettext_lazy("There is no live version to compare with."),
    "no_unlabelled": gettext_lazy("There is no live version to disagree with."),
    "no_recall": gettext_lazy("No digit of MNIST could be checked."),
    # digits and sources
    "none_of_digits": gettext_lazy("No digit is surely worse, of %(count)s; this one loses most:"),
    "none_of_sources": gettext_lazy(
        "No source is surely worse, of %(count)s; this one loses most:"
    ),
    "one_of_many": gettext_lazy("Among %(count)s such sets that may be chance."),
    "below_floor": gettext_lazy(
        "Reads too few of %(digits)s; %(floor)s of every digit is asked of a first version."
    ),
    "above_floor": gettext_lazy(
        "Reads the digit it knows least, %(digit)s, at %(share)s; %(floor)s of every digit is "
        "asked of a first version."
    ),
    "disagrees": gettext_lazy(
        "Disagrees with %(broken)s of %(n)s sure answers of the live version to drawings that "
        "nobody labelled; about %(expected)s of its answers are wrong, by its own confidence."
    ),
    # the files
    "same_digits": gettext_lazy(
        "The exported network gives the same digits, its probabilities differ by at most "
        "%(difference)s; the same digits and at most %(allowed)s are asked for."
    ),
    "other_digits": gettext_lazy(
        "The exported network gives other digits, its probabilities differ by at most "
        "%(difference)s; the same digits and at most %(allowed)s are asked for."
    ),
    "latency": gettext_lazy(
        "One reading takes %(milliseconds)s ms; at most %(allowed)s ms are allowed."
    ),
    "size": gettext_lazy(
        "The exported network has %(bytes)s bytes; at most %(allowed)s are allowed."
    ),
}


def sentence(check: Mapping[str, Any]) -> str:
    """What a report's check says; one of before says it in English, and has no remarks."""
    if "remarks" not in check:
        return str(check.get("sentence", ""))
    return " ".join(_said(one["code"], one["parameters"]) for one in check["remarks"])


def outcome(check: Mapping[str, Any]) -> str:
    """`passed`, `undecided` or `failed`; reports of before knew only whether a check had passed."""
    return str(check.get("outcome", "passed" if check["passed"] else "failed"))


def in_words(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report whose checks have their sentences."""
    checks = report.get("checks")
    if checks is None:
        return dict(report)
    return {**report, "checks": [{**check, "sentence": sentence(check)} for check in checks]}


def _said(code: str, parameters: Mapping[str, Any]) -> str:
    words = {name: _written(name, value) for name, value in parameters.items()}
    if code in ("reads", "reads_alone"):
        kind, named = _set(parameters["set"])
        sentences = READS if code == "reads" else READS_ALONE
        return str(sentences[kind]) % (words | named)
    return str(SENTENCES[code]) % words


def _set(name: str) -> tuple[str, dict[str, str]]:
    """What kind of set it is, and which digit or source."""
    kind, _line, which = name.partition("_")
    if kind == "digit":
        return ("no_digit", {}) if which == str(NOT_A_DIGIT_CLASS) else ("digit", {"digit": which})
    if kind == "source":
        known = which in Drawing.Source.values
        return kind, {"source": str(Drawing.Source(which).label) if known else which}
    return name, {}


def _written(name: str, value: Any) -> str:
    if name in ("share", "before", "floor"):
        return formatting.percent(value)
    if name == "chance":
        return formatting.chance(value)
    if name == "digits":
        some = [f"{digit} ({formatting.percent(share)})" for digit, share in value]
        return get_text_list(some, _("and"))
    if value is None:
        return "–"
    if name == "milliseconds":
        return formatting.figure(value, 2)
    if isinstance(value, float):
        return number_format(f"{value:.2g}")
    return str(intcomma(value)) if isinstance(value, int) else str(value)
