"""One's sessions: seen, ended one by one or all at once, and when a factor or password changes."""

from io import StringIO

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from pledges.core.digests import sha256_hex
from pledges.models import Session
from tests import baseline
from tests.fresh import confirm_by_code

pytestmark = pytest.mark.django_db

PAGE = "/accounts/sessions/"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36"


@pytest.fixture
def here(liming):
    return signed_in(liming)


@pytest.fixture
def there(liming):
    return signed_in(liming)


def signed_in(person, **headers):
    client = Client(**headers)
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return client


def is_signed_in(client):
    return client.get("/accounts/2fa/").status_code == 200


def key_of(client):
    return client.cookies["sessionid"].value


def test_each_session_says_since_when_from_where_and_with_what(liming):
    typed = {"login": "liming", "password": baseline.PASSWORD}
    phone = Client(HTTP_USER_AGENT=PHONE, REMOTE_ADDR="203.0.113.9")
    phone.post("/accounts/login/", typed)
    phone.post("/accounts/2fa/authenticate/", {"code": baseline.fresh_code(liming, timezone.now())})
    desk = signed_in(liming)
    page = desk.get(PAGE)
    (current, other) = page.context["sessions"]
    assert (current.is_current, other.is_current) == (True, False)
    assert (other.browser, other.address) == ("Chrome, Android", "203.0.113.9")
    for session in (current, other):
        assert abs((timezone.now() - session.started).total_seconds()) < 60
        assert abs((timezone.now() - session.last_used).total_seconds()) < 60
    assert "Chrome, Android" in page.content.decode()
    for client in (phone, desk):
        assert key_of(client) not in page.content.decode()


def test_one_is_ended_and_the_others_stay(here, there, liming):
    elsewhere = signed_in(liming)
    address = f"{PAGE}{sha256_hex(key_of(there).encode())}/end/"
    assert "The session was ended." in here.post(address, follow=True).content.decode()
    assert [is_signed_in(each) for each in (here, there, elsewhere)] == [True, False, True]
    assert "has already ended" in here.post(address, follow=True).content.decode()


def test_all_others_are_ended(here, there, liming, wangfang):
    elsewhere, hers = signed_in(liming), signed_in(wangfang)
    assert "2 sessions were ended." in here.post(PAGE, follow=True).content.decode()
    clients = (here, there, elsewhere, hers)
    assert [is_signed_in(each) for each in clients] == [True, False, False, True]


def test_nobody_ends_anothers(here, wangfang):
    address = f"{PAGE}{sha256_hex(key_of(here).encode())}/end/"
    answer = signed_in(wangfang).post(address, follow=True)
    assert "has already ended" in answer.content.decode()
    assert is_signed_in(here)


def test_a_request_under_way_does_not_bring_an_ended_session_back(here, there, liming):
    """What the ended session still writes finds no row, and makes none."""
    session = there.session
    here.post(PAGE)
    with pytest.raises(UpdateError):
        session.save()
    assert Session.objects.filter(person_id=liming.pk).count() == 1


def test_a_new_password_ends_all_others(here, there):
    old, new = baseline.PASSWORD, "another-quiet-lantern-4"
    typed = {"oldpassword": old, "password1": new, "password2": new}
    assert here.post("/accounts/password/change/", typed).status_code == 302
    assert not Session.objects.filter(session_key=key_of(there)).exists()
    assert [is_signed_in(each) for each in (here, there)] == [True, False]


@pytest.mark.parametrize("what", ["totp/deactivate", "recovery-codes/generate", "passkey"])
def test_a_changed_factor_ends_all_others(here, there, liming, passkey, what):
    address = f"/accounts/2fa/{what}/"
    if what == "passkey":
        address = f"/accounts/2fa/webauthn/keys/{passkey(liming).row.pk}/remove/"
    confirm_by_code(here, liming)
    assert here.post(address).status_code == 302
    assert [is_signed_in(each) for each in (here, there)] == [True, False]


def test_what_the_operator_removes_ends_them_all(here, there):
    call_command("permit_enrolment", "E1001", "--remove-factors", stdout=StringIO())
    assert [is_signed_in(each) for each in (here, there)] == [False, False]
