"""Last year's reports of three committees, each a step further than the one before; and trainings."""

from datetime import datetime

from committees.models.training_plan import plan_training
from ethicsreview.accounts.models import authority_over
from ethicsreview.deadlines.calendar import law_day
from reviews.models import AnnualReport
from reviews.models.annual.drafting import draft
from reviews.models.annual.kinds import Level
from reviews.samples.houses import House
from reviews.samples.people import PASSWORD
from reviews.samples.supervision.scene import Scene, Walk

# The committees came into the service this year: what they did before stands in words alone.
WORK = "上年度的审查在启用本系统之前以纸质方式办理，不计入系统统计的数字：全年召开会议11次，审查项目86项。"
LISTED = "上年度没有清单内科技活动。"


def report(scene: Scene) -> None:
    """Qingdao's is a draft; Jinan's waits to be taken in; Chengdu's was."""
    for key in ("qingdao", "jinan", "chengdu"):
        walk = _drafted(scene.houses[key], scene.ago(10))
        if key != "qingdao":
            _hand_in(walk, scene.houses[key])
        if key == "chengdu":
            walk.wait_until(scene.ago(6)).take("take_in", scene.person("chengdu-regulator"))


def _drafted(house: House, at: datetime) -> Walk:
    made = AnnualReport(
        level=Level.COMMITTEE,
        year=law_day(at).year - 1,
        body=house.committee,
        region=house.committee.region,
        institution=house.institution,
        receiver=authority_over(house.committee.region),
    )
    draft(made, at)
    return Walk(made, at)


def _hand_in(walk: Walk, house: House) -> None:
    walk.take("write", house.secretary, work=WORK, listed_activities=LISTED, problems="希望增加省级委员培训班次。")
    walk.take("sign", house.chair, password=PASSWORD)
    number = f"年报-{house.place.key}（演示）"
    walk.take("submit", house.officer, number=number, handled_on=law_day(walk.at))


def teach(scene: Scene) -> None:
    """Jinan's committee has held its training; the province has announced one for all secretaries and members."""
    house, at = scene.houses["jinan"], scene.ago(22)
    terms = {"title": "新任委员审查实务培训（演示）", "topics": "审查程序和时限\n知情同意的审查要点"}
    made = plan_training(house.committee, by=house.secretary, at=at, audience=["member"], until=scene.day(-8), **terms)
    walk = Walk(made, at).take("announce", house.secretary).wait_until(scene.ago(16))
    came = " ".join(member.username for member in house.seated[2:5])
    held = {"held_on": scene.day(-16), "place": "科研楼三层会议室", "hours": 4, "attendees": came}
    walk.take("hold", house.secretary, valid_until=None, document="", **held).take("close", house.secretary)

    keeper, at = scene.person("sd-regulator"), scene.ago(4)
    terms = {
        "title": "全省科技伦理（审查）委员会委员培训（演示）",
        "topics": "科技伦理审查办法\n清单内科技活动和专家复核",
    }
    audience = ["member", "secretary"]
    planned = plan_training(scene.departments["sd"], by=keeper, at=at, audience=audience, until=scene.day(40), **terms)
    Walk(planned, at).take("announce", keeper)
