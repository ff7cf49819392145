"""Whether a browser's answer about a passkey is fit to be read by the libraries for accounts."""

from pledges.proof.passkeys.browser_answers import vet_answer
from pledges.proof.passkeys.webauthn import Refused


def is_readable(answer: object) -> bool:
    """Whether everything in `answer` is of the type that it must have."""
    try:
        vet_answer(answer)
    except Refused:
        return False
    return True
