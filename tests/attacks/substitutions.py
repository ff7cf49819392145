"""Forgeries by those who hold some real keys: true seals around evidence or certificates that lie.

Most could be made only by the installation itself, or by somebody who stole a key of it: they show
that no single key is enough.
"""

import json
from datetime import datetime, timedelta

from pledges.core.digests import canonical_json, sha256_hex
from pledges.proof import evidence
from pledges.proof.keys.private_keys import KeySigner, from_pem, to_asn1
from pledges.proof.passkeys import ceremony
from pledges.proof.signatures.pades import Identity
from tests.attacks.honest import LATER, Honest, accept, seal_for, sign
from tests.attacks.table import Forged, forgery
from tests.authenticator import Passkey
from tests.sealed import ACCEPTED, CREATED, EXPIRES, PASSPHRASE, PERSON, SIGNED, Installation


def told(honest: Honest, **changed) -> bytes:
    """A true seal around evidence in which something is changed."""
    said = evidence.write(honest.basic.evidence(honest.rendered, **changed))
    return sign(honest.basic, honest.rendered, said=said)


def raw(honest: Honest, data: bytes) -> bytes:
    return sign(honest.basic, honest.rendered, said=data)


def true(honest: Honest) -> dict:
    return honest.basic.evidence(honest.rendered)


# --- Evidence that lies ---------------------------------------------------------------------------
CONTRADICTS = "evidence-contradicts"


@forgery(CONTRADICTS, on=["signed"])
def evidence_of_another_document(honest, _pdf):
    said = evidence.write(honest.basic.evidence(honest.rendered_elsewhere))
    return sign(honest.basic, honest.rendered, said=said)


@forgery(CONTRADICTS, on=["signed"])
def another_person_in_the_evidence(honest, _pdf):
    return told(honest, person={**PERSON, "name": "王芳"})


@forgery(CONTRADICTS, on=["signed"])
def another_number_in_the_evidence(honest, _pdf):
    return told(honest, person={**PERSON, "employee_number": "E1002"})


@forgery(CONTRADICTS, on=["signed"])
def another_company_in_the_evidence(honest, _pdf):
    return told(honest, organisation="另一家银行")


@forgery(CONTRADICTS, on=["signed"])
def another_time_in_the_evidence(honest, _pdf):
    return told(honest, signed_at=(SIGNED + timedelta(minutes=1)).isoformat())


@forgery(CONTRADICTS, on=["signed"])
def signed_after_the_document_was_withdrawn(honest, _pdf):
    intent = true(honest)["intent"] | {"expires_at": SIGNED.isoformat()}
    return told(honest, intent=intent)


@forgery(CONTRADICTS, on=["signed"])
def another_answer_in_the_evidence(honest, _pdf):
    return told(honest, answers={"governing_article": "30"})


@forgery(CONTRADICTS, on=["signed"])
def one_more_answer_in_the_evidence(honest, _pdf):
    return told(honest, answers={"governing_article": "29", "gift_limit": "9999"})


@forgery(CONTRADICTS, on=["signed"])
def another_consent_in_the_evidence(honest, _pdf):
    return told(honest, consent={"version": "2026-11", "text": "同意，并放弃一切权利"})


@forgery(CONTRADICTS, on=["signed"])
def another_template_in_the_evidence(honest, _pdf):
    return told(honest, template=true(honest)["template"] | {"version": 2})


@forgery(CONTRADICTS, on=["signed"])
def another_language_in_the_evidence(honest, _pdf):
    return told(honest, language="en")


@forgery(CONTRADICTS, on=["signed"])
def another_pledge_number_in_the_evidence(honest, _pdf):
    return told(honest, pledge=true(honest)["pledge"] | {"number": "CN-2026-000008"})


@forgery(CONTRADICTS, on=["signed"])
def a_higher_level_in_the_evidence(honest, _pdf):
    return told(honest, signature={"level": "B-LT"})


@forgery(CONTRADICTS, on=["signed"])
def an_intent_that_the_ledger_does_not_know(honest, _pdf):
    return told(honest, intent=true(honest)["intent"] | {"id": "9" * 36})


@forgery(CONTRADICTS, on=["signed"])
def an_intent_that_the_ledger_knows_from_another_time(honest, _pdf):
    earlier = honest.basic.prepared(honest.rendered, CREATED - timedelta(microseconds=1))
    return told(honest, ledger=earlier)


@forgery(CONTRADICTS, on=["signed"])
def an_intent_that_the_ledger_has_no_time_for(honest, _pdf):
    entry = json.loads(true(honest)["ledger"]["entry"]) | {"at": "then"}
    return told(honest, ledger=honest.basic.proof(entry))


