"""One calendar: on every page, in every action and command, "today" is the organisation's."""

import ast
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone, translation

from pledges import wording
from pledges.access import SYSTEM
from pledges.actions import answers, pending, pledge_numbers, review, templates
from pledges.actions.tasks import drafting, launching, previewing
from pledges.core import refusals
from pledges.core.lifecycle import PledgeState
from pledges.core.task_refusals import DueInThePast, NoVersion
from pledges.models import Organisation, Person, Pledge

pytestmark = pytest.mark.django_db

SOURCES = Path(__file__).resolve().parent.parent / "pledges"
CLOCKS = {"timezone", "date", "datetime"}
# What of these asks the server's zone, or its clock without any zone.
OTHER_CALENDARS = {"localdate", "localtime", "today", "utcnow", "get_current_timezone"}

# The server is in Shanghai (TIME_ZONE): at each of these moments it has another date.
NOON_IN_LONDON = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
FIVE_IN_LONDON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
AHEAD = [("Pacific/Auckland", NOON_IN_LONDON), ("Pacific/Kiritimati", NOON_IN_LONDON)]
BEHIND = [("America/Los_Angeles", FIVE_IN_LONDON), ("Europe/Berlin", FIVE_IN_LONDON)]
TODAY = {
    **dict.fromkeys((zone for zone, _at in AHEAD), date(2026, 11, 24)),
    **dict.fromkeys((zone for zone, _at in BEHIND), date(2026, 11, 23)),
}
OF_THE_SERVER = {NOON_IN_LONDON: date(2026, 11, 23), FIVE_IN_LONDON: date(2026, 11, 24)}
everywhere = pytest.mark.parametrize(("zone", "at"), [*AHEAD, *BEHIND])


@pytest.fixture
def organisation_in(monkeypatch):
    """Move the organisation to a zone and let the clock show a moment; gives its date."""

    def move(zone, at):
        Organisation.objects.update(time_zone=zone)
        monkeypatch.setattr(timezone, "now", lambda: at)
        assert TODAY[zone] != OF_THE_SERVER[at] == timezone.localdate(at)
        return TODAY[zone]

    return move


@pytest.fixture
def effective(version):
    """Publish a version of a template of its own, in effect from a day on."""

    def publish(day, slug="own", **changes):
        was = version().definition()
        changes |= {"slug": slug, "effective_on": day, "change_note": was.title}
        made, _new = templates.import_definition(
            replace(was, **changes), actor=SYSTEM, at=NOON_IN_LONDON
        )
        return templates.publish(made, actor=SYSTEM, at=NOON_IN_LONDON)

    return publish


def browser(person):
    client = Client()
    client.force_login(person)
    return client


def offered(client):
    return [entry.version for entry in client.get("/").context["available"]]


# --- What is in effect ----------------------------------------------------------------------
@everywhere
def test_what_is_offered_can_be_opened_and_what_is_not_cannot(
    organisation_in, effective, liming, zone, at
):
    today = organisation_in(zone, at)
    now, tomorrow = effective(today, "now"), effective(today + timedelta(days=1), "tomorrow")
    client = browser(liming)
    shown = offered(client)
    assert now in shown and tomorrow not in shown
    opened = client.post("/pledges/start/now/")
    assert opened.url == f"/pledges/{Pledge.objects.get(version=now).pk}/"
    assert client.post("/pledges/start/tomorrow/").status_code == 404
    assert not Pledge.objects.filter(version=tomorrow).exists()


@everywhere
def test_of_three_versions_the_one_in_effect_is_opened(
    organisation_in, effective, liming, zone, at
):
    today = organisation_in(zone, at)
    days = (today - timedelta(days=9), today, today + timedelta(days=1))
    made = [effective(day, term_months=months) for months, day in enumerate(days, 1)]
    client = browser(liming)
    assert [each for each in offered(client) if each in made] == [made[1]]
    client.post("/pledges/start/own/")
    assert Pledge.objects.get().version == made[1]


@everywhere
def test_a_task_asks_for_what_is_in_effect_and_takes_no_day_that_has_passed(
    organisation_in, effective, liming, chenjing, zone, at
):
    today = organisation_in(zone, at)
    now, tomorrow = effective(today, "now"), effective(today + timedelta(days=1), "tomorrow")
    by = {"actor": chenjing, "at": at}

    def task(version, day):
        audience = {"include": [{"kind": "numbers", "values": [liming.employee_number]}]}
        due = {"kind": "date", "on": day.isoformat()}
        return drafting.save_task(drafting.Drafted(version.template, "任务", audience, due), **by)

    with pytest.raises(DueInThePast):
        task(now, today - timedelta(days=1))
    with pytest.raises(NoVersion):
        previewing.preview(task(tomorrow, today), **by)
    made = task(now, today)
    launching.request_launch(made, **by)
    assert launching.launch(str(made.pk), at=at)
    assert made.members.with_standing(today).get().standing == "due"
    assert made.members.with_standing(today + timedelta(days=1)).get().standing == "overdue"


@everywhere
def test_the_demonstration_assigns_what_is_in_effect(
    organisation_in, effective, settings, tmp_path, zone, at
):
    settings.VAR_DIR = tmp_path / "var"
    Person.objects.all().delete()
    today = organisation_in(zone, at)
    effective(today, "now"), effective(today + timedelta(days=1), "tomorrow")
    call_command("create_demo", stdout=StringIO())
    assigned = dict(Pledge.objects.values_list("version__template__slug", "due_on"))
    assert set(assigned) == {"general-standards", "contract", "personal-code", "now"}
    assert assigned["now"] == today + timedelta(days=14)


