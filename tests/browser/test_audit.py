"""A high-risk case in a real browser: from the preliminary pass over the re-check to the package that its department
takes away, and verifies elsewhere."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews.models import Recheck, RecheckOpinion
from reviews.models.reviewing.lettering import issue_pending
from tests.browser.hands import Hands
from tests.pages import Looking, desk
from tests.reviews.builders import PASSWORD
from tests.reviews.recheck_builders import listed

pytestmark = pytest.mark.django_db(transaction=True)
ACCEPTING = {"interest": "none", "confidentiality": True, "password": PASSWORD}
JUDGED = {"compliance": "meets", "reasonableness": "meets", "vote": "agree", "password": PASSWORD}


@pytest.mark.article("shandong", 14, 16)
def test_from_the_preliminary_pass_to_the_audit_package(look: Looking, tmp_path: Path, settings) -> None:
    settings.SIGNING_KEY_FILE = str(tmp_path / "signing_key.pem")
    path = listed(at=timezone.now() - timedelta(hours=6)).passed()
    officer = Hands.of(look, path.officer).go(desk("review", path.review.ref))
    officer.take("报请专家复核", {"authority": path.department.ref})
    path.recheck = Recheck.objects.get()
    organiser = Hands.of(look, path.organiser).go(desk("recheck", path.recheck.ref))
    organiser.take("组成专家组", {"experts": [one.ref for one in path.experts[:5]]})
    first, *others = path.experts[:5]
    seat = RecheckOpinion.objects.get(recheck=path.recheck, expert=first)
    hands = Hands.of(look, first.person).go(seat.get_absolute_url())
    hands.take("应邀、声明无利害关系并承诺保密", ACCEPTING)
    # What the first expert does on the page, the other four do as well.
    path.at = timezone.now()
    path.accept(*others)
    hands.go(seat.get_absolute_url()).fill(JUDGED, within="main form:has([name=vote])")
    hands.press("提交复核意见并封存")
    for expert in others:
        path.seat_step(expert, "cast", **JUDGED, other="见材料")
    organiser = Hands.of(look, path.organiser).go(desk("recheck", path.recheck.ref))
    organiser.take("形成复核意见", {"compliance": "程序合规", "reasonableness": "判断合理", "password": PASSWORD})
    organiser.take("反馈复核意见")
    chair = Hands.of(look, path.chair).go(desk("review", path.review.ref))
    chair.take("依复核意见作出审查决定", {"follow_up_months": "6", "password": PASSWORD})
    issue_pending(timezone.now())

    organiser = Hands.of(look, path.organiser).go(desk("review", path.review.ref))
    organiser.page.get_by_role("link", name="案件审计").last.click()
    organiser.sees("留痕链相符")
    organiser.page.get_by_label("含申请材料").check()
    with organiser.page.expect_download() as caught:
        organiser.page.get_by_role("button", name="导出审计包").click()
    package = tmp_path / caught.value.suggested_filename
    caught.value.save_as(package)
    organiser.go(reverse("public:keys"))
    with organiser.page.expect_download() as caught:
        organiser.page.get_by_role("link", name="下载核验程序").click()
    command = tmp_path / "verify.py"
    caught.value.save_as(command)
    with organiser.page.expect_download() as caught:
        organiser.page.get_by_role("link", name="下载公钥").click()
    caught.value.save_as(tmp_path / "key.pem")

    verify = [sys.executable, "-I", "-S", str(command), str(package), "--key", str(tmp_path / "key.pem")]
    done = subprocess.run(verify, cwd=tmp_path, env={}, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    changed = bytearray(package.read_bytes())
    changed[len(changed) // 2] ^= 1
    package.write_bytes(changed)
    assert subprocess.run(verify, cwd=tmp_path, env={}, capture_output=True, check=False).returncode == 1

    look.sit_down(path.organiser)
    look.at(desk("cases"), "audit-cases")
    look.at(desk("case", path.project.ref), "audit-case")
    look.at(desk("case_compare", path.project.ref), "audit-compare")
    look.at(reverse("public:keys"), "audit-keys")
