"""Certificates read from PEM files, and whether a chain ends where it should."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import pem
from asn1crypto import x509 as asn1
from pyhanko_certvalidator import CertificateValidator, ValidationContext

from pledges.gateways import loops


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


def was_issued_under(
    certificate: asn1.Certificate, roots: Sequence[asn1.Certificate], at: datetime
) -> bool:
    """Whether `certificate` was valid at `at` and issued directly by one of `roots`."""
    context = ValidationContext(trust_roots=list(roots), moment=at, allow_fetching=False)
    validator: Any = CertificateValidator(certificate, validation_context=context)
    try:
        path = loops.run(validator.async_validate_usage({"digital_signature"}))
    except Exception:
        return False
    return bool(path.pkix_len == 1)
