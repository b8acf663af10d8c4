"""People, the bodies one can hold a role in, and who holds which role where, from when to when."""

import hashlib
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.validators import plain_text, region_code, social_credit_code

if TYPE_CHECKING:
    from ethicsreview.accounts.standing import Standing


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


class Sequence(models.Model):
    """Numbers that are never given twice, each name counting by itself."""

    name = models.CharField(max_length=60, primary_key=True)
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def take(cls, name: str, count: int = 1) -> int:
        """The first of `count` new numbers. Others who take from the same name wait for this transaction."""
        with transaction.atomic():
            row = cls.objects.select_for_update().filter(name=name).first()
            if row is None:
                cls.objects.bulk_create([cls(name=name)], ignore_conflicts=True)
                row = cls.objects.select_for_update().get(name=name)
            first = row.last + 1
            row.last += count
            row.save(update_fields=["last"])
            return first



class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, standing: "Standing") -> Self:
        """Oneself; the people of the institutions one keeps; everyone, for operators."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self.all()
        if standing.person is None:
            return self.none()
        kept = Body.objects.visible_to(standing).filter(pk__in=standing.bodies(Role.INSTITUTION_OFFICER))
        return self.filter(Q(pk=standing.person.pk) | Q(pk__in=Appointment.objects.filter(body__in=kept).values("person")))


class PersonManager(BaseUserManager["Person"].from_queryset(PersonQuerySet)):  # type: ignore[misc]
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "Person":
        person: Person = self.model(username=username, **fields)
        person.set_password(password)
        person.full_clean()
        person.save(using=self._db)
        return person

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "Person":
        return self.create_user(username, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "Person":
        person: Person = self.get(username=username)
        return person


class Person(AbstractBaseUser, PermissionsMixin):
    username = models.CharField(_("用户名"), max_length=150, unique=True, validators=[plain_text])
    # One field, in the order of the language: a Chinese name is not a first and a last name.
    name = models.CharField(_("姓名"), max_length=100, validators=[plain_text])
    name_en = models.CharField(_("英文姓名"), max_length=100, blank=True, validators=[plain_text])
    email = models.EmailField(_("电子邮箱"), blank=True)
    phone = models.CharField(_("手机号码"), max_length=20, blank=True)
    title = models.CharField(_("职称"), max_length=60, blank=True, validators=[plain_text])
    language = models.CharField(
        _("语言"), max_length=10, choices=[("zh-hans", "简体中文"), ("en", "English")], default="zh-hans"
    )
    is_active = models.BooleanField(_("有效"), default=True)
    date_joined = models.DateTimeField(_("加入时间"), default=timezone.now, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = PersonManager()

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("email"), condition=~Q(email=""), name="accounts_person_email_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    @property
    def masked_phone(self) -> str:
        """138****1234: enough to recognise one's own number, too little to call another's."""
        return f"{self.phone[:3]}****{self.phone[-4:]}" if len(self.phone) >= 11 else "****" if self.phone else ""

    @property
    def is_staff(self) -> bool:
        """Django's admin asks for this: whether the person works at the desk."""
        if not self.is_active:
            return False
        return self.is_superuser or self.appointments.current(timezone.now()).filter(role__in=DESK_ROLES).exists()


