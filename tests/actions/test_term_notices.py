"""Before the end of a pledge's term its signer is told, while there is still something to do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges.actions import templates, working_calendar
from pledges.actions.reminders import sending_due
from pledges.models import NoticeClaim, TemplateVersion
from tests.serving import work_off

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def version(db, chenjing):
    """As everywhere, but the newest version binds for twelve months."""

    def find(slug="general-standards"):
        known = TemplateVersion.objects.filter(template__slug=slug).order_by("-number")
        if known[0].term_months:
            return known[0]
        draft = templates.revise(known[0], actor=chenjing, at=MONDAY)
        was = draft.definition()
        templates.save_draft(
            draft,
            replace(was, term_months=12, change_note=was.title),
            actor=chenjing,
            at=MONDAY,
            base=templates.file_digest(was),
        )
        return templates.publish(draft, actor=chenjing, at=MONDAY)

    return find


@pytest.mark.parametrize("followed", [False, True])
def test_sixty_thirty_and_seven_days_before(monkeypatch, signed, accepted, mailoutbox, followed):
    working_calendar.load_published(MONDAY)
    pledge = accepted("contract")
    ends = pledge.ends_on
    mailoutbox.clear()
    DBTaskResult.objects.all().delete()
    known = working_calendar.current_calendar()
    for days in (75, 60, 45, 30, 20, 7, 1, -1):
        day = known.next_working(ends - timedelta(days=days))
        at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda at=at: at)
        sending_due.send_due(at)
        work_off()
        if days == 45 and followed:
            signed("contract", at=at)
            DBTaskResult.objects.all().delete()
    told = ["term-60"] if followed else ["term-60", "term-30", "term-7"]
    claims = NoticeClaim.objects.filter(pledge=pledge).order_by("pk")
    assert [each.reason for each in claims] == told
    mine = [mail for mail in mailoutbox if pledge.number in mail.body]
    assert len(mine) == len(told) and "即将到期" in mine[0].body
