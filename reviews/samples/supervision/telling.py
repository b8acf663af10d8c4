"""Disclosures of the province: one that everybody reads, one that waits for another's approval."""

from reviews.models import EmergencyEvent, Investigation
from reviews.models.disclosures.drafting import draft
from reviews.samples.supervision.scene import Scene, Walk

CONTACT = "山东省科技主管部门监督处（演示） 0531-00000000"
EMERGENCY = {
    "title": "关于疫情期间科技伦理应急审查情况的通报（演示）",
    "kind": "sensitive",
    "happened": "因呼吸道传染病疫情，我省启动科技伦理应急审查，优先办理与疫情防控直接有关的研究。",
    "facts": "截至通报日，已按应急程序批准研究一项，另有一项待会议审议。应急审查的标准和表决要求没有降低。",
    "basis": "",
    "measures": "对应急批准的研究加强跟踪审查；任何人可以向本部门反映问题。",
    "contact": CONTACT,
}
MISCONDUCT = {
    "title": "关于济南某医院课题组未经审查招募参与者的通报（演示）",
    "kind": "major",
    "happened": "济南某医院一课题组在取得科技伦理审查批准之前招募研究参与者。",
    "facts": "经调查，未经审查招募属实；反映单位管理人员知情不制止不属实。没有发现人身损害。",
    "basis": "",
    "measures": "一年内禁止课题组负责人承担或者参与财政性资金支持的科技活动，责令停止招募、封存数据并书面说明。",
    "contact": CONTACT,
}


def disclose(scene: Scene, sanctioned: Investigation) -> None:
    first, second = scene.person("sd-regulator"), scene.person("sd-regulator2")
    authority = scene.departments["sd"]
    event = EmergencyEvent.objects.get(authority=authority)
    at = scene.ago(3)
    told = draft(authority, by=first, at=at, sources=[f"{event.noun}:{event.ref}"], **EMERGENCY)
    Walk(told, at).take("submit", first, checked=True).take("approve", second, checked=True)
    at = scene.ago(1)
    source = f"{sanctioned.noun}:{sanctioned.ref}"
    waiting = draft(authority, by=second, at=at, sources=[source], **MISCONDUCT)
    Walk(waiting, at).take("submit", second, checked=True)
