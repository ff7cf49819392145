"""The fill page: opening, autosave, stale tabs, preparing, and what works without a script."""

import json
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pledges.actions import answers, preparing, review, templates
from pledges.core import refusals
from pledges.core.lifecycle import PledgeState
from pledges.models import Person, Pledge, SigningIntent
from tests.cast import FILLED

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client, liming):
    client.force_login(liming)
    client.cookies["django_language"] = "en"
    return client


def url(name, pledge):
    return reverse(name, args=[pledge.pk])


def fields(pledge, **typed):
    return {
        "revision": str(pledge.answers_revision),
        **{f"answer-{code}": value for code, value in typed.items()},
    }


# --- Opening ------------------------------------------------------------------------------------
def test_starting_opens_one_draft_and_finds_it_again(client, liming):
    address = reverse("pledge_start", args=["contract"])
    first = client.post(address)
    pledge = Pledge.objects.get()
    assert first.url == client.post(address).url == url("pledge", pledge)
    assert (pledge.person, pledge.language) == (liming, "en")


def test_starting_by_a_link_starts_nothing(client):
    assert client.get(reverse("pledge_start", args=["contract"])).url == reverse("my_pledges")
    assert not Pledge.objects.exists()


def test_an_unknown_template_is_not_found(client):
    assert client.post(reverse("pledge_start", args=["nothing"])).status_code == 404


