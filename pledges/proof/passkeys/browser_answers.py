"""What a browser answered, before any library reads it."""

from typing import Final

from pledges.proof.passkeys.webauthn import (
    READ_ERRORS,
    PasskeyFault,
    Refused,
    read_registration,
    unbase64,
    vet_client_data,
)

BYTES: Final = frozenset({"authenticatorData", "signature", "userHandle"})
"""What else of an answer a library reads as bytes."""


def vet_answer(answer: object) -> None:
    """Raise `Refused` for an answer in which a number stands where bytes are meant.

    For a browser's answer to either kind of ceremony, before a library reads it: fido2 would take
    the number for a length, and as many bytes of memory.
    """
    try:
        response = answer["response"]  # type: ignore[index]
        unbase64(answer["rawId"])  # type: ignore[index]
        vet_client_data(unbase64(response["clientDataJSON"]))
        if "attestationObject" in response:
            read_registration(answer)
        for name in BYTES & set(response):
            if response[name] is not None:
                unbase64(response[name])
    except READ_ERRORS as error:
        raise Refused(PasskeyFault.MALFORMED) from error
