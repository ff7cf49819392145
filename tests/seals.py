"""Fixtures for sealing: one set of keys for a whole run, a time-stamping authority where asked."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from pledges.gateways import hierarchy, pki
from tests import baseline, tsa

ORGANISATION = "示例银行股份有限公司"
PASSPHRASE = "passphrase-of-the-tests-" * 3
# Tests run at fixed times and by the clock, for years to come.
LONG = dict.fromkeys(hierarchy.YEARS, 40)


@pytest.fixture(scope="session")
def pki_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys and certificates, good from before the first pledge of the tests on."""
    folder = tmp_path_factory.mktemp("keys") / "pki"
    at = baseline.PUBLISHED - timedelta(days=400)
    with patch.dict(hierarchy.YEARS, LONG):
        pki.create(folder, organisation=ORGANISATION, passphrase=PASSPHRASE.encode(), at=at)
    return folder


@pytest.fixture(autouse=True)
def _keys_of_the_run(settings, pki_folder: Path) -> None:
    settings.PKI_DIR, settings.PKI_PASSPHRASE = pki_folder, PASSPHRASE


@pytest.fixture(scope="session")
def tsa_houses(tmp_path_factory: pytest.TempPathFactory) -> tuple[tsa.House, tsa.House]:
    """An authority that is trusted, and one that is not."""
    folder = tmp_path_factory.mktemp("tsa")
    return tsa.House.build(folder / "ours"), tsa.House.build(folder / "foreign", "Foreign TSA")


@pytest.fixture
def responder(tsa_houses: tuple[tsa.House, tsa.House]) -> Iterator[tsa.Responder]:
    """A running authority; nobody asks it until the settings name it."""
    with tsa.responder(*tsa_houses) as running:
        yield running


@pytest.fixture
def timestamps(settings, responder: tsa.Responder) -> tsa.Responder:
    """The same, and the settings name it."""
    settings.TSA_URL, settings.TSA_ROOTS = responder.url, str(responder.roots)
    settings.TSA_TIMEOUT = 10.0
    return responder
