"""How far a day's evaluation is: a row for each indicator and province, under whose lock one worker evaluates."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from reviews.models.warnings.kinds import Indicator


class IndicatorWatch(models.Model):
    """`place`: the two digits of a province. `day`: the day in Asia/Shanghai that `done` is of. `cursor`: the subject
    that was settled last, while the day's evaluation is not over.
    """

    indicator = models.CharField(_("指标"), max_length=20, choices=Indicator.choices)
    place = models.CharField(_("地区"), max_length=2)
    day = models.DateField(_("评估日期"), null=True)
    cursor = models.BigIntegerField(default=0)
    done = models.BooleanField(default=False)
    # When it was last gone through to its end, what it found then, and how many warnings that raised or changed.
    evaluated_at = models.DateTimeField(_("评估时间"), null=True)
    # When it last failed, if it has not ended well since; and how many subjects' warnings could not be written then.
    failed_at = models.DateTimeField(_("未完成评估的时间"), null=True)
    unwritten = models.PositiveIntegerField(_("未写入的预警"), default=0, db_default=0)
    on = models.BooleanField(default=True)
    over = models.PositiveIntegerField(_("达到阈值"), default=0)
    raised = models.PositiveIntegerField(_("新增预警"), default=0)
    changed = models.PositiveIntegerField(_("更新预警"), default=0)

    class Meta:
        verbose_name = _("指标的评估进度")
        verbose_name_plural = _("指标的评估进度")
        constraints = [models.UniqueConstraint(fields=["indicator", "place"], name="indicator_watch_once")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.place}"
