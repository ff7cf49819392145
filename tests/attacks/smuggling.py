"""Every change of `changes`, brought in without a seal, by a self-made one, and by honest ones.

The last is the hard part: a server that was tricked into sealing a file somebody had changed
before, and a timestamp authority, which stamps whatever anybody sends it.
"""

from pledges.gateways import pades
from tests.attacks.changes import CHANGES
from tests.attacks.honest import Change, Honest, accept, appended, drawn, stamped_over
from tests.attacks.table import forgery
from tests.sealed import SIGNED, evidence

CHANGED = ("unexpected-change", "unexpected-field", "active-content")


def _enter(name: str, change: Change) -> None:
    @forgery(*CHANGED, on=["finished"], name=f"{name}/appended")
    def bare(_honest: Honest, pdf: bytes) -> bytes:
        return appended(pdf, change)

    @forgery(*CHANGED, on=["signed"], name=f"{name}/sealed by the company")
    def company(honest: Honest, pdf: bytes) -> bytes:
        return accept(honest.basic, appended(pdf, change))

    @forgery(*CHANGED, on=["lta"], name=f"{name}/timestamped")
    def stamped(honest: Honest, pdf: bytes) -> bytes:
        return stamped_over(pdf, change, honest.stamped)


for _name, _change in CHANGES.items():
    _enter(_name, _change)
