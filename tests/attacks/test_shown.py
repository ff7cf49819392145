"""Somebody with the database changes what a page shows, but not the file that is signed.

Whoever reads the page, as phones do, must read what the file says, or nothing.
"""

import logging
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from pledges.actions import preparing, review, signing
from pledges.actions.answers import save
from pledges.core import refusals
from pledges.models import Document, Organisation, Pledge, Signature, SigningIntent
from pledges.storage import document_store
from tests import baseline
from tests.cast import request_by_code, request_by_passkey
from tests.fresh import prove

pytestmark = pytest.mark.django_db

TRUE, FALSE = "92.5", "99.9"


GUARDED = ("pledges_pledge", "pledges_templateversion", "pledges_signature")
INTENT = "UPDATE pledges_signingintent SET {} WHERE pledge_id = %s"
PLEDGE = "UPDATE pledges_pledge SET {} WHERE id = %s"
VERSION = (
    "UPDATE pledges_templateversion SET {} "
    "WHERE id = (SELECT version_id FROM pledges_pledge WHERE id = %s)"
)
ANSWER = "answers = jsonb_set(answers, '{satisfaction_target}', '\"99.9\"')"
WORDING = "source_zh = replace(source_zh, '客户', '顾客')"
NOTHING = "repeat('0', 64)"


def change(pledge, sql, what):
    """What the insider does: the triggers are off while they do it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql.format(what), [str(pledge)])
        assert cursor.rowcount == 1
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def text(answer):
    return re.sub(r"<[^>]+>", "", answer.content.decode())


# Each is one thing that the page takes from the database.
ON_THE_SIGN_PAGE = {
    "an answer": (INTENT, ANSWER),
    "answers that are no answers": (INTENT, "answers = '[1.5]'"),
    "the signer": (INTENT, "signer = jsonb_set(signer, '{name}', '\"赵磊\"')"),
    "a signer without a name": (INTENT, "signer = '{}'"),
    "the declaration": (INTENT, "consent_text = '什么都不承诺。'"),
    "the company": (INTENT, "organisation = '别的公司'"),
    "the digest of the content": (INTENT, f"content_digest = {NOTHING}"),
    "the digest of the version": (INTENT, f"version_digest = {NOTHING}"),
    "the wording": (VERSION, WORDING),
    "the wording and its digest": (VERSION, f"{WORDING}, digest = {NOTHING}"),
    "the title": (VERSION, "title_zh = '别的承诺书'"),
    "the term": (VERSION, "term_months = 1"),
    "a blank's unit": (VERSION, "blanks = replace(blanks::text, '小时', '天')::jsonb"),
    "the number": (PLEDGE, "number = 'CN-2026-999999'"),
    "the language": (PLEDGE, "language = 'en'"),
}


@pytest.fixture
def prepared(liming, draft, passkey):
    """A document that lies ready for the victim, who has a passkey."""
    liming.passkey = passkey(liming)
    return preparing.prepare(draft(at=timezone.now()), actor=liming, at=timezone.now())


@pytest.fixture
def victim(client, liming):
    client.force_login(liming)
    client.cookies["django_language"] = "en"
    return client


def sign_page(intent):
    return reverse("pledge_sign", args=[intent.pledge_id, intent.pk])


def test_what_is_as_it_was_is_shown(victim, prepared):
    """Else the other tests would prove nothing."""
    shown = victim.get(sign_page(prepared))
    assert shown.status_code == 200 and TRUE in text(shown)


@pytest.mark.parametrize("which", ON_THE_SIGN_PAGE)
def test_the_page_to_sign_shows_what_the_file_says_or_nothing(victim, prepared, which, caplog):
    before = text(victim.get(sign_page(prepared)))
    change(prepared.pledge_id, *ON_THE_SIGN_PAGE[which])
    for name, words in (("en", "do not match its file"), ("zh-hans", "与文件不一致")):
        victim.cookies["django_language"] = name
        caplog.clear()
        shown = victim.get(sign_page(prepared))
        assert shown.status_code == 409
        assert words in text(shown)
        assert shown.context["body"] is None and shown.context["options"] is None
        assert FALSE not in text(shown)
        copy = reverse("pledge_reading_copy", args=[prepared.pledge_id, prepared.pk])
        assert [r.levelno for r in caplog.records if r.name.endswith("readings")] == [logging.ERROR]
        assert victim.get(copy).status_code == 503
    assert TRUE in before


@pytest.mark.parametrize("which", ON_THE_SIGN_PAGE)
@pytest.mark.parametrize("way", ["passkey", "code"])
def test_and_signs_nothing(liming, prepared, which, way):
    change(prepared.pledge_id, *ON_THE_SIGN_PAGE[which])
    seen, at = SigningIntent.objects.get(pk=prepared.pk), timezone.now()
    request = (
        request_by_passkey(liming.passkey, seen)
        if way == "passkey"
        else request_by_code(liming, at=at)
    )
    with pytest.raises(refusals.ReadingDiffers):
        signing.sign(seen, actor=liming, at=at, request=request)
    assert not Signature.objects.exists()


def test_another_document_of_the_victims_in_its_place(victim, liming, prepared, draft):
    """Stored bytes that are whole and the victim's own, but not of this document."""
    other = preparing.prepare(draft("contract", at=timezone.now()), actor=liming, at=timezone.now())
    SigningIntent.objects.filter(pk=prepared.pk).update(
        document_digest=other.document_digest, document_size=other.document_size
    )
    assert victim.get(sign_page(prepared)).status_code == 409


