"""The pages of a signing task: every number on them is the list that its link opens."""

import html
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from pledges.actions import review
from pledges.actions.reminders import slips as slips_action
from pledges.core.standings import Standing
from pledges.gateways.workbooks import read_workbook
from pledges.models import LedgerEntry, Organisation, Person
from pledges.models.duties import Show, duties_of, who
from tests import task_scenes
from tests.admin.conftest import TODAY

URL = "/admin/pledges/signingtask/"
STATIC = Path(__file__).parents[2] / "static"
LINK = re.compile(r'<a [^>]*?href="(/admin/pledges/signingtask/[^"]+)"[^>]*>(.*?)</a>', re.S)
# In a mark of its own, or at the beginning of the words.
COUNTS = (
    re.compile(r'<span class="(?:figure-|filter-)?count">(\d+)</span>'),
    re.compile(r"\s*(\d+)"),
)


@pytest.fixture
def task(version, chenjing, sunhao):
    task_scenes.hire(60)
    task_scenes.hire(4, department="华南对公部")
    task = task_scenes.running(version(), chenjing, TODAY)
    day = Organisation.current().localdate(TODAY)
    task_scenes.scatter(task, day, TODAY, (chenjing, sunhao))
    return task


def counted(page):
    """Every link to a list on a page that holds a number, with that number."""
    found = {}
    for address, inside in LINK.findall(page):
        count = COUNTS[0].search(inside) or COUNTS[1].match(inside)
        if count and re.search("/(members|people)/", address) and "p=" not in address:
            found[html.unescape(address)] = int(count[1])
    return found


def listed(client, address):
    """How many rows a list has, on all its pages together."""
    first = client.get(address).context["listed"]
    sign = "&" if "?" in address else "?"
    others = range(2, first.paginator.num_pages + 1)
    pages = [client.get(f"{address}{sign}p={page}").context["listed"] for page in others]
    return sum(len(page.object_list) for page in (first, *pages))


@pytest.mark.parametrize("path", ["change/", "members/", "members/?standing=overdue&o=-due"])
def test_every_number_of_a_task_opens_exactly_so_many_rows(as_, chenjing, task, path):
    client = as_(chenjing)
    found = counted(client.get(f"{URL}{task.pk}/{path}").content.decode())
    assert len(found) > 10
    assert {address: listed(client, address) for address in found} == found


def test_every_number_of_a_preview_opens_exactly_so_many_rows(as_, chenjing, version, zhoumin):
    task_scenes.hire(7)
    zhoumin.email = ""
    zhoumin.save()
    rule = {
        "include": [{"kind": "everybody"}, {"kind": "without-pledge"}],
        "exclude": [{"kind": "numbers", "values": ["M10001", "E1001"]}],
    }
    rule["exclude"][0]["values"][0] = task_scenes.hire(1, first=90)[0].employee_number
    task = task_scenes.draft(version(), chenjing, TODAY, audience=rule)
    client = as_(chenjing)
    found = counted(client.get(f"{URL}{task.pk}/change/").content.decode())
    assert {"told=no-address", "told=mailed", "left_out=0", "standing=due"} <= {
        address.partition("?")[2] for address in found
    }
    assert {address: listed(client, address) for address in found} == found


def test_the_standings_of_a_task_add_up_to_its_members(as_, chenjing, task):
    page = as_(chenjing).get(f"{URL}{task.pk}/change/")
    members = task.members.count()
    assert sum(each.count for each in page.context["standings"]) == members
    assert sum(row.total.count for row in page.context["departments"]) == members


LISTED = {
    "q=员工003": {"员工003"},
    "q=no-such-person": set(),
    "standing=nonsense": set(),
    "department=nonsense": set(),
    "late=nonsense&o=nonsense": set(),
    "mark=objection": {"员工004"},
    "standing=excused&o=-name": {"员工007", "员工008"},
    "late=over-10": {"员工005", "员工006"},
    "late=any": {f"员工{number:03}" for number in range(1, 7)},
}


def test_a_list_shows_whom_its_address_asks_for(as_, chenjing, task):
    client = as_(chenjing)
    pages = {query: client.get(f"{URL}{task.pk}/members/?{query}") for query in LISTED}
    found = {
        query: {each.person.name for each in page.context["listed"]}
        for query, page in pages.items()
    }
    assert found == LISTED


def test_a_list_as_a_workbook_has_exactly_its_rows_and_no_formula(as_, zhoumin, task):
    person = task.members.get(person__name="员工005").person
    person.name = "=HYPERLINK(1)"
    person.save()
    answer = as_(zhoumin).post(f"{URL}{task.pk}/members.xlsx?late=over-10")
    _heads, first, second = (row.cells for row in read_workbook(answer.content).rows)
    assert (first[1], second[1]) == ("'=HYPERLINK(1)", "员工006")
    entry = LedgerEntry.objects.get(event="members.exported")
    assert entry.actor_id == zhoumin.pk
    assert '"count":2' in entry.leaf.replace(" ", "")


