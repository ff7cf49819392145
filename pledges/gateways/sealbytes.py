"""The bytes of a seal itself, which no seal covers but a later one: there is one way to write them.

Without that, zeros behind a seal, or parts of it that nothing signs, could be changed at will.
"""

from typing import Any, Final

from asn1crypto import cms, parser
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pyhanko_certvalidator.path import ValidationPath

from pledges.core.verdict import Rejected
from pledges.gateways import ecdsa
from pledges.gateways.pades import DIGEST
from pledges.gateways.trust import Trust

MOST_CERTIFICATES: Final = 6
"""In one signature. Among certificates that all vouch for each other a validator tries every path,
and each one more multiplies the time: six take a fifth of a second, nine more than a minute."""

STAMP: Final = "signature_time_stamp_token"


def check_range(pdf: bytes, embedded: Any, end: int) -> None:
    """The byte range is all of the file up to `end`, but for the seal, which fills the gap.

    Compared with the bytes, not only with what a parser found elsewhere: signature wrapping lives
    from a difference between the two.
    """
    numbers = [int(number) for number in embedded.byte_range]
    if len(numbers) != 4 or min(numbers) < 0:
        raise Rejected("not-covered")
    start, before, after, rest = numbers
    content: bytes = embedded.pkcs7_content
    shown = content.hex().upper().encode()
    if start != 0 or after + rest != end or pdf[before:after] != b"<%b>" % shown:
        raise Rejected("not-covered")
    try:
        _, _, _, header, value, trailer = parser.parse(content)
    except ValueError as error:
        raise Rejected("broken-seal") from error
    if content[len(header) + len(value) + len(trailer) :].strip(b"\0"):
        raise Rejected("not-covered")
    check_few(embedded.signed_data)


def check_few(found: Any) -> None:
    """Raise `Rejected` for more certificates than a signature or a timestamp needs."""
    if len({each.chosen.dump() for each in found["certificates"]}) > MOST_CERTIFICATES:
        raise Rejected("too-many-certificates")


def check_form(embedded: Any, path: ValidationPath, trust: Trust) -> None:
    """A seal is what sealing writes, in DER, and what nothing signs in it can be only one thing.

    The certificates are those of its path up to the root, each once; an ECDSA value is the low one
    (RFC 5652, section 5, leaves all of this open). Raises `Rejected`.
    """
    signer, chain = embedded.signer_info, list(path.iter_certs(include_root=True))
    _require_low(signer["signature"].native, chain[-1])
    if trust.is_own(chain[0]):
        _check_authority(chain[1], chain[0])
    again = cms.SignerInfo(
        {
            **_named(chain[-1]),
            "signed_attrs": signer["signed_attrs"],
            "signature": signer["signature"],
        }
    )
    if len(signer["unsigned_attrs"]):
        stamps = [each for each in signer["unsigned_attrs"] if each["type"].native == STAMP]
        again["unsigned_attrs"] = cms.CMSAttributes(stamps[:1])
    plain = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [again["digest_algorithm"]],
            "encap_content_info": {"content_type": "data"},
            "certificates": [cms.CertificateChoices("certificate", each) for each in chain],
            "signer_infos": [again],
        }
    )
    whole = cms.ContentInfo({"content_type": "signed_data", "content": plain}).dump(force=True)
    bytes_there: bytes = embedded.pkcs7_content
    if bytes_there[: len(whole)] != whole or bytes_there[len(whole) :].strip(b"\0"):
        raise Rejected("broken-seal")


def _named(own: asn1.Certificate) -> dict[str, Any]:
    """What a seal says of its maker outside of what it signs: validators take other spellings."""
    number = {"issuer": own.issuer, "serial_number": own.serial_number}
    kind = "ecdsa" if own.public_key.algorithm == "ec" else "rsa"
    return {
        "version": "v1",
        "sid": cms.SignerIdentifier("issuer_and_serial_number", cms.IssuerAndSerialNumber(number)),
        "digest_algorithm": {"algorithm": DIGEST},
        "signature_algorithm": {"algorithm": f"{DIGEST}_{kind}"},
    }


def _check_authority(authority: asn1.Certificate, root: asn1.Certificate) -> None:
    """The certificate of our own authority has one form too: a seal signs its maker's alone."""
    signed = authority["tbs_certificate"]["signature"]
    if authority["signature_algorithm"].dump() != signed.dump():
        raise Rejected("broken-seal")
    _require_low(authority["signature_value"].native, root)


def _require_low(value: bytes, signer: asn1.Certificate) -> None:
    if not ecdsa.is_low(value, load_der_public_key(signer.public_key.dump())):
        raise Rejected("broken-seal")


def check_token(found: Any, path: Any) -> None:
    """A timestamp brings no certificate but those on its path, and crossed ones of them.

    Authorities add certificates of their root by older roots; nobody here relies on those. They
    have the name and the key of one on the path, and an issuer that is not on it.
    """
    try:
        # Parsed to the last field: of what stands around the signed part, a length that is off by
        # a bit would otherwise be passed over.
        _ = found.native
    except (ValueError, TypeError) as error:
        raise Rejected("timestamp-broken") from error
    if any(len(signer["unsigned_attrs"]) for signer in found["signer_infos"]):
        raise Rejected("timestamp-broken")
    _check_frame(found)
    known = tuple(path.iter_certs(include_root=True))
    names = {each.subject.hashable for each in known}
    keys = {(each.subject.hashable, each.public_key.dump()) for each in known}
    for certificate in _others(found, path):
        key = certificate.subject.hashable, certificate.public_key.dump()
        if certificate.issuer.hashable in names or key not in keys:
            raise Rejected("timestamp-broken")


def _check_frame(found: Any) -> None:
    """What no signature covers and validators pass over can be only one thing (RFC 5652, 5)."""
    signers = found["signer_infos"]
    digests = [signer["digest_algorithm"].native for signer in signers]
    if len(signers) != 1 or found["digest_algorithms"].native != digests:
        raise Rejected("timestamp-broken")
    by_number = signers[0]["sid"].name == "issuer_and_serial_number"
    versions = found["version"].native, signers[0]["version"].native
    if versions != ("v3", "v1" if by_number else "v3"):
        raise Rejected("timestamp-broken")


def _others(found: Any, path: Any) -> list[Any]:
    """The certificates in a signature that are not on its path."""
    on_path = {each.dump() for each in path.iter_certs(include_root=True)}
    return [each.chosen for each in found["certificates"] if each.chosen.dump() not in on_path]
