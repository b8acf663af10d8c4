"""What of a listed activity is registered (Measures 44), as it is now, and what the platform was told of it."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from committees.models.registration import RegistrationEntry
from ethicsreview.accounts.regions import region_name
from ethicsreview.policy import policy_for
from ethicsreview.policy.catalogues import listed_items
from ethicsreview.policy.words import said

if TYPE_CHECKING:
    from reviews.models.projects.project import Project

FIELDS = {
    "title": _("科技活动名称"),
    "field": _("领域"),
    "unit": _("单位"),
    "uscc": _("统一社会信用代码"),
    "region": _("地区"),
    "department": _("主管部门"),
    "lead": _("项目负责人"),
    "period": _("起止日期"),
    "listed": _("清单事项"),
    "plan": _("实施方案"),
    "committee": _("审查委员会"),
    "decision": _("审查决定"),
    "recheck": _("专家复核"),
}


class ActivityRegistration(RegistrationEntry):
    project = models.ForeignKey("reviews.Project", models.PROTECT, related_name="registrations")

    class Meta(RegistrationEntry.Meta):
        verbose_name = _("清单内科技活动登记记录")
        verbose_name_plural = _("清单内科技活动登记记录")
        indexes = [models.Index(fields=["project", "what", "-id"], name="activity_registration_of")]


def activity_facts(project: "Project", at: datetime) -> dict[str, str]:
    """Plan, review and re-check of what is approved, in the platform's terms and in Chinese. Two queries at most."""
    version = project.in_force
    policy = policy_for(region=project.region, at=at)
    facts = {
        "title": project.title,
        "unit": project.institution.name,
        "uscc": project.institution.uscc or "",
        "lead": project.lead.name,
    }
    with translation.override("zh-hans"):
        facts["field"] = str(project.get_field_display())
        facts["region"] = region_name(project.region)
        if policy.has("registration.department"):
            facts["department"] = policy.value("registration.department")["zh"]
        if project.starts_on or project.ends_on:
            facts["period"] = "至".join(day.isoformat() if day else "" for day in (project.starts_on, project.ends_on))
        if version is not None:
            review = version.review
            names = {item.key: said(item) for item in listed_items(at)}
            facts["listed"] = "、".join(names.get(one, one) for one in review.listed_items)
            facts["plan"] = f"第{version.number}版，{version.digest}"
            facts["committee"] = review.committee.name
            approving = review.decisions.filter(outcome="approved", preliminary=False).select_related("recheck")
            if (decision := approving.order_by("-decided_at").first()) is not None:
                facts["decision"] = f"{decision.number}，{timezone.localdate(decision.decided_at).isoformat()}批准"
                if decision.recheck is not None:
                    facts["recheck"] = f"{decision.recheck}"
    return {name: value for name, value in facts.items() if value}
