"""Mails when their server works, hangs, is not there or refuses: no page waits, none is lost."""

import email
import re
import smtplib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import policy
from hashlib import sha256
from urllib.parse import urlsplit

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges import notices
from pledges.actions import clearing
from pledges.models import RequestCount
from pledges.notices import accounts, digests, sending
from tests.mail_servers import receiving, settings_for, silent
from tests.serving import free_port, run_worker, server, work_off
from tests.tls import make_certificate
from tests.visitor import Visitor

RESET = "/accounts/password/reset/"
KNOWN, UNKNOWN = "chenjing@example.com", "nobody@example.com"


def waiting():
    return DBTaskResult.objects.filter(status="READY")


# --- With real servers ---------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_hangs_holds_nobody_up():
    more = {"RESETS_PER_ACCOUNT_AND_NETWORK": "99"}
    with silent() as mail, server(threads=2, **settings_for(mail.port), **more) as address:
        visitors = [Visitor(address) for _ in range(8)]
        with ThreadPoolExecutor(8) as people:
            asked = people.map(lambda each: each.post(RESET, {"email": KNOWN})[0], visitors)
            assert Visitor(address).ask("/healthz")[0] == 200
        assert set(asked) == {302}
        assert mail.taken == []  # the site itself never asked it
        assert waiting().exists()


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_is_not_there_tells_nobody_who_has_an_account():
    with server(**settings_for(free_port())) as address:
        known, unknown = (
            Visitor(address).post(RESET, {"email": each}) for each in (KNOWN, UNKNOWN)
        )
    assert known[0] == unknown[0] == 302
    assert known[1]["Location"] == unknown[1]["Location"]
    assert known[2] == unknown[2]


@pytest.mark.django_db(transaction=True)
def test_a_real_mail_server_gets_the_link_and_the_link_works(tmp_path):
    with (
        receiving(tmp_path, free_port()) as mail,
        server(**settings_for(mail.port)) as address,
    ):
        visitor = Visitor(address)
        for each in (KNOWN, UNKNOWN):
            visitor.post(RESET, {"email": each})
        assert mail.mails() == []
        assert run_worker(PUBLIC_URL=address, **settings_for(mail.port)) == 0
        (got,) = mail.mails()
        message = email.message_from_string(got["content"], policy=policy.default)
        link = re.search(r"\S+/password/reset/key/\S+", message.get_content())[0]
        assert got["to"] == [KNOWN] and link.startswith(f"{address}/accounts/")
        page = visitor.ask(visitor.ask(urlsplit(link).path)[1]["Location"])[2]
    assert 'name="password1"' in page
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}


@pytest.mark.django_db(transaction=True)
def test_the_sealed_file_arrives_byte_for_byte_under_its_name(accepted, tmp_path):
    """Sent by a worker of its own through a real server, read by Python's own parser."""
    pledge = accepted()
    newest = pledge.documents.latest("revision")
    with receiving(tmp_path, free_port()) as mail:
        assert run_worker(ATTACH_ACCEPTED="1", **settings_for(mail.port)) == 0
        got = [
            email.message_from_string(each["content"], policy=policy.default)
            for each in mail.mails()
        ]
    attached = {str(each["Subject"]): list(each.iter_attachments()) for each in got}
    ((subject, (file,)),) = [each for each in attached.items() if each[1]]
    assert subject.strip() == f"公司已确认，承诺书自签订之日起生效：{pledge.number}"
    assert file.get_filename() == f"承诺书-通用准则型-李明-{pledge.number}.pdf"
    assert file.get_content_type() == "application/pdf"
    assert sha256(file.get_content()).hexdigest() == newest.sha256


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_is_reached_by_tls_and_only_where_its_certificate_is_trusted(
    chenjing, tmp_path
):
    make_certificate(tmp_path)
    trusted = tmp_path / "fullchain.pem"
    accounts.tell("new_browser", chenjing, at=timezone.now().isoformat())
    with receiving(tmp_path, free_port(), trusted, tmp_path / "privkey.pem") as mail:
        by_tls = {**settings_for(mail.port), "EMAIL_HOST": "localhost", "EMAIL_USE_SSL": "1"}
        assert run_worker(**by_tls) == 0
        assert mail.mails() == [] and waiting().exists()
        waiting().update(run_after=timezone.now())
        RequestCount.objects.all().delete()
        assert run_worker(**by_tls, SSL_CERT_FILE=str(trusted)) == 0
        assert [each["to"] for each in mail.mails()] == [[KNOWN]]


@pytest.mark.django_db(transaction=True)
def test_what_a_worker_cannot_send_waits_and_is_sent_later(chenjing, tmp_path):
    accounts.tell("new_browser", chenjing, at=timezone.now().isoformat())
    assert run_worker(**settings_for(free_port())) == 0
    (again,) = waiting()
    assert again.args_kwargs["kwargs"]["tries"] == 1 and again.run_after > timezone.now()
    waiting().update(run_after=timezone.now())
    RequestCount.objects.all().delete()
    with receiving(tmp_path, free_port()) as mail:
        assert run_worker(**settings_for(mail.port)) == 0
        assert [each["to"] for each in mail.mails()] == [[KNOWN]]
    assert not waiting().exists()


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_is_sent_twice_is_known_for_the_same(chenjing, liming, tmp_path):
    """As after a worker that was killed before it noted what it had sent (lost_tasks)."""
    accounts.tell("new_browser", chenjing, at=timezone.now().isoformat())
    accounts.tell("new_browser", liming, at=timezone.now().isoformat())
    with receiving(tmp_path, free_port()) as mail:
        for _worker in range(2):
            assert run_worker(**settings_for(mail.port)) == 0
            DBTaskResult.objects.update(status="READY", started_at=None, finished_at=None)
        got = [
            (each["to"][0], email.message_from_string(each["content"])["Message-ID"])
            for each in mail.mails()
        ]
    assert len(got) == 4 and len(set(got)) == len({known for _to, known in got}) == 2


