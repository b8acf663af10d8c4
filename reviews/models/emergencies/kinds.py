"""What an emergency is called, and how grave it is: the kinds and levels of the law on emergencies."""

from django.db import models
from django.utils.translation import pgettext_lazy


class EventKind(models.TextChoices):
    PUBLIC_HEALTH = "public_health", pgettext_lazy("emergency", "公共卫生事件")
    NATURAL_DISASTER = "natural_disaster", pgettext_lazy("emergency", "自然灾害")
    ACCIDENT = "accident", pgettext_lazy("emergency", "事故灾难")
    SOCIAL_SECURITY = "social_security", pgettext_lazy("emergency", "社会安全事件")
    OTHER = "other", pgettext_lazy("emergency", "其他突发事件")


class Level(models.TextChoices):
    """From the least to the gravest: the order in which `emergency.level_tiers` answers for them."""

    GENERAL = "general", pgettext_lazy("emergency", "一般（Ⅳ级）")
    LARGER = "larger", pgettext_lazy("emergency", "较大（Ⅲ级）")
    MAJOR = "major", pgettext_lazy("emergency", "重大（Ⅱ级）")
    EXTRAORDINARY = "extraordinary", pgettext_lazy("emergency", "特别重大（Ⅰ级）")

    @property
    def place(self) -> int:
        return list(Level).index(self)


# How urgent an activity is, by its place in `emergency.tier_hours`.
TIERS = {
    1: pgettext_lazy("emergency", "紧急"),
    2: pgettext_lazy("emergency", "很紧急"),
    3: pgettext_lazy("emergency", "特别紧急"),
}
