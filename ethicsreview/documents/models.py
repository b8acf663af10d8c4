"""Documents and their versions, and the letters that the service itself writes.

A version and a letter are rows that the database refuses to change (`frozen_when`). What is learnt later
(a scan, the extracted text, a revocation) is a row beside them.
"""

import datetime as dt
import secrets
import string
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

CODE_ALPHABET = "".join(sorted(set(string.ascii_uppercase + string.digits) - set("0O1IL")))  # read aloud without doubt
CODE_LENGTH = 20  # 31^20 is about 99 bits


def unguessable_path(_row: models.Model, _name: str) -> str:
    """No name, no extension, no date: a file is found through its row or not at all."""
    token = secrets.token_hex(20)
    return f"{token[:2]}/{token}"


def verification_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _place in range(CODE_LENGTH))


class Kept(Exception):
    """Something tried to change a row that is kept as written."""


class KeptModel(models.Model):
    """Written once. The database refuses too, once the triggers of the trail are in place."""

    frozen_when = "TRUE"

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Kept(f"{self} is kept as written")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Kept(f"{self} is kept as written")


class Document(models.Model):
    """One paper of a dossier through all its versions: the protocol, the consent form, an agreement."""

    ref = models.CharField(_("编号"), max_length=40, unique=True)
    title = models.CharField(_("名称"), max_length=300)
    kind = models.CharField(_("类别"), max_length=60, help_text=_("材料清单中的类别代码"))

    class Meta:
        verbose_name = _("文件")
        verbose_name_plural = _("文件")

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    def latest(self) -> "DocumentVersion":
        return self.versions.order_by("-number")[:1].get()


class DocumentVersionQuerySet(models.QuerySet["DocumentVersion"]):
    def for_lists(self) -> Self:
        """With document and findings, and without the text, which may be megabytes."""
        return self.select_related("document", "findings").defer("findings__text")


class DocumentVersion(KeptModel):
    document = models.ForeignKey(Document, models.PROTECT, related_name="versions", verbose_name=_("文件"))
    number = models.PositiveIntegerField(_("版本"))
    file = models.FileField(_("存放位置"), upload_to=unguessable_path, max_length=120)
    name = models.CharField(_("文件名"), max_length=255)
    size = models.PositiveBigIntegerField(_("字节数"))
    media_type = models.CharField(_("格式"), max_length=100)
    digest = models.CharField(_("SM3 摘要"), max_length=64)
    pages = models.PositiveIntegerField(_("页数"), null=True, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"))

    findings: "Findings"
    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("文件版本")
        verbose_name_plural = _("文件版本")
        ordering = ["document_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="documents_version_number"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="documents_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.document.ref} v{self.number}"

    @property
    def scan(self) -> str:
        return self.findings.scan

    @property
    def text(self) -> str:
        return self.findings.text

    @property
    def text_state(self) -> str:
        return self.findings.text_state


class Scan(models.TextChoices):
    NOT_SCANNED = "not_scanned", _("未查毒")
    CLEAN = "clean", _("已查毒")
    INFECTED = "infected", _("发现病毒")


class TextState(models.TextChoices):
    PENDING = "pending", _("正文待提取")
    COMPLETE = "complete", _("正文已提取")
    CUT = "cut", _("正文过长，只提取了开头部分")
    NO_TEXT = "no_text", _("没有可提取的文字（扫描件或图片）")
    FAILED = "failed", _("正文提取失败")


class FindingsQuerySet(models.QuerySet["Findings"]):
    def unread(self) -> Self:
        return self.filter(text_state=TextState.PENDING)

    def unscanned(self) -> Self:
        return self.filter(scan=Scan.NOT_SCANNED)


class Findings(models.Model):
    """What a worker found out about a version after it was stored."""

    version = models.OneToOneField(DocumentVersion, models.CASCADE, primary_key=True, related_name="findings")
    scan = models.CharField(_("查毒"), max_length=12, choices=Scan.choices, default=Scan.NOT_SCANNED)
    scanned_at = models.DateTimeField(_("查毒时间"), null=True, blank=True)
    text_state = models.CharField(_("正文"), max_length=10, choices=TextState.choices, default=TextState.PENDING)
    text = models.TextField(_("提取的文字"), blank=True)

    objects = FindingsQuerySet.as_manager()

    class Meta:
        verbose_name = _("文件检查结果")
        verbose_name_plural = _("文件检查结果")
        indexes = [
            models.Index(fields=["version"], condition=models.Q(text_state="pending"), name="documents_unread"),
            models.Index(fields=["version"], condition=models.Q(scan="not_scanned"), name="documents_unscanned"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.scan}, {self.text_state}"


class LetterQuerySet(models.QuerySet["Letter"]):
    def of(self, object_kind: str, object_ref: str) -> Self:
        return self.filter(object_kind=object_kind, object_ref=object_ref)

    def in_force(self) -> Self:
        return self.filter(revocation=None)


class Letter(KeptModel):
    """A paper that went out under the committee's name. It is verified by its code, and only by it."""

    ref = models.CharField(_("编号"), max_length=40, unique=True)
    number = models.CharField(_("文号"), max_length=120)
    kind = models.CharField(_("类别"), max_length=40)
    language = models.CharField(_("语言"), max_length=10)
    object_kind = models.CharField(max_length=40)
    object_ref = models.CharField(max_length=60)
    file = models.FileField(_("存放位置"), upload_to=unguessable_path, max_length=120)
    size = models.PositiveBigIntegerField(_("字节数"))
    digest = models.CharField(_("SM3 摘要"), max_length=64)
    code = models.CharField(_("验证码"), max_length=CODE_LENGTH, unique=True)
    created_at = models.DateTimeField(_("印发时间"))

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("文书")
        verbose_name_plural = _("文书")
        constraints = [
            # A task that is delivered twice writes one letter.
            models.UniqueConstraint(fields=["number", "language"], name="documents_letter_once")
        ]
        indexes = [models.Index(fields=["object_kind", "object_ref"], name="documents_letter_object")]

    def __str__(self) -> str:
        return self.number

    @property
    def name(self) -> str:
        return f"{self.number}.pdf"

    @property
    def media_type(self) -> str:
        return "application/pdf"

    @property
    def revoked_at(self) -> dt.datetime | None:
        revocation = getattr(self, "revocation", None)
        return revocation.at if revocation else None

    def revoke(self, reason: str, at: dt.datetime) -> "Revocation":
        """The verification page says so from now on; the letter stays. A second call changes nothing."""
        revocation, _new = Revocation.objects.get_or_create(letter=self, defaults={"at": at, "reason": reason})
        return revocation


class Revocation(KeptModel):
    letter = models.OneToOneField(Letter, models.PROTECT, primary_key=True, related_name="revocation")
    at = models.DateTimeField(_("撤销时间"))
    reason = models.TextField(_("撤销理由"))

    class Meta:
        verbose_name = _("文书撤销")
        verbose_name_plural = _("文书撤销")

    def __str__(self) -> str:
        return f"{self.letter_id}"
