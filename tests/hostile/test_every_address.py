"""Every address, as everybody, is sent what no browser sends: it may be refused, never failed at.

By itself one round with a fixed seed. `HOSTILE_SEED=7 HOSTILE_ROUNDS=20` tries others, round after
round; a failure tells its seed and the whole request.
"""

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random

import pytest
from django.core.cache import caches
from django.core.signals import got_request_exception, request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client

from pledges import audit
from pledges.actions import batches, preparing, templates
from pledges.actions.papers import filing
from pledges.models import PaperBatch
from tests import baseline, scans
from tests.fresh import prove
from tests.hostile import values
from tests.hostile.site import Known, Page, Request, addresses, send

# A printout is judged first.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judging_service")]

SEED = int(os.environ.get("HOSTILE_SEED", "20261129"))
ROUNDS = int(os.environ.get("HOSTILE_ROUNDS", "1"))
HOSTILE_A_VISIT = 2
METHODS = ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD", "BREW"]
PEOPLE = ["liming", "chenjing", "zhoumin", "wuying", "admin"]
STRANGER, HALF = "stranger", "half signed in"


@pytest.fixture
def application(sessions):
    # Imported late: it joins the running database.
    from config.wsgi import application

    # As the test client does, which made the sessions: the connection is that of the test.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield application
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def sessions(django_user_model, known):
    """A session for each kind of visitor, as if all had just proved who they are."""
    keys = {STRANGER: "", HALF: _half_signed_in()}
    for name in PEOPLE:
        client = Client()
        person = django_user_model.objects.get(username=name)
        client.force_login(person)
        prove(client, person)
        keys[name] = client.session.session_key
    known.add_sessions(keys.values())
    return keys


def _half_signed_in():
    """Password given, second factor asked for."""
    client = Client()
    client.post("/accounts/login/", {"login": "liming", "password": baseline.PASSWORD})
    return client.session.session_key


@pytest.fixture
def known(draft, signed, accepted, passkey, version, liming, chenjing, sunhao, zhoumin, now):
    """Something in every state, for addresses to lead to."""
    accepted("contract")
    pledge = signed("general-standards")
    # The first signs, the other waits.
    for _each in range(2):
        passkey(liming)
    preparing.prepare(draft("personal-code"), actor=liming, at=now)
    batches.begin([pledge], actor=chenjing, at=now)
    templates.set_retention(version("contract").template, 2, actor=sunhao, at=now)
    by = {"actor": zhoumin, "at": now}
    facts = filing.Facts(liming, version("contract"), scans.SIGNED_ON)
    filing.file(filing.upload(scans.encoded(), facts, **by), **by)
    PaperBatch.objects.create(filed_by=zhoumin, created_at=now, worked_at=now)
    audit.checkpoint(now)
    return Known()


@dataclass
class Visit:
    """One look at a page, and what is sent to it then."""

    application: object
    session: str
    random: Random
    path: str
    sent: int = 0
    problems: list[str] = field(default_factory=list)

    def go(self) -> None:
        page = self._send(Request("GET", self.path))
        for _each in range(HOSTILE_A_VISIT):
            self._send(self._hostile(page))

    def _hostile(self, page: Page) -> Request:
        kind = self.random.random()
        if kind < 0.25:
            query = values.query(self.random, page.parameters)
            return Request("GET", self.path, query)
        if kind < 0.4:
            given = values.headers(self.random)
            given.setdefault("Content-Type", values.content_type(self.random))
            return Request("GET", self.path, headers=tuple(given.items()))
        path, fields = self.path, []
        if page.forms and kind < 0.9:
            # The form of the page itself stands behind those of the frame.
            path, fields = self.random.choice([*page.forms, *page.forms[-1:] * 3])
        content_type, body = values.body(self.random, fields)
        given = {"Content-Type": content_type}
        if self.random.random() < 0.2:
            given |= values.headers(self.random)
        method = "POST" if kind < 0.95 else self.random.choice(METHODS)
        query = values.query(self.random, []) if self.random.random() < 0.1 else b""
        return Request(method, path, query, tuple(given.items()), body)

    def _send(self, request: Request) -> Page:
        self.sent += 1
        caches["memory"].clear()
        with _block(), _raised() as raised:
            try:
                page = send(self.application, request, self.session)
            except Exception:
                raised.append(traceback.format_exc(limit=-4))
                page = Page(HTTPStatus.INTERNAL_SERVER_ERROR)
        # No judging service runs beside this test, and the page that needs it says so.
        judging = request.path == "/verify/" and not raised
        if page.status >= 500 and not (judging and page.status == HTTPStatus.SERVICE_UNAVAILABLE):
            self.problems.append(f"{page.status} {request}\n{''.join(raised)}")
        return page


@contextmanager
def _raised() -> Iterator[list[str]]:
    """Collects what views raise and Django answers with 500."""
    told: list[str] = []

    def note(**_given: object) -> None:
        told.append(traceback.format_exc(limit=-4))

    got_request_exception.connect(note)
    try:
        yield told
    finally:
        got_request_exception.disconnect(note)


@contextmanager
def undone() -> Iterator[None]:
    """What one visit does changes nothing for the next."""
    with _block():
        yield
        transaction.set_rollback(True)


def _block() -> transaction.Atomic:
    """As Django marks the transaction of a test, so that what is durable may run within."""
    block = transaction.atomic()
    block._from_testcase = True
    return block


def test_nothing_that_is_sent_makes_the_site_fail(application, sessions, known, capsys):
    failures, sent = [], 0
    for seed in range(SEED, SEED + ROUNDS):
        random = Random(seed)
        for address in addresses():
            for who, session in sessions.items():
                visit = Visit(application, session, random, address.path(random, known))
                with undone():
                    visit.go()
                sent += visit.sent
                about = f"seed {seed}, {address.name}, {who}"
                failures += [f"{about}: {each}" for each in visit.problems]
    with capsys.disabled():
        print(f" {sent} requests, seeds {SEED} to {SEED + ROUNDS - 1}, {len(failures)} failed")
    assert not failures, "\n\n".join(failures)


def test_every_address_is_visited():
    """By what the resolver knows: a new address joins by itself."""
    found = {address.name for address in addresses()}
    assert {"pledge_sign", "mfa_reauthenticate_webauthn", "admin:pledges_person_change"} <= found
    assert len(found) > 80
