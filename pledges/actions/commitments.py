"""What was undertaken, as data: every filled blank of a signed pledge, to be counted."""

from decimal import Decimal

from pledges.core.template.blanks import OTHER
from pledges.models import Commitment, Pledge, SigningIntent


def write_commitments(pledge: Pledge, intent: SigningIntent, flagged: set[str]) -> None:
    """One row for each blank that the signer filled; `flagged` are codes of unusual answers."""
    Commitment.objects.bulk_create(
        Commitment(
            pledge=pledge,
            code=blank.code,
            kind=blank.kind,
            value=intent.answers.get(blank.code + OTHER) or intent.answers[blank.code],
            quantity=Decimal(intent.answers[blank.code]) if blank.kind.is_number else None,
            flagged=blank.code in flagged,
        )
        for blank in pledge.version.blank_list
        if blank.code in intent.answers
    )
