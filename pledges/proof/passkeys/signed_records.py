"""Records signed with the ledger's key and kept outside the database: one way to write them."""

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any, TypeVar

from pledges.core.digests import canonical_json
from pledges.proof.passkeys.webauthn import READ_ERRORS, PasskeyFault, Refused, base64, unbase64

Record = TypeVar("Record")
Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes], bool]
"""Given signature and message: whether the ledger's key signed it."""


def sign(record: Any, name: str, tag: bytes, signer: Sign) -> dict[str, Any]:
    """The dataclass `record` under its name, with the signature over `tag` and its JSON."""
    told = asdict(record)
    return {name: told, "signature": base64(signer(tag + canonical_json(told)))}


def read(signed: Any, kind: type[Record], name: str, tag: bytes, verifier: Verify) -> Record:
    """The record, if `verifier` says that it was signed; raises `Refused`.

    Its values have exactly the types that `kind` declares: int or str.
    """
    try:
        told = signed[name]
        record = kind(**told)
        declared: Any = kind
        good = all(type(told[each.name]) is each.type for each in fields(declared))
        signature = unbase64(signed["signature"])
        good = good and verifier(signature, tag + canonical_json(told)) is True
    except READ_ERRORS as error:
        raise Refused(PasskeyFault.BAD_ENROLMENT) from error
    if not good:
        raise Refused(PasskeyFault.BAD_ENROLMENT)
    return record
