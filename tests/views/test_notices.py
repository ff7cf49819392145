"""The mails: who gets which, in which language, with what in them."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django_tasks_db.models import DBTaskResult

from pledges import notices
from pledges.actions import review
from pledges.models import Organisation, Person
from pledges.storage import document_store


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


@pytest.mark.parametrize(
    ("language", "place"), [("zh-hans", "结尾段"), ("en", "Closing paragraph")]
)
def test_a_paragraph_is_cited_in_the_language_of_the_mail(
    mails, signed, chenjing, now, language, place
):
    pledge = signed("contract")
    closing = pledge.version.outline("zh-hans").clauses[-1].key
    reasons = [review.ClauseReason("请说明", closing)]
    review.return_to_manager(pledge, actor=chenjing, at=now, reasons=reasons)
    pledge.person.language = language
    pledge.person.save()
    (mail,) = mails(notices.RETURNED, pledge, pledge.person)
    assert f"{place}\n  请说明" in mail.body


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


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_mails_agree_on_since_when_a_pledge_is_in_effect(
    mails, signed, accepted, chenjing, wangfang, now, language
):
    waiting, confirmed = signed(), accepted(person=wangfang)
    for pledge in (waiting, confirmed):
        pledge.person.language = language
        pledge.person.save()
    (mail,) = mails(notices.SIGNED, waiting, waiting.person)
    once = {
        "zh-hans": "经公司确认后，承诺书自签订之日起生效；如被退回，则自始不生效",
        "en": "Once the company has confirmed it, it is in effect from the day of signing. If it",
    }
    assert once[language] in mail.body
    (mail,) = mails(notices.ACCEPTED, confirmed, confirmed.person)
    since = {
        "zh-hans": "自签订之日（2026年11月23日）起生效",
        "en": "since 23 November 2026, the day of",
    }
    assert since[language] in mail.body
    reasons = [review.ClauseReason("请核对")]
    review.return_to_manager(waiting, actor=chenjing, at=now + timedelta(days=1), reasons=reasons)
    (mail,) = mails(notices.RETURNED, waiting, waiting.person)
    assert {"zh-hans": "自始不生效", "en": "never took effect"}[language] in mail.body


@pytest.mark.parametrize("event", [notices.SIGNED, notices.ACCEPTED])
def test_whom_to_ask_stands_in_the_mail_once_it_is_said(mails, accepted, event):
    pledge = accepted()
    (mail,) = mails(event, pledge, pledge.person)
    assert "请联系" not in mail.body and "\n\n\n" not in mail.body
    Organisation.objects.update(pledge_contact="合规部 <8>，021-5555")
    (mail,) = mails(event, pledge, pledge.person)
    assert "请联系：合规部 <8>，021-5555\n" in mail.body


def test_the_sealed_file_comes_along_where_the_installation_says_so(mails, accepted, settings):
    pledge = accepted()
    (mail,) = mails(notices.ACCEPTED, pledge, pledge.person)
    assert mail.attachments == [] and f"/pledges/{pledge.pk}/" in mail.body
    settings.ATTACH_ACCEPTED = True
    (mail,) = mails(notices.ACCEPTED, pledge, pledge.person)
    ((name, content, kind),) = mail.attachments
    assert name == f"承诺书-通用准则型-李明-{pledge.number}.pdf"
    assert kind == "application/pdf"
    newest = pledge.documents.latest("revision")
    assert sha256(content).hexdigest() == newest.sha256 and len(content) == newest.size
    assert "附于本邮件" in mail.body and f"/pledges/{pledge.pk}/" in mail.body
    for event in (notices.SIGNED, notices.REVOKED):
        (mail,) = mails(event, pledge, pledge.person)
        assert mail.attachments == []


@pytest.mark.parametrize("trouble", ["large", "missing", "damaged"])
def test_without_a_file_to_attach_the_mail_goes_and_leads_to_it(
    mails, accepted, settings, monkeypatch, caplog, trouble
):
    pledge, settings.ATTACH_ACCEPTED = accepted(), True
    newest = pledge.documents.latest("revision")
    if trouble == "large":
        monkeypatch.setattr(notices, "MAX_ATTACHED_BYTES", newest.size - 1)
    else:
        error = {"missing": document_store.Missing, "damaged": document_store.Corrupt}[trouble]

        def fail(document):
            raise error(document.sha256)

        monkeypatch.setattr("pledges.issued_files.read", fail)
    (mail,) = mails(notices.ACCEPTED, pledge, pledge.person)
    assert mail.attachments == [] and "附于本邮件" not in mail.body
    assert f"/pledges/{pledge.pk}/" in mail.body
    assert (str(pledge.pk) in caplog.text) == (trouble != "large")


@pytest.mark.parametrize("for_good", [True, False])
def test_a_revocation_says_what_comes_after_it(mails, accepted, chenjing, now, for_good):
    pledge = accepted()
    at = now + timedelta(days=1)
    review.revoke(pledge, actor=chenjing, at=at, reason="调离岗位", for_good=for_good)
    (mail,) = mails(notices.REVOKED, pledge, pledge.person)
    assert ("不需要重新签署" in mail.body) is for_good
    assert ("需要重新签署，请从此处开始" in mail.body) is not for_good


def test_without_an_address_nothing_is_sent(mails, signed, liming):
    pledge = signed()
    liming.email = ""
    liming.save()
    assert not mails(notices.SIGNED, pledge, liming)
