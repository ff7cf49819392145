"""Who read whose pledge: noted by every page that shows one, in the ledger exactly once."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pledges import audit
from pledges.access import SYSTEM
from pledges.actions import erasure, exporting, noting_readings, review
from pledges.actions.noting_readings import Way
from pledges.models import LedgerEntry, Person, Pledge, Reading
from tests.baseline import START
from tests.fresh import prove
from tests.serving import ROOT, surroundings

MINUTE = timedelta(minutes=1)
LATER = timedelta(days=365.25 * 10 + 40)
RECORD = (
    "import django; django.setup()\n"
    "from django.utils import timezone\n"
    "from pledges.actions import noting_readings\n"
    "print(noting_readings.record_noted(timezone.now()))\n"
)


def noted():
    """What is noted: who read which pledge in which way."""
    return sorted(Reading.objects.values_list("reader__username", "pledge__number", "way"))


def entries():
    return list(LedgerEntry.objects.filter(event="pledge.read").order_by("sequence"))


def facts(entry):
    return json.loads(entry.leaf)["facts"]


def browser(person):
    client = Client()
    client.force_login(person)
    prove(client, person)
    return client


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: START + timedelta(hours=5))
    return START + timedelta(hours=5)


PAGES = {
    "/admin/pledges/pledge/{}/change/": Way.PAGE,
    "/admin/pledges/pledge/{}/accept/": Way.PAGE,
    "/admin/pledges/pledge/{}/return/": Way.PAGE,
    "/pledges/{}/document.pdf": Way.FILE,
    "/pledges/{}/document.pdf?download=1": Way.FILE,
    "/pledges/{}/printout.pdf": Way.PRINTOUT,
    "/pledges/{}/proof.json": Way.PROOF,
}


@pytest.mark.django_db
@pytest.mark.usefixtures("judging_service")
@pytest.mark.parametrize("address", PAGES)
def test_every_page_that_shows_a_pledge_notes_who_read_it(signed, chenjing, clock, address):
    pledge = signed()
    client = browser(chenjing)
    for _again in range(2):
        assert client.get(address.format(pledge.pk)).status_code == 200
    assert noted() == [("chenjing", pledge.number, PAGES[address])]
    reading = Reading.objects.get()
    assert reading.minute == clock and reading.entry is None
    assert (reading.reader_name, reading.reader_role) == ("陈静", "compliance")


@pytest.mark.django_db
def test_a_file_that_the_browser_still_has_was_read_all_the_same(signed, chenjing, clock):
    pledge = signed()
    tag = f'"{pledge.documents.get().sha256}"'
    url = f"/pledges/{pledge.pk}/document.pdf"
    assert browser(chenjing).get(url, headers={"if-none-match": tag}).status_code == 304
    assert noted() == [("chenjing", pledge.number, Way.FILE)]


@pytest.mark.django_db
def test_an_earlier_pledge_shown_beside_it_was_read_too(signed, chenjing, clock, now):
    earlier = signed()
    reasons = [review.ClauseReason("请补充")]
    review.return_to_manager(earlier, actor=chenjing, at=now, reasons=reasons)
    again = signed(at=now + timedelta(hours=2))
    browser(chenjing).get(f"/admin/pledges/pledge/{again.pk}/change/")
    assert {number for _who, number, _way in noted()} == {earlier.number, again.number}


@pytest.mark.django_db
def test_ones_own_pledge_drafts_and_lists_are_no_readings(signed, draft, liming, chenjing, clock):
    pledge, unsigned = signed(), draft("contract")
    for address in ("/pledges/{}/", "/pledges/{}/document.pdf", "/pledges/{}/proof.json"):
        assert browser(liming).get(address.format(pledge.pk)).status_code == 200
    for address in ("/admin/pledges/pledge/", "/admin/", f"/verify/{pledge.pk}/"):
        assert browser(chenjing).get(address).status_code == 200
    browser(chenjing).get(f"/admin/pledges/pledge/{unsigned.pk}/change/")
    assert noted() == []


@pytest.mark.django_db
def test_whoever_may_not_read_it_has_not_read_it(signed, wangfang, admin, clock):
    pledge = signed()
    for person in (wangfang, admin):
        for address in PAGES:
            assert browser(person).get(address.format(pledge.pk)).status_code in (403, 404)
    assert noted() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("export", "way", "event"),
    [
        (exporting.export, Way.EXPORT, "pledges.exported"),
        (exporting.export_commitments, Way.COMMITMENTS, "commitments.exported"),
    ],
)
def test_an_export_is_a_reading_of_each_under_its_own_entry(
    signed, wangfang, zhoumin, now, export, way, event
):
    pledges = [signed(), signed(person=wangfang), signed("contract")]
    export(Pledge.objects.all(), actor=zhoumin, at=now)
    assert noted() == sorted(("zhoumin", each.number, way) for each in pledges)
    assert {reading.entry.event for reading in Reading.objects.all()} == {event}
    assert noting_readings.record_noted(now + MINUTE * 2) == 0


@pytest.mark.django_db
def test_one_entry_for_each_person_and_minute_once_it_is_over(
    signed, wangfang, chenjing, sunhao, now
):
    first, second = signed(), signed(person=wangfang)
    noting_readings.note([first], Way.PAGE, reader=chenjing, at=now)
    noting_readings.note([first, second], Way.FILE, reader=chenjing, at=now + MINUTE / 2)
    noting_readings.note([second], Way.PAGE, reader=sunhao, at=now + MINUTE / 3)
    noting_readings.note([second], Way.PAGE, reader=chenjing, at=now + MINUTE)
    assert noting_readings.record_noted(now + MINUTE - timedelta(microseconds=1)) == 0
    assert noting_readings.record_noted(now + MINUTE) == 2
    assert noting_readings.record_noted(now + MINUTE) == 0
    assert noting_readings.record_noted(now + MINUTE * 2) == 1
    told = [(entry.actor_id, facts(entry)) for entry in entries()]
    pages = {str(first.pk): ["file", "page"], str(second.pk): ["file"]}
    assert told == [
        (chenjing.pk, {"minute": now.isoformat(), "pledges": pages}),
        (sunhao.pk, {"minute": now.isoformat(), "pledges": {str(second.pk): ["page"]}}),
        (
            chenjing.pk,
            {"minute": (now + MINUTE).isoformat(), "pledges": {str(second.pk): ["page"]}},
        ),
    ]
    assert not Reading.objects.filter(entry=None).exists()
    assert list(audit.verify()) == []


@pytest.mark.django_db
def test_no_name_and_no_number_stands_in_the_ledger(signed, chenjing, now):
    pledge = signed()
    noting_readings.note([pledge], Way.PAGE, reader=chenjing, at=now)
    noting_readings.record_noted(now + MINUTE)
    (entry,) = entries()
    for word in ("陈静", "chenjing", "C3001", "李明", "E1001", pledge.number):
        assert word not in entry.leaf


@pytest.fixture
def one(signed):
    return signed()


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.data())
def test_whenever_it_runs_each_reading_is_in_exactly_one_entry(one, data):
    """Reading and recording in any order, at any time."""
    with transaction.atomic():
        pledges = [one]
        readers = list(Person.objects.filter(username__in=["chenjing", "sunhao", "wuying"]))
        moment = START + timedelta(hours=3)
        for _step in range(data.draw(st.integers(1, 12))):
            moment += timedelta(seconds=data.draw(st.integers(0, 90)))
            if data.draw(st.booleans()):
                reader, way = data.draw(st.sampled_from(readers)), data.draw(st.sampled_from(Way))
                noting_readings.note(pledges, way, reader=reader, at=moment)
            else:
                noting_readings.record_noted(moment)
        noting_readings.record_noted(moment + MINUTE)
        told = [
            (entry.actor_id, facts(entry)["minute"], key, way)
            for entry in entries()
            for key, ways in facts(entry)["pledges"].items()
            for way in ways
        ]
        rows = Reading.objects.values_list("reader_id", "minute", "pledge_id", "way")
        kept = [(who, minute.isoformat(), str(key), way) for who, minute, key, way in rows]
        assert sorted(told) == sorted(kept)
        bundles = [(entry.actor_id, facts(entry)["minute"]) for entry in entries()]
        assert len(bundles) == len(set(bundles))
        transaction.set_rollback(True)


def run_recording(fault=""):
    command = [sys.executable, "-c", RECORD]
    environment = surroundings(fault)
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=120)


@pytest.mark.django_db(transaction=True)
def test_killed_while_recording_and_recorded_by_two_at_once(signed, chenjing, sunhao, now):
    pledge = signed()
    for reader in (chenjing, sunhao):
        noting_readings.note([pledge], Way.PAGE, reader=reader, at=now)
    assert run_recording("readings:recorded").returncode == -9
    assert entries() == []
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(run_recording) for _each in range(2)]
    assert sum(int(each.result().stdout) for each in done) == 2
    assert [entry.actor_id for entry in entries()] == [chenjing.pk, sunhao.pk]
    assert list(audit.verify()) == []


@pytest.mark.django_db(transaction=True)
def test_whoever_records_second_waits_for_the_first_and_finds_nothing(signed, chenjing, now):
    pledge = signed()
    noting_readings.note([pledge], Way.PAGE, reader=chenjing, at=now)

    def record():
        try:
            return noting_readings.record_noted(now + MINUTE)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert noting_readings.record_noted(now + MINUTE) == 1
            second = pool.submit(record)
            while not _waiting():
                assert not second.done()
        assert second.result() == 0
    assert len(entries()) == 1


def _waiting():
    """Whether anybody waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


