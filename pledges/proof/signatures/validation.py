"""Validating the signatures and timestamps of a file over its raw bytes: who made them, when, and
by whom that is vouched for. Whatever is not in order raises `Rejected`."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pyhanko_certvalidator.path import ValidationPath

from pledges.proof.fileformat import DIGEST, DOCUMENT_URN, FileFormat, Level, RevisionKind
from pledges.proof.keys import chains, ecdsa
from pledges.proof.keys.trust import Trust
from pledges.proof.pdf import xref_precheck
from pledges.proof.signatures import (
    cms_form,
    signature_dictionaries,
    signed_ranges,
    timestamp_tokens,
)
from pledges.proof.signatures.signed_ranges import SignedRange
from pledges.proof.signatures.timestamp_tokens import TimestampToken
from pledges.proof.verdict import Rejected

CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far a signature may lie in the future of whoever judges it, and from its own timestamp."""


@dataclass(frozen=True)
class ValidatedSignature:
    """A signature that holds: `made_at` as it claims itself, `token` where an authority vouches."""

    kind: RevisionKind
    file_format: FileFormat
    level: Level
    made_at: datetime
    token: TimestampToken | None
    certificate: asn1.Certificate

    @property
    def stamped_at(self) -> datetime | None:
        """When an authority saw it."""
        return self.token.time if self.token else None

    @property
    def subject(self) -> dict[str, str]:
        """The distinguished name of who signs, by attribute; empty where there is none."""
        named: dict[str, str] = defaultdict(str)
        named.update(self.certificate.subject.native)
        return named

    @property
    def bound_to(self) -> str:
        """The SHA-256 of the document that the certificate was issued for, or nothing."""
        for name in self.certificate.subject_alt_name_value or ():
            if name.name == "uniform_resource_identifier":
                # The very bytes: the library would decode what is escaped in an address.
                address = bytes(name.chosen.contents).decode("ascii", "replace")
                if address.startswith(DOCUMENT_URN):
                    return address.removeprefix(DOCUMENT_URN)
        return ""


def read_signature(
    pdf: bytes, made: SignedRange, kind: RevisionKind, trust: Trust
) -> ValidatedSignature:
    """The signature `made` of that kind; raises `Rejected` unless all of it holds."""
    declared = signature_dictionaries.read(made.entries, kind)
    digest, parts = made.digest(pdf), cms_form.read(made.encoded)
    cms_form.check_value(parts, digest)
    token = _token(parts, declared.level, trust)
    stamped_at = token.time if token else None
    try:
        path = chains.signing_path(
            parts.signer,
            parts.certificates,
            trust.roots_of(kind),
            stamped_at or declared.made_at,
        )
    except chains.NoPath as error:
        rule = "the certificate was valid then, and leads to a root that is trusted"
        raise Rejected("untrusted-signature", rule, found=str(error)) from error
    chain = list(path.iter_certs(include_root=True))
    _check_issuer(trust, kind, path, stamped_at or declared.made_at)
    cms_form.check_form(parts, chain, digest)
    if trust.is_own(chain[0]):
        _check_authority(chain[1], chain[0])
    if stamped_at is not None and abs(stamped_at - declared.made_at) > CLOCK_SKEW:
        rule = "a signature and its timestamp are of the same time"
        raise Rejected("timestamp-contradicts", rule, expected=declared.made_at, found=stamped_at)
    return ValidatedSignature(
        kind, declared.file_format, declared.level, declared.made_at, token, parts.signer
    )


def _check_issuer(trust: Trust, kind: RevisionKind, path: ValidationPath, at: datetime) -> None:
    if trust.lets_sign(kind, path, at):
        return
    missing = trust.missing_pin(path, at)
    if missing:
        rule = "under another authority's root a pin tells whose the certificate is"
        raise Rejected(
            "company-not-pinned", rule, expected=missing, pin=missing, at=f"{at:%Y-%m-%d}"
        )
    signer = list(path.iter_certs(include_root=True))[-1]
    rule = "the certificate is one for whoever signs there"
    raise Rejected("wrong-issuer", rule, found=signer.subject.human_friendly)


def _token(parts: cms_form.SignatureParts, level: Level, trust: Trust) -> TimestampToken | None:
    """The signature timestamp, which is there if the level says so."""
    if (parts.token is not None) != (level is not Level.BASIC):
        reason = "timestamp-missing" if parts.token is None else "timestamp-contradicts"
        raise Rejected(reason, "a signature has the timestamp that its level declares", found=level)
    if parts.token is None:
        return None
    imprint = hashlib.new(DIGEST, parts.value).digest()
    return timestamp_tokens.read(parts.token, imprint, trust.tsa_roots)


def _check_authority(authority: asn1.Certificate, root: asn1.Certificate) -> None:
    """The certificate of our own authority has one form too: its maker alone signed it."""
    signed = authority["tbs_certificate"]["signature"]
    same = authority["signature_algorithm"].dump() == signed.dump()
    key = load_der_public_key(root.public_key.dump())
    if not same or not ecdsa.is_low(authority["signature_value"].native, key):
        raise Rejected("broken-signature", "the certificate of our authority is written in one way")


def read_timestamp(pdf: bytes, made: SignedRange, trust: Trust) -> TimestampToken:
    """The document timestamp `made`, by an authority that is known."""
    signature_dictionaries.check_timestamp(made.entries)
    return timestamp_tokens.read(made.encoded, made.digest(pdf), trust.tsa_roots)


def stamped_until(pdf: bytes) -> datetime | None:
    """When the certificate behind the last document timestamp of `pdf` ends; None without one.

    Judges nothing: for a file that was judged.
    """
    ranges = signed_ranges.cut(pdf, xref_precheck.read(pdf))
    last = ranges[-1] if ranges else None
    if last is None or last.entries.get("/Type") != "/DocTimeStamp":
        return None
    end: datetime = timestamp_tokens.signer_of(last.encoded).not_valid_after
    return end
