"""Whether somebody proved who they are a moment ago, by the factor that they have."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from allauth.account import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled

from pledges.models import Person

FACTORS: Final = frozenset({Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN})
"""Recovery codes alone are no factor."""


def is_fresh(person: Person, records: Iterable[Mapping[str, Any]], at: datetime) -> bool:
    """Whether `records`, allauth's of the session, tell of a proof within the last ten minutes.

    Signing in is one. Who has a second factor proves it by that: the password alone says nothing.
    """
    method = "mfa" if is_mfa_enabled(person, FACTORS) else "password"
    # The clocks of two machines may differ a little, in either direction.
    return any(
        record["method"] == method
        and abs(at.timestamp() - record["at"]) < app_settings.REAUTHENTICATION_TIMEOUT
        for record in records
    )
