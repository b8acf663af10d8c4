"""Charts say what the numbers say."""

import pytest
from django.template.loader import render_to_string

from ethicsreview.ui.charts import Chart


def test_where_whole_things_are_counted_no_line_lies_between_them() -> None:
    counted = Chart("open", "在办", ["济南", "青岛"], {"件": [1, 2]})
    measured = Chart("days", "用时", ["济南", "青岛"], {"天": [1.5, 2]})

    assert counted.option["yAxis"] == {"type": "value", "minInterval": 1}
    assert measured.option["yAxis"] == {"type": "value"}


def test_the_table_beside_it_is_headed_by_what_its_rows_are() -> None:
    table = [
        render_to_string("ui/chart.html", {"chart": Chart("open", "在办", ["济南"], {"件": [1]}, of=of)})
        for of in ("地区", "")
    ]

    assert ['<th scope="col">地区</th>' in one for one in table] == [True, False]


def test_each_series_has_a_value_for_each_label() -> None:
    with pytest.raises(ValueError, match="件 has 1 values for 2 labels"):
        Chart("open", "在办", ["济南", "青岛"], {"件": [1]})
