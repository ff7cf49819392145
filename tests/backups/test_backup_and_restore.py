"""Backed up while people sign, restored elsewhere: nothing is missing, nothing is another."""

import hashlib
import json
import re
import threading
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.utils import timezone

from pledges import audit, keyring
from pledges.access import SYSTEM
from pledges.actions import checkpoint_delivery, preparing, review, signing
from pledges.actions.answers import open_pledge, save
from pledges.backups import layout, postgres_tools, restoring, saving
from pledges.core.lifecycle import PledgeState
from pledges.models import Document, Session
from pledges.proof.judging import judge
from pledges.proof.verdict import Outcome
from pledges.storage import document_store
from tests.cast import FILLED, request_by_passkey
from tests.installations import tree

pytestmark = pytest.mark.django_db(transaction=True)
SLUG = "general-standards"


@pytest.fixture
def sign_by_passkey(version, passkey):
    """Give a person a passkey, and sign with it whenever asked."""

    def prepare(person):
        key = passkey(person, at=timezone.now())

        def sign():
            at = timezone.now()
            pledge = open_pledge(version(SLUG), actor=person, at=at, language="zh-hans")
            revision = pledge.answers_revision
            save(pledge, actor=person, at=at, typed=FILLED[SLUG], revision=revision)
            pledge.refresh_from_db()
            intent = preparing.prepare(pledge, actor=person, at=at)
            request = request_by_passkey(key, intent)
            return signing.sign(intent, actor=person, at=timezone.now(), request=request)

        return sign

    return prepare


class Load:
    """People who sign, and an officer who returns what they signed, so that they sign again."""

    def __init__(self, signers, officer):
        self.signers, self.officer = signers, officer
        self.signed, self.errors, self.ending = 0, [], threading.Event()
        self.threads = [threading.Thread(target=self._go_on, args=[each]) for each in signers]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        self.wait_for(len(self.threads))
        return self

    def wait_for(self, more):
        wanted = self.signed + more
        while self.signed < wanted and not self.errors:
            self.ending.wait(0.05)

    def __exit__(self, *raised):
        self.ending.set()
        for thread in self.threads:
            thread.join()

    def _go_on(self, sign):
        try:
            while not self.ending.is_set():
                pledge = sign()
                self.signed += 1
                review.return_to_manager(
                    pledge,
                    actor=self.officer,
                    at=timezone.now(),
                    reasons=[review.ClauseReason("请补充")],
                )
        except Exception as error:
            self.errors.append(error)
        finally:
            connections.close_all()


def test_restored_from_a_backup_made_under_load_every_digest_is_there(
    sign_by_passkey, liming, wangfang, zhaolei, chenjing, back_up, tcp_target, target, tmp_path
):
    signers = [sign_by_passkey(person) for person in (liming, wangfang, zhaolei)]
    with Load(signers, chenjing) as load:
        folder = back_up()
        load.wait_for(2)
    assert load.errors == []
    manifest = layout.Manifest.read((folder / layout.MANIFEST).read_bytes())
    assert 0 < manifest.ledger["size"] < audit.size()
    assert (manifest.missing, manifest.erased) == ([], [])
    restored = tcp_target.restore(folder)
    assert restored.returncode == 0, restored.stderr
    there = tcp_target.report()
    assert (there["bad"], there["faults"]) == ([], [])
    assert there["size"] == manifest.ledger["size"]
    assert there["root"] == audit.root(there["size"]).hex()
    ours = {pk: [pk, sha, size] for pk, sha, size in Document.objects.values_list(*COLUMNS)}
    assert there["documents"]
    assert there["documents"] == [ours[pk] for pk, _sha, _size in there["documents"]]
    # From the server over the network back into an embedded one.
    second = tmp_path / "second"
    passphrase = ("--passphrase-file", tmp_path / "passphrase")
    saved = tcp_target.manage("backup", second, *passphrase)
    assert saved.returncode == 0, saved.stderr
    assert target.restore(second).returncode == 0
    assert {**target.report(), "note": ""} == {**there, "note": ""}


COLUMNS = ("pk", "sha256", "size")


