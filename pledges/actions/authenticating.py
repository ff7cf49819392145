"""Who signs this document: a passkey's answer for it, or the password again and a fresh code."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt

from pledges.actions import apps, enrolment
from pledges.actions.ledger_signing import signed_by_present_key
from pledges.core import refusals
from pledges.models import Organisation, Person, RequestCount, Signature, SigningIntent
from pledges.proof.passkeys import ceremony, enrolment_statements
from pledges.proof.passkeys.ceremony import Assertion, PasskeyFault, ToBeSigned

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PasswordAndCode:
    """The account's password, again, and a code of the authenticator app."""

    password: str
    code: str


@dataclass(frozen=True)
class PasskeyAnswer:
    """What `navigator.credentials.get` gave, as parsed JSON that nobody vouches for."""

    answer: object


Proof = PasswordAndCode | PasskeyAnswer


@dataclass(frozen=True)
class Authentication:
    """A proof that held: how, the block for the evidence, and what it used up."""

    method: str
    factor: int
    block: Mapping[str, Any] = field(default_factory=dict)
    totp_step: int | None = None


@dataclass(frozen=True)
class Ways:
    """How a person can sign at present."""

    person: Person

    @cached_property
    def passkeys(self) -> list[enrolment.Enrolled]:
        return enrolment.enrolled(self.person)

    @cached_property
    def code_is_allowed(self) -> bool:
        return Organisation.current().signing == Organisation.Signing.PASSKEY_OR_CODE

    @cached_property
    def code(self) -> bool:
        """Whether password and code will do, and an authenticator app is enrolled."""
        return self.code_is_allowed and apps.enrolled(self.person) is not None

    @property
    def any(self) -> bool:
        return self.code or bool(self.passkeys)


def request_options(intent: SigningIntent, ways: Ways) -> dict[str, Any] | None:
    """What the browser asks a passkey to sign for this document; `None` without a passkey."""
    if not ways.passkeys:
        return None
    return ceremony.request_options(
        _to_be_signed(intent).challenge(),
        rp_id=enrolment.party().id,
        credential_ids=[each.credential.id for each in ways.passkeys],
    )


def authenticate(
    proof: Proof, *, intent: SigningIntent, person: Person, at: datetime
) -> Authentication:
    """Check that `proof` is this person's, for this document.

    Raises `WrongPassword`, `WrongCode`, `CodeUsed`, `MethodNotAllowed` or `PasskeyRefused`.
    """
    if isinstance(proof, PasswordAndCode):
        return _by_code(proof, intent, person, at)
    try:
        return _by_passkey(proof, intent, person)
    except ceremony.Refused as refused:
        logger.warning("A passkey's answer was refused: %s", refused.reason)
        raise refusals.PasskeyRefused(refused.reason) from refused


def claim(proved: Authentication, intent: SigningIntent) -> None:
    """Use it up, in the transaction that signs: a code serves once, a counter only counts on."""
    factor = Authenticator.objects.select_for_update(no_key=True).filter(pk=proved.factor).first()
    if factor is None:
        raise refusals.PasskeyRefused(PasskeyFault.UNKNOWN_CREDENTIAL)
    if proved.totp_step is None:
        assertion = Assertion.from_block(proved.block)
        seen = _highest_counter(intent, proved.block["credential_id"])
        if (assertion.counter or seen) and assertion.counter <= seen:
            raise refusals.PasskeyRefused(PasskeyFault.COUNTER_ROLLBACK)
    else:
        _refuse_used(factor, intent, proved.totp_step)
        # From now on the sign-in refuses the code as well.
        if not use_up(factor, _code(factor, proved.totp_step)):
            raise refusals.CodeUsed


def use_up(factor: Authenticator, code: str) -> bool:
    """Note that a right code has served; false if it had already, in whatever process."""
    lives = timedelta(seconds=_period() * (2 * _tolerance() + 1))
    digits = "".join(filter(str.isdigit, code))
    return RequestCount.objects.is_first(f"code used {factor.pk} {digits}", lives)


