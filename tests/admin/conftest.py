"""The back office's own fixtures: a clock that stands still, and somebody signed in."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import baseline
from tests.fresh import prove

TODAY = baseline.START + timedelta(days=3, hours=1)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: TODAY)


@pytest.fixture
def as_(db):
    """A browser in which this person is signed in, and so many seconds ago proved who they are."""

    def sign_in(person, *, seconds_ago=0):
        client = Client()
        client.force_login(person)
        prove(client, person, seconds_ago=seconds_ago)
        return client

    return sign_in


@pytest.fixture
def told():
    """What a page, or the page that a response led to, tells its reader."""

    def messages(response):
        return [str(message) for message in response.context["messages"]]

    return messages
