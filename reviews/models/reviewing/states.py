"""The states of a review, and who has the ball in each."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("state", "草稿")
    SUBMITTED = "submitted", pgettext_lazy("state", "已提交")
    SUPPLEMENT_REQUESTED = "supplement_requested", pgettext_lazy("state", "待补正")
    ACCEPTED = "accepted", pgettext_lazy("state", "已受理")
    DECLINED = "declined", pgettext_lazy("state", "不予受理")
    IN_REVIEW = "in_review", pgettext_lazy("state", "审查中")
    APPROVED = "approved", pgettext_lazy("state", "已批准")
    MODIFICATION_REQUIRED = "modification_required", pgettext_lazy("state", "待修改后批准")
    MODIFICATION_SUBMITTED = "modification_submitted", pgettext_lazy("state", "修改待确认")
    REVISION_REQUIRED = "revision_required", pgettext_lazy("state", "待修改后再审")
    REJECTED = "rejected", pgettext_lazy("state", "不予批准")
    PRELIMINARILY_PASSED = "preliminarily_passed", pgettext_lazy("state", "初审通过")
    IN_RECHECK = "in_recheck", pgettext_lazy("state", "专家复核中")
    CONCLUDED = "concluded", pgettext_lazy("state", "已形成意见")
    WITHDRAWN = "withdrawn", pgettext_lazy("state", "已撤回")
    SET_ASIDE = "set_aside", pgettext_lazy("state", "已由申诉再审取代")


# Something is still to be done, and the lead may withdraw.
OPEN_STATES = frozenset(
    {
        State.DRAFT,
        State.SUBMITTED,
        State.SUPPLEMENT_REQUESTED,
        State.ACCEPTED,
        State.IN_REVIEW,
        State.MODIFICATION_REQUIRED,
        State.MODIFICATION_SUBMITTED,
        State.REVISION_REQUIRED,
        State.PRELIMINARILY_PASSED,
        State.IN_RECHECK,
    }
)

# Who has the ball in each state.
WAITING_FOR = {
    State.DRAFT: "lead",
    State.SUBMITTED: "secretary",
    State.SUPPLEMENT_REQUESTED: "lead",
    State.ACCEPTED: "secretary",
    State.IN_REVIEW: "committee",
    State.MODIFICATION_REQUIRED: "lead",
    State.MODIFICATION_SUBMITTED: "secretary",
    State.REVISION_REQUIRED: "lead",
    State.PRELIMINARILY_PASSED: "institution",
    State.IN_RECHECK: "recheck",
}

HOLDERS = {
    "lead": _("项目负责人"),
    "secretary": _("委员会秘书"),
    "chair": _("主任委员"),
    "reviewers": _("承办委员"),
    "committee": _("审查委员会"),
    "institution": _("承担单位"),
    "recheck": _("主管部门和复核专家组"),
    "": _("无"),
}
