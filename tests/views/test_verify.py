"""The page behind the QR code."""

from datetime import timedelta

import pytest
from django.core.cache import caches

from pledges.actions import review

UNKNOWN = "/verify/00000000-0000-4000-8000-000000000000/"


@pytest.fixture(autouse=True)
def _fresh_counts():
    caches["memory"].clear()
    yield
    caches["memory"].clear()


@pytest.fixture
def at_state(signed, accepted, chenjing, now):
    def make(state):
        pledge = accepted() if state in ("accepted", "revoked") else signed()
        later = now + timedelta(days=1)
        if state == "returned":
            review.return_to_manager(
                pledge, actor=chenjing, at=later, reasons=[review.ClauseReason("秘密的理由")]
            )
        if state == "revoked":
            review.revoke(pledge, actor=chenjing, at=later, reason="秘密的理由")
        pledge.refresh_from_db()
        return pledge

    return make


@pytest.mark.parametrize(
    ("state", "look", "files"),
    [("signed", "open", 1), ("accepted", "good", 2), ("returned", "bad", 1), ("revoked", "bad", 2)],
)
def test_each_state_has_its_verdict_and_no_personal_data(client, at_state, state, look, files):
    pledge = at_state(state)
    response = client.get(f"/verify/{pledge.pk}/")
    page = response.content.decode()
    assert response.status_code == 200
    assert f'class="verdict verdict-{look}"' in page
    assert pledge.number in page
    issued = list(pledge.documents.all())
    assert len(issued) == files
    assert all(document.sha256 in page for document in issued)
    for secret in ("李明", "E1001", "华东零售部", "秘密的理由", "陈静"):
        assert secret not in page
    assert response["X-Robots-Tag"] == "noindex"


def test_a_draft_and_an_unknown_code_look_the_same(client, draft):
    pledge = draft()
    pages = [client.get(f"/verify/{pledge.pk}/"), client.get(UNKNOWN)]
    assert [page.status_code for page in pages] == [404, 404]
    first, second = (page.content.decode().count("verdict-bad") for page in pages)
    assert first == second == 1


def test_too_many_requests_from_one_address_are_braked(client, db):
    answers = [client.get(UNKNOWN).status_code for _ in range(62)]
    assert answers[:60] == [404] * 60
    assert answers[60:] == [429, 429]
    assert client.get(UNKNOWN, REMOTE_ADDR="192.0.2.7").status_code == 404


def test_it_is_read_only(client, db):
    assert client.post(UNKNOWN).status_code == 405
