"""A pledge with a term: it says so, ends by itself, and may be signed anew."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django_tasks_db.models import DBTaskResult

from pledges import access, notices, verification
from pledges.access import SYSTEM
from pledges.actions import answers, expiring, review, templates
from pledges.actions.erasure import erase, what_keeps
from pledges.core import lifecycle, refusals
from pledges.core.lifecycle import PledgeState
from pledges.gateways import storage
from pledges.models import Document, LedgerEntry, Pledge, TemplateVersion
from pledges.views.public import standing_words
from tests.gateways.papers import text_of

TERM = 12
LAST_DAY = date(2027, 11, 23)
# Midnight in Shanghai after the last day.
OVER = datetime(2027, 11, 23, 16, 0, tzinfo=UTC)


@pytest.fixture
def version(db, chenjing, now):
    """As everywhere, but the newest version of a template binds for twelve months."""
    made: dict[str, TemplateVersion] = {}

    def find(slug="general-standards"):
        if slug not in made:
            old = TemplateVersion.objects.get(template__slug=slug)
            draft = templates.revise(old, actor=chenjing, at=now)
            was = draft.definition()
            templates.save_draft(
                draft,
                replace(was, term_months=TERM, change_note=was.title),
                actor=chenjing,
                at=now,
                base=templates.file_digest(was),
            )
            made[slug] = templates.publish(draft, actor=chenjing, at=now)
        return made[slug]

    return find


@pytest.fixture
def expired(accepted):
    def make(slug="contract"):
        return expiring.expire(accepted(slug), actor=SYSTEM, at=OVER)

    return make


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", "本承诺书自签署之日起12个月内有效。"),
        ("en", "Thispledgeisinforcefor12monthsfromthedayonwhichitissigned."),
    ],
)
def test_the_signed_document_says_for_how_long_it_binds(signed, language, words):
    pledge = signed("contract", language=language)
    assert words in text_of(storage.get(pledge.documents.get(revision=1).sha256))
    assert pledge.ends_on == LAST_DAY
    assert (
        pledge.version.digest
        != Pledge(version=pledge.version).version.template.versions.get(number=1).digest
    )


@pytest.mark.django_db
def test_a_version_without_a_term_has_the_digest_it_always_had():
    version = TemplateVersion.objects.get(template__slug="contract")
    assert "term_months" not in version.definition().content()


@pytest.mark.django_db
def test_its_end_is_queued_with_the_acceptance_for_midnight_by_the_companys_clock(accepted):
    pledge = accepted("contract")
    (queued,) = DBTaskResult.objects.filter(task_path=expiring.end_of_term.module_path)
    assert queued.args_kwargs["args"] == [str(pledge.pk)]
    assert queued.run_after == OVER


@pytest.mark.django_db
def test_on_the_day_after_it_expires_and_the_ledger_and_a_mail_say_so(accepted, liming):
    pledge = accepted("contract")
    with pytest.raises(refusals.TermNotOver):
        expiring.expire(pledge, actor=SYSTEM, at=OVER - timedelta(seconds=1))
    assert expiring.expire(pledge, actor=SYSTEM, at=OVER).status == PledgeState.EXPIRED
    entry = LedgerEntry.objects.latest("sequence")
    assert entry.event == "pledge.expired" and LAST_DAY.isoformat() in entry.leaf
    notices.send.func(notices.EXPIRED, str(pledge.pk), liming.pk)
    assert pledge.number in mail.outbox[-1].subject
    assert "2027年11月23日" in mail.outbox[-1].body
    with pytest.raises(lifecycle.Forbidden):
        expiring.expire(pledge, actor=SYSTEM, at=OVER)


@pytest.mark.django_db
def test_the_worker_ends_it_and_leaves_alone_what_was_revoked(accepted, chenjing, now, monkeypatch):
    first, second = accepted("contract"), accepted("personal-code")
    review.revoke(second, actor=chenjing, at=now + timedelta(hours=2), reason="x")
    monkeypatch.setattr(expiring.timezone, "now", lambda: OVER)
    for pledge in (first, second):
        expiring.end_of_term.func(str(pledge.pk))
    states = Pledge.objects.filter(pk__in=(first.pk, second.pk)).values_list("status", flat=True)
    assert set(states) == {PledgeState.EXPIRED, PledgeState.REVOKED}


@pytest.mark.django_db
def test_nobody_ends_a_term_by_hand(accepted, chenjing, liming, admin):
    pledge = accepted("contract")
    for person in (chenjing, liming, admin):
        with pytest.raises(access.Denied):
            expiring.expire(pledge, actor=person, at=OVER)


@pytest.mark.django_db
@pytest.mark.parametrize("noted", [True, False])
def test_its_public_standing_ends_with_the_day_noted_or_not(accepted, noted):
    pledge = accepted("contract")
    if noted:
        expiring.expire(pledge, actor=SYSTEM, at=OVER)
    file = storage.get(pledge.documents.get(revision=Document.Revision.ACCEPTED).sha256)
    after = verification.judge(file, at=OVER)
    assert after.standing.status == PledgeState.EXPIRED
    assert standing_words(after.standing).look == "bad"
    assert after.verdict.outcome == "accepted"
    if not noted:
        on_its_last_day = verification.standing(pledge.pk, at=OVER - timedelta(seconds=1))
        assert on_its_last_day.status == PledgeState.ACCEPTED


@pytest.mark.django_db
def test_the_public_page_says_until_when(client, expired):
    pledge = expired()
    page = client.get(f"/verify/{pledge.pk}/", headers={"accept-language": "zh-hans"})
    text = page.content.decode()
    assert "已到期" in text and "2027年11月23日" in text and "退回" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("noted", [True, False])
def test_who_signed_it_may_sign_anew_after_the_day_and_not_before(
    accepted, liming, version, client, noted
):
    pledge = accepted("contract")
    with pytest.raises(refusals.AlreadyWaiting):
        answers.open_pledge(
            version("contract"), actor=liming, at=OVER - timedelta(seconds=1), language="en"
        )
    if noted:
        expiring.expire(pledge, actor=SYSTEM, at=OVER)
    anew = answers.open_pledge(version("contract"), actor=liming, at=OVER, language="en")
    assert anew.pk != pledge.pk and anew.status == PledgeState.DRAFT


@pytest.mark.django_db
def test_the_first_page_lists_it_as_earlier(client, expired, liming):
    pledge = expired()
    client.force_login(liming)
    text = client.get("/", headers={"accept-language": "zh-hans"}).content.decode()
    assert text.index("以往的承诺书") < text.index(pledge.number)
    assert "已到期" in client.get(f"/pledges/{pledge.pk}/").content.decode()


@pytest.mark.django_db
def test_its_retention_counts_from_its_last_day(client, expired, liming):
    pledge = expired()
    (kept,) = what_keeps(liming, OVER + timedelta(days=1))
    assert kept == refusals.Kept(pledge.number, "expired", date(2037, 11, 24))
    late = OVER + timedelta(days=366 * 10)
    assert what_keeps(liming, late) == ()
    erase(liming, actor=SYSTEM, at=late)
    page = client.get(f"/verify/{pledge.pk}/", headers={"accept-language": "zh-hans"})
    text = page.content.decode()
    assert "保存期限届满" in text and "有效期至" in text and "退回" not in text


@pytest.mark.django_db
def test_the_database_knows_no_other_way_into_it(signed, accepted):
    for pledge, changes in (
        (signed("contract"), {"status": "expired"}),
        (accepted("personal-code"), {"status": "expired", "ends_on": date(2030, 1, 1)}),
        (accepted("general-standards"), {"ends_on": None}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Pledge.objects.filter(pk=pledge.pk).update(**changes)
