"""What one can be, somewhere, for a time."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    RESEARCHER = "researcher", _("科技人员")
    INSTITUTION_OFFICER = "institution_officer", _("单位管理人员")
    SECRETARY = "secretary", _("秘书")
    MEMBER = "member", _("委员")
    VICE_CHAIR = "vice_chair", _("副主任委员")
    CHAIR = "chair", _("主任委员")
    ADVISER = "adviser", _("顾问")
    REGULATOR = "regulator", _("监管人员")
    RECHECK_EXPERT = "recheck_expert", _("复核专家")
    PROGRAMME_MANAGER = "programme_manager", _("科技计划管理人员")
    OPERATOR = "operator", _("运维人员")


VOTING_ROLES = frozenset({Role.MEMBER, Role.VICE_CHAIR, Role.CHAIR})
COMMITTEE_ROLES = VOTING_ROLES | {Role.SECRETARY, Role.ADVISER}
# Everybody but a researcher works at the desk.
DESK_ROLES = frozenset(set(Role) - {Role.RESEARCHER})
