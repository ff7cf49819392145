"""A version published while tasks run: who signs again, by when, why, and where that is told."""

from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from pledges.actions import review, signing, templates, version_steps
from pledges.actions.preparing import prepare
from pledges.actions.reminders import reminding, sending_due
from pledges.actions.tasks import closing, issuing_reports, opening, versions_following
from pledges.core.languages import Localized
from pledges.models import NoticeClaim, Organisation, PaperPledge, Pledge
from tests.admin.conftest import TODAY
from tests.cast import FILLED, request_by_code
from tests.rendering.samples import text_of
from tests.serving import work_off

pytestmark = pytest.mark.django_db
FIVE = {"include": [{"kind": "numbers", "values": ["E1001", "E1002", "E2001", "C3002", "H4001"]}]}
BY = date(2026, 12, 31)
NOTE = "第四条增加对外投资的申报要求。"
SLUG = "general-standards"


@pytest.fixture
def paper(first, chenjing, sunhao, now):
    def make(person):
        own = {"person": person, "version": first, "signed_on": now.date(), "filed_at": now}
        settled = {"state": "confirmed", "settled_by": chenjing, "settled_at": now}
        return PaperPledge.objects.create(**own, filed_by=sunhao, **settled)

    return make


@pytest.fixture
def tasks(launched_task):
    """One that asks again after a material change, and one in which both versions count."""
    return [
        launched_task(audience=FIVE, title=title, follows_versions=follows)
        for title, follows in (("2026 年度签署", True), ("新人签署", False))
    ]


@pytest.fixture
def signers(tasks, accepted, signed, paper, liming, wangfang, zhaolei):
    """Three of the five who have signed version 1: in force, in review, on paper."""
    accepted(), signed(person=wangfang), paper(zhaolei)
    return {liming, wangfang, zhaolei}


@pytest.fixture
def first(version):
    return version()


@pytest.fixture
def made(first, chenjing, now):
    draft = templates.revise(first, actor=chenjing, at=now)
    after = replace(draft.definition(), change_note=Localized(NOTE, "Note"), term_months=12)
    base = templates.file_digest(draft.definition())
    return templates.save_draft(draft, after, actor=chenjing, at=now, base=base)


@pytest.fixture
def publish(as_, chenjing, made):
    def act(**changes):
        chosen = {"kind": "material", "drafts": "moved", "effective_on": TODAY.date().isoformat()}
        chosen |= {"sign_again_by": BY.isoformat()} | changes
        address = f"/admin/pledges/templateversion/{made.pk}/publish/"
        assert as_(chenjing).post(address, chosen).status_code == 302
        versions_following.follow_steps(TODAY)
        version_steps.settle(TODAY)
        made.refresh_from_db()
        return made

    return act


@pytest.fixture
def run(monkeypatch):
    def queue_and_send(at):
        monkeypatch.setattr(timezone, "now", lambda: at)
        sending_due.send_due(at)
        work_off()

    return queue_and_send


def listed(client, address):
    return client.get(address).context["listed"].paginator.count


def sign_anew(task, person):
    member = task.members.get(person=person)
    draft = opening.open_for(member, actor=person, at=TODAY, language="zh-hans")
    Pledge.objects.filter(pk=draft.pk).update(answers=FILLED[SLUG])
    draft.refresh_from_db()
    intent = prepare(draft, actor=person, at=TODAY)
    request = request_by_code(person, at=TODAY)
    return signing.sign(intent, actor=person, at=TODAY, request=request)


def test_the_page_names_the_running_tasks_and_what_stops_counting(
    as_, chenjing, tasks, signers, made
):
    client = as_(chenjing)
    context = client.get(f"/admin/pledges/templateversion/{made.pk}/publish/").context
    (again,), (both,) = context["asking_again"], context["counting_both"]
    assert [each.task for each in (again, both)] == tasks
    assert again.signed.count == 3 and [each.count for each in again.parts] == [1, 1, 1]
    for figure in (again.signed, *again.parts, both.signed):
        assert listed(client, figure.address) == figure.count
    assert client.get(again.address).status_code == 200


def test_ten_working_days_to_sign_again_are_proposed_where_somebody_must(
    as_, chenjing, tasks, made, accepted
):
    address = f"/admin/pledges/templateversion/{made.pk}/publish/"

    def proposed():
        return as_(chenjing).get(address).context["form"]["sign_again_by"].value()

    assert proposed() is None
    accepted()
    assert proposed() == date(2026, 12, 10)


def test_only_who_had_signed_what_counted_gets_the_later_date(tasks, signers, publish):
    due = tasks[0].due_on
    publish()
    asked, both = tasks
    found = {member.person: member.due_on for member in asked.members.all()}
    assert {person for person, day in found.items() if day == BY} == signers
    assert set(found.values()) == {BY, due} and len(found) == 5
    assert set(both.members.values_list("due_on", flat=True)) == {both.due_on}


def test_an_earlier_date_takes_no_time_from_anybody(tasks, signers, publish):
    publish(sign_again_by=TODAY.date().isoformat())
    assert set(tasks[0].members.values_list("due_on", flat=True)) == {tasks[0].due_on}


