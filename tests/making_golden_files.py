"""Makes golden files, through the whole application: `pytest tests/making_golden_files.py`.

pytest does not collect it by itself. It makes those cases that are not there yet, and never
touches one that is: what was issued under a number stays as it was issued. A number that is new
gets cases of its own here, with names of its own.
"""

import hashlib
import io
import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings as configured
from PIL import Image, ImageDraw

from pledges import audit, keyring
from pledges.access import SYSTEM
from pledges.actions import preparing, proving, renewing, review, signing, templates
from pledges.actions.records import completion, issuing
from pledges.actions.records import renewing as record_renewing
from pledges.core.digests import canonical_json
from pledges.core.scans import DrawnPage, marked
from pledges.core.template import template_file
from pledges.models import (
    Department,
    Document,
    IssuedRecord,
    Organisation,
    Pledge,
    RecordFile,
    TemplateVersion,
)
from pledges.proof.keys import certificates, company_pins, pki
from pledges.proof.keys.company_pins import PinKind
from pledges.proof.keys.private_keys import to_asn1
from pledges.proof.keys.trust import pins_of
from pledges.proof.ledger import checkpoints
from pledges.proof.records import contents, receipts
from pledges.proof.records.judging import content_of, judge_any
from pledges.proof.records.verdict import any_to_json
from pledges.rendering import SignatureImage, paper_scans
from pledges.storage import document_store
from tests.attacks.authorities import LIFE, licensed_authority
from tests.baseline import BUILTIN
from tests.cast import request_by_code, request_by_passkey
from tests.golden_files import FOLDER, SUMS
from tests.reported_tasks import report_on, running_task, tell_ledger
from tests.sealed_records import document_of, person, salt_of
from tests.timestamp_authorities import KINDS, authority
from tests.tsa import responder

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("golden")]
AFTER_ALL = datetime(2080, 1, 1, tzinfo=UTC)
"""No certificate in any of the files is valid then."""
Made = tuple[Document | RecordFile, datetime]
CASES: dict[str, Callable[["Maker"], Made]] = {}


def case(make: Callable[["Maker"], Made]) -> Callable[["Maker"], Made]:
    CASES[make.__name__.replace("_", "-")] = make
    return make


class Maker:
    """The people, the pledges and the settings, at hand for a case."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self.draft = request.getfixturevalue("draft")
        self.passkey = request.getfixturevalue("passkey")
        self.liming = request.getfixturevalue("liming")
        self.officer = request.getfixturevalue("chenjing")
        self.settings = request.getfixturevalue("settings")
        self.folder = request.getfixturevalue("tmp_path")
        self.now = request.getfixturevalue("now")

    def sign(
        self,
        slug: str,
        *,
        by: str,
        at: datetime | None = None,
        mark: SignatureImage | None = None,
        **draft: object,
    ) -> Pledge:
        """Signed by `passkey` or `password`, two minutes after it was prepared."""
        at = at or self.now
        key = self.passkey(self.liming, at=at - timedelta(hours=1)) if by == "passkey" else None
        pledge = self.draft(slug, at=at, **draft)
        intent = preparing.prepare(pledge, actor=self.liming, at=at)
        then = at + timedelta(minutes=2)
        image = {"image": mark} if mark else {}
        done = (
            request_by_passkey(key, intent, **image)
            if key
            else request_by_code(self.liming, at=then, **image)
        )
        return signing.sign(intent, actor=self.liming, at=then, request=done)

    def accept(self, pledge: Pledge) -> Pledge:
        assert pledge.signed_at
        return review.accept(pledge, actor=self.officer, at=pledge.signed_at + timedelta(hours=1))

    def stamped(self, kind: str, slug: str, *, renewals: int = -1, **options: object) -> Made:
        """With timestamps by an authority of another maker, which go by the machine's clock."""
        chosen = next(each for each in KINDS if each.name == kind)
        with responder(authority(chosen)) as running:
            self.settings.TSA_URL = running.url
            self.settings.TSA_ROOTS = str(running.roots)
            now = datetime.now(UTC)
            pledge = self.sign(slug, at=now - timedelta(minutes=3), **options)
            if renewals >= 0:
                review.accept(pledge, actor=self.officer, at=datetime.now(UTC))
            for _ in range(max(renewals, 0)):
                renewing.renew(newest(pledge), actor=SYSTEM, at=datetime.now(UTC))
        return newest(pledge), now + timedelta(days=1)


