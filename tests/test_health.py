"""`/healthz` and the system checks: what is out of order is told, and nothing more than that."""

from collections.abc import Iterator

import pytest
from django.core.checks import CheckMessage
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F
from django.test import Client

from pledges.actions import housekeeping
from pledges.models import ChoreRun
from pledges.rendering import fonts
from pledges.storage import document_store
from pledges.system_checks import installation

REMEMBERING = ("migrations_fault", "documents_fault", "fonts_fault", "subsetter_fault")


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults are remembered as absent for a while; every test here asks anew."""
    from pledges.views import health

    for name in REMEMBERING:
        fresh = getattr(installation, name).__wrapped__
        monkeypatch.setattr(installation, name, fresh)
        for asked in (health.PARTS, health.WARNINGS):
            for part, fault in list(asked.items()):
                if fault.__name__ == name:
                    monkeypatch.setitem(asked, part, fresh)


def fails(error: Exception):
    def fail(*args: object, **kwargs: object) -> None:
        raise error

    return fail


@pytest.mark.django_db
@pytest.mark.usefixtures("judging_service")
def test_all_is_well_for_anybody_who_asks(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


@pytest.mark.django_db
def test_it_is_for_reading_only(client: Client) -> None:
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_a_document_storage_that_fails_is_told_without_its_details(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_store, "check", fails(OSError(28, "No space", "/srv/s3cret")))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "unavailable",
        "reasons": {"documents": "cannot be written and read"},
    }


@pytest.mark.django_db
def test_a_judging_service_that_is_not_there_is_a_warning_only(
    client: Client, settings, tmp_path
) -> None:
    settings.JUDGING_SOCKET = tmp_path / "none"
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["warnings"] == {"judging": "the service does not answer"}


@pytest.mark.django_db
@pytest.mark.usefixtures("judging_service")
def test_missing_workers_and_late_chores_are_warnings_only(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "_STARTED", float("-inf"))
    housekeeping.run_due()
    assert client.get("/healthz").json() == {"status": "ok"}
    day = housekeeping.DAY
    ChoreRun.objects.filter(name="orphans").update(succeeded_at=F("succeeded_at") - 2 * day)
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["warnings"] == {
        "workers": "none has been seen for 15 minutes",
        "housekeeping": "orphans: late",
    }
    housekeeping.report("one", can_seal=True)
    ChoreRun.objects.update(due_at=F("due_at") - 7 * day)
    housekeeping.run_due()
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_a_missing_migration_is_told(client: Client) -> None:
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("pledges")
    MigrationRecorder(connection).record_unapplied(*newest)
    answer = client.get("/healthz")
    assert (answer.status_code, set(answer.json()["reasons"])) == (503, {"migrations"})
    assert answer.json()["reasons"]["migrations"] == "1 not applied"


@pytest.mark.django_db
def test_missing_fonts_are_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "missing_glyphs", lambda text: ("诺",))
    answer = client.get("/healthz")
    assert answer.json()["reasons"] == {"fonts": "have no Chinese characters"}
    assert [message.id for message in installation.check_fonts()] == ["shounuo.E001"]


@pytest.mark.django_db
def test_a_missing_subsetter_is_a_warning_only(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "subsetter_available", lambda: False)
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert "HarfBuzz" in answer.json()["warnings"]["fonts"]
    assert [message.id for message in installation.check_subsetter()] == ["shounuo.W001"]


def test_a_database_that_does_not_answer_is_told_without_its_address(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "cursor", fails(OperationalError("host s3cret refused")))
    monkeypatch.setattr(
        "pledges.system_checks.installation.MigrationExecutor", fails(OperationalError("s3cret"))
    )
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["reasons"]["database"] == "does not answer"
    assert "s3cret" not in answer.content.decode()


def test_health_is_remembered_and_sickness_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: Iterator[str] = iter(["sick", "", "sick"])
    clock = [100.0]
    monkeypatch.setattr(installation.time, "monotonic", lambda: clock[0])
    fault = installation._remembered_when_well(seconds=10)(lambda: next(answers))
    assert [fault(), fault(), fault()] == ["sick", "", ""]
    clock[0] += 11
    assert fault() == "sick"


def ids(messages: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in messages]


@pytest.mark.parametrize("inside", ["", "documents"])
def test_documents_in_a_public_folder_are_an_error(settings, tmp_path, inside: str) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {"documents": {"OPTIONS": {"location": str(tmp_path / inside)}}}
    assert ids(installation.check_documents_are_private()) == ["shounuo.E002"]


def test_documents_beside_the_public_folders_are_fine(settings, tmp_path) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = {"documents": {"OPTIONS": {"location": str(tmp_path / "documents")}}}
    assert installation.check_documents_are_private() == []


def test_documents_in_a_bucket_have_no_folder_to_check(settings) -> None:
    settings.STORAGES = {"documents": {"OPTIONS": {"bucket_name": "pledges"}}}
    assert installation.check_documents_are_private() == []


@pytest.mark.parametrize(
    ("hosts", "found"), [(["pledges.example.com"], []), (["a", "*"], ["shounuo.E003"])]
)
def test_hosts_are_named(settings, hosts: list[str], found: list[str]) -> None:
    settings.ALLOWED_HOSTS = hosts
    assert ids(installation.check_hosts()) == found


@pytest.mark.parametrize(
    ("url", "found"),
    [("https://pledges.example.com", []), ("http://pledges.example.com", ["shounuo.E004"])],
)
def test_the_printed_address_is_https(settings, url: str, found: list[str]) -> None:
    settings.PUBLIC_URL = url
    assert ids(installation.check_public_url()) == found


@pytest.mark.parametrize(
    ("header", "proxies", "found"),
    [
        (None, 0, []),
        (("HTTP_X_FORWARDED_PROTO", "https"), 1, []),
        (("HTTP_X_FORWARDED_PROTO", "https"), 0, ["shounuo.W002"]),
        (None, 1, ["shounuo.W002"]),
    ],
)
def test_the_two_proxy_settings_agree(settings, header, proxies: int, found: list[str]) -> None:
    settings.SECURE_PROXY_SSL_HEADER = header
    settings.TRUSTED_PROXIES = proxies
    assert ids(installation.check_proxies()) == found


@pytest.mark.parametrize(
    ("bind", "proxies", "found"),
    [
        *(("127.0.0.1", 0, []), ("127.8.0.1", 0, []), ("[::1]", 0, []), ("::1", 0, [])),
        *(("localhost", 0, []), ("unix:/run/shounuo.sock", 0, [])),
        *(("0.0.0.0", 0, ["shounuo.W006"]), ("[::]", 0, ["shounuo.W006"])),
        *(("10.1.2.3", 0, ["shounuo.W006"]), ("", 0, ["shounuo.W006"])),
        *(("pledges.internal", 0, ["shounuo.W006"]), ("0.0.0.0", 1, [])),
    ],
)
def test_listening_where_others_reach_it_without_a_proxy_is_told(settings, bind, proxies, found):
    settings.BIND, settings.TRUSTED_PROXIES = bind, proxies
    settings.SECURE_PROXY_SSL_HEADER = None
    assert ids(installation.check_bind()) == found
