"""What people read for regimes, marks, layers and ways to combine."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ethicsreview.policy.library import Pack
from ethicsreview.policy.words import said

REGIMES: dict[str, str | Promise] = {
    "general": _("一般科技活动"),
    "human": _("涉及人的生命科学和医学研究"),
    "ai": _("人工智能科技活动"),
    "animal": _("涉及实验动物的科技活动"),
    "drug": _("药物和医疗器械临床试验"),
}

MARKS: dict[str, str | Promise] = {
    "V1": _("已核对规则原文"),
    "V2": _("据二手资料（官方通知、官方答问、新闻或律所文章）"),
    "S": _("据省级文件原文"),
    "M-h": _("未经核对，可信度高"),
    "M-m": _("未经核对，可信度中"),
    "M-l": _("未经核对，可信度低"),
    "set": _("本系统的设置，不是法条"),
}

COMBINE: dict[str, str | Promise] = {
    "override": _("地方规则优先于领域规则，领域规则优先于国家通则；同层以后施行的为准"),
    "strictest_max": _("几项规则同时适用时，以要求最多的为准"),
    "strictest_min": _("几项规则同时适用时，以最短、最少的为准"),
    "all": _("几项规则同时适用时，都要满足"),
}


def scope(pack: Pack) -> str:
    """To whom a pack applies, in one phrase."""
    parts = [said(pack.head.place)] if pack.head.place else []
    parts += [str(REGIMES[regime]) for regime in pack.head.regimes]
    return str(_("、")).join(parts) if parts else str(_("全国，各类科技活动"))
