"""Which private keys may sign here: elliptic curves of NIST, and RSA of 2048 bits or more."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pledges.core.seal_refusals import KeysUnusable

MIN_RSA_BITS: Final = 2048

SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def fit_for_signing(key: object, name: str) -> SigningKey:
    """`key`, if it is of such a kind; raises KeysUnusable, which calls it `name`."""
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name.startswith("secp"):
        return key
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= MIN_RSA_BITS:
        return key
    raise KeysUnusable(f"{name} is no elliptic-curve key over a NIST curve and no RSA key of 2048")