def newest(pledge: Pledge) -> Document:
    return pledge.documents.order_by("-revision")[0]


def kept(pledge: Pledge) -> Made:
    """The newest file, to be judged a day after."""
    assert pledge.signed_at
    return newest(pledge), pledge.signed_at + timedelta(days=1)


# --- Number 1 ------------------------------------------------------------------------------------
@case
def format_1_general_zh_password_returned(make):
    pledge = make.sign("general-standards", by="password")
    reasons = [review.ClauseReason(clause="", text="请补充")]
    review.return_to_manager(
        pledge, actor=make.officer, at=pledge.signed_at + timedelta(hours=1), reasons=reasons
    )
    return kept(pledge)


@case
def format_1_general_zh_passkey_accepted(make):
    return kept(make.accept(make.sign("general-standards", by="passkey")))


@case
def format_1_contract_zh_passkey_signed(make):
    return kept(make.sign("contract", by="passkey"))


@case
def format_1_contract_zh_password_accepted(make):
    return kept(make.accept(make.sign("contract", by="password")))


@case
def format_1_personal_zh_passkey_revoked(make):
    pledge = make.accept(make.sign("personal-code", by="passkey"))
    review.revoke(pledge, actor=make.officer, at=make.now + timedelta(hours=5), reason="岗位调整")
    return kept(pledge)


@case
def format_1_general_en_password_accepted(make):
    return kept(make.accept(make.sign("general-standards", by="password", language="en")))


@case
def format_1_contract_en_passkey_accepted(make):
    return kept(make.accept(make.sign("contract", by="passkey", language="en")))


@case
def format_1_personal_en_passkey_signed(make):
    return kept(make.sign("personal-code", by="passkey", language="en"))


@case
def format_1_with_term(make):
    """It binds for twelve months from the day of its signing."""
    old = TemplateVersion.objects.get(template__slug="contract", number=1)
    draft = templates.revise(old, actor=make.officer, at=make.now)
    was = draft.definition()
    changed = replace(was, term_months=12, change_note=was.title)
    base = templates.file_digest(was)
    templates.save_draft(draft, changed, actor=make.officer, at=make.now, base=base)
    templates.publish(draft, actor=make.officer, at=make.now)
    templates.retire(old, actor=make.officer, at=make.now)
    return kept(make.accept(make.sign("contract", by="passkey")))


@case
def format_1_longest_names(make):
    name_all_as_long_as_can_be(make)
    return kept(make.accept(make.sign("general-standards", by="passkey", contact="电" * 60)))


def name_all_as_long_as_can_be(make):
    """With keys whose certificates name the company so."""
    Organisation.objects.update(name_zh="某" * 78 + "公司", name_en="")
    Department.objects.filter(people=make.liming).update(name_zh="部" * 80)
    person = make.liming
    person.name, person.employee_number = "阿卜杜" * 26 + "勒·", "E" + "9" * 31
    person.save()
    person.refresh_from_db()
    own = make.folder / "longest"
    secret = str(configured.PKI_PASSPHRASE).encode()
    pki.create(own, organisation="某" * 78 + "公司", passphrase=secret, at=make.now)
    make.settings.PKI_DIR = own


@case
def format_1_open_for_five_minutes(make):
    make.settings.SIGNING_INTENT_MINUTES = 5
    return kept(make.sign("personal-code", by="passkey"))


@case
def format_1_open_for_an_hour(make):
    make.settings.SIGNING_INTENT_MINUTES = 60
    return kept(make.accept(make.sign("personal-code", by="password")))


