"""The ways through the desk: what each person may open, in the groups of what it is about.

The first line shows the groups, the second the pages of the one where somebody is: a regulator has some twenty pages.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from reviews.desk.access import Visitor


def everybody(visitor: "Visitor") -> bool:
    return True


def who(name: str) -> Callable[["Visitor"], bool]:
    """To whom the visitor's property of this name says yes."""
    return lambda visitor: bool(getattr(visitor, name))


@dataclass(frozen=True)
class Page:
    """A page that the navigation leads to. `beneath`: collections whose objects are found from it."""

    name: str
    label: Any
    opens_to: Callable[["Visitor"], bool] = everybody
    beneath: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """A link as it is shown; a group leads to the first of its pages."""

    label: Any
    url: str
    current: str = ""  # of `aria-current`
    pages: "list[Way]" = field(default_factory=list)


FIRST = (Page("desk:queue", _("我的待办")), Page("desk:month", _("日程")))
REVIEWS = _("审查")
# Found from the desk's first page, they lie in that group all the same.
OF_REVIEWS = ("reviews", "opinions", "collaborations", "participations")
GROUPS: tuple[tuple[Any, tuple[Page, ...]], ...] = (
    (
        REVIEWS,
        (
            Page("desk:meetings", _("审查会议"), who("meets")),
            Page("desk:following", _("跟踪与报告"), who("follows"), ("follow-ups", "reports", "appeals", "exemptions")),
            Page("desk:emergency_events", _("突发事件")),
            Page("desk:rechecks", _("专家复核"), who("follows_rechecks"), ("recheck-opinions",)),
            Page("desk:experts", _("复核专家库"), who("keeps_experts")),
            Page("desk:entrustments", _("委托审查"), who("entrusts")),
            Page("desk:alliances", _("互认联盟"), who("entrusts"), ("recognitions",)),
        ),
    ),
    (
        _("委员会"),
        (
            Page("desk:committees", _("委员会"), who("follows")),
            Page("desk:training_plans", _("培训"), who("follows")),
            Page("desk:annual_reports", _("年度报告"), who("keeps_registers")),
        ),
    ),
    (
        pgettext_lazy("navigation", "监督"),
        (
            Page("desk:overview", _("总览"), who("supervises")),
            Page("desk:cases", _("案件审计"), who("supervises")),
            Page("desk:sampling_plans", _("抽查复核"), who("supervises"), ("sample-items",)),
            Page("desk:warnings", _("监测预警"), who("follows_warnings")),
            Page("desk:inspections", _("现场检查"), who("follows_inspections"), ("rectifications",)),
            Page("desk:complaints", _("投诉举报"), who("investigates")),
            Page("desk:investigations", _("调查处理"), who("investigates"), ("respondents", "sanctions")),
            Page("desk:disclosures", _("信息披露"), who("supervises")),
        ),
    ),
    (
        pgettext_lazy("navigation", "登记"),
        (
            Page("desk:committee_register", _("委员会登记册"), who("keeps_registers")),
            Page("desk:activity_register", _("清单内活动登记册"), who("keeps_activities")),
            Page("admin:index", _("登记册")),
        ),
    ),
    (
        _("科技计划"),
        (
            Page("desk:programmes", _("科技计划"), who("asks_gates"), ("programme-entries", "gate-checks")),
            Page("desk:record_lookups", _("科技伦理记录"), who("looks_up_records")),
            Page("portal:commitments", _("科技计划承诺书"), who("signs_commitments")),
        ),
    ),
    (
        pgettext_lazy("navigation", "运行"),
        (
            Page("desk:clocks", _("期限监控"), who("watches_clocks")),
            Page("desk:post", _("通知收发"), who("looks_after_post")),
        ),
    ),
)


@dataclass(frozen=True)
class Navigation:
    groups: list[Way]

    @property
    def pages(self) -> list[Way]:
        """The second line: of the group where somebody is, if there is a choice."""
        return next((group.pages for group in self.groups if group.current and len(group.pages) > 1), [])


def navigation_of(visitor: "Visitor") -> Navigation:
    return Navigation(list(_ways(visitor)))


def _ways(visitor: "Visitor") -> Iterator[Way]:
    for page in FIRST:
        yield _way(page, visitor.path)
    for label, pages in GROUPS:
        ways = [_way(page, visitor.path) for page in pages if page.opens_to(visitor)]
        if len(ways) == 1:
            yield ways[0]
        elif ways:
            within = any(way.current for way in ways) or (label is REVIEWS and _lies_in(OF_REVIEWS, visitor.path))
            yield Way(label, ways[0].url, "true" if within else "", ways)


def _way(page: Page, path: str) -> Way:
    url = reverse(page.name)
    if path == url:
        return Way(page.label, url, "page")
    # The desk's first page lies above all others.
    inside = url != reverse("desk:queue") and path.startswith(url)
    return Way(page.label, url, "true" if inside or _lies_in(page.beneath, path) else "")


def _lies_in(collections: tuple[str, ...], path: str) -> bool:
    return path.startswith(tuple(f"{reverse('desk:queue')}{collection}/" for collection in collections))