@pytest.mark.django_db(transaction=True)
def test_reading_waits_for_nobody(signed, chenjing, liming):
    """Not for the ledger's turn, nor for whoever has locked the pledge and its people."""
    pledge = signed()
    client = browser(chenjing)

    def read():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '3s'")
            return client.get(f"/pledges/{pledge.pk}/document.pdf").status_code
        finally:
            connections.close_all()

    with transaction.atomic():
        audit.record("pledge.opened", actor=liming, subject=pledge, at=START)
        list(Pledge.objects.select_for_update().filter(pk=pledge.pk))
        list(Person.objects.select_for_update().filter(pk__in=[liming.pk, chenjing.pk]))
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(read).result() == 200
    assert noted() == [("chenjing", pledge.number, Way.FILE)]


@pytest.mark.django_db
def test_the_signer_sees_who_read_it_and_when_by_the_organisations_clock(
    signed, liming, chenjing, wuying, now
):
    pledge = signed()
    url = f"/pledges/{pledge.pk}/"
    assert "尚无人打开或下载" in browser(liming).get(url).content.decode()
    noting_readings.note([pledge], Way.PAGE, reader=chenjing, at=now)
    noting_readings.note([pledge], Way.FILE, reader=wuying, at=now + MINUTE)
    chenjing.name = "陈静怡"
    chenjing.save()
    page = browser(liming).get(url).content.decode()
    for said in (
        "陈静 · 合规",
        "吴颖 · 审计",
        "2026年11月23日 10:00",
        "打开页面",
        "打开或下载 PDF",
    ):
        assert said in page
    assert page.index("吴颖") < page.index("陈静 ·")
    Person.objects.filter(pk=liming.pk).update(language="en")
    english = browser(liming).get(url).content.decode()
    assert "Who read this pledge" in english and "opened the page" in english


