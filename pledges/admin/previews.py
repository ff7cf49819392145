"""A template version as it looks before anybody fills it in: its sheet, its table of blanks."""

from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pledges import wording
from pledges.core import consent
from pledges.core.sheet import Sheet
from pledges.core.template.blanks import Blank, Kind
from pledges.models import Organisation, TemplateVersion
from pledges.wording.language import here


def row_of(blank: Blank) -> dict[str, str]:
    """A blank for the table of a version: what is allowed in it, what is expected."""
    options = str(_(", ")).join(here(option.label) for option in blank.options)
    as_allowed = replace(blank, expected=blank.hard, expected_option="")
    given = {
        Kind.SERIAL: _("assigned by the system"),
        Kind.PROFILE: _("from the person's record"),
        Kind.STATUTE: _("the title of a law"),
    }
    return {
        "code": blank.code,
        "label": wording.label(blank),
        "allowed": options or wording.expected(as_allowed) or str(given.get(blank.kind, "")),
        "expected": wording.expected(blank),
        "hint": here(blank.hint),
        "example": here(blank.example),
    }


def sheet_of(version: TemplateVersion, language: str) -> Sheet:
    """The sheet of a version with every blank empty."""
    organisation = Organisation.current()
    return Sheet(
        language=language,
        title=version.title.in_(language),
        subtitle=version.subtitle.in_(language),
        organisation=organisation.name_in(language),
        number="",
        version=version.number,
        effective_on=version.effective_on,
        version_digest=version.digest,
        content_digest="",
        outline=version.outline(language),
        blanks=version.blank_list,
        answers={},
        signer_name="",
        signer_employee_number="",
        signer_department="",
        verify_url="",
        rendered_at=organisation.localtime(timezone.now()),
        consent=consent.wording().in_(language),
        term_months=version.term_months,
    )
