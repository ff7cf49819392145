"""The mails of signing tasks through a real server, read back as a mail program reads them."""

import email
import re
from datetime import timedelta
from email import policy
from email.utils import parseaddr
from html.parser import HTMLParser

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges.actions.reminders import sending_due
from pledges.models import (
    CalendarDay,
    NoticeClaim,
    Organisation,
    Person,
    SigningTask,
    TaskMember,
    TaskVersion,
)
from tests.mail_servers import receiving, settings_for
from tests.serving import free_port, run_worker

WORDS = {
    "zh-hans": ("请最迟于", "阅读、填写并签署", "阅读并签署"),
    "en": ("Please sign by", "asks you to read, fill in and sign", "Read and sign"),
}


class Links(HTMLParser):
    """The links of a page, and whether it brings anything that is fetched or run."""

    def __init__(self):
        super().__init__()
        self.found, self.fetched = [], []

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if tag == "a":
            self.found.append(facts["href"])
        if tag in ("img", "link", "script", "iframe", "form"):
            self.fetched.append(tag)


@pytest.fixture
def running(version, liming, wangfang, chenjing):
    """A task whose first notices are due now, whatever day and hour it is."""
    now = timezone.now()
    CalendarDay.objects.bulk_create(
        CalendarDay(date=(now + timedelta(days=each)).date(), working=True, source="published")
        for each in (-1, 0, 1)
    )
    Organisation.objects.update(notices_from=0, notices_until=24)
    Person.objects.filter(pk=liming.pk).update(language="en")
    task = SigningTask.objects.create(
        template=version().template,
        title="2026 年度 <承诺> & 守则",
        message="请在本周内完成。",
        due_on=(now + timedelta(days=10)).date(),
        created_at=now,
        created_by=chenjing,
        launched_at=now,
        launched_by=chenjing,
        first_notices_at=now - timedelta(minutes=1),
        state="running",
    )
    TaskVersion.objects.create(task=task, version=version())
    for position, person in enumerate((liming, wangfang)):
        TaskMember.objects.create(
            task=task,
            person=person,
            position=position,
            joined="launch",
            joined_at=now - timedelta(minutes=1),
            due_on=task.due_on,
            commitment="0" * 64,
        )
    return now


@pytest.mark.django_db(transaction=True)
def test_first_notices_through_a_real_server_in_both_languages(running, tmp_path):
    assert sending_due.send_due(running) == 2
    with receiving(tmp_path, free_port()) as mail:
        site = "https://pledges.bank.example"
        page = f"{site}/tasks/{SigningTask.objects.get().pk}/"
        assert run_worker(PUBLIC_URL=site, **settings_for(mail.port)) == 0
        got = {
            each["to"][0].partition("@")[0]: email.message_from_bytes(
                each["content"].encode(), policy=policy.default
            )
            for each in mail.mails()
        }
    assert set(got) == {"liming", "wangfang"}
    for name, language in (("liming", "en"), ("wangfang", "zh-hans")):
        message, (subject, words, button) = got[name], WORDS[language]
        assert message.get_content_type() == "multipart/alternative"
        text = message.get_body(("plain",)).get_content()
        html = message.get_body(("html",)).get_content()
        assert subject in message["Subject"] and words in text and words in html
        company = Organisation.current().name_in(language)
        assert parseaddr(message["From"]) == (company, "shounuo@localhost")
        assert message["Auto-Submitted"] == "auto-generated"
        assert not [each for each in message if each.lower().startswith("list-")]
        assert message["Message-ID"] == NoticeClaim.objects.get(person__username=name).message_id
        assert "2026 年度 <承诺> & 守则" in text and "2026 年度 &lt;承诺&gt; &amp; 守则" in html
        assert re.findall(r"https?://\S+", text) == [page]
        links = Links()
        links.feed(html)
        assert links.found == [page] and links.fetched == []
        assert button in html and f'lang="{language}"' in html
    assert got["liming"]["Message-ID"] != got["wangfang"]["Message-ID"]


@pytest.mark.django_db(transaction=True)
def test_after_a_worker_was_killed_at_most_the_mail_in_hand_is_repeated(running, tmp_path):
    """By the same name, so that it is known for the same; the claims are as many as before."""
    assert sending_due.send_due(running) == 2
    with receiving(tmp_path, free_port()) as mail:
        assert run_worker(**settings_for(mail.port)) == 0
        in_hand = DBTaskResult.objects.filter(task_path__endswith="tasks.send").first()
        DBTaskResult.objects.filter(pk=in_hand.pk).update(status="READY", started_at=None)
        assert sending_due.send_due(running) == 0
        assert run_worker(**settings_for(mail.port)) == 0
        names = [
            email.message_from_bytes(each["content"].encode())["Message-ID"]
            for each in mail.mails()
        ]
    assert len(names) == 3 and len(set(names)) == 2
    assert NoticeClaim.objects.count() == 2