@case
def format_1_licensed_company_certificate(make):
    root, root_key = licensed_authority()
    named = Organisation.current().name_zh
    own = ec.generate_private_key(ec.SECP256R1())
    issuer = certificates.Issuer(root, root_key)
    name = certificates.named(named, named)
    seal = certificates.end_entity(name, own.public_key(), issuer, LIFE)
    key, chain = make.folder / "seal.pem", make.folder / "chain.pem"
    key.write_bytes(own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    chain.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in (seal, root)))
    pin = f"sha256={pins_of(to_asn1(seal))[PinKind.KEY]} from 2026-01-01 until 2028-12-31"
    make.settings.COMPANY_SEAL_KEY, make.settings.COMPANY_SEAL_CERT = str(key), str(chain)
    make.settings.COMPANY_PINS = company_pins.read_all(pin)
    return kept(make.accept(make.sign("contract", by="passkey")))


@case
def format_1_witnessed(make):
    """Witnesses have cosigned the checkpoint of the ledger (C2SP tlog-cosignature)."""
    proof = audit.proof
    witness = ec.generate_private_key(ec.SECP256R1()).public_key()
    blob = hashlib.sha512(str(witness.public_numbers()).encode()).digest() + bytes(12)

    def cosigned(*arguments):
        found = proof(*arguments)
        note = checkpoints.cosigned(found["checkpoint"], "witness.example/w1", blob)
        return {**found, "checkpoint": note}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "proof", cosigned)
        return kept(make.accept(make.sign("personal-code", by="passkey")))


@case
def format_1_b_lt_signed(make):
    return make.stamped("rsa-unsorted", "general-standards", by="passkey")


@case
def format_1_b_lta_accepted(make):
    return make.stamped("chain-named", "contract", by="passkey", renewals=0)


@case
def format_1_b_lta_renewed(make):
    return make.stamped("rsa-sorted", "personal-code", by="password", renewals=1, language="en")


@case
def format_1_b_lta_renewed_three_times(make):
    return make.stamped("alone", "general-standards", by="passkey", renewals=3)


@case
def format_1_b_lta_renewed_off_the_page(make):
    """The boxes of its timestamps lie off the page; those of the ones before, at its corner."""
    return make.stamped("certomancer-ecdsa", "contract", by="passkey", renewals=1)


@case
def format_1_choice_of_ones_own(make):
    """A choice with words of the person's own, which none of the options has."""
    own = {"pledgor_type": "other", "pledgor_type.other": "联合团队（含外聘顾问）"}
    return kept(make.accept(make.sign("general-standards", by="password", **own)))


# The second layout of revision 0: who signs above the box, pages counted, a bold face.
@case
def format_1_layout_2_general_zh_accepted(make):
    own = {"pledgor_type": "other", "pledgor_type.other": "联合团队（含外聘顾问）"}
    return kept(make.accept(make.sign("general-standards", by="passkey", **own)))


@case
def format_1_layout_2_contract_en_typed_accepted(make):
    mark = SignatureImage(typed="李明")
    return kept(make.accept(make.sign("contract", by="password", language="en", mark=mark)))


@case
def format_1_layout_2_personal_zh_many_lines_signed(make):
    steps = "\n\n".join(
        f"{number}、核对第 {number} 项客户资料并留存影像。" for number in range(1, 41)
    )
    return kept(make.sign("personal-code", by="passkey", process_steps=steps))


@case
def format_1_layout_2_personal_en_prose_accepted(make):
    steps = "Check the identity and the authority of the client, and keep copies of both. " * 25
    return kept(
        make.accept(make.sign("personal-code", by="password", language="en", process_steps=steps))
    )


# The declaration 2026-12 and its stamp, which say when the pledge takes effect; a pen that is as
# wide as it was slow; version 2 of the pledges; long names on several lines.
@case
def format_1_effect_general_zh_pen_accepted(make):
    return kept(make.accept(make.sign("general-standards", by="passkey", mark=pen())))


@case
def format_1_effect_contract_2_zh_pen_accepted(make):
    publish_version_2(make, "contract")
    law = {"governing_law": "民法典", "governing_article": "第五百零九条"}
    return kept(make.accept(make.sign("contract", by="password", mark=pen(), **law)))


