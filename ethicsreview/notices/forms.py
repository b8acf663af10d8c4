"""What people enter about the post: their wishes, and addresses outside."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from ethicsreview.accounts.validators import plain_text
from ethicsreview.notices.endpoints import objection
from ethicsreview.notices.models import ROBOTS, Channel, Preference, When
from ethicsreview.notices.reasons import reason_text
from ethicsreview.notices.tables import Kind, kinds


class PreferenceForm(forms.ModelForm):
    """The answers that hold for all, and for each kind of notice one of its own."""

    digest_hour = forms.TypedChoiceField(
        label=gettext_lazy("每日汇总发送时间"), coerce=int, empty_value=None, required=False
    )

    class Meta:
        model = Preference
        fields = ["mail", "digest_hour", "quiet_from", "quiet_until"]
        widgets = {
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M") for name in ("quiet_from", "quiet_until")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = _("按系统设定（%(hour)d时）") % {"hour": settings.NOTICES_DIGEST_HOUR}
        digest: Any = self.fields["digest_hour"]
        digest.choices = [("", usual), *((hour, _("%(hour)d时") % {"hour": hour}) for hour in range(24))]
        self.fields["mail"].label = _("非法定通知的邮件")
        same = _("同上")
        for kind in kinds().values():
            mine = self.instance.kinds.get(kind.name, {})
            self.fields[f"mail_{kind.name}"] = forms.ChoiceField(
                label=label_of(kind), choices=[("", same), *When.choices], required=False, initial=mine.get("mail", "")
            )
            self.fields[f"robot_{kind.name}"] = forms.BooleanField(
                label=_("发到我的机器人"), required=False, initial=mine.get("robot", True)
            )

    def rows(self) -> Iterator[tuple[Kind, Any, Any]]:
        for kind in kinds().values():
            yield kind, self[f"mail_{kind.name}"], self[f"robot_{kind.name}"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "quiet_from" in given and "quiet_until" in given:
            begins, ends = given["quiet_from"], given["quiet_until"]
            if (begins is None) != (ends is None):
                self.add_error(
                    "quiet_until" if ends is None else "quiet_from", _("免打扰的开始和结束时间应当同时填写。")
                )
        return given

    def save(self, commit: bool = True) -> Preference:
        answers = {}
        for kind in kinds():
            mail, robot = self.cleaned_data[f"mail_{kind}"], self.cleaned_data[f"robot_{kind}"]
            mine: dict[str, Any] = ({"mail": mail} if mail else {}) | ({} if robot else {"robot": False})
            if mine:
                answers[kind] = mine
        self.instance.kinds = answers
        saved: Preference = super().save(commit)
        return saved


class EndpointForm(forms.Form):
    """An address outside. What was typed is not sent back with an error: it is a secret."""

    kind = forms.ChoiceField(label=gettext_lazy("类型"))
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60, validators=[plain_text])
    address = forms.CharField(
        label=gettext_lazy("地址"),
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("以https://开头的完整地址。保存后不再完整显示。"),
    )
    secret = forms.CharField(
        label=gettext_lazy("加签密钥"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("机器人的安全设置选择“加签”或者“签名校验”的，填写其密钥（钉钉、飞书）。"),
    )

    def __init__(self, *args: Any, offered: Sequence[Channel] = ROBOTS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["kind"]
        choices.choices = [(channel.value, channel.label) for channel in offered]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        kind, address = given.get("kind"), given.get("address", "").strip()
        if kind and address:
            if reason := objection(kind, address):
                self.add_error("address", ValidationError(_("%(why)s。") % {"why": reason_text(reason)}, code=reason))
            given["address"] = address
        return given


def label_of(kind: Kind) -> str:
    return kind.label.in_language(get_language() or settings.LANGUAGE_CODE)
