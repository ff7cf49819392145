"""What the page of a proposal says of a version that is to be published as an editorial change."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from pledges.actions.publishing import Choice
from pledges.models import TemplateVersion
from pledges.templatetags.sheet_extras import day


def rows_of(after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Line by line: what, as it is, and as proposed."""
    version, choice = TemplateVersion.objects.filter(pk=after["version"]).first(), _choice(after)
    status = str(_("Draft")), str(_("Published"))
    return [
        (str(version or after["version"]), *status),
        (str(_("Kind of change")), "—", str(choice.kind.label)),
        (str(_("Effective date")), "—", _written(choice.effective_on)),
        (str(_("Open drafts on earlier versions")), "—", _of_drafts(choice)),
    ]


def _choice(after: Mapping[str, Any]) -> Choice:
    return Choice.from_data(after)


def _of_drafts(choice: Choice) -> str:
    said = str(choice.drafts.label)
    return f"{said} · {_written(choice.drafts_until)}" if choice.drafts_until else said


def _written(on: date) -> str:
    return str(day(on))
