"""Certificates read from PEM files, and whether a chain ends where it should (RFC 5280, 6)."""

from collections.abc import Coroutine, Iterable, Sequence
from datetime import datetime
from typing import Any

from asn1crypto import pem
from asn1crypto import x509 as asn1
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import DisallowWeakAlgorithmsPolicy

Certificate = asn1.Certificate
SIGNING = {"non_repudiation"}
STAMPING = {"time_stamping"}
ALGORITHMS = DisallowWeakAlgorithmsPolicy(  # type: ignore[no-untyped-call]
    weak_hash_algos=frozenset({"md2", "md5", "sha1"}), rsa_key_size_threshold=2048
)
"""What certificates may be signed with. Said here, so that a later version of the library with
stricter defaults takes back no file that was issued."""


class NoPath(Exception):
    """There is no valid path from a certificate to a trusted one; the text says why."""


def from_pem(data: bytes) -> tuple[asn1.Certificate, ...]:
    """Every certificate in `data` (PEM, or one in DER); raises ValueError where there is none."""
    if not pem.detect(data):
        return (asn1.Certificate.load(data, strict=True),)
    found = tuple(
        asn1.Certificate.load(content)
        for kind, _headers, content in pem.unarmor(data, multiple=True)
        if kind == "CERTIFICATE"
    )
    if not found:
        raise ValueError("there is no certificate in this file")
    return found


def to_pem(certificates: Iterable[asn1.Certificate]) -> bytes:
    """The certificates as PEM, one after the other."""
    return b"".join(pem.armor("CERTIFICATE", each.dump()) for each in certificates)


def signing_path(
    certificate: asn1.Certificate,
    others: Sequence[asn1.Certificate],
    roots: Sequence[asn1.Certificate],
    at: datetime,
) -> ValidationPath:
    """The path at `at` from a certificate for signatures to one of `roots`; raises `NoPath`."""
    return _path(certificate, others, roots, at, key_usage=SIGNING)


def stamping_path(
    certificate: asn1.Certificate,
    others: Sequence[asn1.Certificate],
    roots: Sequence[asn1.Certificate],
    at: datetime,
) -> ValidationPath:
    """The path at `at` from a timestamp authority's certificate (RFC 3161, 2.3) to one of `roots`.

    Raises `NoPath`.
    """
    return _path(certificate, others, roots, at, key_usage=set(), extended_key_usage=STAMPING)


def was_issued_under(
    certificate: asn1.Certificate, roots: Sequence[asn1.Certificate], at: datetime
) -> bool:
    """Whether `certificate` was valid at `at` and issued directly by one of `roots`."""
    try:
        path = _path(certificate, (), roots, at, key_usage={"digital_signature"})
    except NoPath:
        return False
    return bool(path.pkix_len == 1)


def _path(
    certificate: asn1.Certificate,
    others: Sequence[asn1.Certificate],
    roots: Sequence[asn1.Certificate],
    at: datetime,
    **usage: set[str],
) -> ValidationPath:
    try:
        context = ValidationContext(
            trust_roots=list(roots),
            other_certs=list(others),
            moment=at,
            allow_fetching=False,
            revocation_mode="soft-fail",
            algorithm_usage_policy=ALGORITHMS,
        )
        validator: Any = CertificateValidator(certificate, validation_context=context)
        found: ValidationPath = _computed(validator.async_validate_usage(**usage))
    except Exception as error:
        # Whatever a validator says to certificates that anybody may have made.
        raise NoPath(str(error) or type(error).__name__) from error
    return found


def _computed(work: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that waits for nothing: as here, where nothing is fetched.

    An event loop would take descriptors, which a process that judges strangers' files has none of.
    """
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    work.close()
    raise RuntimeError("the validation of a path waits for something")
