"""What a secretary, a chair and members fill in at a meeting."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committees.kinds import RuleKind
from committees.models import Membership, undeclared
from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.forms import PasswordAgain, StepForm
from ethicsreview.policy import with_article


class ReasonForm(StepForm):
    reason = forms.CharField(label=_("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class PresiderForm(StepForm):
    presider = forms.ModelChoiceField(
        label=_("主持会议的副主任委员"), queryset=Membership.objects.none(), empty_label=None
    )

    def build(self) -> None:
        seated = self.obj.committee.members_at(law_day(self.obj.starts_at))
        field: Any = self.fields["presider"]
        field.queryset = seated.filter(appointment__role=Role.VICE_CHAIR)


class TimeForm(StepForm):
    starts_at = forms.DateTimeField(label=_("开始时间"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    place = forms.CharField(label=_("地点"), max_length=200, required=False)


class ReplyForm(StepForm):
    coming = forms.ChoiceField(label=_("能否到会"), choices=[], widget=forms.RadioSelect)

    def build(self) -> None:
        from reviews.models.meetings.meeting import Attendance

        self.fields["coming"].choices = Attendance.Reply.choices  # type: ignore[attr-defined]


class AttendanceForm(StepForm):
    """One choice for each member in office; by video only where the committee's own rules provide for it.

    Who has come may leave. Who has voted was there: nobody's ballot is taken out of the count by marking them absent.
    """

    def build(self) -> None:
        from reviews.models.meetings.meeting import Attendance

        video = self.obj.committee.has_rule(RuleKind.VIDEO, law_day(self.act.at))
        choices = [c for c in Attendance.Presence.choices if video or c[0] != Attendance.Presence.VIDEO]
        marked = {row.membership_id: row for row in self.obj.attendances.all()}
        seats = list(self.obj.committee.voting_members_at(law_day(self.act.at)))
        found = undeclared(self.obj.committee, [seat.person for seat in seats], self.act.at)
        by_person = {person: with_article(str(why), why.cite) for person, why in found.items()}
        self.silent = {
            f"presence__{seat.pk}": by_person[seat.person.pk] for seat in seats if seat.person.pk in by_person
        }
        no_video = "" if video else _("委员会章程未规定视频会议（《办法》第十四条），不能登记为视频到会。")
        for membership in seats:
            row = marked.get(membership.pk)
            came = row is not None and row.presence in Attendance.THERE
            left = [(Attendance.LEFT, _("中途离会"))] if came and self.obj.state == self.obj.State.OPEN else []
            self.fields[f"presence__{membership.pk}"] = forms.ChoiceField(
                label=str(membership),
                choices=choices + left,
                widget=forms.RadioSelect,
                initial=row and (Attendance.LEFT if row.left_at else row.presence),
                help_text=self.silent.get(f"presence__{membership.pk}", no_video),
            )

    def clean(self) -> dict[str, Any]:
        from reviews.models.meetings.meeting import Attendance
        from reviews.models.opinions.opinion import Opinion

        cleaned: dict[str, Any] = super().clean() or {}
        self._check_declared(cleaned)
        voted = Opinion.objects.filter(agenda_item__meeting=self.obj, state=Opinion.State.CAST)
        for seat in set(voted.values_list("membership_id", flat=True)):
            if cleaned.get(f"presence__{seat}") == Attendance.Presence.ABSENT:
                self.add_error(
                    f"presence__{seat}",
                    _("该委员已在本次会议上表决，不能登记为缺席；已经离开的，请选“中途离会”。"),
                )
        return cleaned

    def _check_declared(self, cleaned: dict[str, Any]) -> None:
        """Measures 8: who comes without a declaration of interests that counts is not there as a voter."""
        from reviews.models.meetings.meeting import Attendance

        for name, why in self.silent.items():
            if cleaned.get(name) in Attendance.THERE:
                self.add_error(name, why)


class MinutesForm(PasswordAgain):
    """A field for the meeting, and one for each item that the presider may see: read apart, they are kept apart."""

    minutes = forms.CharField(
        label=_("会议记录"),
        help_text=_("写会议本身的情况。各审查事项的讨论写在该事项的栏内：不应查看该事项的人看不到。"),
        max_length=50000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def build(self) -> None:
        password = self.fields.pop("password")
        items = self.obj.items_for(self.act.standing).select_related("review__project")
        for place, item in enumerate(items, start=1):
            self.fields[f"minutes__{place}"] = forms.CharField(
                label=f"{place}. {item.review.project.title}",
                max_length=50000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 6}),
            )
        self.fields["password"] = password

    def recorded(self) -> dict[str, Any]:
        """The meeting's record is read by all its people: of the items it keeps what proves the text, not the text."""
        return {"minutes": self.cleaned_data["minutes"]}