def test_a_whole_other_document_between_reading_and_signing(victim, liming, prepared):
    """All that the intent says, replaced by what another one, rightly prepared, says."""
    page = victim.get(sign_page(prepared)).content.decode()
    shown = re.search(r'name="document" value="([0-9a-f]{64})"', page)[1]
    at = timezone.now()
    typed = {"satisfaction_target": FALSE}
    save(
        prepared.pledge, actor=liming, at=at, typed=typed, revision=prepared.pledge.answers_revision
    )
    other = preparing.prepare(prepared.pledge, actor=liming, at=at)
    kept = ("answers", "answers_revision", "content_digest", "document_digest", "document_size")
    SigningIntent.objects.filter(pk=prepared.pk).update(
        **{name: getattr(other, name) for name in kept}
    )
    code = baseline.fresh_code(liming, at)
    sent = {"typed": "李明", "consent": "on", "password": baseline.PASSWORD, "code": code}
    refused = victim.post(sign_page(prepared), {**sent, "document": shown})
    assert refused.status_code == 409 and "do not match its file" in text(refused)
    assert not Signature.objects.exists()
    # Whoever signs even so has the ledger against them, which knows what this intent was for.
    unissued = victim.post(sign_page(prepared), {**sent, "document": other.document_digest})
    assert unissued.status_code == 503 and "did not pass our own check" in text(unissued)
    assert not Signature.objects.exists()


def test_prepared_again_it_can_be_signed(liming, prepared, draft):
    change(prepared.pledge_id, *ON_THE_SIGN_PAGE["an answer"])
    at = timezone.now()
    again = preparing.prepare(prepared.pledge, actor=liming, at=at)
    assert again.pk != prepared.pk
    done = signing.sign(
        again, actor=liming, at=at, request=request_by_passkey(liming.passkey, again)
    )
    assert done.answers["satisfaction_target"] == TRUE


# --- After the signing --------------------------------------------------------------------------
AFTERWARDS = {
    "an answer": (PLEDGE, ANSWER),
    "an answer and its digest": (PLEDGE, f"{ANSWER}, content_digest = {NOTHING}"),
    "the signer": (PLEDGE, "signer_name = '赵磊'"),
    "the digest of the document": (PLEDGE, f"document_digest = {NOTHING}"),
    "the wording": (VERSION, WORDING),
    "the company": (INTENT, "organisation = '别的公司'"),
}


@pytest.mark.parametrize("which", AFTERWARDS)
def test_the_page_of_a_signed_pledge(victim, signed, which):
    page = reverse("pledge", args=[signed().pk])
    assert TRUE in text(victim.get(page))
    change(Pledge.objects.get().pk, *AFTERWARDS[which])
    shown = victim.get(page)
    assert shown.status_code == 503
    assert "do not match its file" in text(shown)
    assert FALSE not in text(shown) and "sheet-body" not in shown.content.decode()


