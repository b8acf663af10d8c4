"""The values that committees and their people are described by, with the words people see."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CommitteeType(models.TextChoices):
    INSTITUTION = "institution", _("单位科技伦理（审查）委员会")
    REGIONAL_CENTRE = "regional_centre", _("区域性科技伦理审查中心")
    PROFESSIONAL_CENTRE = "professional_centre", _("专业性科技伦理审查中心")
    SECTOR = "sector", _("行业科技伦理专家委员会")


class CommitteeState(models.TextChoices):
    PREPARING = "preparing", pgettext_lazy("state", "筹建中")
    ACTIVE = "active", pgettext_lazy("state", "运行中")
    DISSOLVED = "dissolved", pgettext_lazy("state", "已撤销")


STANDING_STATES = (CommitteeState.PREPARING, CommitteeState.ACTIVE)


class Regime(models.TextChoices):
    """The rule books a committee may be set up for; the policy room knows what each asks."""

    GENERAL = "general", _("一般科技活动")
    HUMAN = "human", _("涉及人的生命科学和医学研究")
    AI = "ai", _("人工智能科技活动")
    ANIMAL = "animal", _("涉及实验动物的科技活动")
    DRUG = "drug", _("药物临床试验")


class Sex(models.TextChoices):
    FEMALE = "female", _("女")
    MALE = "male", _("男")


class Category(models.TextChoices):
    PEER = "peer", _("科学技术同行专家")
    ETHICS = "ethics", _("伦理学专家")
    LAW = "law", _("法学专家")
    OTHER = "other", _("其他人员")


class ExpertField(models.TextChoices):
    """What a re-check expert knows: the fields of activities, and laboratory animals."""

    LIFE_SCIENCE = "life_science", _("生命科学")
    MEDICINE = "medicine", _("医学")
    AI = "ai", _("人工智能")
    ANIMAL = "animal", _("实验动物")
    AGRICULTURE = "agriculture", _("农业")
    ENGINEERING = "engineering", _("工程技术")
    SOCIAL_SCIENCE = "social_science", _("人文社会科学")
    OTHER = "other", _("其他")


class AiCategory(models.TextChoices):
    TECHNOLOGY = "technology", _("人工智能技术")
    APPLICATION = "application", _("人工智能应用")
    ETHICS = "ethics", _("伦理学")
    LAW = "law", _("法学")


class HumanCategory(models.TextChoices):
    LIFE_SCIENCE = "life_science", _("生命科学")
    MEDICINE = "medicine", _("医学")
    BIOETHICS = "bioethics", _("生命伦理学")
    LAW = "law", _("法学")
    PUBLIC = "public", _("非本机构的社会人士")


class PaperKind(models.TextChoices):
    CONFIDENTIALITY = "confidentiality", _("保密承诺书")
    INTERESTS = "interests", _("利益冲突声明")


class RuleKind(models.TextChoices):
    CHARTER = "charter", _("章程")
    PROCEDURE = "procedure", _("审查制度")
    SUPERVISION = "supervision", _("监督制度")
    CONFIDENTIALITY = "confidentiality", _("保密制度")
    ARCHIVE = "archive", _("档案管理制度")
    INTERESTS = "interests", _("利益冲突管理制度")
    VIDEO = "video", _("视频会议规则")
    EMERGENCY = "emergency", _("应急审查制度")
    EMERGENCY_SOP = "emergency_sop", _("应急审查标准操作规程")


class Registered(models.TextChoices):
    PACKAGE = "package", pgettext_lazy("registration", "导出登记材料")
    REGISTRATION = "registration", pgettext_lazy("registration", "登记")
    UPDATE = "update", pgettext_lazy("registration", "更新登记")
    FILING = "filing", pgettext_lazy("registration", "备案")
    REPORT = "report", pgettext_lazy("registration", "年度报告")
    MEDICAL = "medical", pgettext_lazy("registration", "上传国家医学研究登记备案信息系统")


# Receipts that say: the platform holds these facts now.
HELD = (Registered.REGISTRATION, Registered.UPDATE)


class Audience(models.TextChoices):
    """Whom a training is for. Staff hold no seat: their attendance is kept with the session alone."""

    CHAIR = "chair", _("主任委员")
    VICE_CHAIR = "vice_chair", _("副主任委员")
    MEMBER = "member", _("委员")
    SECRETARY = "secretary", _("秘书")
    ADVISER = "adviser", _("顾问")
    STAFF = "staff", _("科技人员")


class PlanState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("training", "拟订中")
    ANNOUNCED = "announced", pgettext_lazy("training", "已通知")
    CLOSED = "closed", pgettext_lazy("training", "已完成")
    WITHDRAWN = "withdrawn", pgettext_lazy("training", "已撤销")
