"""Pages for what went wrong: ours, in both languages, without internals."""

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.test import Client, RequestFactory
from django.utils import translation

from pledges.views import errors


@pytest.fixture(params=["zh-hans", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


@pytest.mark.parametrize(
    ("view", "error", "status"),
    [
        (errors.bad_request, BadRequest("inner words"), 400),
        (errors.forbidden, PermissionDenied("inner words"), 403),
        (errors.not_found, Http404("inner words"), 404),
    ],
)
def test_each_has_its_status_and_language_and_tells_no_internals(db, language, view, error, status):
    request = RequestFactory(headers={"accept-language": language}).get("/x/")
    response = view(request, error)
    page = response.content.decode()
    assert response.status_code == status
    assert f'<html lang="{language}"' in page and "<h1>" in page
    assert "inner words" not in page


def test_a_host_that_is_not_ours_gets_our_page(client, db):
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "masthead" in response.content.decode()


def test_a_form_from_elsewhere_gets_our_page_and_403(liming, settings):
    settings.CSRF_FAILURE_VIEW = "pledges.views.errors.csrf_failure"
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(liming)
    response = strict.post("/pledges/start/general-standards/")
    assert response.status_code == 403
    assert "masthead" in response.content.decode()


def test_a_failure_shows_both_languages_and_needs_no_database(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        response = errors.server_error(RequestFactory().get("/x/"))
    page = response.content.decode()
    assert response.status_code == 500
    assert "本页暂时无法显示" in page and "This page cannot be shown" in page


def test_a_failing_view_shows_no_trace(client, liming, monkeypatch):
    def fail(*arguments):
        raise RuntimeError("inner words")

    monkeypatch.setattr("pledges.views.my_pledges.contents", fail)
    client.force_login(liming)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert "inner words" not in response.content.decode()
    assert "no-store" in response["Cache-Control"]
