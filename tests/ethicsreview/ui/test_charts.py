"""Charts say what the numbers say."""

import pytest

from ethicsreview.ui.charts import Chart


def test_where_whole_things_are_counted_no_line_lies_between_them() -> None:
    counted = Chart("open", "在办", ["济南", "青岛"], {"件": [1, 2]})
    measured = Chart("days", "用时", ["济南", "青岛"], {"天": [1.5, 2]})

    assert counted.option["yAxis"] == {"type": "value", "minInterval": 1}
    assert measured.option["yAxis"] == {"type": "value"}


def test_each_series_has_a_value_for_each_label() -> None:
    with pytest.raises(ValueError, match="件 has 1 values for 2 labels"):
        Chart("open", "在办", ["济南", "青岛"], {"件": [1]})
