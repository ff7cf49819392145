"""A pledge with a term: it says so, ends by itself, and may be signed anew."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges import access, notices, verification
from pledges.access import SYSTEM
from pledges.actions import answers, expiring, review, templates
from pledges.actions.erasure import erase, what_keeps
from pledges.core import lifecycle, refusals
from pledges.core.lifecycle import PledgeState
from pledges.models import Document, LedgerEntry, Organisation, Pledge, TemplateVersion
from pledges.storage import document_store
from pledges.views.my_pledges import contents
from pledges.views.public import status_words
from tests.rendering.samples import text_of
from tests.serving import run_worker

TERM = 12
LAST_DAY = date(2027, 11, 23)
# Midnight in Shanghai after the last day.
OVER = datetime(2027, 11, 23, 16, 0, tzinfo=UTC)


@pytest.fixture
def version(db, chenjing, now):
    """As everywhere, but the newest version of a template binds for twelve months."""
    made: dict[str, TemplateVersion] = {}

    def find(slug="general-standards"):
        if not find.termed:
            return TemplateVersion.objects.get(template__slug=slug, number=1)
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

    find.termed = True
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
        ("zh-hans", "除本承诺书另有约定外，本承诺书自签订之日起12个月内有效。"),
        (
            "en",
            "Unlessitprovidesotherwise,thispledgeisinforcefor12monthsfromthedayonwhichitissigned.",
        ),
    ],
)
def test_the_signed_document_says_for_how_long_it_binds(signed, language, words):
    pledge = signed("contract", language=language)
    assert words in text_of(document_store.get(pledge.documents.get(revision=1).sha256))
    assert pledge.ends_on == LAST_DAY
    assert (
        pledge.version.digest
        != Pledge(version=pledge.version).version.template.versions.get(number=1).digest
    )


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


@pytest.fixture
def on(monkeypatch):
    """Let the worker's clock show a time."""
    return lambda at: monkeypatch.setattr(expiring.timezone, "now", lambda: at)


def state_of(pledge):
    return Pledge.objects.get(pk=pledge.pk).status


@pytest.mark.django_db
def test_the_worker_ends_it_and_leaves_alone_what_was_revoked(accepted, chenjing, now, on):
    first, second = accepted("contract"), accepted("personal-code")
    review.revoke(second, actor=chenjing, at=now + timedelta(hours=2), reason="x")
    on(OVER)
    for pledge in (first, second, first):
        expiring.end_of_term.func(str(pledge.pk))
    assert (state_of(first), state_of(second)) == (PledgeState.EXPIRED, PledgeState.REVOKED)
    assert LedgerEntry.objects.filter(event="pledge.expired").count() == 1


@pytest.mark.django_db
def test_one_run_makes_up_for_those_that_failed(accepted, wangfang, on):
    lost, other = accepted("contract"), accepted("contract", person=wangfang)
    on(OVER + timedelta(days=1))
    expiring.end_of_term.func(str(other.pk))
    assert state_of(lost) == state_of(other) == PledgeState.EXPIRED
    call_command("end_terms", verbosity=0)
    assert LedgerEntry.objects.filter(event="pledge.expired").count() == 2


@pytest.mark.django_db
def test_a_run_that_comes_too_early_is_queued_again_for_the_day(accepted, on):
    pledge = accepted("contract")
    Organisation.objects.update(time_zone="Europe/Berlin")
    on(OVER)
    expiring.end_of_term.func(str(pledge.pk))
    assert state_of(pledge) == PledgeState.ACCEPTED
    ends = DBTaskResult.objects.filter(task_path=expiring.end_of_term.module_path)
    assert ends.latest("run_after").run_after == OVER + timedelta(hours=7)


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_takes_it_from_the_queue(accepted):
    pledge = accepted("contract")
    ends = DBTaskResult.objects.filter(task_path=expiring.end_of_term.module_path)
    assert run_worker() == 0
    assert ends.get().status == "READY"  # its day has not come
    ends.update(run_after=pledge.created_at)
    assert run_worker() == 0
    assert sorted(ends.values_list("status", flat=True)) == ["READY", "SUCCESSFUL"]


