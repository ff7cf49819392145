"""The specification's own registrations and authentications, before the library and before us."""

from types import SimpleNamespace

import pytest
from cryptography.exceptions import InvalidSignature
from fido2.cose import ES256, RS256, EdDSA
from fido2.server import Fido2Server
from fido2.webauthn import (
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
)

from pledges.proof.passkeys import ceremony, webauthn
from pledges.proof.passkeys.ceremony import Assertion, Party, PasskeyFault, Refused, base64
from tests.webauthn_vectors import ORIGIN, RP_ID, VECTORS

PARTY = Party(RP_ID, ORIGIN)
# Only some vectors verify their user, and we want that always. All others keep to the rest.
VERDICTS = {
    "none.ES256": (PasskeyFault.NOT_VERIFIED, PasskeyFault.NOT_VERIFIED),
    "packed-self.ES256": (None, PasskeyFault.NOT_VERIFIED),
    "none.ES256.crossOrigin": (PasskeyFault.CROSS_ORIGIN, PasskeyFault.CROSS_ORIGIN),
    "none.ES256.topOrigin": (PasskeyFault.CROSS_ORIGIN, PasskeyFault.CROSS_ORIGIN),
    "none.ES256.long-credential-id": (PasskeyFault.NOT_VERIFIED, None),
    "packed.ES256": (None, None),
    "packed.ES384": (PasskeyFault.NOT_VERIFIED, PasskeyFault.FORBIDDEN_ALGORITHM),
    "packed.ES512": (PasskeyFault.FORBIDDEN_ALGORITHM, PasskeyFault.FORBIDDEN_ALGORITHM),
    "packed.RS256": (None, PasskeyFault.NOT_VERIFIED),
    "packed.EdDSA": (PasskeyFault.NOT_VERIFIED, PasskeyFault.NOT_VERIFIED),
    "packed.Ed448": (PasskeyFault.NOT_VERIFIED, PasskeyFault.FORBIDDEN_ALGORITHM),
    "tpm.ES256": (None, None),
    "android-key.ES256": (None, PasskeyFault.NOT_VERIFIED),
    "apple.ES256": (PasskeyFault.NOT_VERIFIED, PasskeyFault.NOT_VERIFIED),
    "fido-u2f.ES256": (PasskeyFault.NOT_VERIFIED, PasskeyFault.NOT_VERIFIED),
}
each = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.label)


def why_not(judge):
    """The code of the refusal, or `None`."""
    try:
        judge()
    except Refused as refusal:
        return refusal.reason
    return None


@each
def test_the_vector_is_the_published_one(vector):
    assert vector.drawn.digest == vector.published


@each
def test_the_library_takes_it_where_nobody_need_be_verified(vector):
    drawn = vector.drawn
    server = Fido2Server(PublicKeyCredentialRpEntity(name="x", id=RP_ID))
    user = PublicKeyCredentialUserEntity(id=b"x")
    _options, state = server.register_begin(user, challenge=drawn.challenges[0])
    made = server.register_complete(state, drawn.registration).credential_data
    _options, state = server.authenticate_begin(challenge=drawn.challenges[1])
    server.authenticate_complete(state, [made], drawn.answer)


@each
def test_we_take_it_if_its_user_was_verified_in_no_frame_by_an_algorithm_of_ours(vector):
    drawn, (registering, authenticating) = vector.drawn, VERDICTS[vector.label]
    assert (
        why_not(lambda: ceremony.verify_registration(drawn.registration, party=PARTY))
        == registering
    )
    assert ceremony.credential_in(drawn.registration) == drawn.credential
    assertion = Assertion.from_browser(drawn.answer)
    assert (
        why_not(
            lambda: ceremony.verify(
                assertion, challenge=drawn.challenges[1], party=PARTY, credential=drawn.credential
            )
        )
        == authenticating
    )


@each
def test_years_later_too(vector):
    """Our own check names what is wrong in its own order, of which the algorithm is the end."""
    drawn, (_registering, expected) = vector.drawn, VERDICTS[vector.label]
    block = {
        "method": "passkey",
        **Assertion.from_browser(drawn.answer).as_block(),
        "public_key": base64(drawn.public_key),
        "rp_id": RP_ID,
    }
    document = SimpleNamespace(challenge=lambda: drawn.challenges[1])
    found = why_not(lambda: ceremony.reverify(block, document))
    assert found == (PasskeyFault.NOT_VERIFIED if vector.label == "packed.ES512" else expected)
    for other in (drawn.challenges[0], bytes(32)):
        wrong = SimpleNamespace(challenge=lambda other=other: other)
        assert why_not(lambda wrong=wrong: ceremony.reverify(block, wrong))


@each
def test_its_signature_is_read_as_published(vector):
    drawn = vector.drawn
    if vector.kind not in (ES256, EdDSA, RS256):
        assert why_not(lambda: webauthn.read_key(drawn.public_key)) == (
            PasskeyFault.FORBIDDEN_ALGORITHM
        )
        return
    key = webauthn.read_key(drawn.public_key)
    key.verify(drawn.signed, drawn.signature)
    with pytest.raises(InvalidSignature):
        key.verify(drawn.signed + b"\0", drawn.signature)
