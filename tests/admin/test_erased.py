"""What is left of an erased pledge, on every page that could show it; and of its person."""

from datetime import timedelta

import pytest
from django.test import Client

from pledges.access import SYSTEM
from pledges.actions import erasure, review
from pledges.models import Person, Pledge
from pledges.templatetags.sheet_extras import moment

URL = "/admin/pledges/pledge/"
MANY_YEARS = timedelta(days=4000)


@pytest.fixture
def erased(accepted, signed, draft, liming, chenjing, now):
    """A revoked pledge, a returned one and the draft after it, all erased with their person."""
    revoked = accepted("contract")
    review.revoke(revoked, actor=chenjing, at=now + timedelta(hours=2), reason="调离岗位")
    returned = signed(satisfaction_target="70")
    reasons = [review.ClauseReason("请李明补充")]
    replacement = review.return_to_manager(returned, actor=chenjing, at=now, reasons=reasons)
    erasure.erase(liming, actor=SYSTEM, at=now + MANY_YEARS)
    return [Pledge.objects.get(pk=each.pk) for each in (revoked, returned, replacement)]


@pytest.mark.parametrize("username", ["chenjing", "zhoumin", "wuying"])
def test_the_offices_see_number_dates_and_hashes_and_nobody(as_, request, erased, username, now):
    client = as_(request.getfixturevalue(username))
    for query in ("?state=all", "?state=erased", "?state=all&flagged=yes"):
        page = client.get(URL + query)
        assert page.status_code == 200 and "李明" not in page.content.decode()
    for pledge in erased[:2]:
        page = client.get(f"{URL}{pledge.pk}/change/").content.decode()
        assert pledge.number in page and "李明" not in page and "E1001" not in page
        assert moment(now + MANY_YEARS) in page
        assert all(each.sha256 in page for each in pledge.documents.all())
        assert client.get(f"/pledges/{pledge.pk}/document.pdf").status_code == 404


def test_a_draft_that_was_erased_has_a_page_too(as_, chenjing, erased):
    page = as_(chenjing).get(f"{URL}{erased[2].pk}/change/")
    assert page.status_code == 200 and "李明" not in page.content.decode()


def test_nothing_more_can_be_done_with_it(as_, chenjing, erased, told):
    client = as_(chenjing)
    for step in ("accept", "return", "revoke"):
        url = f"{URL}{erased[0].pk}/{step}/"
        assert told(client.get(url, follow=True))
        assert told(client.post(url, {"reason": "再次"}, follow=True))
    assert Pledge.objects.get(pk=erased[0].pk).revocation_reason == ""


def test_exports_hold_none_of_it(as_, zhoumin, erased, told):
    client = as_(zhoumin)
    assert told(client.post(URL + "export/?state=all", follow=True))
    assert told(client.post(URL + "commitments/?state=all", follow=True))


def test_the_person_is_nobody_whom_nobody_can_change(as_, admin, wuying, liming, erased):
    url = f"/admin/pledges/person/{liming.pk}/change/"
    page = as_(admin).get(url).content.decode()
    assert "李明" not in page and 'name="_save"' not in page
    assert as_(admin).post(url, {"name": "李明"}).status_code == 403
    assert as_(wuying).get("/admin/pledges/person/").status_code == 200
    assert Person.objects.get(pk=liming.pk).name == "—"


def test_strangers_are_told_that_it_was_erased_and_when(erased, now):
    for pledge, when in zip(erased[:2], ("revoked_at", "reviewed_at"), strict=True):
        page = Client().get(f"/verify/{pledge.pk}/").content.decode()
        assert 'class="verdict verdict-ended"' in page and pledge.number in page
        assert getattr(pledge, when) is not None
        assert moment(now + MANY_YEARS) in page
        assert all(each.sha256 in page for each in pledge.documents.all())
    assert Client().get(f"/verify/{erased[2].pk}/").status_code == 404