def test_the_task_shows_what_counts_since_when_and_who_signs_again(
    as_, chenjing, first, tasks, signers, publish, liming
):
    client = as_(chenjing)
    pages = [f"/admin/pledges/signingtask/{task.pk}/change/" for task in tasks]
    assert client.get(pages[0]).context["followed"] == []
    new = publish()
    context = client.get(pages[0]).context
    (step,) = context["followed"]
    assert (step.version, step.instead_of, step.sign_again_by) == (new, (first,), BY)
    assert step.at == TODAY
    again = context["asked_again"]
    assert again.count == listed(client, again.address) == 3
    (beside,) = client.get(pages[1]).context["followed"]
    assert (beside.version, beside.instead_of, beside.sign_again_by) == (new, (), None)
    sign_anew(tasks[0], liming)
    again = client.get(pages[0]).context["asked_again"]
    assert again.count == listed(client, again.address) == 2


def test_who_signs_again_is_told_why(
    client,
    tasks,
    signers,
    publish,
    liming,
    zhaolei,
    sunhao,
    first,
    chenjing,
    mailoutbox,
    monkeypatch,
):
    publish()
    for person in (liming, zhaolei):
        client.force_login(person)
        own = next(each for each in client.get("/").context["tasks"] if each.task == tasks[0])
        assert (own.earlier.before, own.earlier.changes) == (first, [NOTE])
        page = client.get(f"/tasks/{tasks[0].pk}/").content.decode()
        assert page.count(NOTE) == 1
    opened = client.post(f"/tasks/{tasks[0].pk}/open/")
    filling = client.get(opened.url)
    assert filling.context["earlier"].before == first and NOTE in filling.content.decode()
    (draft,) = client.get("/").context["drafts"]
    assert draft.earlier.before == first
    client.force_login(sunhao)
    assert all(each.earlier is None for each in client.get("/").context["tasks"])
    work_off()  # the first notices
    later = TODAY + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    members = tasks[0].members.filter(person__in=[liming, sunhao])
    assert reminding.remind(list(members), actor=chenjing, at=later).count == 2
    work_off()
    told = [mail for mail in mailoutbox if "2026 年度签署" in mail.body]
    emails = {each.email for each in signers}
    assert sorted(mail.to[0] for mail in told).count(liming.email) == 2  # notice and reminder
    for mail in told:
        signed_before = mail.to[0] in emails
        assert (mail.body.count(NOTE), NOTE in mail.alternatives[0][0]) == (
            int(signed_before),
            signed_before,
        )


def test_who_signed_and_signs_again_is_told_so_once(
    tasks, accepted, signed, paper, liming, wangfang, zhaolei, publish, now, run, mailoutbox
):
    run(now + timedelta(hours=1))  # the first notices
    accepted(), signed(person=wangfang), paper(zhaolei)
    run(TODAY)
    publish()
    mailoutbox.clear()
    for hours in (1, 2, 24, 48):
        run(TODAY + timedelta(hours=hours))
    told = NoticeClaim.objects.filter(reason="new-version").select_related("member")
    signers = {liming, wangfang, zhaolei}
    assert {each.member.person for each in told} == signers and len(told) == 3
    assert {each.member.task for each in told} == {tasks[0]}
    mails = {mail.to[0]: mail for mail in mailoutbox if NOTE in mail.body}
    assert set(mails) == {each.email for each in signers}
    body = mails[liming.email].body
    assert "2026 年度签署" in body and "2026年12月31日" in body


def test_the_older_one_says_that_a_newer_one_was_signed(
    client, as_, chenjing, tasks, signers, publish, liming
):
    publish()
    old = Pledge.objects.get(person=liming)
    new = sign_anew(tasks[0], liming)
    client.force_login(liming)

    def in_force():
        return [(each.pledge, each.newer) for each in client.get("/").context["in_force"]]

    assert in_force() == [(old, new)]
    review.accept(new, actor=chenjing, at=TODAY + timedelta(minutes=1))
    assert in_force() == [(new, None), (old, new)]
    member = tasks[0].members.get(person=liming)
    address = f"/admin/pledges/signingtask/{tasks[0].pk}/members/{member.pk}/"
    assert as_(chenjing).get(address).context["pledges"] == [(new, None), (old, new)]
    shown = as_(chenjing).get(f"/admin/pledges/person/{liming.pk}/change/")
    own = shown.context["overview"]["pledges"]
    assert [(each[0], each[-1]) for each in own["every"]] == [(new, None), (old, new)]
    assert {each[0].pledge: each[-1] for each in own["duties"] if each[0].pledge} == {
        new: None,
        old: new,
    }


def test_what_has_ended_is_told_whichever_version_counts(
    as_, chenjing, tasks, signers, publish, liming
):
    held = Pledge.objects.get(person=liming)
    review.revoke(held, actor=chenjing, at=TODAY, reason="信息有误", for_good=False)
    client, address = as_(chenjing), f"/admin/pledges/signingtask/{tasks[0].pk}/members/"
    publish()
    page = client.get(f"{address}?mark=former")
    assert [each.person for each in page.context["listed"]] == [liming]
    assert page.context["listed"][0].former == "revoked"


def test_the_report_says_of_which_kind_it_is_and_that_some_have_longer(
    as_, chenjing, tasks, signers, publish
):
    publish()
    for task in tasks:
        closing.request_close(task, actor=chenjing, at=TODAY)
        closing.close(str(task.pk), at=TODAY)
        issuing_reports.issue(str(task.pk), at=TODAY)
    pages = [
        as_(chenjing).get(f"/admin/pledges/signingtask/{task.pk}/completion-report.pdf")
        for task in tasks
    ]
    for page, task in zip(pages, tasks, strict=True):
        assert quote(task.title) in page["Content-Disposition"]
    assert "通用准则型" in text_of(pages[0].content)
    said = ["部分成员另有截止日期" in text_of(page.content) for page in pages]
    assert said == [True, False]
    assert Organisation.current().name_in("zh-hans") in text_of(pages[0].content)
