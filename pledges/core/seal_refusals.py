"""Why nothing could be sealed: keys, trusted time, our own verdict; for others in `refusals`."""

from dataclasses import dataclass
from datetime import datetime

from pledges.core.refusal import Refusal


class SealUnavailable(Refusal):
    """Nothing can be sealed at present; what was to be sealed stays as it was."""

    kind = "seal-unavailable"


class ClockBehind(SealUnavailable):
    """By the clock the pledge is not even signed yet: no verdict would pass the accepted file."""

    kind = "clock-behind"


@dataclass(eq=False)
class KeysUnusable(SealUnavailable):
    """A key or certificate is missing, unreadable or does not fit; `reason` is for the log."""

    reason: str
    kind = "keys-unusable"


@dataclass(eq=False)
class KeyExpired(SealUnavailable):
    """A certificate was not valid at the moment of sealing; `name` says which one.

    Its days are shown in the zone that the times come with.
    """

    name: str
    begins: datetime
    not_after: datetime
    kind = "key-expired"


@dataclass(eq=False)
class FileNotGenuine(SealUnavailable):
    """Our own verdict would reject the file, so it was not issued; `kept_as` names what is kept."""

    reason: str
    kept_as: str
    kind = "file-not-genuine"


@dataclass(eq=False)
class CompanyNotPinned(SealUnavailable):
    """No pin says that the licensed certificate is the company's; `pin` is the one to set."""

    pin: str
    kind = "company-not-pinned"


@dataclass(eq=False)
class TimestampUnavailable(SealUnavailable):
    """No trusted time was to be had, and none is made up; `reason` is for the log."""

    reason: str
    kind = "timestamp-unavailable"
