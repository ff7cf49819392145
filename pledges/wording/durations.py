"""How long something takes, as people say it."""

import math
from datetime import timedelta

from django.utils.translation import ngettext

_HOUR = timedelta(hours=1)


def about(duration: timedelta) -> str:
    """Such as “about 20 minutes”: rounded up to ten minutes, or from an hour on to hours."""
    if duration < _HOUR:
        minutes = 10 * max(1, math.ceil(duration / timedelta(minutes=10)))
        return ngettext("about %(count)d minute", "about %(count)d minutes", minutes) % {
            "count": minutes
        }
    hours = math.ceil(duration / _HOUR)
    return ngettext("about %(count)d hour", "about %(count)d hours", hours) % {"count": hours}
