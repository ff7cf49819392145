"""The longest session: an end that no activity puts off."""

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.utils import timezone

from pledges.models import Session
from pledges.views.sessions import STARTED
from tests import baseline


def owners():
    return list(Session.objects.values_list("person_id", flat=True))


def test_a_session_says_whose_it_is_for_as_long_as_it_is(client, liming, wangfang):
    client.post("/language/", {"language": "en"})
    client.force_login(liming)
    assert owners() == [liming.pk]
    client.get("/")
    assert owners() == [liming.pk]
    client.force_login(wangfang)
    assert owners() == [wangfang.pk]
    client.post("/accounts/logout/")
    assert wangfang.pk not in owners()


def test_signing_in_by_the_page_says_so_only_after_the_second_factor(client, liming):
    client.post("/accounts/login/", {"login": "liming", "password": baseline.PASSWORD})
    assert owners() == [None]
    code = baseline.fresh_code(liming, timezone.now())
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert owners() == [liming.pk]


def test_a_session_of_a_person_is_found_by_an_index(liming):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Session.objects.filter(person_id=liming.pk).explain()
    assert "Index" in plan and "person_id" in plan


@pytest.fixture
def signed_in(client, liming):
    client.force_login(liming)
    return client


def age(client, seconds):
    session = client.session
    session[STARTED] -= seconds
    session.save()


def test_signing_in_notes_the_time_and_requests_leave_it(signed_in):
    started = signed_in.session[STARTED]
    assert signed_in.get("/").status_code == 200
    assert signed_in.session[STARTED] == started


def test_a_session_ends_at_its_longest_age_and_says_so(signed_in, settings):
    age(signed_in, settings.SESSION_ABSOLUTE_AGE)
    response = signed_in.get("/", {"a": "1"})
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/%3Fa%3D1")
    assert len(list(get_messages(response.wsgi_request))) == 1
    assert "_auth_user_id" not in signed_in.session


def test_a_session_just_younger_lives_on(signed_in, settings):
    age(signed_in, settings.SESSION_ABSOLUTE_AGE - 120)
    assert signed_in.get("/").status_code == 200


def test_an_old_session_posts_nothing(signed_in, settings):
    age(signed_in, settings.SESSION_ABSOLUTE_AGE)
    response = signed_in.post("/pledges/start/general-standards/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/")


def test_htmx_is_told_to_load_the_whole_page(signed_in, settings):
    age(signed_in, settings.SESSION_ABSOLUTE_AGE)
    response = signed_in.get("/", headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert response["HX-Redirect"] == "/accounts/login/?next=/"


def test_a_public_page_is_shown_all_the_same_but_to_a_stranger(signed_in, settings):
    age(signed_in, settings.SESSION_ABSOLUTE_AGE)
    response = signed_in.get("/verify/00000000-0000-4000-8000-000000000000/")
    assert response.status_code == 404
    assert not response.wsgi_request.user.is_authenticated


def test_signing_in_again_starts_anew(signed_in, liming, settings):
    age(signed_in, settings.SESSION_ABSOLUTE_AGE)
    signed_in.force_login(liming)
    assert signed_in.get("/").status_code == 200


def test_a_session_without_its_beginning_is_given_one(signed_in):
    session = signed_in.session
    del session[STARTED]
    session.save()
    assert signed_in.get("/").status_code == 200
    assert STARTED in signed_in.session
