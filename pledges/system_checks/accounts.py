"""Whether the accounts of staff are protected as an installation in production needs it."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def check_staff_factor(**kwargs: Any) -> list[CheckMessage]:
    if settings.STAFF_SECOND_FACTOR:
        return []
    return [
        Warning(
            "Compliance, HR, auditors and administrators sign in with a password alone.",
            hint="Do not set STAFF_SECOND_FACTOR=0 in production.",
            id="shounuo.W020",
        )
    ]
