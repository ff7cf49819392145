"""The certificates that somebody who checks a file believes, and the company that they know."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asn1crypto import x509 as asn1
from pyhanko_certvalidator.path import ValidationPath

from pledges.proof.fileformat import RevisionKind
from pledges.proof.keys.company_pins import CompanyPin, PinKind
from pledges.proof.keys.hierarchy import AUTHORITIES, COMPANY_CA, EVENT_CA

ISSUERS: Final = {
    RevisionKind.MANAGER: AUTHORITIES[EVENT_CA],
    RevisionKind.COMPANY: AUTHORITIES[COMPANY_CA],
    RevisionKind.RECORD: AUTHORITIES[COMPANY_CA],
}
"""What the authority is called, under our own root, that certifies who signs of that kind."""
OWN_PATH: Final = 2
"""Certificates below our root on the way to one who signs: an authority, and their own."""
OF_PERSONS: Final = frozenset({"given_name", "surname", "pseudonym"})
"""Attributes one of which every person's certificate has, and no company's (ETSI EN 319 412)."""


def organisation(certificate: asn1.Certificate) -> str:
    """The organisation that a certificate is for, or nothing."""
    return str(certificate.subject.native.get("organization_name", ""))


def pins_of(certificate: asn1.Certificate) -> dict[PinKind, str]:
    """What a pin of each kind must say to name this certificate; "" where none of it can.

    The certificate of a person may carry the identifier of the organisation that they work for
    (ETSI EN 319 412-2): no pin of that kind names one.
    """
    key = hashlib.sha256(certificate.public_key.dump()).hexdigest()
    subject = certificate.subject.native
    identifier = subject.get("organization_identifier", "")
    # An attribute that is there twice is a list here, and names nobody.
    known = isinstance(identifier, str) and not OF_PERSONS & subject.keys()
    return {PinKind.KEY: key, PinKind.ORGANISATION: identifier if known else ""}


@dataclass(frozen=True)
class Trust:
    """The certificates at which chains must end, handed over by somebody who is believed.

    `roots`: the installation's own root, for every signature and the ledger; `company_roots`: those
    of other authorities that certified the company's seal, and `company_pins`: which of the
    certificates under them are the company's; `tsa_roots`: of timestamp authorities.
    """

    roots: tuple[asn1.Certificate, ...]
    company_roots: tuple[asn1.Certificate, ...] = ()
    tsa_roots: tuple[asn1.Certificate, ...] = ()
    company_pins: tuple[CompanyPin, ...] = ()

    def roots_of(self, kind: RevisionKind) -> tuple[asn1.Certificate, ...]:
        """The roots under which whoever signs of that kind may stand.

        For the company's too our own is one: what was sealed under it stays accepted after the
        company has turned to a licensed authority.
        """
        own = kind is RevisionKind.MANAGER
        return self.roots if own else (*self.roots, *self.company_roots)

    def is_own(self, root: asn1.Certificate) -> bool:
        return root.dump() in {each.dump() for each in self.roots}

    def lets_sign(self, kind: RevisionKind, path: ValidationPath, at: datetime) -> bool:
        """Whether somebody with a certificate on that path may sign of that kind at `at`.

        Under our own root event CAs certify managers, company CAs the company, and none of them
        does for the other: else one stolen key would make a whole file. Retired ones count too;
        the name is all that they have in common with those that came after them.

        Under another authority's root the company's name is not enough: see `missing_pin`.
        """
        root, *below = path.iter_certs(include_root=True)
        if not below:
            return False
        if not self.is_own(root):
            return self.knows(below[-1]) and not self.missing_pin(path, at)
        named = str(below[0].subject.native.get("common_name", ""))
        return len(below) == OWN_PATH and named.startswith(f"{ISSUERS[kind]} ")

    def missing_pin(self, path: ValidationPath, at: datetime) -> str:
        """The pin without which a seal made at `at` in the company's name is not the company's.

        A licensed authority certifies persons too, and names the company that they work for; it
        is the pin that tells the company's seal from theirs. "" where a pin is there or none is
        needed, and where the certificate is not even in the company's name.
        """
        root, *below = path.iter_certs(include_root=True)
        if not below or self.is_own(root) or not self.knows(below[-1]):
            return ""
        return self.unpinned(below[-1], at)

    def unpinned(self, certificate: asn1.Certificate, at: datetime) -> str:
        """The pin of this certificate's key where no pin names it at `at`; else ""."""
        own = pins_of(certificate)
        if any(pin.covers(at) and pin.value == own[pin.kind] for pin in self.company_pins):
            return ""
        return str(CompanyPin(PinKind.KEY, own[PinKind.KEY]))

    def knows(self, company: asn1.Certificate) -> bool:
        """Whether a seal's certificate by another authority names the company that our root names.

        A licensed authority certifies whoever asks; only this tells the one company from others.
        """
        return organisation(company) in {organisation(root) for root in self.roots} - {""}
