"""The signature within a timestamp token (RFC 3161, 2.4.2), by whatever algorithm."""

import hashlib
from typing import Any, Final

from asn1crypto import algos, tsp
from asn1crypto import x509 as asn1
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from pledges.proof.verdict import Rejected

HASHES: Final = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
NULL: Final = b"\x05\x00"
CERTIFICATE_HASHES: Final = ("sha1", *HASHES)
"""An authority names its certificate by SHA-1 in the older attribute (RFC 2634, 5.4); the name is
signed, and two certificates for one key would not change the time."""
OLD_NAME, NEW_NAME = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"


def broken(rule: str, *, expected: object = "", found: object = "") -> Rejected:
    """The refusal of a token that breaks `rule`."""
    return Rejected("timestamp-broken", f"of a timestamp: {rule}", expected=expected, found=found)


def check_algorithms(signer: Any) -> None:
    """Raise `Rejected` unless the algorithms are known, with the parameters that belong to them.

    No signature covers them, and validators pass over what they do not need (RFC 5754; RFC 4055,
    3.1; RFC 8419).
    """
    digest, signature = signer["digest_algorithm"], signer["signature_algorithm"]
    if digest["algorithm"].native not in HASHES or _parameters(digest) not in (b"", NULL):
        raise broken("it is made with SHA-256 or a longer one", found=digest.native)
    kind = signature.signature_algo
    if kind == "rsassa_pss":
        allowed = signature["parameters"].native == _pss(signature)
    else:
        allowed = _parameters(signature) in ((b"", NULL) if kind == "rsassa_pkcs1v15" else (b"",))
    if not allowed:
        raise broken("its algorithm has its own parameters", found=signature.native)


def _parameters(algorithm: Any) -> bytes:
    parameters = algorithm["parameters"]
    return bytes(parameters.dump()) if parameters is not None else b""


def _pss(algorithm: Any) -> dict[str, Any]:
    """One hash for the message and the mask (RFC 8017, 9.1)."""
    said = algorithm["parameters"].native
    hashed = said["hash_algorithm"]
    return {
        "hash_algorithm": {"algorithm": hashed["algorithm"], "parameters": None},
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": hashed},
        "salt_length": int(said["salt_length"]),
        "trailer_field": "trailer_field_bc",
    }


def check(signed: Any, signer: Any, certificate: asn1.Certificate) -> None:
    """Raise `Rejected` unless `signer` of the SignedData `signed` is that certificate's."""
    attributes = _attributes(signer)
    name = signer["digest_algorithm"]["algorithm"].native
    digest = hashlib.new(name, signed["encap_content_info"]["content"].contents).digest()
    if attributes["content_type"].native != "tst_info":
        raise broken("its signature is over a TSTInfo")
    if attributes["message_digest"].native != digest:
        raise broken("its signature is over its time", expected=digest.hex())
    _check_name(attributes, certificate)
    tag = b"\x31" + signer["signed_attrs"].dump()[1:]
    try:
        _verify(signer, certificate, tag)
    except (InvalidSignature, UnsupportedAlgorithm) as error:
        raise broken("its signature fits its certificate", found=repr(error)) from error


def _attributes(signer: Any) -> dict[str, Any]:
    """The signed attributes, each once and of one value."""
    found: dict[str, Any] = {}
    for attribute in signer["signed_attrs"]:
        kind = attribute["type"].native
        if kind in found or len(attribute["values"]) != 1:
            raise broken("a signed attribute stands once (RFC 5652, 11)", found=kind)
        found[kind] = attribute["values"][0]
    return found


def _check_name(attributes: dict[str, Any], certificate: asn1.Certificate) -> None:
    """The signature names its certificate (RFC 3161, 2.4.2; RFC 5816)."""
    names = [
        (kind, attributes[key])
        for kind, keys in (
            (tsp.SigningCertificate, ("signing_certificate", OLD_NAME)),
            (tsp.SigningCertificateV2, ("signing_certificate_v2", NEW_NAME)),
        )
        for key in keys
        if key in attributes
    ]
    if not names:
        raise broken("its signature names its certificate")
    for kind, value in names:
        own = kind.load(value.dump(), strict=True)["certs"][0]
        algorithm = "sha1"
        if kind is tsp.SigningCertificateV2:
            algorithm = own["hash_algorithm"]["algorithm"].native
        if algorithm not in CERTIFICATE_HASHES:
            raise broken("its certificate is named by a known hash", found=algorithm)
        digest = hashlib.new(algorithm, certificate.dump()).digest()
        if own["cert_hash"].native != digest:
            raise broken("its signature is by the certificate that it names")


def _verify(signer: Any, certificate: asn1.Certificate, message: bytes) -> None:
    """Raise InvalidSignature unless the certificate's key signed `message`."""
    key: Any = load_der_public_key(certificate.public_key.dump())
    algorithm: algos.SignedDigestAlgorithm = signer["signature_algorithm"]
    value = signer["signature"].native
    if isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(value, message)
        return
    chosen = HASHES[_hash_of(algorithm, signer)]
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(value, message, ec.ECDSA(chosen))
    elif not isinstance(key, rsa.RSAPublicKey):
        raise UnsupportedAlgorithm(certificate.public_key.algorithm)
    elif algorithm.signature_algo == "rsassa_pss":
        length = algorithm["parameters"]["salt_length"].native
        key.verify(value, message, padding.PSS(padding.MGF1(chosen), length), chosen)
    else:
        key.verify(value, message, padding.PKCS1v15(), chosen)


def _hash_of(algorithm: algos.SignedDigestAlgorithm, signer: Any) -> str:
    """The hash that is signed: the algorithm's own, else the signer's (RFC 5754, 3.2)."""
    if algorithm["algorithm"].native == "rsassa_pkcs1v15":
        return str(signer["digest_algorithm"]["algorithm"].native)
    return str(algorithm.hash_algo)