def test_a_second_pledge_of_a_kind_that_waits_is_refused_in_words(client, signed):
    signed("contract")
    answer = client.post(reverse("pledge_start", args=["contract"]), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("my_pledges")
    assert "already have a pledge of this kind" in answer.content.decode()


def test_whoever_is_active_opens_one_whatever_their_office(client, chenjing):
    client.force_login(chenjing)
    opened = client.post(reverse("pledge_start", args=["contract"]))
    pledge = Pledge.objects.get()
    assert (opened.url, pledge.person) == (url("pledge", pledge), chenjing)


def test_whose_account_is_closed_opens_nothing(client, chenjing):
    client.force_login(chenjing)
    Person.objects.filter(pk=chenjing.pk).update(is_active=False)
    opened = client.post(reverse("pledge_start", args=["contract"]))
    assert (opened.status_code, opened.url.partition("?")[0]) == (302, reverse("account_login"))
    assert not Pledge.objects.exists()


@pytest.mark.parametrize("name", ["pledge", "pledge_save", "pledge_prepare"])
def test_another_persons_pledge_is_not_found(client, draft, wangfang, name):
    other = draft(person=wangfang)
    assert client.post(url(name, other), fields(other)).status_code == 404
    if name != "pledge_save":
        assert client.get(url(name, other)).status_code == 404


# --- The page -----------------------------------------------------------------------------------
@pytest.mark.parametrize("slug", FILLED)
def test_the_page_shows_the_sheet_in_the_language_of_the_pledge(client, draft, slug):
    page = client.get(url("pledge", draft(slug, language="zh-hans"))).content.decode()
    assert '<div class="sheet-body" lang="zh-Hans">' in page
    assert '<html lang="en">' in page
    assert "<style" not in page and " style=" not in page


def test_the_page_says_when_it_is_due(client, draft):
    pledge = draft()
    Pledge.objects.update(due_on=timezone.localdate() + timedelta(days=7))
    assert "5 working days left" in client.get(url("pledge", pledge)).content.decode()
    Pledge.objects.update(due_on=date(2020, 1, 1))
    assert "overdue" in client.get(url("pledge", pledge)).content.decode()


def test_a_retired_version_says_so(client, draft, version, chenjing, now):
    pledge = draft()
    templates.retire(version(), actor=chenjing, at=now)
    answer = client.post(url("pledge_prepare", pledge), fields(pledge), follow=True)
    assert "can no longer be signed" in answer.content.decode()
    assert not SigningIntent.objects.exists()


def test_a_draft_of_a_retired_version_that_nothing_follows_is_told_to_be_gone(
    client, draft, version, chenjing, now
):
    pledge = draft()
    templates.retire(version(), actor=chenjing, at=now)
    answer = client.get(url("pledge", pledge), follow=True)
    assert "This draft was withdrawn." in answer.content.decode()
    assert not Pledge.objects.exists()


def test_a_returned_pledge_lays_its_reasons_beside_their_clauses(client, signed, chenjing, now):
    reasons = [review.ClauseReason("Please name more surveys.", "1.2.1")]
    returned = signed()
    review.return_to_manager(returned, actor=chenjing, at=now, reasons=reasons)
    page = client.get(url("pledge", Pledge.objects.get(corrects=returned))).content.decode()
    assert "Please name more surveys." in page
    assert url("pledge", returned) in page


# --- Autosave -----------------------------------------------------------------------------------
def test_saving_keeps_and_tells_how_it_reads(client, draft):
    pledge = draft()
    typed = fields(pledge, surveys_per_month="99", satisfaction_target="85")
    answer = client.post(url("pledge_save", pledge), typed)
    assert answer.status_code == 200
    told = answer.json()
    pledge.refresh_from_db()
    assert pledge.answers["surveys_per_month"] == "99"
    assert told["revision"] == pledge.answers_revision == 2
    assert "must be a whole number from 1 to 31" in told["notes"]["1.2.1"]
    assert "compliance will look at this" in told["notes"]["1.2.1"]
    assert told["notes"]["1.2.3"] == ""
    assert told["remaining"] == "1 answer needs correcting."
    assert "6 of 7" in told["progress"]
    assert "4 / 5" in told["outline"]


def test_empty_blanks_are_named_only_after_signing_was_asked_for(client, draft):
    pledge = draft()
    typed = fields(pledge, surveys_per_month="")
    assert client.post(url("pledge_save", pledge), typed).json()["notes"]["1.2.1"] == ""
    strict = client.post(url("pledge_save", pledge), {**typed, "strict": "1"}).json()
    assert "is still blank" in strict["notes"]["1.2.1"]


def test_a_stale_tab_is_told_and_overwrites_nothing(client, draft):
    pledge = draft()
    client.post(url("pledge_save", pledge), fields(pledge, surveys_per_month="3"))
    answer = client.post(url("pledge_save", pledge), fields(pledge, surveys_per_month="4"))
    assert answer.status_code == 409
    assert answer.json()["kind"] == "stale-draft"
    pledge.refresh_from_db()
    assert pledge.answers["surveys_per_month"] == "3"


def test_the_same_save_again_is_answered_the_same(client, draft):
    pledge = draft()
    typed = fields(pledge, surveys_per_month="3")
    first = client.post(url("pledge_save", pledge), typed)
    again = client.post(url("pledge_save", pledge), typed)
    assert first.status_code == again.status_code == 200
    assert first.json()["revision"] == again.json()["revision"] == 2


def test_saving_a_signed_pledge_is_a_conflict(client, signed):
    pledge = signed()
    answer = client.post(url("pledge_save", pledge), fields(pledge, surveys_per_month="3"))
    assert (answer.status_code, answer.json()["kind"]) == (409, "not-a-draft")


@pytest.mark.parametrize("revision", ["", "x", None])
def test_a_save_without_its_revision_is_a_bad_request(client, draft, revision):
    pledge = draft()
    data = {} if revision is None else {"revision": revision}
    assert client.post(url("pledge_save", pledge), data).status_code == 400


def test_a_visitor_without_a_session_is_sent_to_sign_in(client, draft):
    pledge = draft()
    client.logout()
    answer = client.post(url("pledge_save", pledge), fields(pledge, surveys_per_month="3"))
    assert answer.status_code == 302 and "login" in answer.url


def test_hostile_text_is_shown_as_text(client, draft):
    pledge = draft("contract")
    hostile = '"><script>alert(1)</script>'
    told = client.post(url("pledge_save", pledge), fields(pledge, service_name=hostile)).json()
    assert "<script" not in json.dumps(told)
    assert "<script>alert" not in client.get(url("pledge", pledge)).content.decode()


# --- Without a script ---------------------------------------------------------------------------
def test_posting_the_page_saves_and_shows_the_errors(client, draft):
    pledge = draft()
    answer = client.post(url("pledge", pledge), fields(pledge, surveys_per_month="99"), follow=True)
    assert answer.redirect_chain == [(url("pledge", pledge), 302)]
    assert "must be a whole number from 1 to 31" in answer.content.decode()


def test_going_on_later_saves_and_leaves(client, draft):
    pledge = draft()
    typed = {**fields(pledge, surveys_per_month="3"), "later": "1"}
    assert client.post(url("pledge", pledge), typed).url == reverse("my_pledges")
    pledge.refresh_from_db()
    assert pledge.answers["surveys_per_month"] == "3"


@pytest.mark.parametrize("name", ["pledge", "pledge_prepare"])
def test_a_stale_page_comes_back_with_what_was_typed_and_saves_nothing(client, draft, name):
    pledge = draft()
    client.post(url("pledge_save", pledge), fields(pledge, surveys_per_month="3"))
    answer = client.post(url(name, pledge), fields(pledge, surveys_per_month="4"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'name="answer-surveys_per_month" value="4"' in page
    assert 'name="revision" value="1"' in page
    pledge.refresh_from_db()
    assert pledge.answers["surveys_per_month"] == "3"


def test_a_stale_page_shows_no_more_of_an_answer_than_is_ever_kept(client, draft):
    """It is read like any other: half a megabyte of it would hold a thread for minutes."""
    pledge = draft()
    client.post(url("pledge_save", pledge), fields(pledge, surveys_per_month="3"))
    page = client.post(url("pledge", pledge), fields(pledge, surveys_per_month="7" * 20_000))
    assert page.status_code == 409
    assert f'value="{"7" * answers.MAX_TYPED_LENGTH}"' in page.content.decode()


# --- The language of the pledge -----------------------------------------------------------------
def test_the_draft_is_laid_in_the_other_language_with_its_answers(client, draft):
    pledge = draft()
    typed = {**fields(pledge, surveys_per_month="3"), "language": "en"}
    page = client.post(url("pledge", pledge), typed, follow=True).content.decode()
    assert '<div class="sheet-body" lang="en">' in page
    assert 'value="3"' in page


def test_what_was_prepared_in_the_old_language_is_signed_no_more(draft, now):
    pledge = draft()
    intent = preparing.prepare(pledge, actor=pledge.person, at=now)
    changed = answers.set_language(pledge, actor=pledge.person, at=now, language="en")
    assert intent.answers_revision != changed.answers_revision


def test_the_same_language_again_changes_nothing(draft, now):
    pledge = draft()
    same = answers.set_language(pledge, actor=pledge.person, at=now, language="zh-hans")
    assert same.answers_revision == pledge.answers_revision


def test_an_unknown_language_is_refused(draft, now):
    pledge = draft()
    with pytest.raises(ValueError, match="tlh"):
        answers.set_language(pledge, actor=pledge.person, at=now, language="tlh")


# --- Preparing ----------------------------------------------------------------------------------
def test_preparing_saves_what_is_typed_and_lays_the_document(client, draft):
    pledge = draft()
    answer = client.post(url("pledge_prepare", pledge), fields(pledge, surveys_per_month="4"))
    intent = SigningIntent.objects.get()
    assert answer.url == reverse("pledge_sign", args=[pledge.pk, intent.pk])
    assert intent.answers["surveys_per_month"] == "4"


def test_an_incomplete_draft_comes_back_with_a_list_that_links_to_each_blank(client, draft):
    pledge = draft()
    typed = fields(pledge, surveys_per_month="", complaint_resolution_days="90")
    answer = client.post(url("pledge_prepare", pledge), typed, follow=True)
    page = answer.content.decode()
    assert not SigningIntent.objects.exists()
    for code in ("surveys_per_month", "complaint_resolution_days"):
        assert f'href="#id_answer-{code}"' in page
        assert f'id="id_answer-{code}"' in page
        assert f'id="error-{code}"' in page


def test_a_character_without_a_glyph_is_named(client, draft):
    pledge = draft("contract")
    typed = fields(pledge, service_name="服务\U000e0100\U0001fae8")
    answer = client.post(url("pledge_prepare", pledge), typed, follow=True)
    page = answer.content.decode()
    assert not SigningIntent.objects.exists()
    assert "U+1FAE8" in page or "U+E0100" in page
    pledge.refresh_from_db()
    assert pledge.answers["service_name"].startswith("服务")


def test_coming_back_from_signing_in_lands_on_the_draft(client, draft):
    pledge = draft()
    assert client.get(url("pledge_prepare", pledge)).url == url("pledge", pledge)


def test_preparing_a_signed_pledge_goes_to_it(client, signed):
    pledge = signed()
    answer = client.post(url("pledge_prepare", pledge), follow=True)
    assert answer.redirect_chain[-1][0] == url("pledge", pledge)
    assert Pledge.objects.get().status == PledgeState.SIGNED


def test_a_retired_version_refuses_before_rendering(draft, version, chenjing, now):
    pledge = draft()
    templates.retire(version(), actor=chenjing, at=now)
    with pytest.raises(refusals.VersionNotOpen):
        preparing.prepare(pledge, actor=pledge.person, at=now)
