"""Fixtures for sealing: a timestamp authority where one is asked for."""

from collections.abc import Iterator

import pytest

from tests import tsa
from tests.keys import PASSPHRASE

__all__ = ["PASSPHRASE"]


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