def test_of_a_task_the_list_of_tasks_tells_how_many_signed_and_how_many_are_late(as_, wuying, task):
    page = as_(wuying).get(URL).content.decode()
    assert f"{task.members.count()}" in page
    assert "/members/?late=any" in page
    assert f"{URL}add/" not in page


def test_who_was_sent_back_and_is_past_the_due_date_is_overdue_in_every_count(
    as_, chenjing, liming, task, signed
):
    review.return_to_manager(
        signed(), actor=chenjing, at=TODAY, reasons=[review.ClauseReason("请写全。")]
    )
    day = Organisation.current().localdate(TODAY)
    task.members.filter(person=liming).update(due_on=day - timedelta(days=4))
    member = task.members.late(day).get(person=liming)
    assert member.standing == Standing.RETURNED
    client, late = as_(chenjing), task.members.late(day).count()
    page = client.get(f"{URL}{task.pk}/change/").context
    assert page["overdue"].count == sum(each.count for each in page["late"]) == late
    assert page["overdue"].count == sum(each.overdue.count for each in page["departments"])
    assert page["overdue"].count == listed(client, page["overdue"].address)
    count = f'<a class="overdue" href="{page["overdue"].address}">'
    assert count in client.get(URL).content.decode()
    assert [each.late for each in duties_of([liming.pk], day)[liming.pk]] == [True]
    assert Person.objects.filter(who(Show.LATE, day)).contains(liming)
    assert client.get(f"{URL}{task.pk}/members/{member.pk}/").context["member"].days_late > 0


def test_those_who_only_read_find_no_button(as_, wuying, task):
    for path in ("change/", "members/", f"members/{task.members.first().pk}/"):
        page = as_(wuying).get(f"{URL}{task.pk}/{path}").content.decode()
        for act in ("remind", "extend", "add", "close", "cancel", "excuse", "undo"):
            assert f"{task.pk}/{act}/" not in page


@pytest.mark.parametrize("username", ["chenjing", "zhoumin", "wuying"])
def test_no_link_of_a_task_leads_nowhere(as_, request, task, liming, draft, username):
    opened = draft()
    row = task.members.get(person=liming)
    row.pledge = opened
    row.save()
    client = as_(request.getfixturevalue(username))
    pages = ["", f"{task.pk}/change/", f"{task.pk}/members/?q=李明", f"{task.pk}/members/{row.pk}/"]
    found = set()
    for path in (URL + each for each in pages):
        body = client.get(path).content.decode()
        main = body.partition("<main")[2]
        found |= {html.unescape(each) for each in re.findall(r'href="(/admin/[^"]+)"', main)}
    assert {at: status for at in found if (status := client.get(at).status_code) != 200} == {}


def test_from_those_without_an_address_the_slips_of_exactly_these_are_printed(
    as_, chenjing, task, monkeypatch
):
    hired = task.members.filter(person__username__contains="-")
    silent = list(hired.order_by("person__employee_number")[:4])
    Person.objects.filter(memberships__in=silent).update(email="")
    Person.objects.filter(pk=silent[0].person_id).update(is_active=False)
    monkeypatch.setattr(timezone, "now", lambda: TODAY + timedelta(hours=1))
    client = as_(chenjing)
    page = client.get(f"{URL}{task.pk}/members/", {"mark": "no-address", "standing": "overdue"})
    printed = page.context["slips"]
    assert 0 < printed < page.context["wanted"].but(standing="").members(task, TODAY.date()).count()
    slips = re.search(r'href="([^"]*/slips/[^"]*)"', page.content.decode())[1].replace("&amp;", "&")
    shown = client.get(slips)
    assert len(shown.context["members"]) == printed
    made = []
    monkeypatch.setattr(
        slips_action, "print_task_slips", lambda given, language: made.extend(given) or b"%PDF"
    )
    assert client.post(slips).status_code == 200
    assert len(made) == printed
    everybody = client.get(slips.partition("?")[0]).context["members"]
    assert len(everybody) > printed
    assert not client.get(f"{URL}{task.pk}/members/").context["slips"]


def test_an_empty_cell_is_marked_so_that_the_card_of_a_phone_leaves_it_out(as_, chenjing, version):
    task_scenes.draft(version(), chenjing, TODAY)
    page = as_(chenjing).get(URL).content.decode()
    empty = re.findall(r'<td class="field-(\w+)"><span class="nothing">—</span></td>', page)
    assert set(empty) == {"progress", "due", "overdue"}
    assert ":has(> .nothing:only-child) { display: none; }" in (STATIC / "admin.css").read_text()
