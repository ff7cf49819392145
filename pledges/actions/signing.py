"""The signing itself: one document, one person, one request; exactly once."""

from dataclasses import dataclass
from datetime import datetime

from pledges import access, audit, crash_points, notices, rendering, transactions
from pledges.access import Act
from pledges.actions import (
    authenticating,
    evidence_collection,
    issuing,
    readings,
    sealing,
    signed_rows,
    version_steps,
)
from pledges.actions.authenticating import Authentication, Proof
from pledges.actions.commitments import write_commitments
from pledges.actions.issuing import StoredFile
from pledges.actions.preparing import FONT_FILES, font_of
from pledges.core import lifecycle, refusals
from pledges.core.characters import normalized
from pledges.models import (
    Document,
    Organisation,
    Person,
    Pledge,
    Signature,
    SigningIntent,
    organisation_read_once,
)
from pledges.proof.verdict import Outcome
from pledges.rendering import SignatureImage
from pledges.rendering.fonts import MissingGlyph

MAX_USER_AGENT_LENGTH = 400


@dataclass(frozen=True)
class Client:
    """Where a request came from, as far as it can be believed."""

    address: str | None = None
    user_agent: str = ""


@dataclass(frozen=True)
class SigningRequest:
    """What the signer did: the image of their signature, their consent, the proof that it was they.

    `read` is the digest of the document that their page showed, empty where it was no page: a
    passkey's answer is bound to it, password and code are not.
    """

    image: SignatureImage
    consented: bool
    proof: Proof
    client: Client = Client()
    read: str = ""


@organisation_read_once()
def sign(intent: SigningIntent, *, actor: Person, at: datetime, request: SigningRequest) -> Pledge:
    """Sign the document of `intent`; the same intent signed again gives the same answer.

    Raises `IntentExpired`, `StaleDraft`, `AlreadySigned`, `ConsentMissing`,
    `SignatureImageMissing`, or what `readings.read_prepared` and `authenticating.authenticate`
    raise; then nothing has changed.
    """
    known = ("version__font", "version__template", "person")
    pledge = intent.pledge = (
        Pledge.objects.select_related(*known).defer(*FONT_FILES).get(pk=intent.pledge_id)
    )
    access.require(actor, Act.SIGN_PLEDGE, pledge)
    if _signed_through(intent, pledge):
        return pledge
    _check_intent(intent, pledge, at)
    prepared, organisation = (
        readings.read_prepared(intent, read=request.read).file,
        Organisation.current(),
    )
    if intent.organisation != organisation.name_in(pledge.language):
        raise refusals.IntentExpired
    _check_request(request, intent)
    proved = authenticating.authenticate(request.proof, intent=intent, person=actor, at=at)
    signed = _embed_signature(prepared, intent, organisation, request=request, proved=proved, at=at)
    crash_points.reach("sign:sealed")
    kept = issuing.keep(signed, sealing.level_at_signing(), Outcome.SIGNED_ONLY, at)
    crash_points.reach("sign:stored")
    result = _commit(intent, actor=actor, at=at, request=request, proved=proved, kept=kept)
    crash_points.reach("sign:committed")
    return result


def _signed_through(intent: SigningIntent, pledge: Pledge) -> bool:
    return (
        pledge.signed_at is not None
        and Signature.objects.filter(pledge=pledge, intent=intent).exists()
    )


def _check_intent(intent: SigningIntent, pledge: Pledge, at: datetime) -> None:
    if pledge.status != lifecycle.PledgeState.DRAFT:
        raise refusals.AlreadySigned
    if intent.answers_revision != pledge.answers_revision:
        raise refusals.StaleDraft
    # A clock that went back: no verdict would accept a signing before the document was prepared.
    if intent.used_at is not None or not intent.created_at <= at < intent.expires_at:
        raise refusals.IntentExpired
    if pledge.version.status != lifecycle.VersionState.PUBLISHED:
        raise refusals.VersionNotOpen
    version_steps.require_open(pledge.version, at)


def _check_request(request: SigningRequest, intent: SigningIntent) -> None:
    if not request.consented:
        raise refusals.ConsentMissing
    if not request.image.strokes and _plain(request.image.typed) != _plain(intent.signer["name"]):
        raise refusals.SignatureImageMissing


def _plain(name: str) -> str:
    return "".join(normalized("NFKC", name).split()).casefold()


def _embed_signature(
    prepared: bytes,
    intent: SigningIntent,
    organisation: Organisation,
    *,
    request: SigningRequest,
    proved: Authentication,
    at: datetime,
) -> bytes:
    """Revision 1: the rendered bytes, then image, evidence and the manager's signature."""
    pledge = intent.pledge
    try:
        appearance = rendering.draw_signature(
            request.image,
            name=intent.signer["name"],
            signed_at=organisation.localtime(at),
            language=pledge.language,
            fonts=font_of(pledge),
        )
    except MissingGlyph as missing:
        raise refusals.Unprintable(tuple(missing.characters)) from missing
    told = evidence_collection.collect(
        intent,
        organisation=organisation,
        at=at,
        client_address=request.client.address,
        user_agent=request.client.user_agent[:MAX_USER_AGENT_LENGTH],
        authentication=proved.block,
    )
    crash_points.reach("sign:evidence")
    return sealing.sign_as_manager(
        prepared,
        appearance=appearance,
        evidence=told,
        intent=intent,
        at=at,
    )


@transactions.atomic
def _commit(
    intent: SigningIntent,
    *,
    actor: Person,
    at: datetime,
    request: SigningRequest,
    proved: Authentication,
    kept: StoredFile,
) -> Pledge:
    pledge = (
        Pledge.objects.select_for_update(no_key=True, of=("self",))
        .select_related("version", "person")
        .get(pk=intent.pledge_id)
    )
    if _signed_through(intent, pledge):
        return pledge
    _check_intent(intent, pledge, at)
    access.require(actor, Act.SIGN_PLEDGE, pledge)
    signed_rows.use_up(intent, at)
    authenticating.claim(proved, intent)
    flagged = {flag.code for flag in pledge.version.read(intent.answers).flags}
    signed_rows.freeze(pledge, intent, at=at, flagged=bool(flagged))
    crash_points.reach("sign:claimed")
    _write_signature(pledge, intent, at=at, request=request, proved=proved)
    write_commitments(pledge, intent, flagged)
    issuing.issue(kept, pledge, revision=Document.Revision.SIGNED, at=at)
    facts = {
        "intent": str(intent.pk),
        "read": intent.document_digest,
        "issued": kept.sha256,
        "method": proved.method,
    }
    personal: dict[str, object] = {"signer": dict(intent.signer)}
    if pledge.reply:
        personal["reply"] = pledge.reply
    audit.record(
        lifecycle.SIGN.event, actor=actor, subject=pledge, at=at, facts=facts, personal=personal
    )
    notices.announce(notices.SIGNED, pledge)
    return pledge


def _write_signature(
    pledge: Pledge,
    intent: SigningIntent,
    *,
    at: datetime,
    request: SigningRequest,
    proved: Authentication,
) -> None:
    Signature.objects.create(
        pledge=pledge,
        intent=intent,
        person_id=intent.person_id,
        method=proved.method,
        assertion=dict(proved.block),
        totp_step=proved.totp_step,
        strokes=[[list(point) for point in stroke] for stroke in request.image.strokes],
        typed="" if request.image.strokes else request.image.typed.strip(),
        consent_version=intent.consent_version,
        consent_text=intent.consent_text,
        client_address=request.client.address,
        user_agent=request.client.user_agent[:MAX_USER_AGENT_LENGTH],
        created_at=at,
    )