def test_an_accepted_pledge_is_whole_and_the_site_goes_on(accepted, back_up, target):
    pledge = accepted()
    checkpoint_delivery.publish(timezone.now())
    folder = back_up()
    restored = target.restore(folder)
    assert restored.returncode == 0, restored.stderr
    assert target.report()["states"] == [[pledge.number, "accepted"]]
    for command in (["verify_ledger"], ["publish_checkpoints"], ["check"]):
        done = target.manage(*command)
        assert done.returncode == 0, done.stderr
    assert tree(target.var / "documents") == tree(document_store._storage().location)
    assert f"{audit.size():012}.note" in tree(target.var / "checkpoints")
    # Their keys are encrypted under the new installation's passphrase, and open with it.
    assert tree(target.var / "pki") != tree(keyring.folder())
    assert "passphrase" not in target.manage("check", "--deploy").stderr.lower()


def test_a_newer_checkpoint_names_what_is_lost_and_nothing_is_written(newer, target):
    folder, places = newer
    for place in places:
        refused = target.restore(folder, "--checkpoint", place)
        assert refused.returncode == 1
        kept = layout.Manifest.read((folder / layout.MANIFEST).read_bytes()).ledger["size"]
        lost = audit.opened(audit.published()).size - kept
        assert f"Lost: {lost} ledger entries, from {kept + 1} to {kept + lost}" in refused.stdout
        assert "Nothing was written" in refused.stderr
        assert target.files() == []


@pytest.fixture
def newer(accepted, signed, wangfang, passkey, back_up, monkeypatch, mailoutbox, settings):
    """A backup, and in three places a checkpoint of what came after its snapshot."""
    settings.CHECKPOINT_MAIL = ["keeper@example.com"]
    accepted()
    copy = saving._copy_documents

    def copy_after_more(*arguments):
        passkey(wangfang, at=timezone.now())
        return copy(*arguments)

    monkeypatch.setattr(saving, "_copy_documents", copy_after_more)
    folder = back_up()
    signed(person=wangfang)
    checkpoint_delivery.publish(timezone.now())
    checkpoint_delivery.send_latest()
    mail, note = folder.parent / "kept.eml", folder.parent / "kept.note"
    mail.write_bytes(mailoutbox[-1].message().as_bytes())
    note.write_text(audit.published())
    return folder, (mail, note, audit.folder())


def test_an_accepted_loss_begins_a_new_origin_whose_first_entry_tells_of_it(newer, target):
    folder, (mail, _note, published) = newer
    former = audit.opened(audit.published())
    kept = layout.Manifest.read((folder / layout.MANIFEST).read_bytes()).ledger["size"]
    options = ("--checkpoint", mail, "--accept-loss", "Disk failure on 28 November")
    assert target.restore(folder, *options, fault="restore:origin").returncode == -9
    done = target.restore(folder, *options)
    assert done.returncode == 0, done.stderr
    assert "Passkey enrolled after the backup, to be added anew: E1002" in done.stdout
    there = target.report()
    assert (there["size"], there["faults"]) == (kept + 1, [])
    origin, size, *_rest = there["note"].split("\n")
    assert (origin, size) == (f"{former.origin}/2", str(kept + 1))
    first = json.loads(target.manage("shell", "--no-imports", "-c", LAST_ENTRY).stdout)
    assert first["event"] == "ledger.restored"
    assert first["facts"] == {
        "origin": 2,
        "former": {"origin": former.origin, "size": former.size, "root": former.root.hex()},
        "kept": kept,
        "reason": "Disk failure on 28 November",
    }
    # What tells of the loss lies beside what is published now.
    there = tree(target.var / "checkpoints")
    assert {f"{former.size:012}.note", f"origin-2/{kept + 1:012}.note"} < set(there)
    # It goes on from there, and a third run changes nothing any more.
    assert target.restore(folder, *options).returncode == 0
    assert target.report()["size"] == kept + 1
    assert target.manage("publish_checkpoints").returncode == 0
    assert target.manage("verify_ledger").returncode == 0
    # What was published of the entries that are there still holds; of the lost ones it does not.
    old = sorted(published.glob("0*.note"))
    assert target.manage("verify_ledger", "--since", old[0]).returncode == 0
    lost = target.manage("verify_ledger", "--since", old[-1])
    assert lost.returncode == 1 and "not as many are left" in lost.stdout


LAST_ENTRY = """
from pledges.models import LedgerEntry
print(LedgerEntry.objects.order_by("-sequence").first().leaf)
"""


