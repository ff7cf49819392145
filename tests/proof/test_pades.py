"""The two seals and the timestamps: increments that keep PDF/A, at the level that they declare."""

import subprocess
from datetime import timedelta
from io import BytesIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from pledges.proof.keys import certificates, key_store
from pledges.proof.keys.certificates import Issuer, Life
from pledges.proof.keys.private_keys import to_asn1
from pledges.proof.signatures import event_loop
from pledges.proof.signatures.pades import Identity
from tests.attacks import library_updates
from tests.attacks.honest import RENEWED, accept, honest
from tests.rendering.samples import opened, poppler, text_of
from tests.sealed import ACCEPTED, SIGNED, figure

LEVELS = {"signed": ["B-B"], "finished": ["B-B", "B-B"], "lta": ["B-LT", "B-LTA"]}


def signatures(pdf):
    return PdfFileReader(BytesIO(pdf)).embedded_regular_signatures


@pytest.mark.parametrize("name", ["finished", "lta", "renewed"])
def test_every_file_begins_with_the_one_before(name):
    made = honest()
    pdf = made.base(name)
    before = {"finished": made.signed, "lta": made.stamped_signed, "renewed": made.lta}[name]
    assert pdf.startswith(before) and before.startswith(made.rendered)


@pytest.mark.parametrize("name", ["signed", "finished", "lta", "renewed"])
def test_sealing_keeps_what_pdf_a_demands(name):
    made = honest()
    before, after = opened(made.rendered), opened(made.base(name))
    assert after.check_pdf_syntax() == []
    assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
    assert dict(after.docinfo) == dict(before.docinfo)
    assert "/Version" not in after.Root and after.pdf_version == "1.7"
    [file] = after.Root.AF
    assert (str(file.AFRelationship), str(file.UF)) == ("/Data", "evidence.json")
    assert file.EF.F.Subtype == "/application/json" and "/ModDate" in file.EF.F.Params
    fonts = poppler("pdffonts", made.base(name)).splitlines()[2:]
    assert fonts and all(" yes yes yes " in font for font in fonts)


@pytest.mark.parametrize("name", LEVELS)
def test_each_seal_declares_its_level(name):
    found = signatures(honest().base(name))
    assert [one.sig_object["/Prop_Build"]["/App"]["/REx"] for one in found] == [
        f"shounuo-pledge/1 {level}" for level in LEVELS[name]
    ]


def test_the_first_seal_certifies_and_the_second_locks():
    manager, company = signatures(honest().finished)
    assert manager.docmdp_level is MDPPerm.FILL_FORMS
    # Without /P: a document timestamp follows (see docs/verify.md).
    assert company.docmdp_level is None
    assert company.fieldmdp.action.name == "ALL"
    assert set(company.sig_field["/Lock"]) == {"/Type", "/Action"}


def test_the_certificate_of_the_first_lives_for_minutes():
    certificate = signatures(honest().signed)[0].signer_cert
    assert certificate.not_valid_after - certificate.not_valid_before < timedelta(minutes=15)
    assert certificate.not_valid_before <= SIGNED <= certificate.not_valid_after


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 4096)]
)
def test_the_longest_names_and_keys_fit_into_a_seal(key):
    made = honest()
    words = (NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.COMMON_NAME)
    name = x509.Name([certificates.attribute(each, "某" * 64) for each in words])
    house, office = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    life = Life.of_years(5, SIGNED - timedelta(days=1))
    root = certificates.root("某" * 64, house, life)
    issuer = certificates.authority(name, office.public_key(), Issuer(root, house), life)
    own = certificates.end_entity(name, key.public_key(), Issuer(issuer, office), life)
    signer = key_store.make_identity(key, own, (issuer, root)).signer
    sealed = accept(made.basic, made.signed, identity=Identity(signer, (to_asn1(root),)))
    assert signatures(sealed)[1].signer_cert.dump() == to_asn1(own).dump()


@pytest.mark.parametrize(("name", "count"), [("lta", 1), ("renewed", 2)])
def test_the_last_timestamp_covers_the_whole_file(name, count):
    pdf = honest().base(name)
    stamps = PdfFileReader(BytesIO(pdf)).embedded_timestamp_signatures
    _, _, start, rest = stamps[-1].byte_range
    assert (len(stamps), start + rest) == (count, len(pdf))
    assert RENEWED > ACCEPTED


def test_pyhankos_own_verdict_agrees():
    made = honest()
    for one, moment in zip(signatures(made.finished), (SIGNED, ACCEPTED), strict=True):
        context = ValidationContext(
            trust_roots=[made.basic.root], moment=moment, allow_fetching=False
        )
        status = event_loop.run(async_validate_pdf_signature(one, context))
        assert status.intact and status.valid and status.trusted and status.docmdp_ok


def test_poppler_calls_both_valid(tmp_path):
    file = tmp_path / "pledge.pdf"
    file.write_bytes(honest().finished)
    said = subprocess.run(["pdfsig", file], capture_output=True, text=True).stdout
    assert said.count("Signature is Valid.") == 2


def test_the_mark_and_the_stamp_are_seen():
    made = honest()
    assert "李明" not in text_of(made.rendered)
    assert "李明" in text_of(made.signed) and "Company" in text_of(made.finished)


def test_an_unknown_field_is_refused():
    writer = library_updates.QuietWriter(BytesIO(honest().rendered))
    with pytest.raises(library_updates.UnknownField, match="Other"):
        library_updates.show(writer, "Other", figure("x"))


def test_a_second_file_is_refused():
    writer = library_updates.QuietWriter(BytesIO(honest().signed))
    file = {"name": "b", "description": "b", "content": b"", "mime_type": "text/plain"}
    with pytest.raises(ValueError, match="associated"):
        library_updates.attach(writer, **file, at=SIGNED)
