"""The people who sign in."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models.bodies import Institution
from ethicsreview.accounts.models.roles import DESK_ROLES
from ethicsreview.accounts.validators import phone_number, plain_text, sign_in_name

if TYPE_CHECKING:
    from ethicsreview.accounts.standing import Standing


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, standing: "Standing") -> Self:
        """Oneself; whoever holds or held a role in the institutions one keeps; everyone, for operators."""
        if standing.sees_everyone:
            return self.all()
        if standing.person is None:
            return self.none()
        theirs = self.model.objects.filter(appointments__body__in=Institution.objects.kept_by(standing).values("pk"))
        return self.filter(Q(pk=standing.person.pk) | Q(pk__in=theirs.values("pk")))


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
    username = models.CharField(_("用户名"), max_length=150, unique=True, validators=[sign_in_name])
    # One field, in the order of the language: a Chinese name is not a first and a last name.
    name = models.CharField(_("姓名"), max_length=100, validators=[plain_text])
    name_en = models.CharField(_("英文姓名"), max_length=100, blank=True, validators=[plain_text])
    email = models.EmailField(_("电子邮箱"), blank=True)
    phone = models.CharField(_("手机号码"), max_length=20, blank=True, validators=[phone_number])
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
        # Upper is what a search that ignores case asks PostgreSQL for: the index behind each serves sign-in too.
        constraints = [
            models.UniqueConstraint(
                Upper("username"),
                name="accounts_person_username_once",
                violation_error_message=_("该用户名已有人使用（不分大小写）。"),
            ),
            models.UniqueConstraint(
                Upper("email"),
                condition=~Q(email=""),
                name="accounts_person_email_once",
                violation_error_message=_("该电子邮箱已有人使用。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    @property
    def masked_phone(self) -> str:
        """138****1234: enough to recognise one's own number, too little to call another's."""
        if len(self.phone) < 11:
            return "****" if self.phone else ""
        return f"{self.phone[:3]}****{self.phone[-4:]}"

    @cached_property
    def is_staff(self) -> bool:
        """Whether the person works at the desk. Django's admin asks several times a page: read once."""
        if not self.is_active:
            return False
        return self.is_superuser or self.appointments.current(timezone.now()).filter(role__in=DESK_ROLES).exists()
