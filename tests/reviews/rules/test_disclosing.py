"""What may say who somebody is, found in a text."""

import pytest

from reviews.rules.disclosing import mentions

ID = "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("受试者李小明出现不良反应", [("role", "受试者李小明")]),
        ("举报人：王芳", [("role", "举报人：王芳")]),
        (f"证件号{ID}、电话13800138000", [("id_number", "110…2X"), ("phone", "138…00")]),
        ("赵钱孙任负责人", [("name", "赵钱孙")]),
        # Nobody is named here.
        ("受试者李某、患者王先生和张女士，编号110105194912310021，共13800例", []),
        ("受试者知情同意，参与者须签字，患者权益", []),
    ],
)
def test_mentions_of_persons(text: str, found: list[tuple[str, str]]) -> None:
    assert [(one.kind, one.text) for one in mentions(text, ["赵钱孙", "周", "吴郑王"])] == found
