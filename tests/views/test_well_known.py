"""Fixed addresses that machines ask without signing in."""

from datetime import UTC, datetime, timedelta
from urllib.robotparser import RobotFileParser

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from config.environment import contacts

pytestmark = pytest.mark.django_db


def fields(response):
    """RFC 9116, 2.2: a field a line, by name."""
    text = response.content.decode()
    assert text.endswith("\r\n")
    return [tuple(line.split(": ", 1)) for line in text.split("\r\n")[:-1]]


def test_security_txt_names_whom_to_tell_and_never_lapses(client, settings, monkeypatch):
    settings.SECURITY_CONTACT = ["mailto:security@example.com", "https://example.com/report"]
    settings.PUBLIC_URL = "https://pledges.example.com"
    for at in (datetime(2026, 11, 29, 10, 30, tzinfo=UTC), datetime(2036, 2, 29, tzinfo=UTC)):
        monkeypatch.setattr(timezone, "now", lambda at=at: at)
        response = client.get("/.well-known/security.txt")
        assert response.status_code == 200
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        told = fields(response)
        assert [value for name, value in told if name == "Contact"] == settings.SECURITY_CONTACT
        (expires,) = [value for name, value in told if name == "Expires"]
        ahead = datetime.fromisoformat(expires) - at
        assert timedelta(days=30) < ahead < timedelta(days=365)
        assert ("Preferred-Languages", "zh, en") in told
        canonical = "https://pledges.example.com/.well-known/security.txt"
        assert ("Canonical", canonical) in told


def test_without_a_contact_there_is_no_security_txt(client, settings):
    settings.SECURITY_CONTACT = []
    assert client.get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize(
    "wrong", ["security@example.com", "http://example.com/", "mailto:a\r\nX: y"]
)
def test_a_contact_is_an_address_that_programs_understand(monkeypatch, wrong):
    monkeypatch.setenv("SECURITY_CONTACT", wrong)
    with pytest.raises(ImproperlyConfigured, match="SECURITY_CONTACT"):
        contacts("SECURITY_CONTACT")


def test_contacts_are_several_in_their_order(monkeypatch):
    monkeypatch.setenv("SECURITY_CONTACT", "mailto:a@example.com, https://example.com/b, tel:+86-1")
    assert contacts("SECURITY_CONTACT") == [
        *("mailto:a@example.com", "https://example.com/b", "tel:+86-1")
    ]


def test_password_managers_are_sent_to_the_page_that_changes_passwords(client, liming):
    response = client.get("/.well-known/change-password")
    assert (response.status_code, response.url) == (302, "/accounts/password/change/")
    client.force_login(liming)
    assert client.get("/.well-known/change-password", follow=True).status_code == 200


def test_an_address_that_should_not_exist_does_not(client):
    """By this password managers tell a site that answers everything with 200."""
    url = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"
    assert client.get(url).status_code == 404


def test_robots_are_asked_to_stay_away(client):
    response = client.get("/robots.txt")
    assert response.status_code == 200 and response["Content-Type"].startswith("text/plain")
    rules = RobotFileParser()
    rules.parse(response.content.decode().splitlines())
    assert not rules.can_fetch("Googlebot", "https://pledges.example.com/verify/")
