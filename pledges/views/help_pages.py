"""Help, for everybody: five short pages, each a text of its own in each language.

They are no messages of the catalogue: a text is read, and written, as a whole. The names of buttons
in them are, and the figures come from the settings, so that neither says what is no longer so.
"""

from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pledges import verification
from pledges.models import Organisation

TITLES: Final[dict[str, str | Promise]] = {
    "passkeys": _("What is a passkey, and how do I get one?"),
    "signing": _("How do I fill in and sign a pledge?"),
    "afterwards": _("What happens after I sign?"),
    "checking": _("How do I check a PDF myself?"),
    "lost": _("What if I lose my phone or forget my password?"),
}


def address(name: str) -> str:
    """What the address of a page is called."""
    return f"help_{name}"


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The five questions."""
    return render(request, "help/index.html", {"titles": _titles()})


@login_not_required
@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One answer, in the language of the page."""
    organisation = Organisation.current()
    context = {
        "titles": _titles(),
        "name": name,
        "title": TITLES[name],
        "text": f"help/{get_language()}/{name}.html",
        "by_code": organisation.signing == Organisation.Signing.PASSKEY_OR_CODE,
        **_figures(),
    }
    return render(request, "help/page.html", context)


def _titles() -> list[tuple[str, str, str | Promise]]:
    """Each page by its name, that of its address, and its title."""
    return [(name, address(name), title) for name, title in TITLES.items()]


def _figures() -> dict[str, Any]:
    """What the texts say in numbers."""
    return {
        "minutes_to_sign": settings.SIGNING_INTENT_MINUTES,
        "minutes_of_silence": settings.SESSION_COOKIE_AGE // 60,
        "minutes_of_reset": settings.PASSWORD_RESET_TIMEOUT // 60,
        "minutes_locked": settings.ATTEMPTS_MINUTES,
        "megabytes": verification.MAX_FILE_MB,
    }
