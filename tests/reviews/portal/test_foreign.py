"""The partners' countries on the lead's pages."""

import pytest
from django.test import Client
from django.urls import reverse

from ethicsreview.lifecycle.door import perform
from reviews.models import ForeignApproval
from tests.committees.builders import person
from tests.reviews.foreign import abroad, confirm, enter, letter, none_prescribed, of
from tests.reviews.portal.conftest import browser_of

pytestmark = pytest.mark.django_db
MANY = ["AF", "AL", "AR", "AT", "AU", "BE", "BR", "CA", "CH", "DE", "FR", "GB", "US"]


def text(response) -> str:
    return response.content.decode()


def test_project_page_says_that_it_may_not_start_and_why_until_it_may() -> None:
    path = abroad(["DE"]).concluded()
    lead = browser_of(path.lead)

    shut = text(lead.get(path.project.get_absolute_url()))
    assert "尚不得开展" in shut
    assert "德国" in shut
    assert "《科技伦理审查办法（试行）》第十二条" in shut
    assert "尚不得开展" in text(lead.get(path.review.get_absolute_url()))
    none_prescribed(path, "DE")
    confirm(path, "DE")

    opened = text(lead.get(path.project.get_absolute_url()))
    assert "可以开展。" in opened
    assert "尚不得开展" not in opened
    assert "尚不得开展" not in text(lead.get(path.review.get_absolute_url()))


def test_list_is_searched_and_grouped() -> None:
    path = abroad(MANY).submitted()
    none_prescribed(path, "US", "CA")
    lead = browser_of(path.lead)
    address = reverse("portal:foreign_approvals", args=[path.project.ref])

    assert [one.country for one in lead.get(address).context["page"].rows] == MANY
    for words in ("德", "germ", "DE"):
        assert "DE" in [one.country for one in lead.get(address, {"q": words}).context["page"].rows]
    found = lead.get(address, {"state": "entered"})
    assert [one.country for one in found.context["page"].rows] == ["CA", "US"]
    assert ("wanted", 11) in [(value, number) for value, _label, number in found.context["states"]]
    assert lead.get(address, {"q": "没有这样的国家"}).context["page"].rows == []
    assert "等13个国家" not in text(lead.get(address))


@pytest.mark.parametrize("count", [1, 13])
def test_pages_cost_the_same_for_one_country_and_for_many(count: int, django_assert_num_queries) -> None:
    path = abroad(MANY[:count]).submitted()
    lead = browser_of(path.lead)
    with django_assert_num_queries(10):
        lead.get(reverse("portal:foreign_approvals", args=[path.project.ref]))
    with django_assert_num_queries(11):
        lead.get(of(path, MANY[0]).get_absolute_url())


def test_ticked_countries_are_declared_together() -> None:
    path = abroad(MANY).submitted()
    lead = browser_of(path.lead)
    together = reverse("portal:foreign_together", args=[path.project.ref])

    page = lead.get(together, {"country": ["DE", "FR", "US"]}, follow=True)
    assert page.redirect_chain[-1][0].endswith("enter_not_prescribed/?also=FR&also=US")
    assert page.context["form"]["also"].value() == ["FR", "US"]
    address = page.redirect_chain[-1][0].partition("?")[0]
    done = lead.post(address, {"reason": "经查询没有此类规定", "also": ["FR", "US"]}, follow=True)

    assert "已完成" in text(done)
    rows = ForeignApproval.objects.filter(state="entered").values_list("country", flat=True)
    assert sorted(rows) == ["DE", "FR", "US"]
    everything = lead.get(together, {"all": "1"}, follow=True)
    assert len(everything.context["form"]["also"].value()) == 9
    assert lead.get(together, follow=True).redirect_chain[-1][0] == reverse(
        "portal:foreign_approvals", args=[path.project.ref]
    )


def test_document_is_uploaded_entered_and_handed_out_as_attachment() -> None:
    path = abroad(["DE"]).submitted()
    lead = browser_of(path.lead)
    address = of(path, "DE").get_absolute_url()
    assert lead.post(f"{address}upload/", {}).status_code == 422
    assert lead.get(f"{address}upload/").headers["Location"] == address
    assert "还不能这样做" in text(lead.get(f"{address}steps/enter_approval/"))

    lead.post(f"{address}upload/", {"file": letter()})
    day = path.at.date().isoformat()
    lead.post(f"{address}steps/enter_approval/", {"body": "EK", "number": "17", "approved_on": day})

    assert of(path, "DE").state == "entered"
    handed = lead.get(f"{address}document/")
    assert handed["Content-Disposition"].startswith("attachment")
    assert handed.getvalue() == b"IRB approval"
    assert lead.post(f"{address}upload/", {"file": letter()}).status_code == 409


def test_others_pages_do_not_exist() -> None:
    path = abroad(["DE"]).submitted()
    enter(path, "DE")
    stranger = browser_of(person())
    record = of(path, "DE").get_absolute_url()

    for address in (
        record,
        f"{record}document/",
        f"{record}steps/take_back/",
        reverse("portal:foreign_approvals", args=[path.project.ref]),
        reverse("portal:foreign_together", args=[path.project.ref]),
    ):
        assert stranger.get(address).status_code == 404
    assert Client().get(record).status_code == 302


def test_verification_page_says_that_it_may_not_begin_yet() -> None:
    from ethicsreview.documents.models import Letter
    from reviews.models.reviewing.lettering import issue_pending

    path = abroad(["DE"]).concluded()
    issue_pending(path.at)
    address = reverse("public:verify", args=[Letter.objects.get().code])

    assert "今日尚不得开展" in text(Client().get(address))
    none_prescribed(path, "DE")
    confirm(path, "DE")

    assert "今日有效" in text(Client().get(address))


def test_renewal_is_offered_once_it_is_confirmed() -> None:
    path = abroad(["DE"]).submitted()
    enter(path, "DE", days=30)
    confirm(path, "DE")
    lead = browser_of(path.lead)

    lead.post(f"{of(path, 'DE').get_absolute_url()}steps/renew/")

    assert [one.state for one in ForeignApproval.objects.order_by("pk")] == ["confirmed", "wanted"]
    assert of(path, "DE").ref.endswith("-DE-2")
    perform(of(path, "DE"), "enter_not_prescribed", by=path.lead, at=path.at, reason="规定已废止", also=[])