@case
def format_1_effect_contract_2_en_unlisted_law_signed(make):
    publish_version_2(make, "contract")
    law = {"governing_law": "最高人民法院关于适用《民法典》的解释", "governing_article": "3"}
    mark = SignatureImage(typed="李明")
    return kept(make.sign("contract", by="passkey", language="en", mark=mark, **law))


@case
def format_1_effect_general_2_en_pen_accepted(make):
    publish_version_2(make, "general-standards")
    pledge = make.sign("general-standards", by="passkey", language="en", mark=pen())
    return kept(make.accept(pledge))


@case
def format_1_effect_longest_names(make):
    name_all_as_long_as_can_be(make)
    mark = SignatureImage(typed=make.liming.name)
    return kept(make.accept(make.sign("personal-code", by="passkey", mark=mark)))


def pen() -> SignatureImage:
    """Four loops, quick in the middle, and a dot."""
    turns = [step / 24 for step in range(25)]
    strokes = tuple(
        tuple(
            (
                round(0.1 + 0.2 * loop + 0.16 * turn, 4),
                round(0.15 - 0.1 * math.sin(2 * math.pi * turn), 4),
                round(1.4 - math.sin(math.pi * turn), 2),
            )
            for turn in turns
        )
        for loop in range(4)
    )
    return SignatureImage(strokes=(*strokes, ((0.5, 0.02, 1.0),)))


def publish_version_2(make, slug: str) -> None:
    text = (BUILTIN / "version-2" / f"{slug}.pledge").read_text("utf-8")
    definition, problems = template_file.parse(text)
    assert definition and not problems
    version, _ = templates.import_definition(definition, actor=SYSTEM, at=make.now)
    templates.publish(version, actor=SYSTEM, at=make.now)
    old = TemplateVersion.objects.get(template__slug=slug, number=1)
    templates.retire(old, actor=make.officer, at=make.now)


# --- Records, number 1 ---------------------------------------------------------------------------
def reported(make, size: int, at: datetime, **changed: object) -> IssuedRecord:
    task = running_task(make.officer, at)
    report = report_on(task, size, Organisation.current().localtime(at), **changed)
    tell_ledger(task, report, at - timedelta(days=1), joined=min(3, size - 1))
    return completion.issue(report, task_id=task.pk, actor=make.officer, at=at)


def stamped_report(make, kind: str, size: int, *, renewals: int) -> Made:
    chosen = next(each for each in KINDS if each.name == kind)
    with responder(authority(chosen)) as running:
        make.settings.TSA_URL = running.url
        make.settings.TSA_ROOTS = str(running.roots)
        now = datetime.now(UTC)
        record = reported(make, size, now)
        for _ in range(renewals):
            record_renewing.renew(record.newest_file, actor=SYSTEM, at=datetime.now(UTC))
    return record.newest_file, now + timedelta(days=1)


@case
def record_1_report_of_one(make):
    return reported(make, 1, make.now).newest_file, make.now + timedelta(days=1)


@case
def record_1_report_of_twelve_en(make):
    return reported(make, 12, make.now, language="en").newest_file, make.now + timedelta(days=1)


@case
def record_1_report_of_903(make):
    return reported(make, 903, make.now).newest_file, make.now + timedelta(days=1)


@case
def record_1_report_b_lta(make):
    return stamped_report(make, "certomancer-ecdsa", 46, renewals=0)


@case
def record_1_report_b_lta_renewed_twice(make):
    return stamped_report(make, "rsa-sorted", 12, renewals=2)


