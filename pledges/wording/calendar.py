"""What the days of the working calendar are called, and how they are counted."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By the names that the published calendar has in English.
_OCCASIONS: Final[Mapping[str, Promise]] = {
    "New Year's Day": _("New Year's Day"),
    "Spring Festival": _("Spring Festival"),
    "Tomb-sweeping Day": _("Tomb-sweeping Day"),
    "Labour Day": _("Labour Day"),
    "Dragon Boat Festival": _("Dragon Boat Festival"),
    "National Day": _("National Day"),
    "Mid-autumn Festival": _("Mid-autumn Festival"),
}


def occasion(name: str) -> str:
    """The name of a holiday in the reader's language; what somebody typed stays as it is."""
    return str(_OCCASIONS.get(name, name))
