"""Rendering and sealing apart, as the site uses them: what is told and lost, where keys are."""

import threading
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from django.conf import settings as site
from django.core import signing as signed_values
from django.test import Client
from django.utils import timezone

from pledges import pools as asking
from pledges.actions import answers, batches, preparing, review, sealing, signing
from pledges.actions.tasks import closing, issuing_reports
from pledges.core import refusals
from pledges.core.lifecycle import PledgeState
from pledges.forkserver import Busy, Died, TooCostly, Unavailable, Unfinished
from pledges.models import (
    AcceptanceItem,
    Document,
    IssuedRecord,
    LedgerEntry,
    Organisation,
    Pledge,
    Signature,
    SigningIntent,
    TemplateVersion,
)
from pledges.models.batches import PATIENCE
from pledges.proof.keys import private_keys
from pledges.storage import document_store
from tests.cast import FILLED, request_by_code
from tests.pools import environment, holds, open_paths, pools
from tests.serving import server
from tests.test_exactly_once import (
    Browser,
    assert_one_signature,
    sign_url,
    signing_fields,
)
from tests.waiting import eventually

transactional = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filled(liming):
    at = timezone.now()
    version = TemplateVersion.objects.get(template__slug="general-standards")
    draft = answers.open_pledge(version, actor=liming, at=at, language="zh-hans")
    answers.save(draft, actor=liming, at=at, typed=FILLED["general-standards"], revision=0)
    draft.refresh_from_db()
    return draft


@pytest.fixture
def use(settings):
    """Have this process ask these pools."""

    def use(running):
        settings.RENDERING_SOCKET, settings.SEALING_SOCKET = running.rendering, running.sealing
        return running

    return use


# --- All goes well --------------------------------------------------------------------------------
@transactional
def test_a_pledge_is_prepared_signed_and_accepted_by_the_pools(
    tmp_path, use, filled, liming, chenjing
):
    with pools(tmp_path) as running:
        use(running)
        at = timezone.now()
        intent = preparing.prepare(filled, actor=liming, at=at)
        signing.sign(intent, actor=liming, at=at, request=request_by_code(liming, at=at))
        pledge = Pledge.objects.get(pk=filled.pk)
        review.accept(pledge, actor=chenjing, at=at + timedelta(seconds=1))
    pledge.refresh_from_db()
    assert pledge.status == PledgeState.ACCEPTED
    files = [document_store.get(each.sha256) for each in pledge.documents.order_by("revision")]
    assert len(files) == 2 and files[1].startswith(files[0])


@transactional
def test_the_same_answers_give_the_same_bytes_with_a_pool_and_without(
    tmp_path, use, filled, liming, settings
):
    frozen = preparing.freeze(filled, actor=liming, at=timezone.now())
    at = timezone.now()
    here = preparing.render(frozen, at=at, within=60)
    with pools(tmp_path) as running:
        use(running)
        assert preparing.render(frozen, at=at, within=60) == here


@transactional
def test_what_no_font_has_is_named_across_the_border(tmp_path, use, filled, liming, monkeypatch):
    monkeypatch.setattr(preparing, "check_printable", lambda frozen: None)
    Organisation.objects.update(name_zh="示例\N{THAI CHARACTER KO KAI}")
    with pools(tmp_path) as running:
        use(running)
        with pytest.raises(refusals.Unprintable) as refused:
            preparing.prepare(filled, actor=liming, at=timezone.now())
    assert refused.value.characters == ("\N{THAI CHARACTER KO KAI}",)


# --- A pool process dies --------------------------------------------------------------------------
def autosave(browser, address, draft):
    return browser.post(f"{address}/pledges/{draft.pk}/answers/", {"revision": 1})[0]


