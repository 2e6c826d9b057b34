"""The eleven things that a drawing can show: ten digits, and what is no digit."""

from __future__ import annotations

NOT_A_DIGIT = "not_a_digit"
# By class: the network's eleven answers, in the order of its output.
LABELS = [*(str(digit) for digit in range(10)), NOT_A_DIGIT]
CLASSES = len(LABELS)
NOT_A_DIGIT_CLASS = LABELS.index(NOT_A_DIGIT)


def label_of(digit: int | None) -> str:
    """The label of an answer: of a digit 0 to 9, or None for no digit."""
    return NOT_A_DIGIT if digit is None else str(digit)
