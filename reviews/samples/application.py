"""A complete application for any questionnaire, form and list of materials: whatever is asked gets an answer."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from reviews.models import Submission
from reviews.rules.checklist import asked_sections
from reviews.rules.conclusions import Conclusions

NO_TEXTS: Mapping[str, str] = {}
SOME_DAY = date(2026, 9, 1)
_OTHERWISE = "见方案第三章。"


def filled(
    version: Submission, conclusions: Conclusions, *, texts: Mapping[str, str] = NO_TEXTS, day: date = SOME_DAY
) -> dict[str, Any]:
    """A value for each field that is asked and empty, and for those that the values themselves bring up.

    `texts`: what to write, by field. `day`: what its dates are counted from.
    """
    content: dict[str, Any] = dict(version.content)
    while True:
        sections = asked_sections(version.form, conclusions, content)
        wanting = [asked.field for section in sections for asked in section.fields if asked.key not in content]
        if not wanting:
            return content
        for field in wanting:
            content[field.key] = value_for(field, texts, day)


def value_for(field: Any, texts: Mapping[str, str] = NO_TEXTS, day: date = SOME_DAY) -> Any:
    """Something the form accepts for this field: yes-or-no questions are answered no, the first choice is taken."""
    match field.kind:
        case "choice":
            return field.options[0].key
        case "multichoice":
            return [option.key for option in field.options]
        case "people":
            return [{column.key: _cell(column, day) for column in field.columns}]
        case "number":
            return 120
        case "bool":
            return False
        case "date":
            return (day + timedelta(days=365 if field.key.startswith("end") else 30)).isoformat()
        case _:
            return texts.get(field.key, _OTHERWISE)[: field.max_length]


_CELLS = {
    "name": "项目组成员甲",
    "institution": "本单位",
    "role": "方案实施与数据采集",
    "experience": "从事相关工作五年以上",
    "training": "已参加本单位科技伦理培训并考核合格",
}


def _cell(column: Any, day: date) -> str:
    if column.kind == "date":
        return (day - timedelta(days=60)).isoformat()
    return _CELLS.get(column.key, "见附件")
