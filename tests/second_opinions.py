"""What other software says of a sealed file: poppler's pdfsig and pyHanko's own AdES validation."""

import asyncio
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from asn1crypto import x509 as asn1
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleTrustManager

VALID, PADES = "Signature is Valid.", "ETSI.CAdES.detached"


@dataclass(frozen=True)
class Opinion:
    """On one signature or timestamp of a file: in which field it is, and whether it is valid."""

    field: str
    valid: bool


def by_poppler(pdf: bytes) -> list[Opinion]:
    """Only of what it checks: not of document timestamps, nor of a field that nobody signed yet."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "pledge.pdf")
        file.write_bytes(pdf)
        # Names are cut in the middle of a character.
        done = subprocess.run(["pdfsig", "-nocert", file], capture_output=True)
        told = done.stdout.decode("utf-8", "replace")
    signed = [part for part in told.split("Signature #")[1:] if PADES in part]
    return [Opinion(_named(part), VALID in part) for part in signed]


def _named(part: str) -> str:
    line = next(line for line in part.splitlines() if "Signature Field Name" in line)
    return line.partition(": ")[2].strip()


def by_pyhanko(pdf: bytes, roots: Iterable[asn1.Certificate]) -> list[Opinion]:
    """Each signature, then each document timestamp; AdES validation as of now, where one of these
    carries the proof that long, and validation as of the signing where there is none yet."""
    reader: Any = PdfFileReader(BytesIO(pdf))
    anchors, stamps = list(roots), reader.embedded_timestamp_signatures
    validate = _with_long_term_data if stamps else _as_of_the_signing
    opinions = [
        Opinion(each.field_name, asyncio.run(validate(each, anchors)))
        for each in reader.embedded_regular_signatures
    ]
    return opinions + [
        Opinion(each.field_name, asyncio.run(_vouches(each, anchors))) for each in stamps
    ]


async def _as_of_the_signing(embedded: Any, roots: list[asn1.Certificate]) -> bool:
    moment = embedded.self_reported_timestamp
    context = ValidationContext(trust_roots=roots, moment=moment, allow_fetching=False)
    return bool((await async_validate_pdf_signature(embedded, context, context)).bottom_line)


def long_term_specification(roots: Iterable[asn1.Certificate]) -> PdfSignatureValidationSpec:
    """What pyHanko shall ask of a seal years later (PAdES-B-LTA): revocation lists for seals."""
    trust = SimpleTrustManager.build(list(roots))

    def policy(rule: RevocationCheckingRule) -> CertValidationPolicySpec:
        checking = CertRevTrustPolicy(RevocationCheckingPolicy(rule, rule))
        return CertValidationPolicySpec(trust_manager=trust, revinfo_policy=checking)

    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=policy(RevocationCheckingRule.CRL_REQUIRED),
            ts_cert_validation_policy=policy(RevocationCheckingRule.CHECK_IF_DECLARED),
        )
    )


async def _with_long_term_data(embedded: Any, roots: list[asn1.Certificate]) -> bool:
    found = await ades_lta_validation(embedded, long_term_specification(roots))
    status = found.api_status
    return found.ades_subindic is AdESPassed.OK and status is not None and bool(status.docmdp_ok)


async def _vouches(embedded: Any, roots: list[asn1.Certificate]) -> bool:
    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    status = await async_validate_pdf_timestamp(embedded, context)
    return bool(status.intact and status.valid and status.trusted)
