"""Files with tokens by every kind of timestamp authority are genuine, whoever judges them."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from pledges import keyring, verification
from pledges.access import SYSTEM
from pledges.actions import renewing, review
from pledges.proof.__main__ import EXIT, main
from pledges.proof.judging import judge
from pledges.proof.keys.private_keys import to_asn1
from pledges.proof.messages import catalogue
from pledges.proof.verdict import Outcome
from pledges.storage import document_store
from tests import second_opinions
from tests.attacks.structures import CONTENTS
from tests.attacks.table import reason_of
from tests.second_opinions import Opinion
from tests.timestamp_authorities import KINDS, Kind, authority
from tests.tsa import responder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judging_service")]
PROJECT = Path(__file__).parent.parent.parent
MANAGER, COMPANY, LAST = 0, 1, -1
SLUGS = ("general-standards", "contract", "personal-code")
STAGES = {
    "signed": (Outcome.SIGNED_ONLY, ["ManagerSignature"]),
    "accepted": (Outcome.ACCEPTED, ["ManagerSignature", "CompanySeal", "Timestamp1"]),
    "renewed": (Outcome.ACCEPTED, ["ManagerSignature", "CompanySeal", "Timestamp1", "Timestamp2"]),
}
UNSORTED = next(kind for kind in KINDS if kind.name == "rsa-unsorted")
COVERED = sorted(
    {(kind, SLUGS[number % len(SLUGS)]) for number, kind in enumerate(KINDS)}
    | {(UNSORTED, slug) for slug in SLUGS},
    key=str,
)
"""Every kind with one template or another, and every template with tokens by OpenSSL whose
certificates are not in DER's order."""


@dataclass(frozen=True)
class Issued:
    """The files of one pledge by stage, what the authority had answered, and the certificates that
    a receiver is given to check them by."""

    files: dict[str, bytes]
    answered: list[bytes]
    root: Path
    tsa_roots: Path


@pytest.fixture(autouse=True)
def _unbraked() -> Iterator[None]:
    caches["memory"].clear()
    yield
    caches["memory"].clear()


@pytest.fixture
def issued(settings, signed, chenjing, tmp_path):
    """Sign, accept and renew by the clock of the machine: other makers' authorities go by it."""

    def make(kind: Kind, slug: str = "general-standards") -> Issued:
        with responder(authority(kind)) as running:
            settings.TSA_URL, settings.TSA_ROOTS = running.url, str(running.roots)
            now = datetime.now(UTC)
            pledge = signed(slug, at=now - timedelta(minutes=2))
            files = [pledge.documents.get()]
            review.accept(pledge, actor=chenjing, at=now)
            files.append(pledge.documents.get(revision=2))
            files.append(renewing.renew(files[1], actor=SYSTEM, at=datetime.now(UTC)))
        root = tmp_path / "root.pem"
        root.write_bytes(keyring.root_pem() or b"")
        kept = {
            stage: document_store.get(file.sha256)
            for stage, file in zip(STAGES, files, strict=True)
        }
        return Issued(kept, running.answered, root, running.roots)

    return make


def by_page(client, pdf: bytes) -> Outcome | str:
    """The outcome that the page tells; all of the page where it tells none."""
    file = SimpleUploadedFile("pledge.pdf", pdf, content_type="application/pdf")
    page = client.post(reverse("verify_file"), {"file": file}).content.decode()
    return next((each for each in Outcome if catalogue.OUTCOMES[each].in_("zh-hans") in page), page)


def options(made: Issued, pdf: bytes) -> list[str]:
    file = made.root.with_name("pledge.pdf")
    file.write_bytes(pdf)
    return [str(file), "--trust", str(made.root), "--tsa-trust", str(made.tsa_roots)]


@pytest.mark.parametrize(("kind", "slug"), COVERED, ids=lambda one: str(one))
def test_a_file_is_genuine_whoever_made_its_timestamps(issued, client, capsys, kind, slug):
    made = issued(kind, slug)
    trust = keyring.trust()
    for stage, (outcome, _fields) in STAGES.items():
        pdf = made.files[stage]
        verdict = judge(pdf, trust=trust, at=datetime.now(UTC))
        assert verdict.outcome is outcome, [line for line in verdict.lines if not line.passed]
        assert by_page(client, pdf) is outcome
        assert main(options(made, pdf)) == EXIT[outcome], capsys.readouterr().out
    for stage in ("signed", "renewed"):
        valid = [Opinion(field, True) for field in STAGES[stage][1]]
        assert second_opinions.by_poppler(made.files[stage]) == valid[:2]
        roots = [*trust.roots, *trust.tsa_roots]
        assert second_opinions.by_pyhanko(made.files[stage], roots) == valid


