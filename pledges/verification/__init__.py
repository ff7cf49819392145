"""Read-only: what this installation can say about a file, or about the pledge behind a code."""

import logging
import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from pledges import issued_files
from pledges.core.lifecycle import PledgeState
from pledges.forkserver import Busy, Unavailable
from pledges.forkserver.client import is_answering
from pledges.models import Document, Organisation, Pledge, RecordFile
from pledges.proof import judging
from pledges.proof.judging_service import client
from pledges.proof.records.verdict import AnyVerdict, RecordVerdict
from pledges.proof.verdict import Check, Line, Outcome, Summary, Verdict
from pledges.sealing_service import client as sealing

logger = logging.getLogger(__name__)

MAX_FILE_BYTES = judging.MAX_FILE_BYTES  # bytes
MAX_FILE_MB = MAX_FILE_BYTES // (1024 * 1024)
FileUnavailable = issued_files.FileUnavailable


class CannotJudge(Exception):
    """No file can be judged here just now: `busy` with others, or whoever judges is not there."""

    def __init__(self, *, busy: bool) -> None:
        super().__init__("busy" if busy else "unavailable")
        self.busy = busy


@dataclass(frozen=True)
class PublicStatus:
    """What the public may know of a pledge: nothing that its own PDF does not show."""

    pledge: Pledge
    number: str
    organisation: str
    status: str
    signed_at: datetime | None
    reviewed_at: datetime | None
    revoked_at: datetime | None
    withdrawn_at: datetime | None
    ends_on: date | None
    superseded_at: datetime | None
    erased_at: datetime | None
    document_digest: str
    files: tuple[Document, ...]

    @property
    def accepted(self) -> bool:
        """Whether the company ever accepted it."""
        return any(each.revision >= Document.Revision.ACCEPTED for each in self.files)


@dataclass(frozen=True)
class Judgement:
    """The verdict on a file; unless it was rejected, also how the pledge that it names stands.

    `public_status` is `None` where that pledge is not one of this installation, `issued` where the
    bytes are not; `newest` is whether no later file was issued for the same pledge.
    """

    verdict: Verdict
    issued: Document | None
    newest: bool
    public_status: PublicStatus | None

    @property
    def is_genuine(self) -> bool:
        """Whether the file proves what it says; that its pledge is in force is another matter."""
        return self.verdict.outcome is not Outcome.REJECTED


@dataclass(frozen=True)
class RecordJudgement:
    """The verdict on a record, and whether its bytes were issued here; `newest`, no later ones."""

    verdict: RecordVerdict
    issued: RecordFile | None
    newest: bool


def public_status(code: uuid.UUID, *, at: datetime) -> PublicStatus | None:
    """How the pledge behind a document's code stands at `at`; `None` unless it was signed."""
    related = ("version", "person", "signature__intent")
    pledge = Pledge.objects.issued().select_related(*related).filter(pk=code).first()
    if pledge is None:
        return None
    state = pledge.state_on(Organisation.current().localdate(at))
    return PublicStatus(
        pledge=pledge,
        number=pledge.number or "",
        organisation=pledge.signature.intent.organisation,
        status=state,
        signed_at=pledge.signed_at,
        reviewed_at=pledge.reviewed_at,
        revoked_at=pledge.revoked_at,
        withdrawn_at=pledge.withdrawn_at,
        ends_on=pledge.ends_on,
        superseded_at=_superseded_at(pledge) if state == PledgeState.ACCEPTED else None,
        erased_at=pledge.person.erased_at if pledge.status == PledgeState.ERASED else None,
        document_digest=pledge.document_digest,
        files=tuple(pledge.documents.all()),
    )


def _superseded_at(pledge: Pledge) -> datetime | None:
    """When the same person's next pledge on the same template was accepted, if one was.

    Whether that one has ended with its term since does not matter: it took this one's place.
    """
    return (
        Pledge.objects.filter(
            status__in=(PledgeState.ACCEPTED, PledgeState.EXPIRED),
            person_id=pledge.person_id,
            version__template_id=pledge.version.template_id,
            reviewed_at__gt=pledge.reviewed_at,
        )
        .order_by("reviewed_at")
        .values_list("reviewed_at", flat=True)
        .first()
    )


def judge(pdf: bytes, *, at: datetime, proof: bytes | None = None) -> Judgement:
    """Judge `pdf` by its bytes; look up how its pledge stands, and whether they were issued here.

    By the pledge that the signed evidence names, not by the bytes: anybody can add a timestamp to a
    file, and it must not lose its revocation by that. The bytes are a stranger's, so another
    process reads them; raises CannotJudge. A record is no pledge, and refused.
    """
    judged = judge_any(pdf, at=at, proof=proof)
    if isinstance(judged, Judgement):
        return judged
    line = Line(Check.MANAGER, False, "is-a-record")
    return Judgement(Verdict(Outcome.REJECTED, (line,), judged.verdict.sha256), None, False, None)


def judge_any(
    pdf: bytes, *, at: datetime, proof: bytes | None = None, receipt: bytes | None = None
) -> Judgement | RecordJudgement:
    """The same of `pdf` as what it says it is: a record, or else a pledge. Raises CannotJudge.

    A `receipt` is judged beside a record; nothing else has receipts.
    """
    verdict = _verdict(pdf, at=at, proof=proof, receipt=receipt)
    if isinstance(verdict, RecordVerdict):
        file = RecordFile.objects.filter(sha256=verdict.sha256).first()
        return RecordJudgement(verdict, file, file is not None and file == file.record.newest_file)
    status = _public_status_of(verdict.summary, at)
    files = status.files if status else ()
    issued = next((each for each in files if each.sha256 == verdict.sha256), None)
    return Judgement(verdict, issued, bool(issued) and issued == files[-1], status)


def _verdict(
    pdf: bytes, *, at: datetime, proof: bytes | None, receipt: bytes | None = None
) -> AnyVerdict:
    brought = {"proof": proof, "receipt": receipt}
    try:
        verdict = client.judge(
            settings.JUDGING_SOCKET, pdf, trust=sealing.trust(at), at=at, **brought
        )
    except Busy as error:
        raise CannotJudge(busy=True) from error
    except Unavailable as error:
        logger.error("The judging service does not answer: %s", error)
        raise CannotJudge(busy=False) from error
    for line in verdict.lines:
        if line.explanation:
            logger.debug("Rejected %s: %s, %s", verdict.sha256, line.reason, line.explanation)
    return verdict


def company_roots_pem(at: datetime) -> bytes | None:
    """The roots of licensed authorities behind the company's seal (PEM); `None` without any."""
    return sealing.company_roots_pem(at)


def judging_fault() -> str:
    """Why strangers' files cannot be judged, in a few words fit for strangers; "" when they can."""
    return "" if is_answering(settings.JUDGING_SOCKET) else "the service does not answer"


def _public_status_of(summary: Summary | None, at: datetime) -> PublicStatus | None:
    try:
        return public_status(uuid.UUID(summary.pledge_id), at=at) if summary else None
    except ValueError:
        # Signed under our root, but not by this software, whose pledges are known by a UUID.
        return None


def issued_bytes(file: Document) -> bytes:
    """The bytes of an issued file, checked against its hash; raises `FileUnavailable`."""
    return issued_files.obtain(file)
