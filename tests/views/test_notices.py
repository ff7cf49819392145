"""The mails: who gets which, in which language, with what in them."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from pledges import notices
from pledges.actions import review
from pledges.models import Person


@pytest.fixture
def mails(db, mailoutbox):
    def sent(event, pledge, person):
        mailoutbox.clear()
        notices.send.func(event, str(pledge.pk), person.pk)
        return mailoutbox

    return sent


def test_a_signing_is_told_to_its_signer_alone(mails, signed, chenjing):
    pledge = signed()
    queued = DBTaskResult.objects.filter(task_path=notices.send.module_path)
    assert [each.args_kwargs["args"][2] for each in queued] == [pledge.person_id]
    (own,) = mails(notices.SIGNED, pledge, pledge.person)
    assert pledge.number in own.subject and f"/pledges/{pledge.pk}/" in own.body
    # As it was queued before there was a daily mail to officers.
    assert not mails(notices.SIGNED, pledge, chenjing)


def test_a_return_lists_reasons_by_clause_and_escapes_nothing(mails, signed, chenjing, now):
    pledge = signed()
    reasons = [
        review.ClauseReason("请说明 <依据> & 来源", "1.2.1"),
        review.ClauseReason("全文\n重读"),
    ]
    review.return_to_manager(pledge, actor=chenjing, at=now, reasons=reasons)
    (mail,) = mails(notices.RETURNED, pledge, pledge.person)
    assert "一、2.（1）\n  请说明 <依据> & 来源" in mail.body
    assert "全文\n  重读" in mail.body


def test_what_cannot_be_seen_is_escaped(mails, signed, liming):
    pledge = signed()
    Person.objects.filter(pk=liming.pk).update(name="李\u202e明\u200b\x1b[2J")
    (mail,) = mails(notices.SIGNED, pledge, liming)
    assert r"李\u202e明\u200b\x1b[2J" in mail.body
    assert not set("\u202e\u200b\x1b") & set(mail.subject + mail.body)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("event", [notices.ACCEPTED, notices.REVOKED])
def test_the_others_in_both_languages(mails, accepted, chenjing, now, event, language):
    pledge = accepted()
    review.revoke(pledge, actor=chenjing, at=now + timedelta(days=1), reason="调离岗位")
    pledge.person.language = language
    pledge.person.save()
    (mail,) = mails(event, pledge, pledge.person)
    assert pledge.number in mail.subject and "\n" not in mail.subject
    assert ("2026年11月" if language == "zh-hans" else "November 2026") in mail.body
    assert ("调离岗位" in mail.body) == (event == notices.REVOKED)


@pytest.mark.parametrize("for_good", [True, False])
def test_a_revocation_says_what_comes_after_it(mails, accepted, chenjing, now, for_good):
    pledge = accepted()
    at = now + timedelta(days=1)
    review.revoke(pledge, actor=chenjing, at=at, reason="调离岗位", for_good=for_good)
    (mail,) = mails(notices.REVOKED, pledge, pledge.person)
    assert ("不再需要签署" in mail.body) is for_good
    assert ("需要重新签署，请从此处开始" in mail.body) is not for_good


def test_without_an_address_nothing_is_sent(mails, signed, liming):
    pledge = signed()
    liming.email = ""
    liming.save()
    assert not mails(notices.SIGNED, pledge, liming)
