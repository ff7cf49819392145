"""Tries at passwords and codes: counted before they are judged, taken back when they were right.

What locks is one account from one network. A network, and an account from all networks, have
higher limits. Beyond the account's, one try at a time is let in, and the first ones of a network
that has tried little, so that nobody can lock somebody else out. A browser that signed in before
has a count of its own. A name that is no account's is counted in the same steps, so that neither
answer nor time tells which names are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db.models import CharField, Q, Value
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from pledges import transactions
from pledges.core import refusals
from pledges.core.characters import normalized
from pledges.core.networks import UNKNOWN, network_of
from pledges.models import Person, RequestCount
from pledges.notices import accounts

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OWN_TRIES = 3  # a day, of one network at one account's password, whatever others try


class What(StrEnum):
    """What is tried: each is counted by itself, so that guesses at one do not lock the next."""

    PASSWORD = "password"
    CODE = "code"
    SIGNATURE = "signature"
    RESET = "reset"


@dataclass(frozen=True)
class Account:
    """Whose secret is tried: somebody's, or that of a name that nobody has."""

    person: Person | None
    key: str

    @classmethod
    def of(cls, person: Person) -> "Account":
        return cls(person, f"person:{person.pk}")

    @classmethod
    def named(cls, name: str) -> "Account":
        """The account with this address or user name; else what is counted in its stead."""
        plain = normalized("NFKC", name.strip()).casefold()
        typed = Lower(Value(plain, output_field=CharField()))
        known = Person.objects.alias(address=Lower("email"), name_=Lower("username"))
        found = known.filter(Q(address=typed) | Q(name_=typed)).order_by("pk")[:2]
        if found:
            # Who has it as an address comes before who has it as a user name, as at the sign-in.
            return cls.of(min(found, key=lambda each: each.email.casefold() != plain))
        # Keyed, for what people type there is now and then their password.
        digest = salted_hmac("attempts", plain, algorithm="sha256").hexdigest()
        return cls(None, f"name:{digest[:32]}")


@dataclass(frozen=True)
class Attempt:
    """One try, and where it was counted."""

    keys: tuple[str, ...]

    def take_back(self) -> None:
        """It was right, or was not judged at all: it does not count."""
        RequestCount.objects.take_back(*self.keys)


@dataclass(frozen=True)
class Limit:
    """How many within which time."""

    number: int
    within: timedelta


def begin(
    what: What, account: Account, *, address: str | None, browser: str = "", at: datetime
) -> Attempt:
    """Count a try from `address` before it is judged; `browser` names one that `account` knows.

    Raises `TooManyAttempts`.
    """
    window = timedelta(minutes=settings.ATTEMPTS_MINUTES)
    together = Limit(settings.ATTEMPTS_PER_ACCOUNT_AND_NETWORK, window)
    base, network = f"{what} {account.key}", network_of(address)
    if browser:
        own = f"{base} browser:{browser}"
        if not _count({own: together})[own]:
            return Attempt((own,))
    both, alone = f"{base} {network}", f"{what} {network}"
    _require_network(alone, Limit(settings.ATTEMPTS_PER_NETWORK, window))
    limits = {both: together, base: Limit(settings.ATTEMPTS_PER_ACCOUNT, DAY)}
    of_both, of_account = _count(limits).values()
    if of_both:
        RequestCount.objects.take_back(alone, base)
        _tell_locked(account, network, of_both, at)
        raise refusals.TooManyAttempts(of_both)
    attempt = Attempt((both, alone, base))
    return _paced(attempt, what, both, base) if of_account else attempt


def _require_network(alone: str, limit: Limit) -> None:
    """Raise `TooManyAttempts` for a network that may try nothing more.

    Counted by itself and before all else: what is refused here leaves no row for the name that was
    typed, or a locked network would fill the table with as many names as it likes.
    """
    if left := _count({alone: limit})[alone]:
        RequestCount.objects.take_back(alone)
        raise refusals.TooManyAttempts(left)


def _paced(attempt: Attempt, what: What, both: str, base: str) -> Attempt:
    """One more try at an account that was tried very often from everywhere: at a pace.

    Whoever keeps trying has every turn, so a network that has hardly tried has some of its own:
    else they would keep the owner out. Not for codes, of which there are few enough to be guessed
    by many networks; whoever is asked for one has given the password.
    """
    pace, own = f"pace {base}", f"own {both}"
    if what == What.PASSWORD and not _count({own: Limit(OWN_TRIES, DAY)})[own]:
        return Attempt((*attempt.keys, own))
    if left := _count({pace: Limit(1, timedelta(seconds=settings.ATTEMPTS_PACE))})[pace]:
        attempt.take_back()
        raise refusals.TooManyAttempts(left)
    return Attempt((*attempt.keys, pace))


def begin_reset(account: Account, *, address: str | None) -> bool:
    """Count that a mail is asked for; whether one is due, after those of the last hour.

    Raises `TooManyAttempts` for who asks too often; others' asking only means no further mail.
    """
    base, network = f"{What.RESET} {account.key}", network_of(address)
    _require_network(f"{What.RESET} {network}", Limit(settings.RESETS_PER_NETWORK, HOUR))
    limits = {
        f"{base} {network}": Limit(settings.RESETS_PER_ACCOUNT_AND_NETWORK, HOUR),
        base: Limit(settings.RESETS_PER_ACCOUNT, HOUR),
    }
    of_both, of_account = _count(limits).values()
    if of_both:
        RequestCount.objects.take_back(base)
        raise refusals.TooManyAttempts(of_both)
    return not of_account


def _count(limits: Mapping[str, Limit]) -> dict[str, timedelta | None]:
    """Count one under each key; gives for each how long its limit holds, if it is exceeded."""
    counted = RequestCount.objects.count_each({key: limit.within for key, limit in limits.items()})
    return {
        key: counted[key].left if counted[key].number > limit.number else None
        for key, limit in limits.items()
    }


def queue_reset(account: Account) -> None:
    """Queue the mail with the link; for a name that nobody has, a task that ends without one."""
    accounts.tell("password_reset", account.person)


@transactions.atomic
def forgive(person: Person) -> None:
    """Whoever has set a new password by the link in their mail begins anew with passwords.

    Not with codes: who reads somebody's mail would get as many tries at them as they like.
    """
    base = f"{What.PASSWORD} {Account.of(person).key}"
    RequestCount.objects.forget(base)
    RequestCount.objects.forget(f"pace {base}")


@transactions.atomic
def _tell_locked(account: Account, network: str, left: timedelta, at: datetime) -> None:
    """Once an hour at most; for a name that nobody has, the same steps end without a mail."""
    if RequestCount.objects.is_first(f"told locked {account.key}", HOUR):
        until = at + left
        told = "" if network == UNKNOWN else network
        accounts.tell("locked", account.person, address=told, until=until.isoformat())
