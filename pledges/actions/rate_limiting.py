"""Whether one more request is let in: so many a minute for each network, and so many in all."""

from datetime import timedelta
from enum import StrEnum

from pledges.core.networks import network_of
from pledges.models import Person, RequestCount

MINUTE = timedelta(minutes=1)


class Excess(StrEnum):
    """Why a request is not let in."""

    NETWORK = "network"
    IN_ALL = "in all"


def excess(what: str, address: str | None, *, for_each: int, in_all: int) -> Excess | None:
    """Count a request for `what` from `address`; gives what limit it exceeds, if any.

    One network's excess does not count against all the others.
    """
    counts = RequestCount.objects
    if counts.count_one(f"{what} {network_of(address)}", MINUTE).number > for_each:
        return Excess.NETWORK
    return Excess.IN_ALL if counts.count_one(what, MINUTE).number > in_all else None


def is_too_often(what: str, person: Person, *, most: int) -> bool:
    """Count a request for `what` by somebody signed in; whether it is more than `most` a minute."""
    return RequestCount.objects.count_one(f"{what} person:{person.pk}", MINUTE).number > most
