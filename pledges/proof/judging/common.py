"""What pledges and records are checked for alike."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pledges.proof.pdf import form_fields
from pledges.proof.pdf.objects import Reference
from pledges.proof.pdf.reader import History
from pledges.proof.signatures.signed_ranges import SignedRange
from pledges.proof.signatures.validation import CLOCK_SKEW
from pledges.proof.verdict import Rejected


def check_places(history: History, ranges: Sequence[SignedRange]) -> None:
    """Each signature that was judged stands in its own field, and certifies if it is the first."""
    objects = history.at(len(ranges))
    made = [Reference(each.number, 0) for each in ranges]
    for index, (name, field_found) in enumerate(form_fields.named(objects)):
        expected = made[index] if index < len(made) else None
        if field_found.get("/V") != expected:
            rule = "a signature stands in its field"
            found = field_found.get("/V")
            raise Rejected("no-field", rule, expected=expected, found=found, field=name)
    for each in ranges:
        # Bytes that look like a signature may lie within a stream, and its number be another's.
        if objects.known.get(each.number) != each.entries:
            rule = "the signature that was judged is the object of that number"
            raise Rejected("no-field", rule, where=f"object {each.number}", field="/V")
    certifies = objects.dictionary(objects.catalog.get("/Perms", {}))
    if certifies != {"/DocMDP": made[0]}:
        rule = "the first signature certifies the document (12.8.4)"
        raise Rejected("not-certifying", rule, expected=made[0], found=certifies)


def check_not_later(made: datetime, at: datetime) -> None:
    """Raise `Rejected` for what was made later than `at`."""
    if made > at + CLOCK_SKEW:
        raise Rejected(
            "from-the-future", "nothing is dated later than now", expected=at, found=made
        )


def shown_moment(time: datetime) -> str:
    """A time as a verdict says it."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
