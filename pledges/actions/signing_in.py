"""What follows a sign-in: its owner learns of one from a browser that was not known before."""

from datetime import datetime

from pledges.core.user_agents import browser_of
from pledges.models import Person
from pledges.notices import accounts


def tell_new_browser(person: Person, *, user_agent: str, address: str | None, at: datetime) -> None:
    """Queue the mail that says when, from where and with what somebody signed in."""
    accounts.tell(
        "new_browser",
        person,
        browser=browser_of(user_agent),
        address=address or "",
        at=at.isoformat(),
    )