def test_files_of_before_a_loss_are_judged_as_they_were(newer, target):
    folder, (_mail, note, _published) = newer
    options = ("--checkpoint", note, "--accept-loss", "Disk failure")
    assert target.restore(folder, *options).returncode == 0
    trust, at = keyring.trust(), timezone.now()
    for document in Document.objects.filter(pledge__status=PledgeState.ACCEPTED):
        kept = target.var / "documents" / document.sha256[:2] / document.sha256
        proof = target.manage("shell", "--no-imports", "-c", PROOF.format(document.sha256))
        assert proof.returncode == 0, proof.stderr
        if document.revision == Document.Revision.ACCEPTED:
            data = proof.stdout.strip().encode()
            verdict = judge(kept.read_bytes(), trust=trust, at=at, proof=data)
            assert verdict.outcome is Outcome.ACCEPTED


PROOF = """
from django.utils import timezone
from pledges.actions import proving
from pledges.models import Document, Session
print(proving.prove(Document.objects.get(sha256="{}"), at=timezone.now()).decode())
"""


def test_nobody_begins_a_new_origin_by_an_entry_in_the_database(signed, now):
    """Only restore publishes across origins; the site refuses."""
    signed()
    audit.checkpoint(now)
    with transaction.atomic():
        facts = {"origin": 2, "former": {}, "kept": 1, "reason": "x"}
        audit.record(audit.RESTORED, actor=SYSTEM, subject=audit.SUBJECT, at=now, facts=facts)
    with pytest.raises(audit.LedgerBroken, match="another origin"):
        audit.checkpoint(now)


@pytest.mark.parametrize("point", ["restore:checkpoint", "restore:files", "restore:database"])
def test_a_restore_that_was_killed_is_run_again(signed, back_up, target, point):
    signed()
    audit.checkpoint(timezone.now())
    folder = back_up()
    assert target.restore(folder, fault=point).returncode == -9
    done = target.restore(folder)
    assert done.returncode == 0, done.stderr
    there = target.report()
    assert (there["size"], there["bad"], there["faults"]) == (audit.size(), [], [])


