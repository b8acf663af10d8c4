"""The original text of an entry is read by people."""

from ethicsreview.trail.models import Entry
from reviews.oversight.audit.original import original


def test_original_names_the_input_as_the_form_does_and_prints_nothing_as_a_program_does() -> None:
    given = {"result": "does_not_conform", "account": "签到表缺失", "rectify_by": None}
    facts = {"input": given, "late": True, "cities": ["济南", "青岛"], "sizes": {"370100": 2}, "nothing": None}

    told = original(Entry(object_kind="inspection", step="enter_finding", facts=facts))

    assert told[:3] == [
        ("input.result", "检查结果", "不符合"),
        ("input.account", "检查情况", "签到表缺失"),
        ("input.rectify_by", "整改期限", "—"),
    ]
    assert told[3:5] == [("late", "", "是"), ("cities", "", "济南、青岛")]
    assert [value for _name, _words, value in told[5:]] == ['{\n  "370100": 2\n}', "—"]


def test_original_of_a_step_that_is_no_more_keeps_its_names() -> None:
    told = original(Entry(object_kind="inspection", step="gone", facts={"input": {"reason": "停用"}}))

    assert told == [("input.reason", "", "停用")]
