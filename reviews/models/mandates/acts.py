"""What a lead may let somebody else do in their name."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    """Named one by one; never what the lead signs (Measures 9(5)), withdraws, appeals against or authorises."""

    WRITE = "write", _("发起申请、变更和风险评估")
    SUBMIT = "submit", _("提交申请和变更（承诺书仍由负责人签署）")
    ANSWER = "answer", _("答复委员会的要求并提交修改")
    REPORT = "report", _("提交跟踪报告和其他报告")


# Whoever has a capacity that begins so acts in another's name, and the record says in whose.
PREFIX = "acting_"
# The capacity that each gives: a step that somebody may take for the lead names it in its `by`.
CAPACITY = {act: PREFIX + act.value for act in Act}
