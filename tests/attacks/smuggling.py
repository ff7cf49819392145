"""Every change of `changes`, brought in without a seal, by a self-made one, and by honest ones.

The last are the hard part: a server that was tricked into sealing a file somebody had changed
before, and a timestamp authority, which stamps whatever anybody sends it.
"""

from tests.attacks.changes import CHANGES
from tests.attacks.honest import Change, Honest, accept, appended, seal_for, stamped_over
from tests.attacks.table import forgery

CHANGED = ("unexpected-change", "unexpected-field", "active-content", "not-locking", "unreadable")
BEFORE_SEALING = ("page_content_replaced", "hidden_layer", "javascript_names", "seal_moved")
UNSEALED = (*BEFORE_SEALING, "freetext_overlay", "form_value_shadow", "permissions_removed")


def _enter(name: str, change: Change) -> None:
    @forgery(*CHANGED, on=["signed"], name=f"{name}/sealed by the company")
    def company(honest: Honest, pdf: bytes) -> bytes:
        return accept(honest.basic, appended(pdf, change))

    @forgery(*CHANGED, on=["lta"], name=f"{name}/timestamped")
    def stamped(honest: Honest, pdf: bytes) -> bytes:
        return stamped_over(pdf, change, honest.stamped)


def _enter_unsealed(name: str, change: Change) -> None:
    @forgery(*CHANGED, on=["signed", "finished"], name=f"{name}/appended")
    def bare(_honest: Honest, pdf: bytes) -> bytes:
        return appended(pdf, change)

    @forgery(*CHANGED, on=["signed"], name=f"{name}/sealed by an impostor")
    def impostor(honest: Honest, pdf: bytes) -> bytes:
        return accept(honest.impostor, appended(pdf, change))


def _enter_before_sealing(name: str, change: Change) -> None:
    @forgery(*CHANGED, "unknown-shape", on=["signed"], name=f"{name}/before the manager's seal")
    def between(honest: Honest, _pdf: bytes) -> bytes:
        evil = appended(honest.rendered, change)
        return seal_for(honest.basic, honest.rendered, evil)


for _name, _change in CHANGES.items():
    _enter(_name, _change)
for _name in UNSEALED:
    _enter_unsealed(_name, CHANGES[_name])
for _name in BEFORE_SEALING:
    _enter_before_sealing(_name, CHANGES[_name])
