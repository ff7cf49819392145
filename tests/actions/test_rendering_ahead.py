"""A document rendered before anybody asks: used where it says the same on the same day."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from pledges import rendering
from pledges.actions import answers, preparing, rendering_ahead, signing, sweeping
from pledges.models import LedgerEntry, Organisation, RenderedAhead, SigningIntent
from pledges.storage import document_store
from tests.cast import FILLED, request_by_code

SLUG = "general-standards"
pytestmark = pytest.mark.django_db


@pytest.fixture
def rendered(monkeypatch):
    """How often a document was rendered."""
    times = []
    really = rendering.render_pledge

    def count(*given, **named):
        times.append(named["urgent"])
        return really(*given, **named)

    monkeypatch.setattr(rendering, "render_pledge", count)
    return times


@pytest.fixture
def ahead(draft, now):
    """A draft whose document was rendered ahead."""
    pledge = draft(SLUG)
    row = rendering_ahead.render(str(pledge.pk), pledge.answers_revision, at=now)
    assert row is not None
    pledge.refresh_from_db()
    return pledge


def save(client, pledge, **typed):
    fields = {f"answer-{code}": value for code, value in {**FILLED[SLUG], **typed}.items()}
    pledge.refresh_from_db()
    url = f"/pledges/{pledge.pk}/answers/"
    assert client.post(url, {**fields, "revision": pledge.answers_revision}).status_code == 200


def queued():
    return DBTaskResult.objects.filter(task_path="pledges.actions.rendering_ahead.render_ahead")


def test_it_is_used_and_nothing_is_rendered_again(ahead, liming, now, rendered):
    intent = preparing.prepare(ahead, actor=liming, at=now + timedelta(minutes=5))
    assert rendered == []
    assert intent.document_digest == RenderedAhead.objects.get().document_digest
    assert preparing.readings.is_faithful(intent)


def test_it_is_no_intent_and_no_entry_in_the_ledger(draft, now, rendered):
    pledge = draft(SLUG)
    entries = LedgerEntry.objects.count()
    rendering_ahead.render(str(pledge.pk), pledge.answers_revision, at=now)
    assert rendered == [False]
    assert not SigningIntent.objects.exists() and LedgerEntry.objects.count() == entries


def test_each_revision_is_rendered_at_most_once(ahead, now, rendered):
    for _ in range(2):
        assert not rendering_ahead.render(str(ahead.pk), ahead.answers_revision, at=now)
    assert rendered == []


def test_what_its_person_has_been_offered_is_not_rendered_ahead(draft, liming, now, rendered):
    pledge = draft(SLUG)
    preparing.prepare(pledge, actor=liming, at=now)
    assert not rendering_ahead.render(str(pledge.pk), pledge.answers_revision, at=now)
    assert rendered == [True]


def other_answers(pledge, liming, now):
    typed = {"surveys_per_month": "3"}
    answers.save(pledge, actor=liming, at=now, typed=typed, revision=pledge.answers_revision)
    return now + timedelta(minutes=1)


def answers_and_back(pledge, liming, now):
    """The same content under a later revision: rendered anew, for the row belongs to the other."""
    other_answers(pledge, liming, now)
    pledge.refresh_from_db()
    return other_answers(pledge, liming, now)


def other_language(pledge, liming, now):
    answers.set_language(pledge, actor=liming, at=now, language="en")
    return now + timedelta(minutes=1)


def renamed(pledge, liming, now):
    Organisation.objects.update(name_zh="另一家银行股份有限公司")
    return now + timedelta(minutes=1)


def other_name(pledge, liming, now):
    type(liming).objects.filter(pk=liming.pk).update(name="李铭")
    return now + timedelta(minutes=1)


def next_day(pledge, liming, now):
    return now + timedelta(days=1)


def clock_went_back(pledge, liming, now):
    return now - timedelta(minutes=1)


def file_lost(pledge, liming, now):
    document_store.remove(RenderedAhead.objects.get().document_digest)
    return now + timedelta(minutes=1)


@pytest.mark.parametrize(
    "change",
    [
        *(other_answers, answers_and_back, other_language, renamed, other_name),
        *(next_day, clock_went_back, file_lost),
    ],
    ids=lambda change: change.__name__,
)
def test_it_is_not_used_once_anything_is_different(ahead, liming, now, rendered, change):
    at = change(ahead, liming, now)
    ahead.refresh_from_db()
    liming.refresh_from_db()
    intent = preparing.prepare(ahead, actor=liming, at=at)
    assert rendered == [True]
    assert preparing.readings.is_faithful(intent)


# --- When it happens ------------------------------------------------------------------------------
def test_a_finished_draft_is_rendered_three_seconds_after_its_last_change(
    client, draft, liming, settings
):
    pledge = draft(SLUG, surveys_per_month="")
    client.force_login(liming)
    save(client, pledge, surveys_per_month="many")
    assert not queued().exists()
    save(client, pledge)
    save(client, pledge)  # the same again is no change
    task = queued().get()
    pledge.refresh_from_db()
    assert task.args_kwargs["args"] == [str(pledge.pk), pledge.answers_revision]
    assert task.run_after - pledge.saved_at == timedelta(seconds=3)
    assert task.priority < 0


def test_a_task_whose_draft_moved_on_does_nothing(draft, liming, now, rendered):
    pledge, typed = draft(SLUG), {"surveys_per_month": "4"}
    answers.save(
        pledge,
        actor=liming,
        at=now,
        typed=typed,
        revision=pledge.answers_revision,
    )
    assert not rendering_ahead.render(str(pledge.pk), pledge.answers_revision, at=now)
    assert rendered == []


def test_it_can_be_switched_off(client, draft, liming, settings):
    settings.RENDER_AHEAD = 0
    pledge = draft(SLUG, surveys_per_month="")
    client.force_login(liming)
    save(client, pledge)
    assert not queued().exists()


def test_a_person_who_may_not_sign_gets_nothing_rendered(draft, liming, now, rendered):
    pledge = draft(SLUG)
    type(liming).objects.filter(pk=liming.pk).update(is_active=False)
    assert not rendering_ahead.render(str(pledge.pk), pledge.answers_revision, at=now)
    assert rendered == []


# --- What becomes of it ---------------------------------------------------------------------------
def test_it_is_kept_while_it_may_be_used(ahead, now):
    assert rendering_ahead.sweep(now + timedelta(hours=23)) == 0
    sweeping.sweep(now + timedelta(hours=23))
    assert document_store.exists(RenderedAhead.objects.get().document_digest)


def test_what_was_signed_is_a_document_and_ahead_no_more(ahead, liming, now):
    intent = preparing.prepare(ahead, actor=liming, at=now)
    signing.sign(intent, actor=liming, at=now, request=request_by_code(liming, at=now))
    assert rendering_ahead.sweep(now + timedelta(minutes=1)) == 1


@pytest.mark.parametrize("why", ["old", "changed"])
def test_it_is_swept_with_its_file_once_it_is_of_no_use(ahead, liming, now, why, monkeypatch):
    digest = RenderedAhead.objects.get().document_digest
    at = now + timedelta(hours=1)
    if why == "old":
        at = now + timedelta(hours=25)
    else:
        other_answers(ahead, liming, now)
    assert rendering_ahead.sweep(at) == 1
    assert not RenderedAhead.objects.exists()
    monkeypatch.setattr(sweeping, "ORPHAN_AGE", -timedelta(days=3650))  # its file is of today
    sweeping.sweep(at)
    assert not document_store.exists(digest)
