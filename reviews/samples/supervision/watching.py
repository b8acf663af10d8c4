"""Warnings, as the day's evaluation raises them: listed activities whose planned first day came before an approval."""

from reviews.models import RiskWarning
from reviews.models.warnings.kinds import Indicator
from reviews.oversight.warnings.evaluating import evaluate
from reviews.samples.supervision.scene import Scene, Walk

WATCHED, PLACES = Indicator.EARLY_STARTS, ("37", "51")


def watch(scene: Scene) -> None:
    """In Jinan one waits to be acknowledged; Chengdu deals with its own; the province has ruled one out."""
    at = scene.ago(2)
    for place in PLACES:
        evaluate(WATCHED, place, at)
    raised = {one.region: one for one in RiskWarning.objects.filter(indicator=WATCHED)}
    house, city, province = (
        scene.houses["chengdu"],
        scene.person("chengdu-regulator"),
        scene.person("sd-regulator"),
    )
    walk = Walk(raised[house.institution.region], at)
    walk.take("acknowledge", city, note="计划开始日期已过，尚未报请专家复核，须核实是否已经开展。")
    answer = "尚未开展，开始日期为立项时所填；正在准备专家复核材料。"
    walk.wait_until(scene.ago(1)).take("explain", house.officer, answer=answer)
    measures = "请单位书面承诺复核同意前不开展，并更新计划开始日期；两周后现场核实。"
    walk.take("take_measures", city, measures=measures, due_on=scene.day(14))
    grounds = "经电话和书面核实，设备尚未到货，没有招募，活动没有开展；单位将更正日期。"
    Walk(raised[scene.houses["qingdao"].institution.region], at).take("dismiss", province, grounds=grounds)
