"""The input of the emergency procedure's own steps."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from committees.kinds import RuleKind
from committees.models import Membership
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.forms import PasswordAgain
from ethicsreview.policy import with_article
from reviews.models.emergencies.advising import FieldAdvice
from reviews.models.emergencies.event import EmergencyEvent
from reviews.models.emergencies.kinds import TIERS, Level
from reviews.models.meetings.forms import ReasonForm
from reviews.models.reviewing.forms import ListingForm, new_limit
from reviews.models.reviewing.urgent_guards import free_advisers, in_words
from reviews.models.reviewing.urgent_timing import hours_of


class EventChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        event: EmergencyEvent = obj
        words = {"title": event.title, "level": event.get_level_display(), "ref": event.ref}
        return gettext("%(title)s · %(level)s · %(ref)s") % words


class UrgentAcceptForm(ListingForm):
    """Which emergency it answers, how urgent it is, and why; and whether it is listed, as for any other."""

    event = EventChoice(
        label=_("所应对的突发事件"),
        queryset=EmergencyEvent.objects.none(),
        to_field_name="ref",
        empty_label=None,
        widget=forms.RadioSelect,
    )
    tier = forms.TypedChoiceField(label=_("紧急程度"), choices=[], coerce=int, widget=forms.RadioSelect)
    procedure_ground = forms.CharField(
        label=_("适用应急程序的理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    field_order = ["event", "tier", "procedure_ground", "listed", "listed_items", "listed_reason"]

    def build(self) -> None:
        super().build()
        policy, found = self.obj.policy_at(self.act.at), self.obj.emergency_at(self.act.at)[0]
        events = EmergencyEvent.objects.filter(pk__in=[event.pk for event in found])
        self.fields["event"].queryset = events.order_by("-starts_at")  # type: ignore[attr-defined]
        tiers = policy.value("emergency.tier_hours", default=())
        self.fields["tier"].choices = [  # type: ignore[attr-defined]
            (place, gettext("%(tier)s（%(hours)d小时）") % {"tier": TIERS[place], "hours": hours_of(place, policy)})
            for place in TIERS
            if place <= len(tiers)
        ]
        proposed = policy.value("emergency.level_tiers", default=())
        told = [
            gettext("“%(event)s”建议按“%(tier)s”办理")
            % {"event": event.title, "tier": TIERS[proposed[Level(event.level).place]]}
            for event in found
            if proposed
        ]
        limit = policy.entry("emergency.hours")
        words = gettext("由委员会按科技活动的紧急程度确定，一般不超过%(hours)d小时") % {"hours": limit.value}
        self.fields["tier"].help_text = gettext("；").join([with_article(words, limit.cite), *told])


class ExtendForm(ReasonForm):
    until = forms.DateTimeField(
        label=_("新的时限"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), help_text=_("精确到分钟。")
    )
    field_order = ["until", "reason"]

    def clean_until(self) -> Any:
        return new_limit(self.obj, self.cleaned_data["until"])


class AdviserChoice(forms.ModelChoiceField):
    roster: Any = ()

    def label_from_instance(self, obj: Any) -> str:
        return in_words(obj, self.roster)


class InviteForm(ReasonForm):
    reason = None  # type: ignore[assignment]  # who is asked says why
    adviser = AdviserChoice(
        label=_("顾问专家"), queryset=Membership.objects.none(), empty_label=None, widget=forms.RadioSelect
    )

    def build(self) -> None:
        field: Any = self.fields["adviser"]
        field.roster = list(self.obj.committee.on_call.on(law_day(self.act.at)))
        free = [seat.pk for seat in free_advisers(self.obj, self.act)]
        field.queryset = Membership.objects.filter(pk__in=free).with_people().order_by("pk")


class AdviceForm(PasswordAgain):
    presence = forms.ChoiceField(label=_("到会方式"), choices=[], widget=forms.RadioSelect)
    advice = forms.CharField(label=_("咨询意见"), max_length=8000, widget=forms.Textarea(attrs={"rows": 6}))
    field_order = ["presence", "advice", "password"]

    def build(self) -> None:
        video = self.obj.committee.has_rule(RuleKind.VIDEO, law_day(self.act.at))
        field: Any = self.fields["presence"]
        field.choices = [c for c in FieldAdvice.Presence.choices if video or c[0] != FieldAdvice.Presence.VIDEO]
        if not video:
            field.help_text = _("委员会章程未规定视频会议（《办法》第十四条），不能登记为视频到会。")


class LeaveForm(ReasonForm):
    pass