@transactional
def test_killed_while_rendering_fails_one_page_and_the_site_goes_on(tmp_path, filled, liming):
    browser = Browser(liming)
    with pools(tmp_path, fault="rendering:rendered") as running, server(**running.named) as address:
        url = f"{address}/pledges/{filled.pk}/prepare/"
        assert browser.post(url, {})[0] == 503
        # The worker that took its place dies as well; on a busy machine it is still starting, and
        # who waits is told so (202) before they are told that it failed.
        assert eventually(lambda: browser.post(url, {})[0] == 503)
        assert autosave(browser, address, filled) == 200
        assert not SigningIntent.objects.exists()
        running.end()
        with pools(tmp_path):
            assert browser.post(url, {})[0] == 302
    assert SigningIntent.objects.count() == 1


@transactional
@pytest.mark.parametrize("point", ["sealing:signed", "sealing:judged"])
def test_killed_while_signing_fails_one_request_and_signs_once(tmp_path, filled, liming, point):
    intent = preparing.prepare(filled, actor=liming, at=timezone.now())
    browser = Browser(liming)
    with pools(tmp_path, fault=point) as running, server(**running.named) as address:
        status, _ = browser.post(sign_url(address, intent), signing_fields(liming))
        assert status == 503
        assert Pledge.objects.get(pk=filled.pk).status == PledgeState.DRAFT
        assert not Document.objects.exists() and not Signature.objects.exists()
        running.end()
        with pools(tmp_path):
            status, _ = browser.post(sign_url(address, intent), signing_fields(liming))
    assert status == 302
    assert_one_signature(intent)


@transactional
@pytest.mark.parametrize("point", ["sealing:sealed", "sealing:judged"])
def test_killed_while_sealing_leaves_the_pledge_waiting(tmp_path, use, signed, chenjing, point):
    pledge = signed(at=timezone.now() - timedelta(hours=1))
    with pools(tmp_path, fault=point) as running:
        use(running)
        with pytest.raises(refusals.MakingFailed):
            review.accept(pledge, actor=chenjing, at=timezone.now())
        assert eventually(lambda: len(running.workers(running.sealing)) == 1)
    pledge.refresh_from_db()
    assert pledge.status == PledgeState.SIGNED and pledge.documents.count() == 1
    with pools(tmp_path):
        review.accept(pledge, actor=chenjing, at=timezone.now())
    assert pledge.documents.count() == 2
    assert LedgerEntry.objects.filter(event="pledge.accepted").count() == 1


@transactional
def test_killed_while_sealing_a_record_leaves_it_to_be_made(tmp_path, use, launched_task, chenjing):
    at = timezone.now() - timedelta(hours=1)
    task = launched_task(at=at)
    closing.request_close(task, actor=chenjing, at=at)
    assert closing.close(str(task.pk), at=at)
    with pools(tmp_path, fault="sealing:record") as running:
        use(running)
        assert issuing_reports.issue(str(task.pk), at=timezone.now()) is None
    assert not IssuedRecord.objects.exists()
    with pools(tmp_path):
        issued = issuing_reports.issue(str(task.pk), at=timezone.now())
    assert IssuedRecord.objects.get() == issued
    assert LedgerEntry.objects.filter(event="record.issued").count() == 1


@transactional
def test_without_its_pools_the_site_says_so_and_refuses_politely(tmp_path, filled, liming):
    browser = Browser(liming)
    with pools(tmp_path) as running, server(**running.named) as address:
        running.kill()
        assert browser.post(f"{address}/pledges/{filled.pk}/prepare/", {})[0] == 503
        assert autosave(browser, address, filled) == 200


@pytest.mark.django_db
def test_healthz_names_the_pools_that_do_not_answer(client: Client, settings, tmp_path) -> None:
    settings.RENDERING_SOCKET = settings.SEALING_SOCKET = tmp_path / "nobody"
    told = client.get("/healthz")
    assert told.status_code == 503
    gone = "the service does not answer"
    assert told.json()["reasons"] == {"rendering": gone, "sealing": gone}


# --- What pages say -------------------------------------------------------------------------------
REASONS = {
    Busy("full"): refusals.TooBusy,
    Unavailable("gone"): refusals.MakerAbsent,
    Died("killed"): refusals.MakingFailed,
    TooCostly("hung"): refusals.MakingFailed,
}


