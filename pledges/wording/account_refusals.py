"""Why something about an account was refused; everybody else finds the words in `refusals`."""

import math
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from pledges.core import refusals

SENTENCES: dict[type[Exception], str | Promise] = {
    refusals.NobodyToTell: gettext_lazy(
        "Nothing was sent: nobody in HR has an email address on record. Please tell them in person."
    ),
}


def too_many_attempts(error: refusals.TooManyAttempts) -> str:
    minutes = _minutes(error.left)
    return ngettext(
        "Too many attempts. Please wait a minute and try again.",
        "Too many attempts. Please wait %(minutes)s minutes and try again.",
        minutes,
    ) % {"minutes": minutes}


def too_many_reports(error: refusals.TooManyReports) -> str:
    minutes = _minutes(error.left)
    return ngettext(
        "You have sent several reports recently. Please wait a minute, or ask in person.",
        "You have sent several reports recently. Please wait %(minutes)s minutes, or ask "
        "in person.",
        minutes,
    ) % {"minutes": minutes}


def _minutes(left: timedelta) -> int:
    """Never too few."""
    return max(1, math.ceil(left.total_seconds() / 60))
