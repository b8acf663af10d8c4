"""四川《关于健全科技伦理治理机制 有效防控科技伦理风险的实施方案》, 2023, and the later rules of the province."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from ethicsreview.accounts.models import Restriction
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.policy import cite
from ethicsreview.policy.days import law_day
from reviews.models import SampleUnit, SamplingPlan
from reviews.models.projects.starting import gates
from reviews.models.sampling.population import frozen_units
from reviews.models.warnings.kinds import Indicator
from tests.committees.builders import draft, keeper_of, ready
from tests.reviews.builders import Case, case, signing
from tests.reviews.foreign import abroad, confirm, none_prescribed
from tests.reviews.sampling import DEFAULTS, sampling
from tests.reviews.warnings import watching
from tests.reviews.warnings_data import late_follow_ups

pytestmark = pytest.mark.django_db
CHENGDU = "510100"


def barred(path: Case, **whom: object) -> Restriction:
    day = law_day(path.at)
    return Restriction.objects.create(
        starts=day - timedelta(days=30),
        ends=day + timedelta(days=30),
        ground="隐瞒伦理风险",
        citation="sichuan:12",
        **whom,
    )


@pytest.mark.article("sichuan", 12)
@pytest.mark.parametrize("whom", ["person", "institution"])
def test_who_is_barred_for_a_time_may_not_apply(whom: str) -> None:
    """第十二条：在一定期限内禁止承担或参与财政资助的科技活动。

    Given a lead, or an institution, under a bar that runs, when the application is submitted, then it is refused with
    the ground and the article; after the bar has ended, it is taken.
    """
    path = case(region=CHENGDU).drafted()
    bar = barred(path, **{whom: path.lead if whom == "person" else path.committee.institution})

    with pytest.raises(Refused) as caught:
        path.do("submit", path.lead, **signing(path.lead))
    Restriction.objects.filter(pk=bar.pk).update(ends=law_day(path.at) - timedelta(days=1))
    path.do("submit", path.lead, **signing(path.lead))

    [refusal] = caught.value.refusals
    assert (refusal.code, refusal.cite) == ("restriction", "sichuan:12")
    assert "隐瞒伦理风险" in str(refusal)
    assert path.review.state == "submitted"


@pytest.mark.article("sichuan-rules", 7)
def test_a_committee_of_eight_is_not_set_up_in_sichuan_and_is_in_shandong() -> None:
    """细则第七条：委员人数为单数。

    Given the same eight members, when a committee is set up in Chengdu, then it is refused; in Jinan it is not.
    """
    chengdu, jinan = ready(8, CHENGDU), ready(8, "370100")

    with pytest.raises(Refused) as caught:
        perform(chengdu, "establish", by=keeper_of(chengdu), set_up_on=date.today())  # noqa: DTZ011 - the builders' day
    jinan = perform(jinan, "establish", by=keeper_of(jinan), set_up_on=date.today())  # noqa: DTZ011

    assert {refusal.cite for refusal in caught.value.refusals} == {"sichuan-rules:7"}
    assert jinan.state == "active"


@pytest.mark.article("sichuan", 10)
def test_sampling_comes_on_top_of_the_full_recheck() -> None:
    """第十条与《办法》第二十六条：清单事项一律先复核；抽查复核为另加。

    Given the rules in force in Sichuan today, then every listed activity is re-checked, and there is sampling besides.
    """
    policy = draft(CHENGDU).policy(["general"], case().at)

    keys = {entry.key for entry in policy.all()}
    assert any(key.startswith("sampling.") for key in keys)
    assert any(key.startswith("recheck.") for key in keys)


@pytest.mark.article("sichuan", 10)
def test_results_are_sampled_by_a_draw_that_anybody_can_repeat() -> None:
    """第十条：建立科技伦理高风险活动审查结果专家复核机制，对审查结果进行抽查复核。

    Given high-risk reviews that a committee of Chengdu has decided, when its department publishes plan and seed,
    freezes the population and draws, then the same seed and population draw the same again; what has findings is put
    right by the committee before the sample is closed; and where one line of a frozen population was
    changed, nothing is drawn.
    """
    made, paths = sampling(3, CHENGDU)
    made.drawn(rate_percent=34)
    again = [one.unit.ref for one in made.plan.drawn_again(frozen_units(made.plan))]
    drawn = [item.case.ref for item in made.plan.items.order_by("pk")]
    item = made.asked(made.item())
    for other in made.plan.items.exclude(pk=item.pk):
        made.take(other, "examine", result="in_order", finding="规范")
    with pytest.raises(Refused) as open_still:
        made.do("close", conclusion="规范")
    made.take(item, "answer_rectification", by=paths[0].secretary, answer="已补正")
    item.refresh_from_db()
    made.take(item, "confirm_rectified")
    made.do("close", conclusion="规范")
    later = made.frozen(title="再次抽查")
    SampleUnit.objects.filter(plan=later.plan, place=1).update(ref="R2026-999999")
    with pytest.raises(Refused) as changed:
        later.do("draw")

    assert again == drawn
    assert (len(drawn), SamplingPlan.objects.get(title=DEFAULTS["title"]).state) == (2, "closed")
    assert {refusal.cite for refusal in open_still.value.refusals} == {"sichuan:10"}
    assert "R2026-999999" in str(changed.value.refusals[0])


@pytest.mark.article("sichuan", 11)
def test_risk_is_discerned_early_and_acted_upon() -> None:
    """第十一条：伦理风险跟踪评估，做到提早甄别、提早干预。

    Given a committee of Chengdu with follow-ups past their day, when the day's evaluation has come by, then the
    department and the committee are warned with what was counted; it has days to acknowledge; it settles the warning on
    grounds alone; and while that stands unchanged nothing warns a second time.
    """
    made = watching(CHENGDU)
    late_follow_ups(made, 3)
    made.evaluate(Indicator.LATE_FOLLOW_UPS)
    (warning,) = made.warnings(Indicator.LATE_FOLLOW_UPS)
    told = set(Notice.objects.filter(object_ref=warning.ref).values_list("person", flat=True))
    with pytest.raises(InvalidInput):
        made.take(made.take(warning, "acknowledge", note=""), "close", grounds="")
    made.take(warning, "close", grounds="已督促补报")
    made.evaluate(Indicator.LATE_FOLLOW_UPS, days=1)

    assert {made.watcher.pk, made.path.secretary.pk, made.path.chair.pk} <= told
    assert (warning.level, len(warning.findings.get().rows)) == ("attention", 3)
    assert Deadline.objects.get(kind="warning.acknowledge").outcome == "met"
    assert [one.state for one in made.warnings(Indicator.LATE_FOLLOW_UPS)] == ["closed"]


@pytest.mark.article("sichuan", 17)
def test_what_is_counted_by_is_public(client: Client) -> None:
    """第十七条：量化、实化执行口径。

    Given anybody at all, when they open the page of a rule, then they read the value in force with its article.
    """
    page = client.get(reverse("policy:rule", args=["meeting.quorum"]))

    assert page.status_code == 200
    assert cite("national:14") in page.content.decode()


@pytest.mark.article("sichuan", 9)
def test_each_partys_review_comes_before_project_approval_in_sichuan() -> None:
    """第九条：涉及科技伦理的国际科技合作项目，立项前应通过合作各方所在国家的科技伦理审查。

    Given the same project with a partner in Germany, in Chengdu and in Jinan, when Germany's review is wanting, then
    in Chengdu it may neither be approved as a project nor start, and in Jinan it may not start.
    """
    chengdu, jinan = (abroad(["DE"], region=region).concluded() for region in (CHENGDU, "370100"))
    for path in (chengdu, jinan):
        path.project.refresh_from_db()

    before = gates(chengdu.project, chengdu.at)
    elsewhere = gates(jinan.project, jinan.at)
    none_prescribed(chengdu, "DE")
    confirm(chengdu, "DE")
    after = gates(chengdu.project, chengdu.at)

    assert [refusal.cite for refusal in before.establishment.refusals] == ["sichuan:9"]
    assert [refusal.cite for refusal in before.start.refusals] == ["national:12"]
    assert elsewhere.establishment is None
    assert not elsewhere.start.open
    assert after.establishment.open
    assert after.start.open
