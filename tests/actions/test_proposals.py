"""Two people: who proposes, who accepts, what is refused, and what the ledger tells of it."""

import json

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from pledges import access
from pledges.access import SYSTEM
from pledges.actions import deciding, erasure, people, proposing, templates
from pledges.core import refusals
from pledges.core.lifecycle import Role
from pledges.models import LedgerEntry, Organisation, Person, PledgeTemplate, Proposal
from tests import baseline
from tests.serving import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(sunhao):
    """Another administrator, beside `admin`."""
    sunhao.groups.set([Group.objects.get(name=Role.ADMINISTRATOR)])
    return Person.objects.get(pk=sunhao.pk)


def again(person):
    return Person.objects.get(pk=person.pk)


def save(person, roles, *, actor, at, **changes):
    person = again(person)
    for name, value in changes.items():
        setattr(person, name, value)
    return people.save_person(person, actor=again(actor), at=at, roles=roles)


def events():
    found = LedgerEntry.objects.order_by("sequence").values_list("event", "actor_id")
    return [each for each in found if each[0].startswith(("proposal.", "person.", "template.ret"))]


# --- Who needs a second person --------------------------------------------------------------------
def test_the_first_administrator_goes_on_alone(admin, liming, now):
    save(liming, [Role.HR], actor=admin, at=now)
    assert again(liming).roles == {"hr"} and not Proposal.objects.exists()


def test_where_there_are_two_a_role_waits_for_the_other(admin, second, liming, now):
    save(liming, [Role.MANAGER, Role.HR], actor=admin, at=now, position="客户总监")
    assert again(liming).roles == {"manager"}
    assert again(liming).position == "客户总监"
    proposal = Proposal.objects.get()
    assert (proposal.person, proposal.proposer, proposal.is_open) == (liming, admin, True)
    deciding.accept(proposal, actor=second, at=now)
    assert again(liming).roles == {"manager", "hr"}
    assert events() == [
        ("person.changed", admin.pk),
        ("proposal.made", admin.pk),
        ("person.changed", second.pk),
        ("proposal.accepted", second.pk),
    ]


def test_the_setting_switched_off_lets_one_go_on_alone(admin, second, liming, now):
    Organisation.objects.update(two_people=False)
    save(liming, [Role.HR], actor=admin, at=now)
    assert again(liming).roles == {"hr"}


def test_a_new_person_begins_without_roles(admin, second, liming, now):
    made = Person(username="zhoujie", name="周杰", employee_number="E3001")
    made.department = liming.department
    people.save_person(made, actor=admin, at=now, roles=[Role.COMPLIANCE])
    assert again(made).roles == frozenset()
    deciding.accept(proposing.find_open(person=made), actor=second, at=now)
    assert again(made).roles == {"compliance"}


def test_taking_a_role_away_takes_no_second_person(admin, second, chenjing, now):
    save(chenjing, [], actor=admin, at=now)
    assert again(chenjing).roles == frozenset() and not Proposal.objects.exists()


@pytest.mark.parametrize(("roles", "is_active"), [([], True), ([Role.ADMINISTRATOR], False)])
def test_nobody_rids_themselves_of_the_other_administrator(
    admin, second, liming, now, roles, is_active
):
    """Or they would be the only one, and go on alone."""
    save(second, roles, actor=admin, at=now, is_active=is_active)
    assert again(second).roles == {"administrator"}
    save(liming, [Role.HR], actor=admin, at=now)
    assert again(liming).roles == {"manager"}


def test_who_steps_down_asks_nobody(admin, second, now):
    save(admin, [], actor=admin, at=now)
    assert again(admin).roles == frozenset()


def test_to_reactivate_somebody_with_roles_is_to_grant_them(admin, second, chenjing, now):
    save(chenjing, [Role.COMPLIANCE], actor=admin, at=now, is_active=False)
    assert not again(chenjing).is_active
    save(chenjing, [Role.COMPLIANCE], actor=admin, at=now, is_active=True)
    assert not again(chenjing).is_active
    deciding.accept(Proposal.objects.get(), actor=second, at=now)
    assert again(chenjing).roles == {"compliance"}


@given(
    held=st.sets(st.sampled_from(Role)),
    wanted=st.sets(st.sampled_from(Role)),
    was_active=st.booleans(),
    is_active=st.booleans(),
)
def test_nobody_may_more_by_one_persons_word(held, wanted, was_active, is_active):
    """Whatever is saved by one of two administrators, others gain nothing and no one else loses
    the place from which they could object."""
    with transaction.atomic():
        admin, second, person = (
            Person.objects.get(username=name) for name in ("admin", "sunhao", "zhaolei")
        )
        second.groups.set([Group.objects.get(name=Role.ADMINISTRATOR)])
        person.groups.set(Group.objects.filter(name__in=held))
        Person.objects.filter(pk=person.pk).update(is_active=was_active)
        before = again(person).roles
        save(person, wanted, actor=admin, at=baseline.START, is_active=is_active)
        after = again(person).roles
        assert after <= before
        assert (Role.ADMINISTRATOR in after) == (Role.ADMINISTRATOR in before)
        at_once = not (set(wanted) if is_active else set()) - before and (
            Role.ADMINISTRATOR not in before or (is_active and Role.ADMINISTRATOR in wanted)
        )
        assert Proposal.objects.exists() is not at_once
        transaction.set_rollback(True)


