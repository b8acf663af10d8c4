"""The states of a disclosure, and what may be disclosed."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Shandong orders it; where no rule does, what is told rests on the law's own openness.
ARTICLE, OTHERWISE = "shandong:17", "national:3"


class DisclosureState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("disclosure", "草拟中")
    SUBMITTED = "submitted", pgettext_lazy("disclosure", "待批准")
    APPROVED = "approved", pgettext_lazy("disclosure", "已批准，待发布")
    PUBLISHED = "published", pgettext_lazy("disclosure", "已发布")
    SUPERSEDED = "superseded", pgettext_lazy("disclosure", "已更正")
    WITHDRAWN = "withdrawn", pgettext_lazy("disclosure", "已撤回")
    DROPPED = "dropped", pgettext_lazy("disclosure", "不予披露")


# Of what anybody reads: what was corrected stays, and of what was withdrawn that it was, and why.
PUBLIC = (DisclosureState.PUBLISHED, DisclosureState.SUPERSEDED, DisclosureState.WITHDRAWN)
OPEN = (DisclosureState.DRAFT, DisclosureState.SUBMITTED, DisclosureState.APPROVED)


class DisclosureKind(models.TextChoices):
    MAJOR = "major", _("重大科技伦理事件")
    SENSITIVE = "sensitive", _("敏感科技伦理事件")


MENTIONED = {
    "name": _("来源中涉及的人员姓名：%(text)s"),
    "id_number": _("身份证件号码：%(text)s"),
    "phone": _("手机号码：%(text)s"),
    "role": _("可能指明受试者、患者或者举报人：%(text)s"),
}
