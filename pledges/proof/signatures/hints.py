"""Who signs and who stamps, and what a validator needs later to check their certificates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1
from pyhanko.sign.signers import Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.path import ValidationPath

from pledges.proof.keys import chains
from pledges.proof.pdf import incremental_update
from pledges.proof.pdf.incremental_update import IncrementalUpdate
from pledges.proof.signatures import timestamp_tokens


@dataclass(frozen=True)
class Identity:
    """Who signs: a signer with its chain, where that ends, and what revokes its issuers."""

    signer: Signer
    roots: tuple[asn1.Certificate, ...]
    crls: tuple[asn1_crl.CertificateList, ...] = ()


@dataclass(frozen=True)
class Timestamping:
    """A timestamp authority (RFC 3161), and where its chain must end."""

    stamper: TimeStamper
    roots: tuple[asn1.Certificate, ...]


def add(
    update: IncrementalUpdate,
    identity: Identity,
    token: cms.ContentInfo,
    timestamping: Timestamping,
    at: datetime,
) -> None:
    """Add the chains of signature and timestamp to `update`, and what revokes the issuers."""
    signer: Any = identity.signer
    own = [signer.signing_cert, *signer.cert_registry]
    chain = _chain(chains.signing_path, own, identity.roots, at)
    incremental_update.add_hints(
        update,
        certificates=[*chain, *stamping_chain(token, timestamping, at)],
        crls=[each.dump() for each in identity.crls],
    )


def stamping_chain(token: cms.ContentInfo, timestamping: Timestamping, at: datetime) -> list[bytes]:
    """The certificates of `token`, from the authority's own up to its root."""
    own = timestamp_tokens.certificates_of(token.dump())
    return _chain(chains.stamping_path, own, timestamping.roots, at)


def _chain(
    path: Callable[..., ValidationPath],
    own: Sequence[asn1.Certificate],
    roots: Sequence[asn1.Certificate],
    at: datetime,
) -> list[bytes]:
    """The certificates from the first of `own` up to a root; all of `own` where none is reached.

    Whether that is enough, the verdict decides before the file is issued.
    """
    try:
        found = path(own[0], own[1:], roots, at)
    except chains.NoPath:
        return [each.dump() for each in own]
    return [each.dump() for each in found.iter_certs(include_root=True)]
