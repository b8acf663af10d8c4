"""The states of a review, and who has the ball in each."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("已提交")
    SUPPLEMENT_REQUESTED = "supplement_requested", _("一次性补正")
    ACCEPTED = "accepted", _("已受理")
    DECLINED = "declined", _("不予受理")
    IN_REVIEW = "in_review", _("审查中")
    APPROVED = "approved", _("批准")
    MODIFICATION_REQUIRED = "modification_required", _("修改后批准")
    MODIFICATION_SUBMITTED = "modification_submitted", _("修改待确认")
    REVISION_REQUIRED = "revision_required", _("修改后再审")
    REJECTED = "rejected", _("不予批准")
    PRELIMINARILY_PASSED = "preliminarily_passed", _("初审通过")
    IN_RECHECK = "in_recheck", _("专家复核中")
    WITHDRAWN = "withdrawn", _("已撤回")
    SET_ASIDE = "set_aside", _("已由申诉再审取代")


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
    State.PRELIMINARILY_PASSED: "secretary",
    State.IN_RECHECK: "recheck",
}

HOLDERS = {
    "lead": _("项目负责人"),
    "secretary": _("委员会秘书"),
    "committee": _("审查委员会"),
    "recheck": _("复核专家组"),
    "": _("无"),
}