@forgery("evidence-malformed", on=["signed"])
def evidence_with_a_key_twice(honest, _pdf):
    data = evidence.write(true(honest))
    return raw(honest, data.replace(b'"language":', b'"language":"en","language":', 1))


@forgery("evidence-malformed", on=["signed"])
def evidence_written_otherwise(honest, _pdf):
    return raw(honest, json.dumps(true(honest), ensure_ascii=False).encode())


@forgery("evidence-malformed", on=["signed"])
def evidence_without_a_part(honest, _pdf):
    shortened = {key: value for key, value in true(honest).items() if key != "consent"}
    return raw(honest, canonical_json(shortened))


@forgery("evidence-malformed", on=["signed"])
def evidence_that_is_none(honest, _pdf):
    return raw(honest, b"{}")


@forgery("not-for-this-document", CONTRADICTS, on=["signed"])
def a_certificate_for_another_document(honest, _pdf):
    return sign(honest.basic, honest.rendered, identity=honest.basic.one_shot("ab" * 32))


@forgery(CONTRADICTS, on=["signed"])
def a_certificate_of_another_person(honest, _pdf):
    identity = honest.basic.one_shot(sha256_hex(honest.rendered), name="王芳")
    return sign(honest.basic, honest.rendered, identity=identity)


# --- Passkeys that are not the person's ----------------------------------------------------------
NOT_THEIRS = "passkey-invalid"


def authenticated(honest: Honest, **changed) -> bytes:
    return told(honest, authentication=true(honest)["authentication"] | changed)


def other_passkey() -> Passkey:
    return Passkey(origin="https://pledges.example.com", rp_id="pledges.example.com")


@forgery(NOT_THEIRS, on=["signed"])
def an_answer_for_another_document(honest, _pdf):
    other = honest.basic.authentication(honest.rendered_elsewhere)
    return told(honest, authentication=other)


def restated(honest: Honest, *, created: datetime, signed: datetime, expires: datetime) -> bytes:
    """The person's one true answer, with everything else made anew around another time."""
    window = {"created_at": created.isoformat(), "expires_at": expires.isoformat()}
    said = honest.basic.evidence(
        honest.rendered,
        intent=true(honest)["intent"] | window,
        signed_at=signed.isoformat(),
        ledger=honest.basic.prepared(honest.rendered, created),
    )
    identity = honest.basic.one_shot(sha256_hex(honest.rendered), at=signed)
    written = evidence.write(said)
    return sign(honest.basic, honest.rendered, said=written, identity=identity, at=signed)


@forgery(NOT_THEIRS, on=["signed"])
def a_true_answer_told_at_another_time(honest, _pdf):
    late = timedelta(days=20)
    return restated(honest, created=CREATED + late, signed=SIGNED + late, expires=EXPIRES + late)


@forgery(NOT_THEIRS, on=["signed"])
def a_true_answer_told_of_a_longer_time(honest, _pdf):
    late = timedelta(minutes=30)
    return restated(honest, created=CREATED, signed=SIGNED + late, expires=EXPIRES + late)


@forgery(NOT_THEIRS, on=["signed"])
def a_true_answer_told_of_an_earlier_time(honest, _pdf):
    early = CREATED - timedelta(minutes=30)
    return restated(honest, created=early, signed=SIGNED, expires=EXPIRES)


@forgery(NOT_THEIRS, on=["signed"])
def a_key_that_was_never_enrolled(honest, _pdf):
    block = honest.basic.authentication(honest.rendered, passkey=other_passkey())
    return told(honest, authentication=block | {"enrolment": honest.basic.enrolment()})


@forgery(NOT_THEIRS, on=["signed"])
def a_key_enrolled_for_somebody_else(honest, _pdf):
    other = other_passkey()
    block = honest.basic.authentication(honest.rendered, passkey=other)
    enrolment = honest.basic.enrolment(other, person_id=8, employee_number="E1002")
    return told(honest, authentication=block | {"enrolment": enrolment})


@forgery(NOT_THEIRS, on=["signed"])
def a_key_enrolled_by_an_impostor(honest, _pdf):
    other = other_passkey()
    block = honest.basic.authentication(honest.rendered, passkey=other)
    return told(honest, authentication=block | {"enrolment": honest.impostor.enrolment(other)})


@forgery(NOT_THEIRS, on=["signed"])
def another_public_key_beside_the_answer(honest, _pdf):
    return authenticated(honest, public_key=ceremony.base64(other_passkey().public_key))