def test_killed_within_a_checkpoint_no_half_of_it_is_taken_for_one(
    signed, back_up, settings, tmp_path, monkeypatch
):
    signed()
    checkpoint_delivery.publish(timezone.now())
    plan, published = SimpleNamespace(folder=back_up()), tree(audit.folder())
    settings.CHECKPOINTS_DIR = tmp_path / "restored"

    def write_half(path, content):
        with path.open("wb") as file:
            file.write(content[: len(content) // 2])
        _killed(path)

    with monkeypatch.context() as context:
        context.setattr(Path, "write_bytes", write_half)
        with pytest.raises(KeyboardInterrupt):
            restoring._put_checkpoints(plan)
    assert [path for path in audit.folder().glob("*.note") if path.name[0] != "."] == []
    restoring._put_checkpoints(plan)
    assert tree(audit.folder()) == published


def test_where_nothing_can_be_stored_it_says_so(signed, back_up, target):
    signed()
    target.more["DOCUMENTS_DIR"] = "/proc/no-place"
    refused = target.restore(back_up())
    assert refused.returncode == 1
    assert "mend this and run it again" in refused.stderr and "Traceback" not in refused.stderr


def test_a_stored_file_that_says_something_else_is_named(signed, back_up, target):
    signed()
    folder = back_up()
    name = next(each for each in tree(folder) if re.match(r"documents/../[0-9a-f]{64}", each))
    (target.var / name).parent.mkdir(parents=True)
    (target.var / name).write_bytes(b"something else")
    refused = target.restore(folder)
    assert refused.returncode == 1
    assert f"{name.removeprefix('documents/')} is stored here" in refused.stderr


def test_a_store_that_does_not_answer_leaves_no_finished_backup(
    signed, back_up, monkeypatch, tmp_path
):
    def silent(name):
        raise document_store.Unreadable(f"{name} could not be read")

    signed()
    monkeypatch.setattr(saving.stored_files, "read", silent)
    with pytest.raises(CommandError, match="There is no finished backup in"):
        back_up()
    assert not (tmp_path / "backup" / layout.SUMS).exists()


def test_a_backup_that_was_killed_is_none_and_is_made_again(
    signed, back_up, target, tmp_path, killed_at
):
    signed()
    with killed_at("backup:copied"):
        back_up()
    folder = tmp_path / "backup"
    refused = target.restore(folder)
    assert refused.returncode == 1 and "it was not finished" in refused.stderr
    assert target.files() == []
    back_up()
    assert target.restore(folder).returncode == 0


def _killed(point):
    raise KeyboardInterrupt(point)


def test_a_folder_with_anything_in_it_is_left_alone(signed, back_up, tmp_path):
    folder = tmp_path / "backup"
    folder.mkdir()
    (folder / "letter.txt").write_text("dear")
    with pytest.raises(CommandError, match=r"Nothing was written: .* is not an empty folder"):
        back_up()
    assert tree(folder) == {"letter.txt": b"dear"}


def test_an_empty_folder_is_closed_to_others_before_anything_is_in_it(back_up, tmp_path):
    folder = tmp_path / "backup"
    folder.mkdir(mode=0o755)
    assert back_up().stat().st_mode & 0o777 == 0o700


def test_an_earlier_backup_that_was_not_finished_is_refused(back_up, tmp_path):
    earlier = back_up("earlier")
    (earlier / layout.SUMS).unlink()
    with pytest.raises(CommandError, match=r"Nothing was written: of .*earlier, SHA256SUMS"):
        back_up(since=earlier)
    assert not (tmp_path / "backup").exists()


def test_an_older_pg_dump_is_refused_before_anything_is_written(back_up, tmp_path, monkeypatch):
    old = tmp_path / "old"
    old.mkdir()
    tool = old / "pg_dump"
    tool.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 13.4'\n")
    tool.chmod(0o755)
    monkeypatch.setattr(postgres_tools, "_places", lambda: [old])
    with pytest.raises(CommandError, match=r"Nothing was written: pg_dump .* is of 13"):
        back_up()
    assert not (tmp_path / "backup").exists()


@pytest.mark.parametrize("damage", ["cut", "altered", "removed"])
def test_a_damaged_backup_is_refused_and_the_file_named(signed, back_up, target, damage):
    signed()
    folder = back_up()
    file = next(path for path in sorted((folder / "documents").rglob("*")) if path.is_file())
    content = file.read_bytes()
    if damage == "removed":
        file.unlink()
    else:
        file.write_bytes(content[:-1] if damage == "cut" else b"x" + content[1:])
    refused = target.restore(folder)
    assert refused.returncode == 1
    assert file.relative_to(folder).as_posix() in refused.stderr
    assert target.files() == []


def take_out(folder, *, files_told):
    """Take a document out of a backup, and out of the lists of what is in it."""
    told = layout.read_sums(folder)
    taken = next(name for name in layout.documents(told) if Document.objects.get().sha256 in name)
    (folder / taken).unlink()
    del told[taken]
    there = len(layout.documents(told))
    write_lists(folder, told, files=there if files_told else there + 1)
    return taken.rpartition("/")[2]


def write_lists(folder, told, *, files):
    """Write down what is in a backup, as somebody would who writes in its folder."""
    manifest, sums = folder / layout.MANIFEST, folder / layout.SUMS
    said = {**json.loads(manifest.read_bytes()), "files": files}
    manifest.unlink()
    manifest.write_text(json.dumps(said))
    told[layout.MANIFEST] = layout.digest_of_file(manifest)
    sums.unlink()
    sums.write_text("".join(f"{digest}  {name}\n" for name, digest in told.items()))


def test_a_backup_with_less_than_was_saved_is_refused(signed, back_up, target):
    signed()
    folder = back_up()
    take_out(folder, files_told=False)
    refused = target.restore(folder)
    assert refused.returncode == 1 and "documents and records were saved" in refused.stderr
    assert target.files() == []


def test_a_document_that_the_backups_own_database_names_is_missed(signed, back_up, target):
    """Who takes it out of the manifest, too, has not taken it out of the database."""
    signed()
    folder = back_up()
    taken = take_out(folder, files_told=True)
    done = target.restore(folder)
    assert done.returncode == 1 and "it holds too little" in done.stderr and taken in done.stderr
    assert "all as they were written" not in done.stdout


def test_only_an_empty_installation_is_restored_into(signed, back_up, tmp_path):
    signed()
    folder = back_up()
    signed("contract")
    before = audit.size()
    with pytest.raises(CommandError, match="Only an empty installation"):
        call_command("restore", folder, passphrase_file=tmp_path / "passphrase")
    assert audit.size() == before


def test_documents_of_an_earlier_backup_are_linked_and_not_copied(signed, wangfang, back_up):
    signed()
    first = back_up("first")
    signed(person=wangfang)
    second = back_up("second", since=first)
    linked = {name for name in tree(first) if name.startswith("documents/")}
    shared = {name for name in linked if (second / name).stat().st_nlink == 2}
    assert shared == linked
    assert linked < {name for name in tree(second) if name.startswith("documents/")}
    sums = layout.read_sums(second)
    assert list(layout.faults(second, sums)) == []
    assert {name: hashlib.sha256(data).hexdigest() for name, data in tree(second).items()} == {
        **sums,
        layout.SUMS: hashlib.sha256((second / layout.SUMS).read_bytes()).hexdigest(),
    }


def test_every_file_of_it_is_its_owners_alone(accepted, back_up):
    """The folder is closed, and whoever takes a file out of it must not open it to others."""
    accepted()
    files = [path for path in back_up().rglob("*") if path.is_file()]
    assert {path.name for path in files if path.stat().st_mode & 0o077} == set()


def test_nobody_is_signed_in_by_a_backup(signed, liming, client, back_up, target):
    signed()
    client.force_login(liming)
    assert Session.objects.exists()
    assert target.restore(back_up()).returncode == 0
    count = "from pledges.models import Session; print(Session.objects.count())"
    assert target.manage("shell", "--no-imports", "-c", count).stdout.strip() == "0"


@pytest.mark.parametrize("name", ["evil.sh", f"ab/{'ab' * 32}", "../evil.sh", "enrolments/x"])
def test_a_file_that_has_no_place_in_the_store_is_refused_beforehand(back_up, target, name):
    folder = back_up()
    told = {**layout.read_sums(folder), f"documents/{name}": hashlib.sha256(b"hello").hexdigest()}
    layout.durable_files.make_folder((folder / "documents" / name).parent)
    (folder / "documents" / name).write_bytes(b"hello")
    write_lists(folder, told, files=1)
    refused = target.restore(folder)
    assert refused.returncode == 1 and "holds no backup to restore" in refused.stderr
    assert target.files() == []


def test_no_key_and_no_passphrase_lies_open_in_it(signed, back_up, settings):
    signed()
    everything = b"".join(tree(back_up()).values())
    assert b"PRIVATE KEY" not in everything
    assert settings.PKI_PASSPHRASE.encode() not in everything


def test_what_the_store_lost_is_named_and_the_rest_is_backed_up(signed, back_up, tmp_path):
    signed()
    (digest,) = Document.objects.values_list("sha256", flat=True)
    document_store.remove(digest)
    with pytest.raises(CommandError, match="the store of documents is not"):
        back_up()
    manifest = layout.Manifest.read((tmp_path / "backup" / layout.MANIFEST).read_bytes())
    assert manifest.missing == [digest]


def test_the_beginning_of_a_longer_file_is_not_missed(accepted, back_up, tmp_path):
    """The file as signed is the first bytes of the file as accepted."""
    accepted()
    document_store.remove(Document.objects.get(revision=1).sha256)
    manifest = layout.Manifest.read((back_up() / layout.MANIFEST).read_bytes())
    assert manifest.missing == []


def test_a_key_on_a_token_is_named_and_not_copied(signed, back_up, settings):
    settings.EVENT_CA_KEY = "pkcs11:token=Seals;object=event-ca?pin-value=1234&module-path=/x.so"
    told = StringIO()
    folder = back_up(stdout=told)
    assert "the key event-ca at pkcs11:token=Seals;object=event-ca" in told.getvalue()
    assert b"1234" not in (folder / layout.MANIFEST).read_bytes()


def test_a_backup_of_a_later_version_is_refused(back_up, tmp_path):
    folder = back_up()
    manifest, sums = folder / layout.MANIFEST, folder / layout.SUMS
    before = hashlib.sha256(manifest.read_bytes()).hexdigest()
    told = {**json.loads(manifest.read_bytes()), "migration": "9999_of_the_future"}
    manifest.write_text(json.dumps(told))
    after = hashlib.sha256(manifest.read_bytes()).hexdigest()
    sums.chmod(0o600)
    sums.write_text(sums.read_text().replace(before, after))
    with pytest.raises(CommandError, match="of a later version"):
        call_command("restore", folder, passphrase_file=tmp_path / "passphrase")


def test_another_passphrase_does_not_open_it(back_up, tmp_path):
    folder = back_up()
    (tmp_path / "passphrase").write_text("another passphrase")
    with pytest.raises(CommandError, match="keys in the backup do not open"):
        call_command("restore", folder, passphrase_file=tmp_path / "passphrase")


def test_a_short_passphrase_seals_nothing(tmp_path):
    (tmp_path / "short").write_text("fifteen letters")
    with pytest.raises(CommandError, match="at least 16 characters"):
        call_command("backup", tmp_path / "backup", passphrase_file=tmp_path / "short")
    assert not (tmp_path / "backup").exists()