def test_a_retention_period_waits_for_another_compliance_officer(
    chenjing, sunhao, admin, version, now
):
    template = version("contract").template
    templates.set_retention(template, 2, actor=chenjing, at=now)
    assert PledgeTemplate.objects.get(pk=template.pk).retention_years == 10
    proposal = proposing.find_open(template=template)
    for person in (chenjing, admin):
        with pytest.raises(access.Denied):
            deciding.accept(proposal, actor=person, at=now)
    deciding.accept(proposal, actor=sunhao, at=now)
    assert PledgeTemplate.objects.get(pk=template.pk).retention_years == 2
    assert [event for event, _actor in events()] == [
        *("proposal.made", "template.retention_set", "proposal.accepted")
    ]


@pytest.mark.parametrize("switch", ["two_people", "meet_invited"])
def test_that_a_second_person_is_needed_ends_only_by_two(admin, second, now, switch):
    Organisation.objects.update(meet_invited=True)
    organisation = Organisation.current()
    setattr(organisation, switch, False)
    people.save_organisation(organisation, actor=admin, at=now)
    assert Organisation.current().two_people and Organisation.current().meet_invited
    deciding.accept(Proposal.objects.get(), actor=second, at=now)
    held = Organisation.current()
    assert {name for name in people.SWITCHES if not getattr(held, name)} == {switch}
    setattr(held, switch, True)
    people.save_organisation(held, actor=admin, at=now)
    assert getattr(Organisation.current(), switch)


def test_both_are_switched_off_together(admin, second, now):
    Organisation.objects.update(meet_invited=True, two_people=True)
    organisation = Organisation.current()
    organisation.two_people = organisation.meet_invited = False
    people.save_organisation(organisation, actor=admin, at=now)
    deciding.accept(Proposal.objects.get(), actor=second, at=now)
    held = Organisation.current()
    assert (held.two_people, held.meet_invited) == (False, False)


# --- What is refused ------------------------------------------------------------------------------
@pytest.fixture
def proposal(admin, second, liming, now):
    save(liming, [Role.HR], actor=admin, at=now)
    return Proposal.objects.get()


def test_nobody_confirms_their_own(proposal, admin, now):
    with pytest.raises(access.Denied):
        deciding.accept(proposal, actor=admin, at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.update(outcome="accepted", settled_by=admin, settled_at=now)


@pytest.mark.parametrize("username", ["liming", "chenjing", "zhoumin", "wuying"])
def test_who_may_not_do_it_may_not_confirm_it(proposal, request, now, username):
    person = request.getfixturevalue(username)
    for act in (deciding.accept, deciding.reject):
        with pytest.raises(access.Denied):
            act(proposal, actor=person, at=now)


@pytest.mark.parametrize("change", ["roles", "account", "proposer"])
def test_what_has_changed_since_is_not_confirmed(proposal, second, admin, liming, now, change):
    if change == "roles":
        save(liming, [], actor=admin, at=now)
    elif change == "account":
        Person.objects.filter(pk=liming.pk).update(is_active=False)
    else:
        admin.groups.clear()
    with pytest.raises(refusals.StaleProposal):
        deciding.accept(proposal, actor=second, at=now)
    assert "hr" not in again(liming).roles
    assert Proposal.objects.get().is_open
    deciding.reject(proposal, actor=second, at=now)


def test_it_goes_with_the_person_whom_it_is_about(proposal, second, liming, now):
    erasure.erase(liming, actor=SYSTEM, at=now)
    for act in (deciding.accept, deciding.reject):
        with pytest.raises(refusals.ProposalSettled):
            act(proposal, actor=second, at=now)
    assert not Proposal.objects.exists()


def test_it_is_settled_once(proposal, second, admin, now):
    deciding.reject(proposal, actor=admin, at=now)
    for act in (deciding.accept, deciding.reject):
        with pytest.raises(refusals.ProposalSettled):
            act(proposal, actor=second, at=now)
    assert [event for event, _actor in events()][-1] == "proposal.rejected"


def test_one_change_of_a_person_waits_at_a_time(proposal, liming, second, now):
    with pytest.raises(refusals.AlreadyProposed):
        save(liming, [Role.AUDITOR], actor=second, at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.create(
            kind="person",
            person=liming,
            before={},
            after={},
            proposer=second,
            proposed_at=now,
        )


# --- Who hears of it, and who helps where nobody else can -----------------------------------------
def test_those_who_may_confirm_are_told_by_mail_and_the_ledger_names_nobody(
    proposal, second, mailoutbox
):
    work_off()
    assert [mail.to for mail in mailoutbox] == [[second.email]]
    entry = LedgerEntry.objects.get(event="proposal.made")
    facts = json.loads(entry.leaf)["facts"]
    assert facts["after"] == {"roles": ["hr"], "is_active": True}
    assert "李明" not in entry.leaf


def test_the_operator_is_the_second_where_the_only_other_is_concerned(admin, second, now, capsys):
    save(second, [Role.ADMINISTRATOR], actor=admin, at=now, is_active=False)
    waits = proposing.find_open(person=second)
    call_command("accept_proposal")
    call_command("accept_proposal", str(waits.pk))
    assert "孙浩" in capsys.readouterr().out
    assert not again(second).is_active
    assert LedgerEntry.objects.get(event="proposal.accepted").actor_id is None


def test_commands_propose_nothing(admin, second, liming, now):
    people.save_person(again(liming), actor=SYSTEM, at=now, roles=[Role.HR])
    assert again(liming).roles == {"hr"}