@case
def record_1_paper_scan(make):
    """Three pages: in colour, in grey, and written progressively."""
    pages = [scanned(1, "RGB"), scanned(2, "L"), scanned(3, "RGB", progressive=True)]
    organisation = Organisation.current().name_in("zh-hans")
    content = {
        "kind": contents.SCAN,
        "language": "zh-hans",
        "organisation": organisation,
        "paper": "5d2c5b4e-4a5e-4b0e-8e43-7d1a5d9c0b55",
        "template": {"slug": "contract", "version": 1, "digest": "c3" * 32},
        "signed_on": "2024-03-01",
        "ends_on": "2027-02-28",
        "pages": [hashlib.sha256(page.jpeg).hexdigest() for page in pages],
        "upload": hashlib.sha256(b"upload").hexdigest(),
        "commitment": hashlib.sha256(b"commitment").hexdigest(),
    }
    local = Organisation.current().localtime(make.now)
    scan = paper_scans.Scan(
        identifier=contents.identifier(content),
        short="P-5D2C5B",
        organisation=organisation,
        person="李明（E1001）",
        version="第 1 版",
        version_en="version 1",
        signed_on=date(2024, 3, 1),
        ends_on=date(2027, 2, 28),
        filed=("王芳", local),
        confirmed=("陈静", local),
        upload=content["upload"],
        address="https://pledges.example.com/verify/",
    )
    sealed = issuing.seal(paper_scans.render(scan, pages), content, at=make.now)
    subject = f"paperpledge:{content['paper']}"
    record = issuing.issue(
        sealed, kind=contents.SCAN, subject=subject, actor=make.officer, at=make.now
    )
    return record.newest_file, make.now + timedelta(days=1)


def scanned(number: int, mode: str, **options: object) -> DrawnPage:
    image = Image.new(mode, (620, 877), "white")
    ImageDraw.Draw(image).text((80, 100 * number), f"page {number}", fill="black")
    written = io.BytesIO()
    image.save(written, "JPEG", quality=60, **options)
    return DrawnPage(marked(written.getvalue(), f"page {number}"), *image.size)


def proof_of(document: Document | RecordFile) -> bytes:
    now = datetime.now(UTC)
    if isinstance(document, RecordFile):
        return canonical_json(issuing.separate_proof(document, at=now))
    return proving.prove(document, at=now)


def receipt_of(document: Document | RecordFile, pdf: bytes) -> bytes:
    """That of the first member of a report."""
    if not isinstance(document, RecordFile) or document.record.kind != contents.COMPLETION:
        return b""
    content = content_of(pdf)
    held = document_of(0) if content["members"][0][2] else None
    return receipts.make(content, index=0, salt=salt_of(0), person=person(0), document=held)


@pytest.mark.parametrize("name", CASES)
def test_make(request, name):
    folder = FOLDER / name
    if folder.exists():
        pytest.skip("it is there, and stays as it is")
    document, day = CASES[name](Maker(request))
    pdf = document_store.get(document.sha256)
    proof = proof_of(document)
    trust = keyring.trust()
    verdicts = []
    for at in (day, AFTER_ALL):
        verdict = judge_any(pdf, trust=trust, at=at, proof=proof)
        assert verdict.summary, [line for line in verdict.lines if not line.passed]
        verdicts.append({"at": at.isoformat(), "verdict": any_to_json(verdict)})
    files = {
        "file.pdf": pdf,
        "proof.json": proof,
        "receipt.json": receipt_of(document, pdf),
        "root.pem": keyring.root_pem(),
        "tsa-roots.pem": keyring.tsa_roots_pem(),
        "company-roots.pem": keyring.company_roots_pem(),
        "pins.txt": "".join(f"{pin}\n" for pin in configured.COMPANY_PINS).encode(),
        "expected.json": json.dumps(verdicts, ensure_ascii=False, indent=1).encode() + b"\n",
    }
    folder.mkdir()
    for file, content in files.items():
        if content:
            (folder / file).write_bytes(content)


def test_list():
    """The list of what is kept: lines are added, none is changed."""
    listed = dict(reversed(line.split("  ")) for line in read_sums())
    for file in sorted(path for path in FOLDER.glob("*/*") if path.is_file()):
        name = str(file.relative_to(FOLDER))
        sum_of = hashlib.sha256(file.read_bytes()).hexdigest()
        assert listed.setdefault(name, sum_of) == sum_of, name
    SUMS.write_text("".join(f"{listed[name]}  {name}\n" for name in sorted(listed)))


def read_sums() -> list[str]:
    return SUMS.read_text().splitlines() if SUMS.exists() else []
