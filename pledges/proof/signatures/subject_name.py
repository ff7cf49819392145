"""The name in a one-shot certificate (RFC 5280, 4.1.2.4), written as number 1 of the format has it.

A verdict compares it to the byte. So it is written here and not by a library, which may choose
other kinds of string one day.
"""

from typing import Final

from cryptography.x509.oid import NameOID

from pledges.proof.keys.certificates import Signatory
from pledges.proof.signatures import der

UTF8_STRING: Final = 0x0C
PRINTABLE_STRING: Final = 0x13
KINDS: Final = {NameOID.SERIAL_NUMBER: PRINTABLE_STRING}
"""The kind of string of a part; all others are UTF8String."""


def write(signatory: Signatory) -> bytes:
    """The name of `signatory` in DER: each part in a set of its own."""
    parts = (
        der.sequence(
            der.identifier(oid.dotted_string), der.write(KINDS.get(oid, UTF8_STRING), text.encode())
        )
        for oid, text in signatory.parts()
    )
    return der.sequence(*(der.set_of(part) for part in parts))
