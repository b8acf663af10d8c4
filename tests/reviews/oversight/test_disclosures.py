"""Disclosures by steps: four eyes, established facts, their time, corrected, withdrawn; who may see and do what."""

from datetime import timedelta

import pytest

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.lifecycle.timely import take_timely
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from reviews.models import Disclosure
from reviews.models.disclosures.drafting import draft
from reviews.models.disclosures.sources import people_in
from tests.committees.builders import authority, holder, person
from tests.reviews.complaints import WHISTLE, matter, province
from tests.reviews.disclosures import JINAN, SICHUAN, TEXT, Telling, telling

pytestmark = pytest.mark.django_db


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [one.code for one in refused.value.refusals]


@pytest.mark.article("shandong", 17)
def test_one_writes_another_approves_and_the_record_names_the_words() -> None:
    made = telling().submitted()
    told = Notice.objects.filter(object_ref=made.disclosure.ref).values_list("person", flat=True)
    assert set(told) == {made.second.pk}

    with pytest.raises(Refused) as own:
        made.take("approve", checked=True)
    made.approve()

    assert codes(own) == ["own_text"]
    assert own.value.refusals[0].cite == "shandong:17"
    assert (made.disclosure.state, made.disclosure.approved_by) == ("published", made.second)
    entries = Entry.objects.filter(object_ref=made.disclosure.ref).order_by("seq")
    assert [(one.step, one.actor_kind) for one in entries] == [
        *(("create", "person"), ("submit", "person"), ("approve", "person"), ("publish", "system")),
    ]
    assert {one.facts["digest"] for one in entries if one.step != "create"} == {made.disclosure.digest}


def test_whoever_once_wrote_at_it_approves_nothing_of_it() -> None:
    made = telling().drafted()
    made.take("revise", by=made.second, **TEXT | {"title": "另一标题", "sources": made.disclosure.sources})
    made.take("submit", by=made.second, checked=True)

    for one in (made.writer, made.second):
        with pytest.raises(Refused) as refused:
            made.take("approve", by=one, checked=True)
        assert codes(refused) == ["own_text"]
    assert Disclosure.objects.get().written_by == made.second


def test_it_is_published_at_its_time_and_can_be_called_back_before() -> None:
    made = telling().submitted()
    made.approve(publish_at=made.at + timedelta(days=1))

    assert take_timely(made.at + timedelta(hours=23)) == 0
    made.take("send_back", by=made.second, reason="再核")
    assert (made.disclosure.state, made.disclosure.approved_by, made.disclosure.publish_at) == ("draft", None, None)
    made.take("submit", checked=True).approve(publish_at=made.at + timedelta(days=1))
    assert Disclosure.objects.public().count() == 0
    assert take_timely(made.at + timedelta(days=2)) == 1

    assert Disclosure.objects.public().get().published_at == made.at + timedelta(days=2)
    with pytest.raises(InvalidInput):
        telling(SICHUAN).submitted().approve(publish_at=made.at - timedelta(days=9))


def test_a_correction_takes_the_place_and_what_was_withdrawn_takes_its_older_versions_along() -> None:
    made = telling().published()
    first = made.disclosure
    made.take("correct", reason="日期有误")
    waiting = first.corrections.get()
    with pytest.raises(Refused) as twice:
        made.take("correct", reason="又一处")
    made.disclosure = waiting
    made.take("submit", checked=True).approve()
    second = made.disclosure
    first.refresh_from_db()

    assert codes(twice) == ["corrected_already"]
    assert (first.state, second.state, second.version, second.subject()) == ("superseded", "published", 2, first)
    assert list(Disclosure.objects.listed()) == [second]

    made.take("withdraw", reason="部分内容涉及隐私")
    first.refresh_from_db()
    assert (first.state, first.ended_reason, made.disclosure.state) == ("withdrawn", "部分内容涉及隐私", "withdrawn")
    # All of it stands in the one chain of the first.
    assert Entry.objects.filter(object_kind="disclosure").values("chain").distinct().count() == 1


@pytest.mark.article("shandong", 17)
def test_nothing_is_told_of_what_is_not_established_and_names_are_warned_of() -> None:
    department, one = province()
    case = matter().named()
    second = holder(Role.REGULATOR, department)
    source = f"investigation:{case.investigation.ref}"
    accused = case.accused.name
    text = TEXT | {"happened": f"{accused}未经审查开展研究，受试者李小明投诉，{WHISTLE}举报。"}
    made = Telling(department, one, second, None, case.at)  # type: ignore[arg-type]
    made.disclosure = draft(department, by=one, at=made.at, **text | {"sources": [source]})

    with pytest.raises(Refused) as early:
        made.take("submit", checked=True)
    case.at = made.at
    case.settled().look_into("conclude", summary="经查属实", answer="已处理")
    made.at = case.at
    with pytest.raises(InvalidInput) as named:
        made.take("submit", checked=False)
    made.take("submit", checked=True)

    assert codes(early) == ["not_established"]
    told = " ".join(named.value.errors["checked"])
    assert accused in told
    assert "受试者李小明" in told
    # Who complained is sealed: the check knows it as little as anybody, and answers no guess.
    assert people_in(made.disclosure.sources_seen_by(standing_of(one, made.at)).values()) == {accused}
    assert WHISTLE not in told
    assert next(view for view in open_steps(made.disclosure, second, at=made.at) if view.name == "approve").open


def test_a_source_that_the_approver_may_not_see_shuts_the_approval() -> None:
    made = telling().drafted()
    Disclosure.objects.filter(pk=made.disclosure.pk).update(sources=["investigation:J2026-999999"])

    with pytest.raises(Refused) as refused:
        made.take("submit", checked=True)

    assert codes(refused) == ["source_hidden"]


def test_who_sees_and_moves_it() -> None:
    made = telling().published()
    operator = holder(Role.OPERATOR, authority("370000"))
    others = [
        # The province's own; a city's supervises nothing of it.
        holder(Role.REGULATOR, authority(JINAN, level="city")),
        holder(Role.REGULATOR, authority(SICHUAN)),
        holder(Role.PROGRAMME_MANAGER, made.authority),
        person(),
    ]

    rows = Disclosure.objects.filter(pk=made.disclosure.pk)
    assert rows.visible_to(standing_of(operator, made.at)).exists()
    assert not any(rows.visible_to(standing_of(one, made.at)).exists() for one in others)
    for one in others:
        with pytest.raises(NotVisible):
            made.take("withdraw", by=one, reason="撤回")
    with pytest.raises(NotPermitted):
        made.take("withdraw", by=operator, reason="撤回")
    assert made.take("withdraw", by=made.second, reason="撤回").disclosure.state == "withdrawn"