# --- By passkey ---------------------------------------------------------------------------------
def _by_passkey(proof: PasskeyAnswer, intent: SigningIntent, person: Person) -> Authentication:
    assertion = Assertion.from_browser(proof.answer)
    known = {each.credential.id: each for each in enrolment.enrolled(person)}
    if assertion.credential_id not in known:
        raise ceremony.Refused(PasskeyFault.UNKNOWN_CREDENTIAL)
    used, party = known[assertion.credential_id], enrolment.party()
    ceremony.verify(
        assertion,
        challenge=_to_be_signed(intent).challenge(),
        party=party,
        credential=used.credential,
        seen=_highest_counter(intent, used.statement.credential_id),
    )
    block = {
        "method": Signature.Method.PASSKEY.value,
        **assertion.as_block(),
        "public_key": used.statement.public_key,
        "rp_id": party.id,
        "enrolment": enrolment.for_evidence(used),
    }
    # What is kept must convince somebody who has nothing else.
    ceremony.reverify(block, _to_be_signed(intent))
    number = intent.signer["employee_number"]
    enrolment_statements.check(
        block, person_id=person.pk, employee_number=number, verifier=signed_by_present_key
    )
    return Authentication(Signature.Method.PASSKEY, used.authenticator.pk, block)


def _to_be_signed(intent: SigningIntent) -> ToBeSigned:
    """What a passkey's signature is bound to."""
    return ToBeSigned(
        document_sha256=intent.document_digest,
        version_digest=intent.version_digest,
        person_id=intent.person_id,
        nonce=intent.nonce,
        created_at=intent.created_at,
        expires_at=intent.expires_at,
    )


def _highest_counter(intent: SigningIntent, credential_id: str) -> int:
    """The highest count that signatures other than through `intent` have seen of a passkey."""
    blocks = (
        Signature.objects.filter(person_id=intent.person_id, assertion__credential_id=credential_id)
        .exclude(intent=intent)
        .values_list("assertion", flat=True)
    )
    return max((Assertion.from_block(block).counter for block in blocks), default=0)


# --- By password and code -----------------------------------------------------------------------
def _by_code(
    proof: PasswordAndCode, intent: SigningIntent, person: Person, at: datetime
) -> Authentication:
    factor = apps.enrolled(person)
    if factor is None or not Ways(person).code_is_allowed:
        raise refusals.MethodNotAllowed
    if not person.check_password(proof.password):
        raise refusals.WrongPassword
    secret = decrypt(factor.data["secret"])
    step = next((step for step in _steps(at) if _fits(proof.code, secret, step)), None)
    if step is None:
        raise refusals.WrongCode
    _refuse_used(factor, intent, step)
    method = Signature.Method.PASSWORD_TOTP
    return Authentication(method, factor.pk, {"method": method.value}, step)


def _period() -> int:
    return int(app_settings.TOTP_PERIOD)


def _tolerance() -> int:
    """How many periods a clock may be off, at signing as at sign-in."""
    return int(app_settings.TOTP_TOLERANCE)


def _steps(at: datetime) -> Iterator[int]:
    now = int(at.timestamp()) // _period()
    yield now
    for off in range(1, _tolerance() + 1):
        yield from (now - off, now + off)


def _fits(code: str, secret: str, step: int) -> bool:
    expected = format_hotp_value(hotp_value(secret, step))
    return bool(compare_user_code(actual=code, expected=expected))


def _refuse_used(factor: Authenticator, intent: SigningIntent, step: int) -> None:
    """Refuse a code that has served: at another document, or at a sign-in up to this step."""
    elsewhere = Signature.objects.filter(person_id=intent.person_id, totp_step=step)
    last = factor.last_used_at
    signed_in = last is not None and step <= int(last.timestamp()) // _period()
    if signed_in or elsewhere.exclude(intent=intent).exists():
        raise refusals.CodeUsed


def _code(factor: Authenticator, step: int) -> str:
    return str(format_hotp_value(hotp_value(decrypt(factor.data["secret"]), step)))
