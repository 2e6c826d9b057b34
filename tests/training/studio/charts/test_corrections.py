"""The chart of corrections: its line, its levels, a flag for each promotion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from recognizer.models import ModelVersion, Promotion
from training.selectors.corrections import Answers, Point
from training.studio.charts import corrections

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
MONTH = [Point(NOW - timedelta(days=30 - day), Answers(100, 2 + day % 3)) for day in range(31)]


def promotion(number: int, days_ago: float, kind: str = "promote") -> Promotion:
    version = ModelVersion(number=number)
    return Promotion(version=version, kind=kind, at=NOW - timedelta(days=days_ago))


def test_it_works() -> None:
    chart = corrections.chart(MONTH, [promotion(3, 10), promotion(2, 4, "rollback")], now=NOW)
    assert chart is not None
    assert chart.last_text == "2.0"
    assert chart.last[0] == corrections.RIGHT
    assert chart.levels[0] == (corrections.BOTTOM, "0")
    assert chart.dates[0][1] == "27 Feb"
    assert [(flag.text, flag.is_back) for flag in chart.flags] == [("3", False), ("↩2", True)]
    assert "Back to version 2" in chart.flags[1].title


def test_a_line_has_two_ends() -> None:
    assert corrections.chart(MONTH[:1], [], now=NOW) is None
    assert corrections.chart([], [], now=NOW) is None


def test_promotions_before_the_line_have_no_flag() -> None:
    chart = corrections.chart(MONTH, [promotion(1, 31), promotion(2, 29)], now=NOW)
    assert chart is not None
    assert [flag.text for flag in chart.flags] == ["2"]


def test_flags_that_would_overlap_stand_below_each_other() -> None:
    chart = corrections.chart(MONTH, [promotion(2, 5), promotion(3, 4.9)], now=NOW)
    assert chart is not None
    first, second = chart.flags
    assert first.y != second.y


def test_without_a_correction_there_are_levels_all_the_same() -> None:
    calm = [Point(point.at, Answers(100, 0)) for point in MONTH]
    chart = corrections.chart(calm, [], now=NOW)
    assert chart is not None
    assert len(chart.levels) > 1
    assert chart.last[1] == corrections.BOTTOM
