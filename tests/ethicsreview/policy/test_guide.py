"""The guide's own example is a pack that works."""

import re
from datetime import date
from pathlib import Path

from django.conf import settings

from ethicsreview.policy import policy_for
from ethicsreview.policy.loading import load


def test_the_example_of_the_guide_is_a_valid_pack(folder: Path) -> None:
    guide = (Path(settings.BASE_DIR) / "docs" / "policy-packs.md").read_text(encoding="utf-8")
    example = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)[0]
    (folder / "hubei.toml").write_text(example, encoding="utf-8")

    books = load(folder)

    before = policy_for(region="420100", at=date(2026, 1, 31), library=books)
    after = policy_for(region="420100", at=date(2026, 2, 1), library=books)
    assert (before.value("committee.min_members"), after.value("committee.min_members")) == (7, 9)
    assert after.entry("committee.min_members").cite == "hubei:7"