@pytest.mark.django_db
def test_auditors_see_it_in_the_admin_and_others_do_not(signed, chenjing, zhoumin, wuying, now):
    pledge = signed()
    noting_readings.note([pledge], Way.PAGE, reader=chenjing, at=now)
    noting_readings.record_noted(now + MINUTE)
    url, heading = f"/admin/pledges/pledge/{pledge.pk}/change/", "查阅过本承诺书的人"
    assert heading in browser(wuying).get(url).content.decode()
    for other in (chenjing, zhoumin):
        assert heading not in browser(other).get(url).content.decode()
    listed = browser(wuying).get(f"/admin/pledges/reading/?q={pledge.number}").content.decode()
    (entry,) = entries()
    for said in ("陈静", "合规", f"/admin/pledges/ledgerentry/{entry.pk}/change/", pledge.number):
        assert said in listed
    assert "查阅他人承诺书" in browser(wuying).get("/admin/pledges/ledgerentry/").content.decode()


@pytest.mark.django_db
def test_of_an_erased_reader_the_role_is_left(signed, liming, chenjing, sunhao, now):
    pledge = signed()
    noting_readings.note([pledge], Way.PAGE, reader=chenjing, at=now)
    erasure.erase(chenjing, actor=SYSTEM, at=now + LATER)
    page = browser(liming).get(f"/pledges/{pledge.pk}/").content.decode()
    assert "陈静" not in page and "合规" in page
    assert noting_readings.record_noted(now + LATER) == 1
    assert facts(entries()[0])["pledges"] == {str(pledge.pk): ["page"]}


@pytest.mark.django_db
def test_the_sites_own_role_in_the_database_may_note_and_record(signed, chenjing, now):
    pledge = signed()
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE reading_site")
        call_command("grant_role", "reading_site", stdout=StringIO())
        cursor.execute("SET ROLE reading_site")
        try:
            noting_readings.note([pledge], Way.PAGE, reader=chenjing, at=now)
            assert noting_readings.record_noted(now + MINUTE) == 1
        finally:
            cursor.execute("RESET ROLE")
