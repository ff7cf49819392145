"""The queue of a review: filter, order and search go along from one pledge to the next."""

from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from pledges.actions import review
from pledges.core.lifecycle import Role
from pledges.models import Reading
from tests.admin.conftest import TODAY

LIST = "/admin/pledges/pledge/"
NOTHING_LEFT = "该列表中没有待审核的承诺书了。"


@pytest.fixture
def waiting(signed, liming, wangfang, zhaolei, now):
    """Three that wait, in the order of their signing; the second has an unusual answer."""
    return [
        signed(person=liming, at=now),
        signed(person=wangfang, at=now + timedelta(minutes=1), satisfaction_target="80"),
        signed("contract", person=zhaolei, at=now + timedelta(minutes=2)),
    ]


def opened(client, pledge, filters=""):
    """The page of a pledge as a link of the list leads to it."""
    page = client.get(f"{LIST}?{filters}").content.decode()
    start = page.index(f"{LIST}{pledge.pk}/change/")
    return page[start : page.index('"', start)].replace("&amp;", "&")


def seen(client, address):
    place = client.get(address).context["place"]
    return place.number, place.count, place.before, place.after


def test_a_pledge_has_its_place_in_the_list_it_was_opened_from(as_, chenjing, waiting):
    client, (first, second, third) = as_(chenjing), waiting
    assert seen(client, opened(client, second)) == (2, 3, first.pk, third.pk)
    assert seen(client, opened(client, first, "flagged=no")) == (1, 2, None, third.pk)
    assert seen(client, opened(client, third, "o=-2")) == (1, 3, None, first.pk)
    assert seen(client, opened(client, third, "q=赵磊")) == (1, 1, None, None)
    everything = opened(client, second, "state=all&template=general-standards")
    assert seen(client, everything)[:2] == (1, 2)


def test_the_list_goes_along_through_every_step_and_back(as_, chenjing, waiting):
    client, (first, _second, third) = as_(chenjing), waiting
    address = opened(client, first, "flagged=no")
    page = client.get(address).content.decode()
    behind = f"?{urlsplit(address).query}"
    for step in ("accept", "return", "withdraw"):
        assert f"{LIST}{first.pk}/{step}/{behind}" in page
    assert f'href="{LIST}?flagged=no"' in page
    step = client.get(f"{LIST}{first.pk}/return/{behind}").content.decode()
    assert f"{LIST}{first.pk}/change/{behind}" in step
    done = client.post(f"{LIST}{first.pk}/accept/{behind}")
    assert done.url == f"{LIST}{third.pk}/change/{behind}"
    last = client.post(f"{LIST}{third.pk}/accept/{behind}")
    assert last.url == f"{LIST}?flagged=no"


def test_without_a_list_the_next_is_the_longest_waiting(as_, chenjing, waiting):
    client, (first, second, _third) = as_(chenjing), waiting
    assert client.post(f"{LIST}{first.pk}/accept/").url == f"{LIST}{second.pk}/change/"


def test_after_the_last_come_those_that_were_skipped(as_, chenjing, waiting, told):
    client, (first, second, third) = as_(chenjing), waiting
    assert client.post(f"{LIST}{third.pk}/accept/").url == f"{LIST}{first.pk}/change/"
    assert client.post(f"{LIST}{second.pk}/accept/").url == f"{LIST}{first.pk}/change/"
    answer = client.post(f"{LIST}{first.pk}/accept/", follow=True)
    assert answer.request["PATH_INFO"] == LIST
    assert told(answer)[-1] == NOTHING_LEFT


def test_ones_own_is_passed_over_and_still_counted(as_, sunhao, signed, waiting, now):
    sunhao.groups.add(Group.objects.get(name=Role.MANAGER))
    own = signed("personal-code", person=sunhao, at=now + timedelta(seconds=90))
    client, (_first, second, third) = as_(sunhao), waiting
    assert seen(client, opened(client, second)) == (2, 4, waiting[0].pk, third.pk)
    assert client.get(opened(client, own)).context["place"] is None
    listed = client.get(LIST).context["cl"]
    assert listed.result_count == 4


@pytest.mark.parametrize("filters", ["nonsense=1", "signed_at__gte=x", "o=99", "%00", "q=%00"])
def test_a_list_that_cannot_be_is_the_usual_one(as_, chenjing, waiting, filters):
    address = f"{LIST}{waiting[0].pk}/change/?{urlencode({'_changelist_filters': filters})}"
    response = as_(chenjing).get(address)
    assert response.status_code == 200 and response.context["place"].count == 3


# --- Two officers --------------------------------------------------------------------------------
def test_a_second_officer_sees_whose_it_is_and_may_take_it_over(as_, chenjing, sunhao, waiting):
    first, second, third = waiting
    page = f"{LIST}{first.pk}/change/"
    assert as_(chenjing).get(page).context["held_by"] is None
    other = as_(sunhao)
    shown = other.get(page)
    assert shown.context["held_by"] == chenjing and "陈静正在审核这份承诺书。" in said(shown)
    row = said(other.get(LIST)).split(first.number, 1)[1].split("</tr>", 1)[0]
    assert "陈静正在审核" in row
    # Whoever looks for work is led past it.
    place = other.get(f"{LIST}{second.pk}/change/").context["place"]
    assert (place.number, place.count, place.before, place.after) == (2, 3, None, third.pk)
    assert other.post(f"{LIST}{first.pk}/claim/", {"take": "1"}).url == page
    assert other.get(page).context["held_by"] is None
    renewed = as_(chenjing).post(f"{LIST}{first.pk}/claim/")
    assert "孙浩正在审核这份承诺书。" in said(renewed)


def test_a_claim_is_renewed_without_being_a_reading(as_, chenjing, waiting, monkeypatch):
    client, pledge = as_(chenjing), waiting[0]
    client.get(f"{LIST}{pledge.pk}/change/")
    monkeypatch.setattr(timezone, "now", lambda: TODAY + timedelta(minutes=4))
    answer = client.post(f"{LIST}{pledge.pk}/claim/")
    assert "hx-post" in said(answer) and Reading.objects.count() == 1
    review.accept(pledge, actor=chenjing, at=TODAY)
    assert "hx-post" not in said(client.post(f"{LIST}{pledge.pk}/claim/"))


def said(response):
    return response.content.decode()
