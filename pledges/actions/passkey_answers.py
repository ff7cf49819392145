"""Whether a browser's answer about a passkey is fit to be read by the libraries for accounts."""

from pledges.proof.passkeys import ceremony


def is_readable(answer: object) -> bool:
    """Whether everything in `answer` is of the type that it must have."""
    try:
        ceremony.vet_answer(answer)
    except ceremony.Refused:
        return False
    return True
