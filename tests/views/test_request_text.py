"""What a request may be made of, through the server's own entry: 400 for the rest, in one line."""

import logging.config

import pytest
from django.conf import settings as configured
from django.urls import reverse

from tests.hostile.site import Request, send

pytestmark = pytest.mark.django_db

ENCODINGS = ["utf-7", "utf-16", "punycode", "idna", "hex", "rot13", "undefined", "no-such", "gbk"]
FORM = "multipart/form-data; boundary=b"
BODY = b'--b\r\nContent-Disposition: form-data; name="login"\r\n\r\n+AGE-\xff\r\n--b--\r\n'


@pytest.fixture
def ask(client, django_user_model):
    """Sends a request as Zheng Qiang, through the application that gunicorn serves."""
    from config.wsgi import application

    client.force_login(django_user_model.objects.get(username="admin"))
    session = client.session.session_key

    def ask(path, query=b"", method="GET", body=b"", **headers):
        given = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return send(application, Request(method, path, query, given, body), session)

    return ask


@pytest.fixture(autouse=True)
def _connection_of_the_test(monkeypatch):
    """The server closes it after each request; here it is the one that the test looks through."""
    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.close", lambda self: None)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", [FORM, "application/x-www-form-urlencoded", "application/json"])
def test_another_encoding_is_refused_in_every_kind_of_body(ask, kind, encoding):
    for method, body in (("POST", BODY), ("GET", b"")):
        page = ask(
            "/accounts/login/",
            b"next=%ff",
            method,
            body,
            Content_Type=f"{kind}; charset={encoding}",
        )
        assert (page.status, "masthead" in page.text) == (400, True)


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "us-ascii", '"utf-8"'])
def test_the_one_that_pages_are_in_may_be_named(ask, encoding):
    assert ask("/verify/", Content_Type=f"text/plain; charset={encoding}").status == 200


@pytest.mark.parametrize("kind", ["text/plain; charset*=no-such''x", f"x; a={'b' * 12_000}"])
def test_a_content_type_that_cannot_be_read_names_nothing(ask, kind):
    assert ask("/verify/", Content_Type=kind).status == 200


@pytest.mark.parametrize(
    "query", [b"q=%00", b"department=%00", b"role=a%00b", b"%00=1", b"department__id__exact=%00"]
)
def test_nul_in_an_address_is_refused(ask, query):
    assert ask("/admin/pledges/person/", query).status == 400
    assert ask(reverse("verify_file"), query).status == 400


def test_nul_in_a_path_or_a_cookie_is_refused(ask):
    assert ask("/verify/%00").status == 400
    assert ask("/verify/", Cookie='sessionid="abcdefgh\\000"').status == 400


@pytest.mark.parametrize("length", ["x", "-1", "1.5", "٣", "9" * 30])
@pytest.mark.parametrize("kind", [FORM, "application/x-www-form-urlencoded"])
def test_a_length_that_is_none_is_refused(ask, kind, length):
    given = {"Content_Type": kind, "Content_Length": length}
    assert ask("/accounts/login/", b"", "POST", BODY, **given).status == 400


def test_a_broken_body_for_a_host_that_is_not_ours_is_refused(ask):
    """Both are wrong: the page that tells of one must not stumble over the other."""
    page = ask(
        "/accounts/login/",
        b"",
        "POST",
        b"x",
        Host="evil.example",
        Content_Type="multipart/form-data",
    )
    assert (page.status, "masthead" in page.text) == (400, True)


@pytest.mark.parametrize(
    ("path", "query", "status", "who"),
    [
        ("/admin/pledges/pledge/", b"q=%00", 400, 0),
        ("/admin/pledges/ledgerentry/", b"", 403, 1),
        ("/no/such/page/", b"", 404, 0),
    ],
)
def test_what_is_refused_is_one_line_in_the_log(ask, capfd, path, query, status, who):
    """And one more that says to whom, where access was refused."""
    logging.config.dictConfig(configured.LOGGING)
    assert ask(path, query).status == status
    written = capfd.readouterr().err.splitlines()
    told = [line for line in written if " WARNING pledges.security refused " in line]
    assert len(told) == who and len(written) == 1 + who
    assert " WARNING django.request " in written[-1]
    assert all(path in line for line in written)