def test_a_token_stands_in_the_file_as_the_authority_wrote_it(issued):
    """Not as some library would write it: its bytes are the authority's statement."""
    made = issued(UNSORTED)
    written = CONTENTS.findall(made.files["renewed"])
    assert len(written) == len(STAGES["renewed"][1])
    for container in (cms.ContentInfo.load(bytes.fromhex(each.decode())) for each in written):
        token = token_of(container).dump()
        assert any(answer.endswith(token) for answer in made.answered)


def test_the_command_says_so_too_in_a_process_of_its_own(issued):
    made = issued(UNSORTED, "contract")
    for stage, (outcome, _fields) in STAGES.items():
        command = [sys.executable, "-m", "pledges.proof", *options(made, made.files[stage])]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
        assert done.returncode == EXIT[outcome], done.stdout + done.stderr


# --- What a stranger does to a token that was issued ----------------------------------------------
def rewritten(pdf: bytes, signature: int, change: Callable[[cms.ContentInfo], bytes]) -> bytes:
    """`pdf` with one of its signatures, by number, as `change` gives it."""
    place = list(CONTENTS.finditer(pdf))[signature]
    container = cms.ContentInfo.load(bytes.fromhex(place[1].decode()))
    written = change(container).hex().upper().encode().ljust(len(place[1]), b"0")
    assert len(written) == len(place[1])
    return pdf[: place.start(1)] + written + pdf[place.end(1) :]


def token_of(container: cms.ContentInfo) -> cms.ContentInfo:
    """The container itself, of a document timestamp; of a signature, the timestamp in it."""
    for attribute in container["content"]["signer_infos"][0]["unsigned_attrs"]:
        return attribute["values"][0]
    return container


def turned_round(container: cms.ContentInfo) -> bytes:
    """The certificates of the token in the opposite order, not a byte else."""
    there = [each.dump() for each in token_of(container)["content"]["certificates"]]
    assert len(there) > 1 and b"".join(there) in container.dump()
    return container.dump().replace(b"".join(there), b"".join(reversed(there)))


def with_a_stranger(container: cms.ContentInfo) -> bytes:
    """One more certificate in the token, which has nothing to do with it."""
    foreign = to_asn1(authority(KINDS[0]).certificates["root"])
    chosen = cms.CertificateChoices("certificate", foreign)
    token_of(container)["content"]["certificates"].append(chosen)
    return container.dump()


def judged(pdf: bytes) -> verification.Judgement:
    return verification.judge(pdf, at=datetime.now(UTC))


def test_what_nothing_covers_only_the_stored_hash_tells(issued):
    """The certificates of the last timestamp may be turned round by anybody: no signature is over
    their order, and who judges cannot know which order the authority wrote them in. What the file
    says is the same; only it is no longer the one that was issued."""
    accepted = issued(UNSORTED).files["accepted"]
    assert judged(accepted).issued is not None
    changed = judged(rewritten(accepted, LAST, turned_round))
    assert changed.verdict.outcome is Outcome.ACCEPTED
    assert changed.issued is None


def test_an_earlier_timestamp_is_covered_by_the_next_seal(issued):
    made = issued(UNSORTED).files
    for stage, signature in (("accepted", MANAGER), ("accepted", COMPANY), ("renewed", LAST - 1)):
        changed = judged(rewritten(made[stage], signature, turned_round))
        assert changed.verdict.outcome is Outcome.REJECTED


def test_a_certificate_that_does_not_belong_to_a_token_is_refused(issued):
    made = issued(UNSORTED).files
    for stage, signature in (("signed", MANAGER), ("accepted", LAST), ("renewed", LAST)):
        verdict = judged(rewritten(made[stage], signature, with_a_stranger)).verdict
        assert verdict.outcome is Outcome.REJECTED
        assert reason_of(verdict) == "timestamp-broken"