DRAWN = {
    "another hand": "strokes = '[[[0.1, 0.1], [0.9, 0.3]]]'",
    "another name": "strokes = '[]', typed = '赵磊'",
}


@pytest.mark.parametrize("which", DRAWN)
def test_the_signature_is_the_one_in_the_file(victim, client, chenjing, signed, which):
    """No digest covers it, so it is drawn from the stored bytes and from nothing else."""
    pledge = signed()
    own = reverse("pledge", args=[pledge.pk])
    judged = reverse("admin:pledges_pledge_change", args=[pledge.pk])

    def boxes():
        victim.force_login(pledge.person)
        pages = [victim.get(own)]
        client.force_login(chenjing)
        prove(client, chenjing)
        pages.append(client.get(judged))
        return [re.findall(r"<figure.*?</figure>", page.content.decode()) for page in pages]

    before = boxes()
    assert [len(each) for each in before] == [2, 2] and "<path" in before[0][0]
    change(pledge.pk, "UPDATE pledges_signature SET {} WHERE pledge_id = %s", DRAWN[which])
    assert boxes() == before


@pytest.mark.parametrize("which", AFTERWARDS)
def test_the_page_on_which_it_is_judged(client, chenjing, signed, which, now):
    pledge = signed()
    client.force_login(chenjing)
    prove(client, chenjing)
    pages = [reverse(f"admin:pledges_pledge_{step}", args=[pledge.pk])
             for step in ("change", "accept", "return")]  # fmt: skip
    assert all(TRUE in text(client.get(page)) for page in pages)
    change(pledge.pk, *AFTERWARDS[which])
    for page in pages:
        shown = client.get(page)
        assert shown.status_code == 503
        assert "与文件不一致" in text(shown)
        assert FALSE not in text(shown) and "sheet-body" not in shown.content.decode()
    with pytest.raises(refusals.ReadingDiffers):
        review.accept(pledge, actor=chenjing, at=now + timedelta(hours=1))
    assert not Document.objects.filter(revision=Document.Revision.ACCEPTED).exists()


def test_the_earlier_pledge_that_it_is_compared_with(
    client, accepted, draft, chenjing, liming, now
):
    first = accepted()
    review.revoke(first, actor=chenjing, at=now + timedelta(hours=2), reason="重签")
    then = now + timedelta(days=1)
    made = draft(at=then)
    intent = preparing.prepare(made, actor=liming, at=then)
    second = signing.sign(intent, actor=liming, at=then, request=request_by_code(liming, at=then))
    client.force_login(chenjing)
    page = reverse("admin:pledges_pledge_change", args=[second.pk])
    assert client.get(page).context["compared"]
    change(first.pk, *AFTERWARDS["an answer"])
    shown = client.get(page)
    assert shown.status_code == 200 and shown.context["compared"] is None
    assert FALSE not in text(shown)


def test_a_file_that_is_gone_or_damaged(victim, signed, caplog):
    pledge = signed()
    page = reverse("pledge", args=[pledge.pk])
    name = document_store._name(pledge.documents.get().sha256)
    path = document_store._storage().path(name)
    content = document_store._storage().open(name).read()
    document_store._storage().delete(name)
    for damage in (None, content + b"x"):
        if damage:
            with open(path, "wb") as file:
                file.write(damage)
        shown = victim.get(page)
        assert shown.status_code == 503 and "stored file is missing" in text(shown)


def test_a_renamed_company_changes_no_document(victim, prepared, liming):
    """An honest change: the page still says what the file says; to sign, prepare it again."""
    Organisation.objects.update(name_zh="新名称有限公司")
    shown = victim.get(sign_page(prepared))
    assert shown.status_code == 200 and "新名称" not in shown.context["body"]
    with pytest.raises(refusals.IntentExpired):
        request = request_by_passkey(liming.passkey, prepared)
        signing.sign(prepared, actor=liming, at=timezone.now(), request=request)


def test_a_renamed_company_changes_no_signed_pledge(victim, signed):
    page = reverse("pledge", args=[signed().pk])
    before = victim.get(page).context["body"]
    Organisation.objects.update(name_zh="新名称有限公司")
    assert victim.get(page).context["body"] == before