@pytest.fixture
def refusing(monkeypatch, settings, tmp_path):
    """Pools that answer with nothing but this."""

    def refuse(reason):
        def ask(*_given, **_named):
            raise reason

        settings.RENDERING_SOCKET = settings.SEALING_SOCKET = tmp_path / "socket"
        monkeypatch.setattr(asking.client, "ask_pool", ask)

    return refuse


@pytest.mark.django_db
@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: type(reason).__name__)
def test_a_document_that_cannot_be_made_is_503_with_a_time(
    client: Client, filled, liming, refusing, reason
) -> None:
    refusing(reason)
    client.force_login(liming)
    answer = client.post(f"/pledges/{filled.pk}/prepare/")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) == REASONS[reason].retry_after
    page = answer.content.decode()
    assert "再试一次" in page and f"/pledges/{filled.pk}/" in page
    assert not SigningIntent.objects.exists()
    filled.refresh_from_db()
    assert filled.answers.items() >= FILLED["general-standards"].items()


@transactional
@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: type(reason).__name__)
def test_a_signature_that_cannot_be_made_is_503_and_the_same_form_again(
    client: Client, filled, liming, refusing, reason
) -> None:
    intent = preparing.prepare(filled, actor=liming, at=timezone.now())
    refusing(reason)
    client.force_login(liming)
    answer = client.post(sign_url("", intent), signing_fields(liming))
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) == REASONS[reason].retry_after
    assert "没有" in answer.content.decode() and "<form" in answer.content.decode()
    assert Pledge.objects.get(pk=filled.pk).status == PledgeState.DRAFT


@pytest.mark.django_db
def test_after_two_seconds_the_page_says_that_it_is_being_made(
    client: Client, filled, liming, refusing, settings
) -> None:
    refusing(Unfinished("not yet"))
    client.force_login(liming)
    waiting = client.post(f"/pledges/{filled.pk}/prepare/")
    assert waiting.status_code == 202
    assert "正在生成" in waiting.content.decode()
    asked = waiting.context["asked"]
    # Asked again it is the same request, so that the pool has what it began.
    again = client.post(f"/pledges/{filled.pk}/prepare/", {"asked": asked})
    assert again.status_code == 202
    first, second = (answer.context for answer in (waiting, again))
    moments = [
        signed_values.loads(each["asked"], salt="pledges.making")["at"] for each in (first, second)
    ]
    assert moments[0] == moments[1]
    settings.RENDERING_SOCKET = None
    assert client.post(f"/pledges/{filled.pk}/prepare/", {"asked": asked}).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["", "forged", "e30:1abc:def"])
def test_a_forged_time_is_not_believed(client: Client, filled, liming, asked) -> None:
    client.force_login(liming)
    assert client.post(f"/pledges/{filled.pk}/prepare/", {"asked": asked}).status_code == 302


def test_some_threads_never_wait_for_a_pool(settings, monkeypatch, tmp_path) -> None:
    settings.POOL_WAITERS = 1
    asking._places.cache_clear()
    inside, leave = threading.Event(), threading.Event()

    def ask(*_given, **_named):
        inside.set()
        leave.wait(60)
        return b"done"

    monkeypatch.setattr(asking.client, "ask_pool", ask)
    told = []
    first = threading.Thread(
        target=lambda: told.append(asking.ask(tmp_path, [], key=b"", within=1))
    )
    first.start()
    assert inside.wait(60)
    with pytest.raises(refusals.TooBusy):
        asking.ask(tmp_path, [], key=b"", within=1)
    leave.set()
    first.join(60)
    assert told == [b"done"] and asking.ask(tmp_path, [], key=b"", within=1) == b"done"
    asking._places.cache_clear()


@transactional
@pytest.mark.parametrize("reason", [Busy("full"), Unavailable("gone")], ids=["busy", "absent"])
def test_a_batch_settles_nothing_while_nobody_can_seal(
    signed, chenjing, refusing, settings, reason
):
    pledge = signed(at=timezone.now() - timedelta(hours=1))
    batch = batches.begin([pledge], actor=chenjing, at=timezone.now())
    refusing(reason)
    batches.work(batch.pk, clock=timezone.now)
    item = AcceptanceItem.objects.get()
    assert (item.outcome, item.tries) == (AcceptanceItem.Outcome.WAITING, 0)
    settings.RENDERING_SOCKET = settings.SEALING_SOCKET = None
    batches.work(batch.pk, clock=timezone.now)
    item.refresh_from_db()
    assert item.outcome == AcceptanceItem.Outcome.ACCEPTED


