"""Which language a page speaks, and the switch."""

import pytest
from django.utils import translation

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _leave_no_language_behind():
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (None, "zh-hans"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("en-US,en;q=0.9", "en"),
        ("en-US,en;q=0.9,zh-CN;q=0.1", "zh-hans"),
        ("fr-FR,fr;q=0.9", "zh-hans"),
        ("fr,en;q=0.5", "en"),
        (";;;q=,", "zh-hans"),
    ],
)
def test_a_stranger_gets_chinese_unless_only_english_is_asked_for(client, db, accepted, expected):
    headers = {"accept-language": accepted} if accepted else {}
    response = client.get(LOGIN, headers=headers)
    assert response["Content-Language"] == expected
    assert f'<html lang="{expected}"' in response.content.decode()
    assert {"Cookie", "Accept-Language"} <= {v.strip() for v in response["Vary"].split(",")}


def test_a_person_gets_their_own_language_and_the_cookie_beats_it(client, liming):
    liming.language = "en"
    liming.save()
    client.force_login(liming)
    assert client.get("/")["Content-Language"] == "en"
    client.cookies["django_language"] = "zh-hans"
    assert client.get("/")["Content-Language"] == "zh-hans"


def test_the_persons_language_holds_on_an_address_that_leads_nowhere(client, liming):
    liming.language = "en"
    liming.save()
    client.force_login(liming)
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert '<html lang="en"' in response.content.decode()


def test_a_cookie_with_another_language_is_ignored(client, db):
    client.cookies["django_language"] = "tlh"
    assert client.get(LOGIN)["Content-Language"] == "zh-hans"


def test_the_switch_keeps_the_page_and_sets_a_safe_cookie(client, db):
    response = client.post("/language/", {"language": "en", "next": LOGIN + "?a=1"})
    assert (response.status_code, response["Location"]) == (302, LOGIN + "?a=1")
    cookie = response.cookies["django_language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("en", True, "Lax")
    assert client.get(LOGIN)["Content-Language"] == "en"


@pytest.mark.parametrize(
    "next_page", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""]
)
def test_the_switch_leads_to_no_other_site(client, db, next_page):
    response = client.post("/language/", {"language": "en", "next": next_page})
    assert (response.status_code, response["Location"]) == (302, "/")


def test_the_switch_takes_no_unknown_language_and_no_get(client, db):
    assert "django_language" not in client.post("/language/", {"language": "tlh"}).cookies
    assert client.get("/language/").status_code == 405


def test_the_switch_changes_the_cookie_and_not_the_person(client, liming):
    client.force_login(liming)
    client.post("/language/", {"language": "en"})
    liming.refresh_from_db()
    assert liming.language == "zh-hans"
