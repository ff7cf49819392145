"""What the frame of every page needs; nothing is looked up until somebody asks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from pledges import access
from pledges.access import Act
from pledges.models import Organisation, organisation_read_once


@dataclass(frozen=True)
class Shell:
    """What the header offers a person: their own pledges and people, their place in the admin."""

    signs: bool = False
    heads: bool = False
    workplace: str = ""


def shell_of(user: Any) -> Shell:
    """The header for `user`; nothing for a stranger."""
    if user is None or not user.is_authenticated:
        return Shell()
    return Shell(
        signs=access.allows(user, Act.OPEN_PLEDGE),
        heads=access.allows(user, Act.READ_OWN_PEOPLE),
        workplace=workplace(user),
    )


def workplace(user: Any) -> str:
    """What the admin is to this person, in one word; empty for whom it is closed."""
    if not access.allows(user, Act.ENTER_ADMIN):
        return ""
    names = (
        (Act.WRITE_TEMPLATES, _("Review")),
        (Act.EXPORT_PLEDGES, _("Records")),
        (Act.READ_LEDGER, _("Audit")),
        (Act.MANAGE_PEOPLE, _("People")),
    )
    return next((name for act, name in names if access.allows(user, act)), _("Admin"))


class OrganisationMiddleware:
    """One request reads the organisation once: frame, view, action and times share it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with organisation_read_once():
            return self.get_response(request)


def organisation(request: HttpRequest) -> dict[str, Any]:
    """The context processor: the organisation, the header's contents, our own address."""
    user = getattr(request, "user", None)
    # Who has yet to enrol a second factor gets nowhere else, so nothing else is offered.
    must_enrol = getattr(request, "must_enrol", False)
    return {
        "organisation": SimpleLazyObject(Organisation.current),
        "shell": SimpleLazyObject(lambda: Shell() if must_enrol else shell_of(user)),
        "public_url": settings.PUBLIC_URL,
        "staff_second_factor": settings.STAFF_SECOND_FACTOR,
    }
