"""Everything that stands on one pledge's paper, as data, for whoever renders it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pledges.core.template.blanks import Blank
from pledges.core.template.outline import Outline


@dataclass(frozen=True, kw_only=True)
class PledgeText:
    """What a pledge says before anybody fills it in, in one language.

    `term_months` is for how long the pledge binds, `None` until it is revoked.
    """

    language: str
    title: str
    organisation: str
    outline: Outline
    blanks: tuple[Blank, ...]
    term_months: int | None = None


@dataclass(frozen=True, kw_only=True)
class Sheet(PledgeText):
    """One pledge as it is read, printed and signed.

    `subtitle` tells the template from others of its title. `answers` are canonical and include the
    profile and serial ones. Who signs is named as the record named them when the document was
    made. `version_digest` covers the template version, `content_digest` what this sheet says.
    `rendered_at` is aware, in the organisation's zone. `consent` is the wording printed above the
    boxes of signature and seal.
    """

    subtitle: str
    number: str
    version: int
    effective_on: date
    version_digest: str
    content_digest: str
    answers: Mapping[str, str]
    signer_name: str
    signer_employee_number: str
    signer_department: str
    verify_url: str
    rendered_at: datetime
    consent: str
