"""Signing under double submits and `kill -9`: one pledge, one entry, before or after."""

import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pledges import audit
from pledges.actions import answers, preparing, review
from pledges.core.lifecycle import PledgeState
from pledges.models import Document, LedgerEntry, Pledge, SerialCounter, Signature, TemplateVersion
from pledges.storage import document_store
from tests import baseline
from tests.cast import FILLED
from tests.fresh import prove
from tests.serving import server

pytestmark = pytest.mark.django_db(transaction=True)

SIGN_POINTS = ["sign:evidence", "sign:sealed", "sign:stored", "sign:claimed", "sign:committed"]
PREPARE_POINTS = ["prepare:rendered", "prepare:stored"]
ACCEPT_POINTS = ["accept:sealed", "accept:stored", "accept:claimed", "accept:committed"]
COMMITTED = {"sign:committed", "accept:committed"}


@pytest.fixture
def ready(liming):
    """A filled draft and the intent that lies before its signer."""
    at = timezone.now()
    version = TemplateVersion.objects.get(template__slug="general-standards")
    draft = answers.open_pledge(version, actor=liming, at=at, language="zh-hans")
    answers.save(draft, actor=liming, at=at, typed=FILLED["general-standards"], revision=0)
    return preparing.prepare(draft, actor=liming, at=at)


class Browser:
    """Just enough of one: a signed-in session and form posts."""

    def __init__(self, person):
        client = Client()
        client.force_login(person)
        prove(client, person)
        client.get("/")
        self.cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        self.cookies["csrftoken"] = "c" * 32

    def post(self, url, fields):
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": "c" * 32}).encode()
        request = urllib.request.Request(url, body, method="POST")
        request.add_header("Cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=120) as response:
                return response.status, response.headers.get("Location", "")
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers.get("Location", "")
        except OSError:
            return None, ""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


def signing_fields(person):
    code = baseline.fresh_code(person, timezone.now())
    return {"typed": "李明", "consent": "on", "password": baseline.PASSWORD, "code": code}


def sign_url(address, intent):
    return f"{address}/pledges/{intent.pledge_id}/sign/{intent.pk}/"


def assert_one_signature(intent):
    pledge = Pledge.objects.get(pk=intent.pledge_id)
    assert pledge.status == PledgeState.SIGNED
    assert Signature.objects.count() == Document.objects.count() == 1
    assert LedgerEntry.objects.filter(event="pledge.signed").count() == 1
    assert document_store.get(Document.objects.get().sha256)
    assert list(audit.verify()) == []


def test_fifty_identical_requests_sign_once(ready, liming):
    browser = Browser(liming)
    # Each is counted as an attempt until it is judged: here nobody is to be locked out by that.
    many = {"ATTEMPTS_PER_ACCOUNT_AND_NETWORK": "100", "ATTEMPTS_PER_ACCOUNT": "100"}
    with server(workers=2, threads=8, **many) as address, ThreadPoolExecutor(50) as pool:
        url = sign_url(address, ready)
        fields = signing_fields(liming)
        answered = list(pool.map(lambda _n: browser.post(url, fields), range(50)))
    assert set(answered) == {(302, f"/pledges/{ready.pledge_id}/")}
    assert_one_signature(ready)


@pytest.mark.parametrize("point", SIGN_POINTS)
def test_killed_while_signing_leaves_before_or_after(ready, liming, point):
    browser = Browser(liming)
    with server(fault=point) as address:
        fields = signing_fields(liming)
        status, _location = browser.post(sign_url(address, ready), fields)
    assert status is None
    pledge = Pledge.objects.get(pk=ready.pledge_id)
    if point in COMMITTED:
        assert pledge.status == PledgeState.SIGNED
    else:
        assert pledge.status == PledgeState.DRAFT
        assert not Document.objects.exists() and not Signature.objects.exists()
        assert not LedgerEntry.objects.filter(event="pledge.signed").exists()
    with server() as address:
        fields = signing_fields(liming)  # the code may have lapsed meanwhile
        status, _location = browser.post(sign_url(address, ready), fields)
    assert status == 302
    assert_one_signature(ready)


@pytest.mark.parametrize("point", PREPARE_POINTS)
def test_killed_while_preparing_leaves_a_draft(liming, point):
    at = timezone.now()
    version = TemplateVersion.objects.get(template__slug="contract")
    draft = answers.open_pledge(version, actor=liming, at=at, language="zh-hans")
    saved = answers.save(draft, actor=liming, at=at, typed=FILLED["contract"], revision=0)
    browser = Browser(liming)
    fields = {**FILLED["contract"], "revision": saved.revision}
    with server(fault=point) as address:
        status, _location = browser.post(f"{address}/pledges/{draft.pk}/prepare/", fields)
    assert status is None
    draft.refresh_from_db()
    assert draft.status == PledgeState.DRAFT
    assert not draft.intents.exists()
    later = preparing.prepare(draft, actor=liming, at=at + timedelta(minutes=1))
    assert later.answers["pledge_number"] == later.pledge.number
    assert SerialCounter.objects.get().last == 1


@pytest.mark.parametrize("point", ACCEPT_POINTS)
def test_killed_while_accepting_leaves_before_or_after(signed, chenjing, point):
    pledge = signed(at=timezone.now() - timedelta(hours=1))
    url = f"/admin/pledges/pledge/{pledge.pk}/accept/"
    browser = Browser(chenjing)
    with server(fault=point) as address:
        status, _location = browser.post(address + url, {})
    assert status is None
    pledge.refresh_from_db()
    if point in COMMITTED:
        assert pledge.status == PledgeState.ACCEPTED
    else:
        assert pledge.status == PledgeState.SIGNED
        assert pledge.documents.count() == 1
    review.accept(pledge, actor=chenjing, at=timezone.now())
    assert pledge.documents.count() == 2
    assert LedgerEntry.objects.filter(event="pledge.accepted").count() == 1
