"""ECDSA (SEC 1, 4.1): every signature (r, s) has a twin, (r, n - s), that verifies as well.

Anybody can turn one into the other without a key. Whoever counts on bytes that nobody else can
change has to settle which of the two is written: here it is the one with the lower s.
"""

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)


def low(signature: bytes, curve: ec.EllipticCurve) -> bytes:
    """The lower of `signature` and its twin, in DER; raises ValueError where it is none."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, curve.group_order - s))


def is_low(signature: bytes, public_key: object) -> bool:
    """Whether it is the one to be written; those of keys of other kinds have no twin."""
    if not isinstance(public_key, ec.EllipticCurvePublicKey):
        return True
    return signature == low(signature, public_key.curve)
