"""How long a job of the sealing pool may take."""

from typing import Final

from django.conf import settings

WORK: Final = 20.0
"""Seconds without waiting for others: a hundred times what it takes."""
MAX_STAMPS: Final = 4
"""Questions to a timestamp authority for one file: two for each timestamp."""


def longest() -> float:
    """Seconds that a job may take with the authority that is configured."""
    stamping = MAX_STAMPS * settings.TSA_TIMEOUT + settings.TSA_WAIT if settings.TSA_URL else 0.0
    return float(WORK + stamping)
