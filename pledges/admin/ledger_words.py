"""What is wrong with an entry of the ledger, in the words of the product."""

from typing import Final

from django.utils.translation import gettext_lazy as _

DISCREPANCIES: Final = {
    "missing": _("missing"),
    "altered": _("its text has been altered"),
    "contradicts its columns": _("its columns contradict its text"),
    "tree differs": _("its tree hashes do not follow from the entries"),
    "opening altered": _("a personal value stored with it does not match its salted commitment"),
    "readings differ": _("its access records differ from those shown on pages"),
    "not as published": _("the entries up to this point are not those that were published"),
    "not its checkpoint": _(
        "the entries up to this point are not those of the checkpoint on record"
    ),
    "cut short": _("it was published and is now missing"),
}


def fault(kind: str) -> str:
    """What is wrong with an entry of the ledger."""
    return str(DISCREPANCIES.get(kind, kind))
