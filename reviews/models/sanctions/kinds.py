"""The states of a sanction."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PENALTY, REDRESS = "national:47", "national:49"
BAN, CORRECT, STOP = "ban", "correct", "stop"


class SanctionState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("sanction", "拟处理")
    NOTIFIED = "notified", pgettext_lazy("sanction", "已告知拟处理")
    STATED = "stated", pgettext_lazy("sanction", "已陈述申辩")
    DECIDED = "decided", pgettext_lazy("sanction", "已决定，待送达")
    SERVED = "served", pgettext_lazy("sanction", "已送达")
    IN_FORCE = "in_force", pgettext_lazy("sanction", "执行中")
    ENDED = "ended", pgettext_lazy("sanction", "已执行完毕")
    REVOKED = "revoked", pgettext_lazy("sanction", "已撤销")
    DROPPED = "dropped", pgettext_lazy("sanction", "不予处理")


# What the respondent sees: from the notice on.
TOLD = frozenset(set(SanctionState) - {SanctionState.PROPOSED, SanctionState.DROPPED})
STANDING = (SanctionState.SERVED, SanctionState.IN_FORCE)


class Reconsidered(models.TextChoices):
    UPHELD = "upheld", _("维持原决定")
    SHORTENED = "shortened", _("缩短期限")
    REVOKED = "revoked", _("撤销原决定")