@pytest.mark.django_db
def test_nobody_ends_a_term_by_hand(accepted, chenjing, liming, admin):
    pledge = accepted("contract")
    for person in (chenjing, liming, admin):
        with pytest.raises(access.Denied):
            expiring.expire(pledge, actor=person, at=OVER)


@pytest.mark.django_db
@pytest.mark.parametrize("noted", [True, False])
@pytest.mark.usefixtures("judging_service")
def test_its_public_standing_ends_with_the_day_noted_or_not(accepted, noted):
    pledge = accepted("contract")
    if noted:
        expiring.expire(pledge, actor=SYSTEM, at=OVER)
    file = document_store.get(pledge.documents.get(revision=Document.Revision.ACCEPTED).sha256)
    after = verification.judge(file, at=OVER)
    assert after.public_status.status == PledgeState.EXPIRED
    assert status_words(after.public_status).look == "ended"
    assert after.verdict.outcome == "accepted"
    if not noted:
        on_its_last_day = verification.public_status(pledge.pk, at=OVER - timedelta(seconds=1))
        assert on_its_last_day.status == PledgeState.ACCEPTED


@pytest.mark.django_db
def test_the_public_page_says_until_when(client, expired):
    pledge = expired()
    page = client.get(f"/verify/{pledge.pk}/", headers={"accept-language": "zh-hans"})
    text = page.content.decode()
    assert "有效期已届满，不再有效" in text and "2027年11月23日" in text and "退回" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("noted", [True, False])
@pytest.mark.usefixtures("judging_service")
def test_its_genuine_file_is_genuine_all_the_same(client, accepted, monkeypatch, noted):
    """The verdict on the file is one thing, how the pledge stands another."""
    pledge = accepted("contract")
    if noted:
        expiring.expire(pledge, actor=SYSTEM, at=OVER)
    newest = pledge.documents.get(revision=Document.Revision.ACCEPTED)
    monkeypatch.setattr(timezone, "now", lambda: OVER)
    brought = SimpleUploadedFile("a.pdf", document_store.get(newest.sha256))
    page = client.post("/verify/", {"file": brought}).content.decode()
    looks = re.findall(r'verdict verdict-(\w+)"', page)
    assert looks == ["good", "ended"]
    assert "文件真实" in page and "有效期已届满，不再有效" in page
    shown = client.get(f"/verify/{pledge.pk}/").content.decode()
    assert re.findall(r'verdict verdict-(\w+)"', shown) == ["ended"]
    for each in (page, shown):
        assert "2026年11月23日（签订之日）" in each and "2027年11月23日" in each


@pytest.mark.django_db
@pytest.mark.parametrize("noted", [True, False])
def test_what_followed_a_pledge_took_its_place_for_good(
    accepted, chenjing, signed, version, now, noted
):
    """The older one has no term; the newer one has, and it has passed."""
    version.termed = False
    older = accepted("contract")
    version.termed = True
    later = now + timedelta(hours=2)
    newer = review.accept(
        signed("contract", at=later), actor=chenjing, at=later + timedelta(hours=1)
    )
    if noted:
        expiring.expire(newer, actor=SYSTEM, at=OVER)
    told = verification.public_status(older.pk, at=OVER)
    assert (told.status, told.superseded_at) == (PledgeState.ACCEPTED, newer.reviewed_at)
    assert verification.public_status(newer.pk, at=OVER).superseded_at is None


@pytest.mark.django_db
def test_the_next_may_be_signed_in_its_last_sixty_days_and_after(
    accepted, liming, chenjing, version
):
    accepted("contract")
    contract, first = version("contract"), OVER - timedelta(days=61)
    for actor in (liming, chenjing):
        with pytest.raises(refusals.AlreadyWaiting):
            assign_to(contract, liming, actor, first - timedelta(seconds=1))
    assert contract not in offered(liming, first - timedelta(seconds=1))
    assert contract in offered(liming, first)
    assert assign_to(contract, liming, chenjing, first).status == PledgeState.DRAFT


