"""What one can hold a role in: institutions and competent departments; a floor above, committees."""

from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models.roles import Role
from ethicsreview.accounts.models.sequence import Sequence
from ethicsreview.accounts.regions import city_of, lying_in, province_of
from ethicsreview.accounts.validators import plain_text, region_code, social_credit_code

if TYPE_CHECKING:
    from ethicsreview.accounts.standing import Standing


class BodyQuerySet(models.QuerySet[Any]):
    def visible_to(self, standing: "Standing") -> Self:
        """The bodies one holds a role in, the institutions one keeps, and what lies in a territory one regulates."""
        if standing.sees_everyone:
            return self.all()
        visible = Q(pk__in=[held.body_id for held in standing.held])
        visible |= Q(pk__in=Institution.objects.kept_by(standing).values("pk"))
        for prefix in standing.territories(Role.REGULATOR):
            visible |= Q(**lying_in("region", prefix))
        return self.filter(visible)


class Body(models.Model):
    """Anything one can hold a role in. Institutions, authorities and (a floor above) committees extend it."""

    class Kind(models.TextChoices):
        INSTITUTION = "institution", _("单位")
        AUTHORITY = "authority", _("主管部门")
        COMMITTEE = "committee", _("委员会")

    kind = models.CharField(_("类别"), max_length=12, choices=Kind.choices, editable=False)
    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    name = models.CharField(_("名称"), max_length=200, validators=[plain_text])
    name_en = models.CharField(_("英文名称"), max_length=200, blank=True, validators=[plain_text])
    region = models.CharField(_("地区"), max_length=6, validators=[region_code], help_text=_("GB/T 2260 代码"))
    is_active = models.BooleanField(_("有效"), default=True)

    objects = BodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("机构")
        verbose_name_plural = _("机构")
        indexes = [models.Index(fields=["region", "kind"], name="accounts_body_region")]

    def __str__(self) -> str:
        return self.name


class InstitutionQuerySet(BodyQuerySet):
    def kept_by(self, standing: "Standing") -> Self:
        """The institutions one is an officer of, and those directly below them."""
        own = standing.bodies(Role.INSTITUTION_OFFICER)
        return self.filter(Q(pk__in=own) | Q(parent__in=own))


class Institution(Body):
    class Type(models.TextChoices):
        HOSPITAL = "hospital", _("医疗卫生机构")
        UNIVERSITY = "university", _("高等学校")
        INSTITUTE = "institute", _("科研机构")
        ENTERPRISE = "enterprise", _("企业")
        OTHER = "other", _("其他")
        # A person who belongs to none (Measures 13): a unit of one, so that they can have projects and entrust.
        INDIVIDUAL = "individual", _("无单位人员")

    # Named, so that a committee may have an institution of its own.
    body_ptr = models.OneToOneField(
        Body, models.CASCADE, parent_link=True, primary_key=True, related_name="as_institution"
    )
    type = models.CharField(_("类型"), max_length=12, choices=Type.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级单位")
    )
    uscc = models.CharField(
        _("统一社会信用代码"), max_length=18, null=True, blank=True, unique=True, validators=[social_credit_code]
    )

    objects = InstitutionQuerySet.as_manager()  # type: ignore[misc]  # extends the manager of Body

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.kind = Body.Kind.INSTITUTION
        self.uscc = self.uscc or None
        self.ref = self.ref or f"I{Sequence.take('institution'):06d}"
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        self.uscc = self.uscc or None
        above, seen = self.parent, {self.pk}
        while above is not None:
            if above.pk in seen:
                raise ValidationError({"parent": _("上级单位不能是本单位或其下属单位。")}, code="circle")
            seen.add(above.pk)
            above = above.parent


class Authority(Body):
    """A competent department: it sees and regulates its territory, in its field."""

    class Level(models.TextChoices):
        NATIONAL = "national", _("国家")
        PROVINCE = "province", _("省")
        CITY = "city", _("市")

    class Field(models.TextChoices):
        GENERAL = "general", _("综合")
        HUMAN = "human", _("涉及人的生命科学和医学")
        AI = "ai", _("人工智能")
        ANIMAL = "animal", _("实验动物")
        AGRICULTURE = "agriculture", _("农业")

    body_ptr = models.OneToOneField(
        Body, models.CASCADE, parent_link=True, primary_key=True, related_name="as_authority"
    )
    level = models.CharField(_("层级"), max_length=10, choices=Level.choices)
    field = models.CharField(_("领域"), max_length=12, choices=Field.choices, default=Field.GENERAL)

    class Meta:
        verbose_name = _("主管部门")
        verbose_name_plural = _("主管部门")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.kind = Body.Kind.AUTHORITY
        self.ref = self.ref or f"G{Sequence.take('authority'):06d}"
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        if self.level == self.Level.PROVINCE and self.region != province_of(self.region):
            raise ValidationError({"region": _("省级主管部门的地区应为省级行政区划。")}, code="level")
        if self.level == self.Level.CITY and (
            self.region != city_of(self.region) or self.region == province_of(self.region)
        ):
            raise ValidationError({"region": _("市级主管部门的地区应为市级行政区划。")}, code="level")


def authority_over(region: str) -> Authority | None:
    """The general department nearest to a place: its city's, else its province's."""
    near = Authority.objects.filter(
        is_active=True,
        field=Authority.Field.GENERAL,
        level__in=[Authority.Level.CITY, Authority.Level.PROVINCE],
        region__in={city_of(region), province_of(region)},
    )
    # A city's code is greater than its province's.
    return near.order_by("-region", "pk").first()
