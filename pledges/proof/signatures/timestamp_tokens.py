"""Timestamp tokens (RFC 3161): an authority's own bytes, judged as they stand.

Nothing is written anew to compare it: authorities order their certificates, name their algorithms
and encode their sets in ways of their own. What is held to a form is the frame around what they
sign, so that nobody can add to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1
from pyhanko_certvalidator.path import ValidationPath

from pledges.proof.fileformat import DIGEST
from pledges.proof.keys import chains
from pledges.proof.signatures import der, token_signatures
from pledges.proof.signatures.cms_form import DAMAGED, MAX_CERTIFICATES
from pledges.proof.signatures.token_signatures import broken
from pledges.proof.verdict import Rejected

MAX_TOKEN: Final = 64 * 1024  # bytes


@dataclass(frozen=True)
class TimestampToken:
    """A token that holds: when it was made, and the certificate of who made it."""

    time: datetime
    certificate: asn1.Certificate

    @property
    def until(self) -> datetime:
        """When that certificate ends."""
        end: datetime = self.certificate.not_valid_after
        return end


def read(encoded: bytes, imprint: bytes, roots: Sequence[asn1.Certificate]) -> TimestampToken:
    """The token over the SHA-256 `imprint`, by an authority under one of `roots`.

    Raises `Rejected`.
    """
    if len(encoded) > MAX_TOKEN:
        raise Rejected("too-large", "a timestamp is small", expected=MAX_TOKEN, found=len(encoded))
    try:
        return _read(encoded, imprint, roots)
    except DAMAGED as error:
        # Certificates are parsed as far as they are asked, which may be late.
        raise Rejected(
            "timestamp-broken", "a timestamp is a token (RFC 3161)", found=str(error)
        ) from error


def _read(encoded: bytes, imprint: bytes, roots: Sequence[asn1.Certificate]) -> TimestampToken:
    der.check(encoded)
    signed = cms.ContentInfo.load(encoded, strict=True)["content"]
    certificates = _certificates(signed)
    # Parsed to the last field: what is damaged must not come to light later.
    _ = signed["signer_infos"].native, signed["encap_content_info"].native
    signer = _check_frame(signed)
    information = _information(signed)
    certificate = _certificate_of(signer, certificates, roots)
    token_signatures.check(signed, signer, certificate)
    _check_imprint(information, imprint)
    time: datetime = information["gen_time"].native
    path = _path(certificate, certificates, roots, time)
    _check_certificates(certificates, path)
    return TimestampToken(time, certificate)


def vouched_until(tokens: Sequence[TimestampToken]) -> datetime:
    """When the first certificate ended behind which no timestamp had been made in time.

    Once it has ended, whoever comes by its key can make timestamps of any time; a later one only
    shows that they were made before itself.
    """
    for token, following in pairwise(tokens):
        if following.time > token.until:
            return token.until
    return tokens[-1].until


def signer_of(encoded: bytes) -> asn1.Certificate:
    """The certificate of who made the token, which is not judged; raises `Rejected` without."""
    return certificates_of(encoded)[0]


def certificates_of(encoded: bytes) -> list[asn1.Certificate]:
    """The certificates in a token, which is not judged: that of who made it, then the others."""
    signed = cms.ContentInfo.load(encoded, strict=True)["content"]
    certificates = [each.chosen for each in signed["certificates"]]
    signer = _certificate_of(signed["signer_infos"][0], certificates, ())
    return [signer, *(each for each in certificates if each is not signer)]


def _certificates(signed: Any) -> list[asn1.Certificate]:
    found = [each.chosen for each in signed["certificates"]]
    if len({each.dump() for each in found}) > MAX_CERTIFICATES:
        raise Rejected(
            "too-many-certificates",
            "a signature or timestamp brings few certificates",
            expected=MAX_CERTIFICATES,
            found=len(found),
        )
    if not all(isinstance(each, asn1.Certificate) for each in found):
        raise broken("it brings certificates (RFC 5652, 10.2.2) and no other kind")
    return found


def _check_frame(signed: Any) -> Any:
    """What no signature covers and validators pass over can be only one thing (RFC 5652, 5)."""
    signers = signed["signer_infos"]
    if len(signers) != 1 or len(signers[0]["unsigned_attrs"]) or len(signed["crls"]):
        raise broken("it has one signer, and nothing that nobody signed")
    [signer] = signers
    digests = [each.dump() for each in signed["digest_algorithms"]]
    if digests != [signer["digest_algorithm"].dump()]:
        raise broken("it names the signer's digest algorithm and no other", found=digests)
    token_signatures.check_algorithms(signer)
    by_number = signer["sid"].name == "issuer_and_serial_number"
    versions = signed["version"].native, signer["version"].native
    if versions != ("v3", "v1" if by_number else "v3"):
        raise broken("its versions are those of RFC 5652, 5.1 and 5.3", found=versions)
    return signer


def _information(signed: Any) -> tsp.TSTInfo:
    content = signed["encap_content_info"]
    if content["content_type"].native != "tst_info":
        raise broken("it holds a TSTInfo", found=content["content_type"].native)
    return tsp.TSTInfo.load(content["content"].contents, strict=True)


def _check_imprint(information: tsp.TSTInfo, imprint: bytes) -> None:
    said = information["message_imprint"]
    found = said["hash_algorithm"]["algorithm"].native, said["hashed_message"].native
    if found != (DIGEST, imprint):
        raise broken(
            "it is for what it stands by",
            expected=f"{DIGEST} {imprint.hex()}",
            found=f"{found[0]} {found[1].hex()}",
        )


def _certificate_of(
    signer: Any, certificates: Sequence[asn1.Certificate], roots: Sequence[asn1.Certificate]
) -> asn1.Certificate:
    sid = signer["sid"]
    for each in (*certificates, *roots):
        if sid.name == "issuer_and_serial_number":
            named = sid.chosen["issuer"], sid.chosen["serial_number"].native
            if (each.issuer, each.serial_number) == named:
                return each
        elif each.key_identifier == sid.chosen.native:
            return each
    raise broken("it brings the certificate of its signer", found=sid.native)


def _path(
    certificate: asn1.Certificate,
    certificates: Sequence[asn1.Certificate],
    roots: Sequence[asn1.Certificate],
    at: datetime,
) -> ValidationPath:
    usage = certificate.extended_key_usage_value
    if usage is None or usage.native != ["time_stamping"]:
        raise Rejected(
            "timestamp-unknown",
            "the certificate is for timestamps alone (RFC 3161, 2.3)",
            found=usage.native if usage is not None else None,
        )
    try:
        return chains.stamping_path(certificate, certificates, roots, at)
    except chains.NoPath as error:
        raise Rejected(
            "timestamp-unknown",
            "the certificate leads to a root that is trusted for timestamps",
            found=str(error),
        ) from error


def _check_certificates(certificates: Sequence[asn1.Certificate], path: ValidationPath) -> None:
    """A timestamp brings no certificate but those on its path, and crossed ones of them.

    Authorities add certificates of their root by older roots; nobody here relies on those. They
    have the name and the key of one on the path, and an issuer that is not on it.
    """
    known = tuple(path.iter_certs(include_root=True))
    on_path = {each.dump() for each in known}
    names = {each.subject.hashable for each in known}
    keys = {(each.subject.hashable, each.public_key.dump()) for each in known}
    for each in certificates:
        if each.dump() in on_path:
            continue
        key = each.subject.hashable, each.public_key.dump()
        if each.issuer.hashable in names or key not in keys:
            raise broken(
                "it brings the certificates of its path", found=each.subject.human_friendly
            )