@forgery(NOT_THEIRS, on=["signed"])
def a_spoiled_answer(honest, _pdf):
    return authenticated(honest, signature=ceremony.base64(bytes(70)))


# --- A ledger that is not the installation's ------------------------------------------------------
NOT_IN_LEDGER = "ledger-invalid"


def recorded(honest: Honest, **changed) -> bytes:
    return told(honest, ledger=true(honest)["ledger"] | changed)


@forgery(NOT_IN_LEDGER, on=["signed"])
def a_proof_for_another_place(honest, _pdf):
    block = true(honest)["ledger"]
    return recorded(honest, inclusion=block["inclusion"][::-1])


@forgery(NOT_IN_LEDGER, on=["signed"])
def a_checkpoint_of_more_entries(honest, _pdf):
    note = true(honest)["ledger"]["checkpoint"]
    return recorded(honest, checkpoint=note.replace("\n5\n", "\n6\n", 1))


@forgery(NOT_IN_LEDGER, NOT_THEIRS, on=["signed"])
def a_ledger_of_an_impostor(honest, _pdf):
    return told(honest, ledger=honest.impostor.evidence(honest.rendered)["ledger"])


@forgery(NOT_IN_LEDGER, NOT_THEIRS, on=["signed"])
def a_certificate_that_is_not_the_ledgers(honest, _pdf):
    pem = (honest.basic.folder / "company-seal.pem").read_text()
    return recorded(honest, certificate=pem)


@forgery("proof-invalid", on=["finished"])
def a_proof_of_another_file(honest, pdf):
    proof = honest.basic.proof({"event": "pledge.accepted", "facts": {"issued": "ab" * 32}})
    return Forged(pdf, {"proof": canonical_json(proof)})


@forgery("proof-invalid", on=["finished"])
def a_proof_by_an_impostor(honest, pdf):
    entry = {
        "at": ACCEPTED.isoformat(timespec="microseconds"),
        "event": "pledge.accepted",
        "facts": {"issued": sha256_hex(pdf)},
    }
    return Forged(pdf, {"proof": canonical_json(honest.impostor.proof(entry))})


# --- Seals by those who may not -------------------------------------------------------------------
def borrowed(installation: Installation, name: str, issuer: str) -> Identity:
    """A key of the installation, used where it does not belong."""
    store = installation.store
    data = (installation.folder / f"{name}.key.pem").read_bytes()
    certificate = {"event-ca": store.event.cert, "company-seal": store.seal.certificate}[name]
    chain = store.event.chain if issuer == "root" else store.seal.chain
    return Identity(
        KeySigner(from_pem(data, PASSPHRASE, name), certificate, chain),
        (to_asn1(store.root),),
    )


@forgery("wrong-issuer", on=["signed"])
def the_companys_key_in_the_managers_place(honest, _pdf):
    identity = borrowed(honest.basic, "company-seal", "company-ca")
    return sign(honest.basic, honest.rendered, identity=identity)


@forgery("wrong-issuer", on=["signed"])
def a_one_shot_key_in_the_companys_place(honest, pdf):
    return accept(honest.basic, pdf, identity=honest.basic.one_shot("ab" * 32, at=ACCEPTED))


@forgery("untrusted-signature", "wrong-issuer", on=["signed"])
def an_authority_that_seals_itself(honest, pdf):
    return accept(honest.basic, pdf, identity=borrowed(honest.basic, "event-ca", "root"))


@forgery("untrusted-signature", on=["signed"])
def an_impostor_as_the_company(honest, pdf):
    return accept(honest.impostor, pdf)


@forgery("untrusted-signature", on=["signed"])
def an_impostor_as_the_manager(honest, _pdf):
    return seal_for(honest.impostor, honest.rendered, honest.rendered)


@forgery("untrusted-signature", on=["signed"])
def sealed_when_the_certificate_had_expired(honest, _pdf):
    late = SIGNED + timedelta(hours=1)
    said = evidence.write(true(honest) | {"signed_at": late.isoformat()})
    return sign(honest.basic, honest.rendered, said=said, at=late)


@forgery("order-of-time", on=["signed"])
def accepted_before_it_was_signed(honest, pdf):
    early = SIGNED - timedelta(minutes=5)
    return accept(honest.basic, pdf, at=early, identity=honest.basic.company(early))


@forgery("from-the-future", on=["signed"])
def accepted_in_the_future(honest, pdf):
    late = LATER + timedelta(days=200)
    return accept(honest.basic, pdf, at=late, identity=honest.basic.company(late))
