"""Somebody with the whole admin and the whole database, but not the manager's authenticator.

What they want is a file that the offline verifier accepts as signed by that manager's passkey.
"""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db import connection

from pledges import verification
from pledges.actions import enrolling, preparing, review, signing
from pledges.actions.pending import Waiting
from pledges.core import refusals
from pledges.models import Document, Person, Signature
from pledges.proof.passkeys.ceremony import Party
from pledges.proof.verdict import Outcome
from pledges.storage import document_store
from tests.authenticator import Passkey
from tests.cast import request_by_code, request_by_passkey

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judging_service")]


@pytest.fixture
def victim(liming, passkey):
    """A manager whose passkey is enrolled."""
    liming.passkey = passkey(liming)
    return liming


@pytest.fixture
def intent(victim, draft, now):
    """What an insider can bring about: a filled pledge of the victim, ready to be signed."""
    return preparing.prepare(draft(person=victim), actor=victim, at=now)


@pytest.fixture
def own(settings):
    """The insider's own authenticator."""
    party = Party.at(settings.PUBLIC_URL)
    return Passkey(rp_id=party.id, origin=party.origin)


def rows(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def signs(used, intent, now):
    """Try to sign as the victim: the file that came of it, or nothing."""
    try:
        pledge = signing.sign(
            intent, actor=intent.person, at=now, request=request_by_passkey(used, intent)
        )
    except refusals.Refusal:
        return None
    return document_store.get(pledge.documents.get(revision=Document.Revision.SIGNED).sha256)


def claims_the_passkey(content, at):
    verdict = verification.judge(content, at=at).verdict
    said = verdict.summary
    return verdict.outcome is not Outcome.REJECTED and said.method == "passkey"


def test_the_victim_can(victim, intent, now):
    """Else the other tests would prove nothing."""
    assert claims_the_passkey(signs(victim.passkey, intent, now), now + timedelta(hours=1))


def test_another_key_in_the_victims_row(victim, own, intent, now):
    row = WebAuthn.add(victim, "mine", own.register()).instance
    Authenticator.objects.filter(pk=victim.passkey.row.pk).update(data=row.data)
    row.delete()
    assert signs(own, intent, now) is None


def test_a_second_row_for_the_victim(victim, own, intent, now):
    WebAuthn.add(victim, "mine", own.register())
    assert signs(own, intent, now) is None


def test_all_rows_gone_and_the_enrolment_begun_anew(victim, own, intent, now):
    Authenticator.objects.filter(user=victim).delete()
    came = enrolling.register(own.register(), name="mine", actor=victim, at=now)
    assert isinstance(came, Waiting)
    assert signs(own, intent, now) is None


def test_the_insiders_enrolled_key_moved_to_the_victim(victim, zhaolei, passkey, intent, now):
    used = passkey(zhaolei)
    Authenticator.objects.filter(pk=used.row.pk).update(user=victim)
    assert signs(used, intent, now) is None


def test_the_insider_renamed_to_the_victim(victim, zhaolei, passkey, draft, now):
    """Their own account, passkey and pledge, under the victim's name and number."""
    used = passkey(zhaolei)
    Person.objects.filter(pk=victim.pk).update(employee_number="gone")
    Person.objects.filter(pk=zhaolei.pk).update(name=victim.name, employee_number="E1001")
    zhaolei.refresh_from_db()
    prepared = preparing.prepare(draft(person=zhaolei), actor=zhaolei, at=now)
    assert signs(used, prepared, now) is None


class Replay:
    """Gives an old answer, whatever is asked."""

    def __init__(self, block):
        self.block = block

    def answer(self, challenge, **wrong):
        return {
            "id": self.block["credential_id"],
            "rawId": self.block["credential_id"],
            "type": "public-key",
            "response": {
                "clientDataJSON": self.block["client_data_json"],
                "authenticatorData": self.block["authenticator_data"],
                "signature": self.block["signature"],
                "userHandle": None,
            },
        }


def test_the_victims_old_answer_for_another_document(victim, intent, draft, now):
    assert signs(victim.passkey, intent, now) is not None
    old = Signature.objects.get(intent=intent).assertion
    prepared = preparing.prepare(draft("contract", person=victim), actor=victim, at=now)
    assert signs(Replay(old), prepared, now) is None


def test_rows_that_say_the_victim_signed_by_passkey(victim, intent, chenjing, now):
    """Signed by password, and the row rewritten: the file says what was done."""
    pledge = signing.sign(intent, actor=victim, at=now, request=request_by_code(victim, at=now))
    rows("SET CONSTRAINTS ALL IMMEDIATE")
    rows("ALTER TABLE pledges_signature DISABLE TRIGGER USER")
    rows("UPDATE pledges_signature SET method = 'passkey' WHERE pledge_id = %s", str(pledge.pk))
    rows("ALTER TABLE pledges_signature ENABLE ALWAYS TRIGGER written_once")
    accepted = review.accept(pledge, actor=chenjing, at=now + timedelta(hours=1))
    content = document_store.get(accepted.documents.get(revision=2).sha256)
    assert not claims_the_passkey(content, now + timedelta(hours=2))