class BodyQuerySet(models.QuerySet[Any]):
    def visible_to(self, standing: "Standing") -> Self:
        """The bodies one holds a role in, the institutions below those, and what lies in a territory one regulates."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self.all()
        own = [held.body_id for held in standing.held]
        visible = Q(pk__in=own) | Q(pk__in=Institution.objects.filter(parent__in=own).values("pk"))
        for prefix in standing.territories(Role.REGULATOR):
            visible |= Q(region__startswith=prefix)
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


class Institution(Body):
    class Type(models.TextChoices):
        HOSPITAL = "hospital", _("医疗卫生机构")
        UNIVERSITY = "university", _("高等学校")
        INSTITUTE = "institute", _("科研机构")
        ENTERPRISE = "enterprise", _("企业")
        OTHER = "other", _("其他")

    type = models.CharField(_("类型"), max_length=12, choices=Type.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级单位")
    )
    uscc = models.CharField(
        _("统一社会信用代码"), max_length=18, null=True, blank=True, unique=True, validators=[social_credit_code]
    )

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.kind = Body.Kind.INSTITUTION
        self.uscc = self.uscc or None
        self.ref = self.ref or f"I{Sequence.take('institution'):06d}"
        super().save(*args, **kwargs)


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

    level = models.CharField(_("层级"), max_length=10, choices=Level.choices)
    field = models.CharField(_("领域"), max_length=12, choices=Field.choices, default=Field.GENERAL)

    class Meta:
        verbose_name = _("主管部门")
        verbose_name_plural = _("主管部门")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.kind = Body.Kind.AUTHORITY
        self.ref = self.ref or f"D{Sequence.take('authority'):06d}"
        super().save(*args, **kwargs)


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def current(self, at: datetime) -> Self:
        """Those that run on the day of `at` in Asia/Shanghai; first and last days count."""
        day = timezone.localdate(at)
        return self.filter(Q(ends__isnull=True) | Q(ends__gte=day), starts__lte=day)

    def visible_to(self, standing: "Standing") -> Self:
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self.all()
        return self.filter(Q(person=standing.person) | Q(body__in=standing.bodies(Role.INSTITUTION_OFFICER)))


class Appointment(models.Model):
    """Who holds which role where, from when to when (both days included)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="appointments", verbose_name=_("人员"))
    role = models.CharField(_("角色"), max_length=20, choices=Role.choices)
    body = models.ForeignKey(Body, models.PROTECT, related_name="appointments", verbose_name=_("机构"))
    starts = models.DateField(_("自"))
    ends = models.DateField(_("至"), null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        constraints = [
            models.UniqueConstraint(fields=["person", "role", "body", "starts"], name="accounts_appointment_once"),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="accounts_appointment_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["body", "role", "starts"], name="accounts_appointment_body")]

    def __str__(self) -> str:
        return f"{self.person} {self.get_role_display()} {self.body}"


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def in_force(self, at: datetime) -> Self:
        day = timezone.localdate(at)
        return self.filter(Q(ends__isnull=True) | Q(ends__gte=day), starts__lte=day)

    def on(self, *, person: Person, institution: Institution) -> Self:
        return self.filter(Q(person=person) | Q(institution=institution)).select_related("person", "institution")


class Restriction(models.Model):
    """What a person or an institution may not do for a time. Written by an upper floor (a sanction), read by `submit`."""

    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="restrictions")
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, blank=True, related_name="restrictions")
    kind = models.CharField(_("类别"), max_length=12, choices=[("ban", _("禁止承担或参与"))], default="ban")
    starts = models.DateField(_("自"))
    ends = models.DateField(_("至"), null=True, blank=True)
    ground = models.CharField(_("依据"), max_length=300, validators=[plain_text])
    citation = models.CharField(_("条款"), max_length=60)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("限制")
        verbose_name_plural = _("限制")
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True, institution__isnull=False)
                | Q(person__isnull=False, institution__isnull=True),
                name="accounts_restriction_on_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person or self.institution} {self.starts}"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def holder(self, secret: str, at: datetime) -> "ApiToken | None":
        """The token behind a secret that may be used now; its last use is kept to the hour."""
        token = self.filter(digest=_fingerprint(secret), revoked_at=None, person__is_active=True)
        found = token.select_related("person").first()
        if found is not None and (found.last_used_at is None or (at - found.last_used_at).total_seconds() > 3600):
            self.filter(pk=found.pk).update(last_used_at=at)
        return found


class ApiToken(models.Model):
    """A bearer token. Only its digest is kept; the secret is shown once."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="api_tokens")
    label = models.CharField(_("用途"), max_length=100, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")

    def __str__(self) -> str:
        return f"{self.person} {self.label}"

    @classmethod
    def issue(cls, person: Person, label: str = "") -> tuple["ApiToken", str]:
        secret = f"er_{secrets.token_urlsafe(32)}"
        return cls.objects.create(person=person, label=label, digest=_fingerprint(secret)), secret


def _fingerprint(secret: str) -> str:
    # The secret has 256 bits of its own: a plain digest cannot be guessed backwards, and it can be looked up.
    return hashlib.sha256(secret.encode()).hexdigest()
