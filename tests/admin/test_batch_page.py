"""How far accepting many has come, as the officer and the auditor see it."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from pledges.actions import batches
from pledges.models import AcceptanceItem
from tests.admin.conftest import TODAY
from tests.serving import work_off

URL = "/admin/pledges/acceptancebatch/"


@pytest.fixture
def batch(signed, wangfang, chenjing):
    """Two pledges that an officer accepts together, one of them unusual; nobody has begun."""
    pledges = signed(), signed(person=wangfang, satisfaction_target="80")
    return batches.begin(pledges, actor=chenjing, at=TODAY)


def page(batch, name="change"):
    return f"{URL}{batch.pk}/{name}/"


def words(response):
    return response.content.decode()


def test_the_page_moves_until_all_is_done(as_, chenjing, batch):
    client = as_(chenjing)
    before = client.get(page(batch))
    assert before.context["moves"]
    assert f'hx-get="{page(batch, "progress")}?told=0"' in words(before)
    assert before.context["sealed_words"] in words(before)
    work_off()
    after = client.get(page(batch))
    assert not after.context["moves"] and "hx-get" not in words(after)
    ((left, reason),) = after.context["left"]
    assert left.signer_name == "王芳" and reason in words(after)


def test_what_moves_tells_a_screen_reader_only_what_is_new(as_, chenjing, batch):
    client, address = as_(chenjing), page(batch, "progress")
    assert "hx-swap-oob" in words(client.get(address))
    assert "hx-swap-oob" not in words(client.get(address + "?told=0"))
    AcceptanceItem.objects.filter(pledge__flagged=False).update(
        outcome="accepted", settled_at=TODAY
    )
    half = client.get(address + "?told=0")
    assert "hx-swap-oob" in words(half) and "50 %" in words(half)
    work_off()
    end = client.get(address + "?told=5")
    assert "hx-swap-oob" in words(end) and end.context["told"] == "end"


def test_a_stalled_batch_can_be_queued_once_more(as_, chenjing, wuying, batch, monkeypatch):
    DBTaskResult.objects.all().delete()  # a queue that lost everything
    client = as_(chenjing)
    assert not client.get(page(batch)).context["may_go_on"]
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY + timedelta(minutes=5))
    context = client.get(page(batch)).context
    assert context["may_go_on"] and not context["moves"]
    assert not as_(wuying).get(page(batch)).context["may_go_on"]
    assert client.post(page(batch, "go-on")).url == page(batch)
    work_off()
    batch.refresh_from_db()
    assert batch.finished_at is not None


def test_an_officer_sees_their_own_and_an_auditor_all(as_, chenjing, sunhao, wuying, batch):
    for person, seen in ((chenjing, True), (wuying, True), (sunhao, False)):
        client = as_(person)
        assert (page(batch) in words(client.get(URL))) == seen
        for name in ("change", "progress"):
            assert client.get(page(batch, name)).status_code == (200 if seen else 404)
    assert as_(sunhao).post(page(batch, "go-on")).status_code == 404
