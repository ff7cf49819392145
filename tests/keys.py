"""The keys and certificates of a whole test run, made before anything reads the settings."""

from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from pledges.proof.keys import hierarchy, pki

ORGANISATION = "示例银行股份有限公司"
PASSPHRASE = "passphrase-of-the-tests-" * 3
# Tests run at fixed times and by the clock, for years to come.
LONG = dict.fromkeys(hierarchy.YEARS, 40)
BEGIN = datetime(2025, 9, 1, tzinfo=UTC)


def make(folder: Path) -> None:
    """Everything that sealing needs, good from before the first pledge of the tests on."""
    with patch.dict(hierarchy.YEARS, LONG):
        pki.create(folder, organisation=ORGANISATION, passphrase=PASSPHRASE.encode(), at=BEGIN)
