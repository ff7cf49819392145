"""The pages of changes that need two people: said beforehand, seen, accepted, withdrawn."""

import pytest
from django.contrib.auth.models import Group

from pledges.core.lifecycle import Role
from pledges.models import Organisation, Person, PledgeTemplate, Proposal
from tests.admin.test_people import of

URL = "/admin/pledges/proposal/"
PERSON = "/admin/pledges/person/"


@pytest.fixture
def second(sunhao):
    sunhao.groups.set([Group.objects.get(name=Role.ADMINISTRATOR)])
    return sunhao


def text(response):
    return response.content.decode()


def test_a_role_is_proposed_seen_and_accepted(as_, admin, second, liming, told):
    form = f"{PERSON}{liming.pk}/change/"
    first, other = as_(admin), as_(second)
    assert "须经另一位系统管理员同意" in text(first.get(form))
    said = told(first.post(form, of(liming, roles=["manager", "hr"]), follow=True))
    assert any("权限保持不变" in each for each in said)
    proposal = Proposal.objects.get()
    page = f"{URL}{proposal.pk}/change/"
    assert page in text(first.get(form))
    mine = text(first.get(page))
    assert "经他人同意" in mine and f"{URL}{proposal.pk}/accept/" not in mine
    figures = {str(each.label): each for each in other.get("/admin/").context["dashboard"]}
    assert "客户经理" in text(other.get(figures["待您复核的变更"].address))
    assert "待您复核的变更" not in text(first.get("/admin/"))
    assert "客户经理" in text(other.get(URL)) and "人力资源" in text(other.get(page))
    assert told(other.post(f"{URL}{proposal.pk}/accept/", follow=True))
    assert Person.objects.get(pk=liming.pk).roles == {"manager", "hr"}
    assert "孙浩" in text(first.get(page))


def test_a_second_proposal_is_refused_at_the_roles_and_loses_nothing(as_, admin, second, liming):
    form, client = f"{PERSON}{liming.pk}/change/", as_(admin)
    client.post(form, of(liming, roles=["hr"]))
    again = client.post(form, of(liming, roles=["auditor"], position="客户总监"))
    assert again.status_code == 200
    assert set(again.context["adminform"].form.errors) == {"roles"}
    assert 'value="客户总监"' in text(again)
    client.post(form, of(liming, roles=["manager"], position="客户总监"))
    assert Person.objects.get(pk=liming.pk).position == "客户总监"


def test_alone_nothing_is_said_of_a_second(as_, admin, liming):
    page = text(as_(admin).get(f"{PERSON}{liming.pk}/change/"))
    assert "须经另一位系统管理员同意" not in page


def test_a_retention_period_is_proposed_where_it_is_set(as_, chenjing, sunhao, version, told):
    shown = version("contract")
    overview = f"/admin/pledges/templateversion/{shown.pk}/change/"
    url = f"/admin/pledges/templateversion/{shown.pk}/retention/"
    assert "须经另一位合规人员同意" in text(as_(chenjing).get(overview))
    said = told(as_(chenjing).post(url, {"retention_years": "7"}, follow=True))
    assert any("保存期限保持不变" in each for each in said)
    assert "提议改为 7 年" in text(as_(sunhao).get(overview))
    assert told(as_(chenjing).post(url, {"retention_years": "8"}, follow=True))
    proposal = Proposal.objects.get()
    as_(sunhao).post(f"{URL}{proposal.pk}/accept/")
    assert PledgeTemplate.objects.get(pk=shown.template_id).retention_years == 7


def test_the_organisation_says_that_switching_it_off_waits(as_, admin, second, told):
    address = "/admin/pledges/organisation/1/change/"
    form = as_(admin).get(address).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields if name != "two_people"}
    said = told(as_(admin).post(address, sent, follow=True))
    assert any("仍须双人复核" in each for each in said)
    assert Organisation.current().two_people
    again = as_(second).post(address, {**sent, "name_en": "Example"})
    assert again.context["adminform"].form.errors["two_people"]
    assert 'value="Example"' in text(again)
    as_(second).post(f"{URL}{Proposal.objects.get().pk}/accept/")
    assert not Organisation.current().two_people


def test_so_does_switching_off_that_the_invited_are_met(as_, admin, second, told):
    Organisation.objects.update(meet_invited=True)
    address = "/admin/pledges/organisation/1/change/"
    form = as_(admin).get(address).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields if name != "meet_invited"}
    said = told(as_(admin).post(address, sent, follow=True))
    assert any("受邀人员仍须经当面确认" in each for each in said)
    assert Organisation.current().meet_invited
    assert as_(second).post(address, sent).context["adminform"].form.errors["meet_invited"]
    proposal = Proposal.objects.get()
    assert "受邀人员须经当面确认" in text(as_(second).get(f"{URL}{proposal.pk}/change/"))
    as_(second).post(f"{URL}{proposal.pk}/accept/")
    assert not Organisation.current().meet_invited


def test_a_proposer_withdraws_and_another_rejects(as_, admin, second, liming, wangfang, told):
    for person, who in ((liming, admin), (wangfang, second)):
        as_(admin).post(f"{PERSON}{person.pk}/change/", of(person, roles=["hr"]))
        proposal = Proposal.objects.get(person=person)
        assert told(as_(who).post(f"{URL}{proposal.pk}/reject/", follow=True))
        proposal.refresh_from_db()
        assert (proposal.outcome, proposal.settled_by) == ("rejected", who)
        assert told(as_(second).post(f"{URL}{proposal.pk}/accept/", follow=True))
        assert Person.objects.get(pk=person.pk).roles == {"manager"}


def test_each_sees_what_they_decide_about_and_auditors_all(
    as_, admin, second, chenjing, wuying, liming, zhoumin
):
    as_(admin).post(f"{PERSON}{liming.pk}/change/", of(liming, roles=["hr"]))
    page = f"{URL}{Proposal.objects.get().pk}/change/"
    seen = {person.username: as_(person).get(page).status_code for person in (
        admin, second, chenjing, wuying, zhoumin)}  # fmt: skip
    assert seen == {"admin": 200, "sunhao": 200, "chenjing": 404, "wuying": 200, "zhoumin": 403}
    assert "/accept/" not in text(as_(wuying).get(page))


@pytest.mark.parametrize("change", [{"roles": []}, {"roles": ["manager"], "is_active": ""}])
def test_what_is_only_taken_away_waits_for_no_proposal(as_, admin, second, liming, told, change):
    """It is often urgent; whoever proposes something for somebody must not delay it."""
    form = f"{PERSON}{liming.pk}/change/"
    as_(admin).post(form, of(liming, roles=["manager", "hr"]))
    other = as_(second)
    assert other.post(form, of(liming, **change)).status_code == 302
    assert Person.objects.get(pk=liming.pk).roles == frozenset()
    proposal = Proposal.objects.get()
    said = told(other.post(f"{URL}{proposal.pk}/accept/", follow=True))
    assert any("已有变动" in each for each in said) and Proposal.objects.get().is_open
