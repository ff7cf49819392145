"""A head sees their own people alone: how far they are, what is late, what ends; no answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pledges.actions import answers
from pledges.models import Department, PaperPledge, Person
from tests import baseline, task_scenes

pytestmark = pytest.mark.django_db
TODAY = baseline.START + timedelta(days=3)
URL = "/my-people/"


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: TODAY)


@pytest.fixture
def heads(liming, wangfang, zhaolei):
    """Wang Fang heads retail, Zhao Lei corporate above it."""
    Department.objects.filter(pk=zhaolei.department_id).update(head=zhaolei)
    Department.objects.filter(pk=liming.department_id).update(
        head=wangfang, parent=zhaolei.department_id
    )
    return wangfang, zhaolei


def shown(client, query=""):
    return {row.person for row in client.get(URL + query).context["page"]}


def test_a_head_sees_their_own_people_alone(client, heads, liming, chenjing, admin):
    retail, corporate = heads
    seen = {}
    for person in (liming, retail, corporate, chenjing, admin):
        client.force_login(person)
        page = client.get(URL)
        seen[person] = shown(client) if page.status_code == 200 else page.status_code
    assert seen == {
        liming: 404,
        retail: {liming},
        corporate: {liming, retail},
        chenjing: 404,
        admin: 404,
    }


def test_every_number_opens_as_many_people(client, heads, liming, wangfang, version, chenjing):
    answers.assign(
        version(),
        person=liming,
        actor=chenjing,
        at=baseline.START,
        due_on=(TODAY - timedelta(days=1)).date(),
    )
    client.force_login(heads[1])
    figures = dict(client.get(URL).context["figures"])
    assert figures == {"all": 2, "done": 1, "to-sign": 1, "late": 1, "ending": 0}
    assert {each: len(shown(client, f"?show={each}")) for each in figures} == figures
    assert shown(client, "?show=late") == {liming}


def test_what_ends_soon_is_told_and_no_answer_ever(
    client, heads, accepted, liming, version, zhoumin, chenjing
):
    accepted("personal-code", process_steps="只有本人写下的步骤")
    PaperPledge.objects.create(
        person=liming,
        version=version(),
        signed_on=TODAY.date() - timedelta(days=300),
        ends_on=TODAY.date() + timedelta(days=30),
        state=PaperPledge.State.CONFIRMED,
        filed_at=TODAY,
        filed_by=zhoumin,
        settled_at=TODAY,
        settled_by=chenjing,
    )
    client.force_login(heads[0])
    (row,) = client.get(f"{URL}?show=ending").context["page"]
    assert (row.person, len(row.ending), row.in_force) == (liming, 1, 2)
    assert "只有本人写下的步骤" not in client.get(URL).content.decode()


def test_only_heads_find_it_in_their_navigation(client, heads, liming):
    for person, offered in ((heads[0], True), (liming, False)):
        client.force_login(person)
        assert (f'href="{URL}"' in client.get("/").content.decode()) == offered


def test_who_heads_no_longer_sees_nothing(client, heads):
    Person.objects.filter(pk=heads[0].pk).update(is_active=False)
    Department.objects.filter(head=heads[1]).update(head=None)
    client.force_login(heads[1])
    assert client.get(URL).status_code == 404


def test_a_head_hears_of_a_task_no_sooner_than_its_members(
    client, heads, version, chenjing, monkeypatch
):
    """Until the first notices leave, the launch can be undone, and nobody was told of it."""
    task_scenes.running(version(), chenjing, TODAY)
    client.force_login(heads[1])
    assert dict(client.get(URL).context["figures"])["to-sign"] == 0
    monkeypatch.setattr(timezone, "now", lambda: TODAY + timedelta(minutes=20))
    assert dict(client.get(URL).context["figures"])["to-sign"] == 2