@pytest.mark.parametrize(
    ("ends_on", "first"),
    [(date(2026, 12, 23), date(2026, 12, 16)), (date(2028, 11, 23), date(2028, 9, 24))],
)
def test_a_short_term_may_be_followed_in_its_last_quarter(ends_on, first):
    signed_at = datetime(2026, 11, 23, 2, tzinfo=UTC)
    pledge = Pledge(status=PledgeState.ACCEPTED, signed_at=signed_at, ends_on=ends_on)
    organisation = Organisation(time_zone="Asia/Shanghai")
    assert pledge.may_be_followed_on(first, organisation)
    assert not pledge.may_be_followed_on(first - timedelta(days=1), organisation)


def assign_to(version, person, actor, at):
    if actor == person:
        return answers.open_pledge(version, actor=actor, at=at, language="en")
    return answers.assign(version, person=person, actor=actor, at=at, due_on=LAST_DAY)


def offered(person, at):
    entries = contents(person, list(Pledge.objects.of(person)), at)["available"]
    return [entry.version for entry in entries]


@pytest.mark.django_db
@pytest.mark.parametrize("noted", [True, False])
def test_after_its_last_day_a_new_one_may_be_signed(accepted, liming, version, noted):
    pledge = accepted("contract")
    if noted:
        expiring.expire(pledge, actor=SYSTEM, at=OVER)
    anew = answers.open_pledge(version("contract"), actor=liming, at=OVER, language="en")
    assert anew.pk != pledge.pk and anew.status == PledgeState.DRAFT


@pytest.mark.django_db
def test_who_has_signed_the_next_gets_no_mail(accepted, signed):
    pledge = accepted("contract")
    signed("contract", at=OVER - timedelta(days=30))
    mails = DBTaskResult.objects.filter(task_path=notices.send.module_path)
    before = mails.count()
    expiring.expire(pledge, actor=SYSTEM, at=OVER)
    assert mails.count() == before


@pytest.mark.django_db
def test_what_waited_too_long_is_returned_and_not_accepted(signed, chenjing):
    pledge = signed("contract")
    with pytest.raises(refusals.TermOver):
        review.accept(pledge, actor=chenjing, at=OVER)
    assert state_of(pledge) == PledgeState.SIGNED
    draft = review.return_to_manager(
        pledge, actor=chenjing, at=OVER, reasons=[review.ClauseReason("已过期，请重新签署。")]
    )
    assert draft.status == PledgeState.DRAFT


@pytest.mark.django_db
def test_what_has_ended_is_not_revoked_any_more(accepted, chenjing):
    pledge = accepted("contract")
    with pytest.raises(lifecycle.Forbidden):
        review.revoke(pledge, actor=chenjing, at=OVER, reason="x")
    late = OVER - timedelta(seconds=1)
    assert review.revoke(pledge, actor=chenjing, at=late, reason="x").status == "revoked"


@pytest.mark.django_db
def test_the_first_page_lists_it_as_earlier(client, expired, liming):
    pledge = expired()
    client.force_login(liming)
    text = client.get("/", headers={"accept-language": "zh-hans"}).content.decode()
    assert text.index("历史承诺书") < text.index(pledge.number)
    page = client.get(f"/pledges/{pledge.pk}/")
    assert page.context["step"] == 4
    assert '<li aria-current="step"><span>已到期</span></li>' in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("noted", [True, False])
def test_its_retention_counts_from_its_last_day(client, accepted, liming, noted):
    pledge = accepted("contract")
    if noted:
        expiring.expire(pledge, actor=SYSTEM, at=OVER)
    (kept,) = what_keeps(liming, OVER + timedelta(days=1))
    assert kept == refusals.RetainedPledge(pledge.number, "expired", date(2037, 11, 24))
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
