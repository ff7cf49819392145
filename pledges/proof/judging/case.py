"""A file under judgement, and what the checks found so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from pledges.proof.fileformat import Format, RevisionKind
from pledges.proof.keys.trust import Trust
from pledges.proof.pdf import reader
from pledges.proof.pdf.reader import History
from pledges.proof.pdf.xref_precheck import Table
from pledges.proof.signatures import signature_dictionaries, signed_ranges
from pledges.proof.signatures.signed_ranges import SignedRange
from pledges.proof.signatures.timestamp_tokens import TimestampToken
from pledges.proof.signatures.validation import ValidatedSignature
from pledges.proof.verdict import Rejected

SIGNERS: Final = (RevisionKind.MANAGER, RevisionKind.COMPANY)
"""Who signs in the revisions after the first; each revision after them is a timestamp."""

Finding = tuple[bool | None, str, dict[str, str]]
"""Whether it is in order, or None where there was nothing to check; the reason and its values."""


@dataclass
class Case:
    """The arguments of a judgement, and its findings."""

    pdf: bytes
    trust: Trust
    at: datetime
    proof: bytes | None
    tables: Sequence[Table] = ()
    manager: ValidatedSignature | None = None
    company: ValidatedSignature | None = None
    stamps: list[TimestampToken] = field(default_factory=list)
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def ranges(self) -> tuple[SignedRange, ...]:
        """What the signatures cover, one for each revision after the first."""
        return signed_ranges.cut(self.pdf, self.tables)

    @cached_property
    def history(self) -> History:
        """The objects of all revisions."""
        return reader.read(self.pdf, self.tables)

    @cached_property
    def file_format(self) -> Format:
        """The format that the first signature names, by whose rules the file is judged.

        It may allow less than another number does, which was asked before.
        """
        named = signature_dictionaries.format_of(self.pdf, self.tables)
        if not isinstance(named, Format):
            raise Rejected("is-a-record", "a pledge is judged as a pledge", found=named.name)
        found = len(self.pdf), len(self.tables) - 1 - len(SIGNERS)
        most = named.max_file_bytes, named.max_timestamps
        if found[0] > most[0] or found[1] > most[1]:
            rule = "a file has the bytes and timestamps that its format allows"
            raise Rejected("too-large", rule, expected=most, found=found)
        return named

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the form's fields when the file is finished as far as it is."""
        return self.file_format.fields(len(self.tables) - 1 - len(SIGNERS))

    @property
    def signature(self) -> ValidatedSignature:
        """The manager's signature, once it was read."""
        if self.manager is None:
            rule = "the manager's signature is there"
            raise Rejected("no-field", rule, field=self.file_format.manager_field)
        return self.manager
