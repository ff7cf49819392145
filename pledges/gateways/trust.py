"""The certificates that somebody who checks a file believes, and the company that they know."""

from dataclasses import dataclass
from typing import Final

from asn1crypto import x509 as asn1
from pyhanko_certvalidator.path import ValidationPath

from pledges.gateways.fileformat import COMPANY_FIELD, MANAGER_FIELD
from pledges.gateways.hierarchy import AUTHORITIES, COMPANY_CA, EVENT_CA

ISSUERS: Final = {MANAGER_FIELD: AUTHORITIES[EVENT_CA], COMPANY_FIELD: AUTHORITIES[COMPANY_CA]}
"""To each seal what the authority is called, under our own root, that issues its certificate."""
OWN_PATH: Final = 2
"""Certificates below our root on the way to one who seals: an authority, and their own."""


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

    def is_own(self, root: asn1.Certificate) -> bool:
        return root.dump() in {each.dump() for each in self.roots}

    def lets_seal(self, field: str, path: ValidationPath) -> bool:
        """Whether somebody with a certificate on that path may seal in `field`.

        Under our own root event CAs certify managers, company CAs the company, and none of them
        does for the other: else one stolen key would make a whole file. Retired ones count too;
        the name is all that they have in common with those that came after them.
        """
        root, *below = path.iter_certs(include_root=True)
        if not self.is_own(root):
            return self.knows(below[-1])
        named = str(below[0].subject.native.get("common_name", ""))
        return len(below) == OWN_PATH and named.startswith(f"{ISSUERS[field]} ")

    def knows(self, company: asn1.Certificate) -> bool:
        """Whether a seal's certificate by another authority names the company that our root names.

        A licensed authority certifies whoever asks; only this tells the one company from others.
        """
        return organisation(company) in {organisation(root) for root in self.roots} - {""}