# --- What a mail server may answer ---------------------------------------------------------------
@pytest.fixture
def mail_server(monkeypatch):
    """A mail server that answers each mail with the next of the errors that it is given."""
    errors, asked = [], []

    def send(message, *_args, **_options):
        asked.append(message.to)
        if errors:
            raise errors.pop(0)

    monkeypatch.setattr(EmailMessage, "send", send)
    send.errors, send.asked = errors, asked
    return send


REFUSED_FOR_NOW = smtplib.SMTPDataError(451, b"try later")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        smtplib.SMTPServerDisconnected(),
        smtplib.SMTPAuthenticationError(535, b"who are you"),
        smtplib.SMTPRecipientsRefused({"x": (450, b"mailbox busy")}),
        REFUSED_FOR_NOW,
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_may_change_is_tried_again(mail_server, chenjing, error):
    mail_server.errors.append(error)
    accounts.tell("new_browser", chenjing, at=timezone.now().isoformat())
    work_off()
    assert not DBTaskResult.objects.failed()
    (again,) = waiting()
    assert again.args_kwargs["args"][:2] == ["new_browser", chenjing.pk]
    RequestCount.objects.all().delete()
    waiting().update(run_after=timezone.now())
    work_off()
    assert mail_server.asked == [[KNOWN]] * 2 and not waiting().exists()


@pytest.mark.django_db
def test_every_kind_of_mail_is_tried_again(mail_server, signed, chenjing, liming):
    pledge = signed()
    DBTaskResult.objects.all().delete()
    notices.announce(notices.SIGNED, pledge)
    accounts.tell("password_reset", liming)
    digests.send_digest.enqueue(chenjing.pk)
    mail_server.errors += [REFUSED_FOR_NOW] * 3
    work_off()
    assert len(mail_server.asked) == 3
    waiting().update(run_after=timezone.now())
    work_off()
    assert mail_server.asked[3:] == mail_server.asked[:3]
    assert not waiting().exists() and not DBTaskResult.objects.failed()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPRecipientsRefused({"x": (550, b"no such mailbox")}),
        smtplib.SMTPDataError(554, b"rejected"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_refused_for_good_is_not_tried_again(mail_server, chenjing, error):
    mail_server.errors.append(error)
    accounts.tell("new_browser", chenjing, at=timezone.now().isoformat())
    work_off()
    assert DBTaskResult.objects.failed().count() == 1 and not waiting().exists()


@pytest.mark.django_db
def test_after_most_of_a_day_a_mail_is_given_up(mail_server, chenjing):
    mail_server.errors += [REFUSED_FOR_NOW] * 99
    accounts.tell("new_browser", chenjing, at=timezone.now().isoformat())
    for _ in range(99):
        work_off()
        waiting().update(run_after=timezone.now())
    assert len(mail_server.asked) == len(sending.RESTS) + 1
    assert timedelta(hours=12) < sum(sending.RESTS, timedelta()) < timedelta(days=1)
    assert DBTaskResult.objects.failed().count() == 1


@pytest.mark.django_db
def test_while_a_mail_server_hangs_the_worker_has_time_for_other_work(
    mail_server, chenjing, liming
):
    mail_server.errors.append(TimeoutError())
    for person in (chenjing, liming, chenjing):
        accounts.tell("new_browser", person, at=timezone.now().isoformat())
    work_off()
    assert len(mail_server.asked) == 1 and waiting().count() == 3
    RequestCount.objects.all().delete()  # it is asked again after less than a minute
    waiting().update(run_after=timezone.now())
    work_off()
    assert len(mail_server.asked) == 4 and not waiting().exists()


# --- What the queue keeps ------------------------------------------------------------------------
@pytest.mark.django_db
def test_results_of_mails_are_removed_after_a_day(mail_server, chenjing, liming):
    mail_server.errors.append(smtplib.SMTPDataError(554, b"rejected"))
    for person in (chenjing, liming, None):
        accounts.tell("password_reset", person)
    work_off()
    later = timezone.now() + timedelta(hours=23)
    accounts.tell("password_reset", liming)  # not sent yet
    assert clearing.clear_task_results(later) == 0
    assert clearing.clear_task_results(later + timedelta(hours=2)) == 3
    assert waiting().count() == 1


@pytest.mark.django_db
def test_nothing_else_is_removed_from_the_queue(mail_server, passkey, liming):
    passkey(liming)
    passkey(liming)  # waits; a task will look after it
    long_ago = timezone.now() - timedelta(days=9)
    DBTaskResult.objects.update(status="SUCCESSFUL", started_at=long_ago, finished_at=long_ago)
    others = DBTaskResult.objects.filter(task_path__endswith=".lapse_due")
    assert others.exists()
    clearing.clear_task_results(timezone.now())
    assert set(DBTaskResult.objects.all()) == set(others)
