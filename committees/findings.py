"""The words for what `committees.composition` finds."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from committees.composition import Finding
from committees.kinds import AiCategory, Category, HumanCategory, PaperKind, Regime, RuleKind
from ethicsreview.lifecycle.refusals import Refusal

MESSAGES: Mapping[str, str | Promise] = {
    "not_competent": _("本委员会的审查范围不含“%(regime)s”，应委托有能力的委员会审查"),
    "too_few": _("委员%(have)d人，少于%(need)d人"),
    "not_odd": _("委员%(have)d人，委员人数应为单数"),
    "chairs": _("主任委员%(have)d人，应为%(need)d人"),
    "vice_chairs_few": _("副主任委员%(have)d人，少于%(need)d人"),
    "vice_chairs_many": _("副主任委员%(have)d人，多于%(need)d人"),
    "category_missing": _("委员中没有%(background)s"),
    "human_missing": _("审查涉及人的生命科学和医学研究，委员构成缺少“%(background)s”"),
    "ai_missing": _("审查人工智能科技活动，委员构成缺少“%(background)s”"),
    "one_sex": _("委员应由不同性别的人员组成"),
    "external_few": _("非本单位委员%(have)d人，少于%(need)d人"),
    "local_few": _("民族自治地方的委员会，熟悉当地情况的委员%(have)d人，少于%(need)d人"),
    "term_too_long": _("%(name)s自%(starts)s起的任期未定终止日或超过%(years)d年"),
    "paper_missing": _("%(name)s尚未签署%(paper)s"),
    "paper_expired": _("%(name)s签署的%(paper)s已过有效期"),
    "rule_missing": _("没有现行有效的%(rule)s"),
    "person_twice": _("%(name)s同时占有%(seats)d个委员席位，只计1人"),
    "adviser_too": _("%(name)s既是委员又是顾问，顾问没有表决权"),
}

# A parameter that is a value of ours is shown by its label.
_LABELS: Mapping[str, Mapping[str, str | Promise]] = {
    "regime": dict(Regime.choices),
    "background": {
        **dict(HumanCategory.choices),
        **dict(AiCategory.choices),
        **dict(Category.choices),
    },
    "paper": dict(PaperKind.choices),
    "rule": dict(RuleKind.choices),
}


def refusal(finding: Finding) -> Refusal:
    """The finding as a reason against a step."""
    return Refusal(f"committee_{finding.code}", MESSAGES[finding.code], _shown(finding.params), finding.cite)


def words(finding: Finding) -> str:
    """The finding as a sentence in the active language, without its article."""
    return str(MESSAGES[finding.code]) % _shown(finding.params)


def _shown(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _LABELS[name].get(value, value) if name in _LABELS else value for name, value in params.items()}
