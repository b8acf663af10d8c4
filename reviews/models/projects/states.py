"""The states of a project: what may be done with it now."""

from django.db import models
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("state", "草稿")
    ASSESSED = "assessed", pgettext_lazy("state", "已评估")
    UNDER_REVIEW = "under_review", pgettext_lazy("state", "审查中")
    APPROVED = "approved", pgettext_lazy("state", "已批准")
    SUSPENDED = "suspended", pgettext_lazy("state", "暂停")
    COMPLETED = "completed", pgettext_lazy("state", "已结题")
    TERMINATED = "terminated", pgettext_lazy("state", "已终止")
    EXEMPT = "exempt", pgettext_lazy("state", "免除审查")
    NOT_REQUIRED = "not_required", pgettext_lazy("state", "无需审查")
    REJECTED = "rejected", pgettext_lazy("state", "不予批准")