@transactional
def test_a_pledge_under_which_a_pool_dies_has_lost_a_try(signed, chenjing, refusing, settings):
    pledge, at = signed(at=timezone.now() - timedelta(hours=1)), timezone.now()
    batch = batches.begin([pledge], actor=chenjing, at=at)
    refusing(Died("killed"))
    batches.work(batch.pk, clock=lambda: at)
    item = AcceptanceItem.objects.get()
    assert (item.outcome, item.tries) == (AcceptanceItem.Outcome.WAITING, 1)
    assert item.taken_until > at  # another one's turn comes first
    settings.RENDERING_SOCKET = settings.SEALING_SOCKET = None
    batches.work(batch.pk, clock=lambda: at + 2 * PATIENCE)
    item.refresh_from_db()
    assert item.outcome == AcceptanceItem.Outcome.ACCEPTED


@pytest.mark.django_db
@pytest.mark.parametrize("reason", [*REASONS, Unfinished("not yet")], ids=repr)
def test_a_machine_whose_pool_is_gone_cannot_seal_and_a_busy_one_can(refusing, reason) -> None:
    assert sealing.can_seal(timezone.now())
    refusing(reason)
    busy = isinstance(reason, Busy | Unfinished)
    assert sealing.can_seal(timezone.now()) == busy


@transactional
def test_a_pool_says_whether_its_keys_can_seal(tmp_path, use, settings) -> None:
    with pools(tmp_path) as running:
        use(running)
        assert sealing.can_seal(timezone.now())
        assert not sealing.can_seal(timezone.now() + timedelta(days=36500))
        # Keys that are here and not there are of no use.
    settings.PKI_DIR = str(tmp_path / "none")
    (tmp_path / "keyless").mkdir()
    with pools(tmp_path / "keyless") as running:
        use(running)
        assert not sealing.can_seal(timezone.now())


# --- Where the keys are ---------------------------------------------------------------------------
def private_value() -> bytes:
    """The event authority's private key as OpenSSL holds it: words, the lowest first."""
    folder = Path(site.PKI_DIR)
    pem = (folder / "event-ca.key.pem").read_bytes()
    key = private_keys.from_pem(pem, str(site.PKI_PASSPHRASE).encode(), "event-ca.key.pem")
    return key.private_numbers().private_value.to_bytes(32, "little")


@transactional
def test_keys_are_in_the_workers_that_seal_and_nowhere_else(tmp_path, filled, liming):
    intent = preparing.prepare(filled, actor=liming, at=timezone.now())
    browser, secret = Browser(liming), private_value()
    others = set(psutil.Process().children(recursive=True))  # pools of other tests
    with pools(tmp_path) as running, server(**running.named) as address:
        url = f"{address}/pledges/{filled.pk}/prepare/"
        assert browser.post(url, {})[0] == 302
        assert browser.post(sign_url(address, intent), signing_fields(liming))[0] == 302
        assert Client().get("/healthz").status_code in (200, 503)
        (sealing,) = running.workers(running.sealing)
        assert holds(sealing, secret)
        rendering = running.processes[running.rendering].pid
        (drawing,) = running.workers(running.rendering)
        everybody = set(psutil.Process().children(recursive=True)) - others
        assert len(everybody) >= 6
        for process in everybody:
            if process.pid != sealing.pid and "postgres" not in process.name():
                assert not holds(process, secret), process.cmdline()
        for process in (psutil.Process(rendering), drawing):
            assert site.PKI_PASSPHRASE.encode() not in environment(process)
            assert not holds(process, site.PKI_PASSPHRASE.encode())
            assert not any(str(site.PKI_DIR) in path for path in open_paths(process))
