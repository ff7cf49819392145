"""The boxes for signatures and seals: which element of a page holds which signature field."""

from typing import Final

from pledges.proof.fileformat import CURRENT, CURRENT_RECORD

PLACES: Final = {
    "box-manager": CURRENT.manager_field,
    "box-company": CURRENT.company_field,
    "box-record": CURRENT_RECORD.company_field,
}
"""Element id in the HTML → name of the signature field at its box."""
OF_PLEDGE: Final = ("box-manager", "box-company")
OF_RECORD: Final = ("box-record",)
"""Which of them a document has."""
