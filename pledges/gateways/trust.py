"""The certificates that somebody who checks a file believes, and the company that they know."""

from dataclasses import dataclass

from asn1crypto import x509 as asn1

from pledges.gateways.sealfields import COMPANY_FIELD


def organisation(certificate: asn1.Certificate) -> str:
    """The organisation that a certificate is for, or nothing."""
    return str(certificate.subject.native.get("organization_name", ""))


@dataclass(frozen=True)
class Trust:
    """The certificates at which chains must end, handed over by somebody who is believed.

    `roots`: the installation's own root, for managers' seals and the ledger; `company_roots`: for
    the company's seal, where that is not the same; `tsa_roots`: of timestamp authorities.
    """

    roots: tuple[asn1.Certificate, ...]
    company_roots: tuple[asn1.Certificate, ...] = ()
    tsa_roots: tuple[asn1.Certificate, ...] = ()

    def for_field(self, field: str) -> tuple[asn1.Certificate, ...]:
        own = field == COMPANY_FIELD and self.company_roots
        return self.company_roots if own else self.roots

    def knows(self, company: asn1.Certificate) -> bool:
        """Whether a seal's certificate by another authority names the company that our root names.

        A licensed authority certifies whoever asks; only this tells the one company from others.
        """
        return organisation(company) in {organisation(root) for root in self.roots} - {""}