# --- Days that are counted ------------------------------------------------------------------
@everywhere
def test_a_draft_is_late_when_the_organisations_day_has_passed(
    organisation_in, version, liming, chenjing, zone, at
):
    today = organisation_in(zone, at)
    due = today - timedelta(days=1)
    answers.assign(version(), person=liming, actor=SYSTEM, at=at, due_on=due)
    assert [draft.left.late for draft in browser(liming).get("/").context["overdue"]] == [1]
    fill = browser(liming).get(f"/pledges/{Pledge.objects.get().pk}/")
    assert fill.context["left"].days == -1
    # In the office: the number on the list of people, and the list that it opens.
    shown = browser(chenjing).get("/admin/pledges/person/?duties=late")
    (person,) = shown.context["cl"].result_list
    assert (person, [duty.late for duty in person.duties]) == (liming, [True])
    assert f"/admin/pledges/person/{liming.pk}/change/?show=late#duties" in shown.text


@pytest.mark.parametrize(
    ("zone", "moment", "year"),
    [
        ("Pacific/Auckland", datetime(2026, 12, 31, 11, 30, tzinfo=UTC), 2027),
        ("Asia/Shanghai", datetime(2026, 12, 31, 11, 30, tzinfo=UTC), 2026),
        ("America/Los_Angeles", datetime(2027, 1, 1, 7, 30, tzinfo=UTC), 2026),
    ],
)
def test_a_number_bears_the_organisations_year(db, zone, moment, year):
    Organisation.objects.update(time_zone=zone)
    assert pledge_numbers.next_number(moment) == f"CN-{year}-000001"


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        # Signed on 10 December there: 31 days, of which a quarter is seven.
        ("America/Los_Angeles", date(2027, 1, 3)),
        # Signed on 11 December there, as by the server; in UTC it was still the tenth.
        ("Asia/Shanghai", date(2027, 1, 4)),
    ],
)
def test_the_last_quarter_of_a_term_counts_from_the_organisations_day_of_signing(zone, first):
    signed_at = datetime(2026, 12, 10, 17, 0, tzinfo=UTC)
    organisation = Organisation(time_zone=zone)
    ends_on = organisation.localdate(signed_at) + timedelta(days=31)
    pledge = Pledge(status=PledgeState.ACCEPTED, signed_at=signed_at, ends_on=ends_on)
    assert pledge.may_be_followed_on(first, organisation)
    assert not pledge.may_be_followed_on(first - timedelta(days=1), organisation)


def test_the_queue_counts_days_and_not_hours(signed, chenjing, monkeypatch):
    """Signed late in the evening, it waits for a day on the next morning."""
    evening = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    signed(at=evening)
    for hours, said in ((0.5, "since today"), (9, "1 day")):
        monkeypatch.setattr(timezone, "now", lambda hours=hours: evening + timedelta(hours=hours))
        client = browser(chenjing)
        client.cookies["django_language"] = "en"
        assert said in client.get("/admin/pledges/pledge/").content.decode()


# --- Times that are told --------------------------------------------------------------------
def test_the_operator_reads_times_by_the_organisations_clock(passkey, liming, organisation_in):
    organisation_in("Pacific/Auckland", NOON_IN_LONDON)
    passkey(liming, at=NOON_IN_LONDON)
    waiting = passkey(liming, at=NOON_IN_LONDON).waiting
    out = StringIO()
    call_command("permit_enrolment", "E1001", stdout=out)
    until = waiting.record.expires
    assert pending.waiting(liming, NOON_IN_LONDON)
    expected = Organisation.current().localtime(until)
    assert expected != timezone.localtime(until).replace(tzinfo=expected.tzinfo)
    assert f"until {expected:%Y-%m-%d %H:%M}" in out.getvalue()


def test_the_days_of_an_expired_key_are_the_organisations(signed, chenjing, now):
    pledge = signed()
    told = set()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # a day apart at every moment
        Organisation.objects.update(time_zone=zone)
        with pytest.raises(refusals.KeyExpired) as refused:
            review.accept(pledge, actor=chenjing, at=now + timedelta(days=60 * 365))
        with translation.override("en"):
            told.add(wording.refusal(refused.value))
    assert len(told) == 2


def test_a_zone_that_was_changed_is_the_zone_of_the_next_page(client, signed, liming):
    page = f"/pledges/{signed().pk}/"
    client.force_login(liming)
    for zone, offset in (("Pacific/Auckland", "UTC+13:00"), ("Europe/Berlin", "UTC+01:00")):
        Organisation.objects.update(time_zone=zone)
        assert offset in client.get(page).content.decode()


# --- No other calendar ----------------------------------------------------------------------
def names_asked_of_time(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.timezone":
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in CLOCKS:
            yield node.lineno, node.attr


def test_no_module_asks_another_calendar():
    found = [
        f"{path.relative_to(SOURCES)}:{line} {name}"
        for path in SOURCES.rglob("*.py")
        for line, name in names_asked_of_time(ast.parse(path.read_text("utf-8")))
        if name in OTHER_CALENDARS
    ]
    assert found == []
