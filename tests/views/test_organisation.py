"""The organisation on pages: read once a request, and on signed pledges as it was then."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pledges import notices
from pledges.actions import preparing
from pledges.models import Department, Organisation, Person, organisation_read_once
from tests.fresh import prove

pytestmark = pytest.mark.django_db

NEW, OLD = "新名称有限公司", "示例银行股份有限公司"
FOOTER = re.compile("<footer.*?</footer>", re.DOTALL)


def browser(username):
    client = Client()
    person = Person.objects.get(username=username)
    client.force_login(person)
    prove(client, person)
    return client


def times_read(queries):
    return sum('FROM "pledges_organisation"' in each["sql"] for each in queries)


@pytest.fixture
def kept(draft, signed, accepted, liming):
    mine = draft("personal-code")
    return {
        "draft": mine.pk,
        "intent": preparing.prepare(mine, actor=liming, at=timezone.now()).pk,
        "signed": signed("contract").pk,
        "accepted": accepted().pk,
    }


# --- Once a request -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("username", "page"),
    [
        *(("liming", "/"), ("liming", "/pledges/{draft}/"), ("liming", "/pledges/{accepted}/")),
        *(("liming", "/pledges/{draft}/sign/{intent}/"), ("liming", "/verify/{accepted}/")),
        *(("chenjing", "/admin/"), ("chenjing", "/admin/pledges/pledge/?state=all")),
        ("chenjing", "/admin/pledges/pledge/?state=all&signed_from=2026-11-01"),
        *(("chenjing", "/admin/pledges/pledge/{signed}/change/"), ("liming", "/accounts/2fa/")),
        ("chenjing", "/admin/pledges/templateversion/"),
    ],
)
def test_a_page_reads_the_organisation_once(kept, username, page):
    client = browser(username)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page.format(**kept)).status_code == 200
    assert times_read(queries) == 1


def test_opening_preparing_and_accepting_read_it_once_each(kept, chenjing):
    manager, officer = browser("wangfang"), browser("chenjing")
    posts = (
        (manager, "/pledges/start/contract/"),
        (officer, f"/admin/pledges/pledge/{kept['signed']}/accept/"),
    )
    for client, address in posts:
        with CaptureQueriesContext(connection) as queries:
            assert client.post(address).status_code == 302
        assert times_read(queries) == 1


def test_a_mail_reads_it_once(accepted, liming, mailoutbox):
    pledge = accepted()
    with CaptureQueriesContext(connection) as queries:
        notices.send.func(notices.ACCEPTED, str(pledge.pk), liming.pk)
    assert OLD in mailoutbox[0].body and times_read(queries) == 1


def test_what_another_process_changed_is_on_the_next_page():
    client = browser("liming")
    assert OLD in client.get("/").content.decode()
    Organisation.objects.update(name_zh=NEW)
    page = client.get("/").content.decode()
    assert NEW in page and OLD not in page


def test_what_the_request_itself_saved_is_read_anew():
    with organisation_read_once():
        before = Organisation.current()
        assert Organisation.current() is before
        renamed = Organisation.objects.get()
        renamed.name_zh = NEW
        renamed.save()
        assert Organisation.current().name_zh == NEW
    assert Organisation.current() is not Organisation.current()


# --- As it was signed -----------------------------------------------------------------------
@pytest.fixture
def renamed(kept):
    """Everything has another name than when it was signed."""
    Organisation.objects.update(name_zh=NEW, name_en="New Name Ltd.")
    Department.objects.filter(name_zh="华东零售部").update(name_zh="华东部", name_en="East")
    Person.objects.filter(username="liming").update(name="李晓明", employee_number="E7777")
    return kept


@pytest.mark.parametrize(
    ("username", "page"),
    [
        ("liming", "/pledges/{accepted}/"),
        ("liming", "/pledges/{signed}/"),
        ("", "/verify/{accepted}/"),
        ("", "/verify/{signed}/"),
        ("chenjing", "/admin/pledges/pledge/{signed}/change/"),
        ("chenjing", "/admin/pledges/pledge/{signed}/accept/"),
        ("chenjing", "/admin/pledges/pledge/{accepted}/revoke/"),
    ],
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_signed_pledge_names_the_organisation_that_it_was_signed_with(
    renamed, username, page, language
):
    client = browser(username) if username else Client()
    client.cookies["django_language"] = language
    answer = client.get(page.format(**renamed))
    shown = FOOTER.sub("", answer.content.decode())
    assert answer.status_code == 200
    assert OLD in shown
    assert NEW not in shown and "New Name" not in shown


def test_lists_and_pages_name_the_signer_as_it_was_signed(renamed):
    officer = browser("chenjing")
    for page in ("?state=signed", "?state=accepted", "{signed}/change/", "{accepted}/change/"):
        shown = officer.get("/admin/pledges/pledge/" + page.format(**renamed)).content.decode()
        for name in ("李明", "E1001", "华东零售部"):
            assert name in shown, page
        trail = shown.split('<ol class="trail">')[0]  # which tells who acted, as they are now
        assert "E7777" not in trail and "李晓明" not in trail, page


def test_the_list_is_ordered_by_the_names_that_it_shows(signed, draft, wangfang, zhaolei):
    first, second = signed(), signed("contract", person=wangfang)
    unsigned = draft(person=zhaolei)
    # In the database's order of characters: 李 674E, 王 738B, 赵 8D75.
    Person.objects.filter(username="liming").update(name="鿿")
    Person.objects.filter(username="zhaolei").update(name="\u4e00")
    officer = browser("chenjing")
    page = officer.get("/admin/pledges/pledge/?state=all&o=2")
    shown = [pledge.pk for pledge in page.context["cl"].result_list]
    assert shown == [unsigned.pk, first.pk, second.pk]
