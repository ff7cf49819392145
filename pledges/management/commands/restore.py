"""`manage.py restore DIR`: a backup becomes this installation, if nothing is lost by that."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from pledges.actions.beginning_origin import MAX_REASON_LENGTH
from pledges.backups import layout, lost_enrolments, restoring
from pledges.backups.known_checkpoints import NoCheckpoint
from pledges.backups.postgres_tools import ToolFailed, ToolMissing
from pledges.backups.restoring import Loss, Plan
from pledges.core.characters import escape_lines
from pledges.core.refusals import Refusal, StorageUnavailable
from pledges.management.passphrases import read_passphrase
from pledges.management.visible import VisibleCommand
from pledges.proof.keys.sealed_keys import CannotOpen

MAX_NAMED = 10  # files of a damaged backup


class Command(VisibleCommand):
    help = (
        "Restore a backup into an empty installation: a database without tables, no documents, "
        "no keys. Compares it with the newest checkpoint known, and says what is lost."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--passphrase-file", metavar="FILE", type=Path)
        parser.add_argument(
            "--checkpoint",
            metavar="PLACE",
            type=Path,
            action="append",
            default=[],
            help="a checkpoint kept outside: a folder, a .note file, or a saved mail (.eml); may "
            "be repeated. CHECKPOINTS_DIR is looked at in any case",
        )
        parser.add_argument(
            "--accept-loss",
            metavar="REASON",
            default="",
            help="go on though entries are lost; the reason stands in the ledger for good, so "
            "name nobody in it",
        )

    def handle(self, **options: Any) -> None:
        reason = _reason(options["accept_loss"])
        passphrase = read_passphrase(options["passphrase_file"])
        plan = self._plan(options["folder"], passphrase, options["checkpoint"])
        self._tell_loss(plan, reason)
        try:
            restoring.carry_out(plan)
        except (ToolFailed, StorageUnavailable, OSError) as error:
            raise CommandError(f"Not restored; mend this and run it again: {error}") from error
        call_command("migrate", interactive=False, verbosity=0)
        try:
            restoring.conclude(plan, reason=reason, at=timezone.now(), tell=self.stdout.write)
        except restoring.DamagedLedger as error:
            raise CommandError(
                "Everything is in its place, but the ledger in the backup is not as it was "
                "written: manage.py verify_ledger says where."
            ) from error
        except restoring.Contradiction as error:
            raise CommandError(
                f"Everything is in its place, but nothing can be signed: {error}. If that is "
                "explained, run this again with --accept-loss REASON."
            ) from error
        except Refusal as error:
            told = getattr(error, "reason", error)
            raise CommandError(f"Restored, but no checkpoint can be published: {told}.") from error
        self._tell_rest(plan)

    def _plan(self, folder: Path, passphrase: str, given: list[Path]) -> Plan:
        try:
            return restoring.plan(folder.absolute(), passphrase=passphrase, given=given)
        except layout.NoBackup as error:
            raise CommandError(f"{folder} holds no backup to restore: {error}.") from error
        except restoring.Damaged as error:
            named = ", ".join(error.files[:MAX_NAMED])
            raise CommandError(
                f"The backup is damaged, nothing was written. Files missing or altered: "
                f"{len(error.files)}, among them {named}"
            ) from error
        except CannotOpen as error:
            raise CommandError(f"The keys in the backup do not open: {error}.") from error
        except (NoCheckpoint, ToolMissing, StorageUnavailable) as error:
            raise CommandError(f"Nothing was written: {error}") from error
        except restoring.NotEmpty as error:
            raise CommandError(
                f"Only an empty installation can be restored into, and {error}. Nothing was "
                "written."
            ) from error

    def _tell_loss(self, plan: Plan, reason: str) -> None:
        if plan.newest is None:
            self.stderr.write(
                "There is no checkpoint to compare with: nobody can tell if entries are lost."
            )
        if plan.loss is None:
            return
        self.stdout.write(_told(plan.loss))
        if not reason:
            raise CommandError(
                "Nothing was written. Look for a younger backup; if there is none, run this "
                "again with --accept-loss REASON."
            )

    def _tell_rest(self, plan: Plan) -> None:
        if lacking := restoring.lacking(plan):
            raise CommandError(
                f"Everything that the backup holds is in its place, but it holds too little: "
                f"{len(lacking)} documents that the database names are in none of its files, among "
                f"them {', '.join(lacking[:MAX_NAMED])}"
            )
        self.stdout.write(
            f"Restored: {plan.manifest.files} documents and records, "
            f"{plan.manifest.ledger['size']} ledger entries, all as they were written."
        )
        names = [name.partition("/")[2] for name in layout.documents(plan.sums)]
        for lost in lost_enrolments.find(names):
            self.stdout.write(
                f"Passkey enrolled after the backup, to be added anew: {lost.employee_number}, "
                f"{lost.enrolled_at}"
            )
        if plan.manifest.missing:
            self.stdout.write(f"Missing since the backup: {len(plan.manifest.missing)} documents")
        if plan.manifest.erased:
            self.stdout.write("People were erased while it was made: erase them again.")
        for name, place in plan.manifest.keys_elsewhere.items():
            self.stdout.write(f"Not in the backup: the key {name} at {place}")


def _reason(text: str) -> str:
    """What stands in the ledger for good: one short line that a terminal shows as it is."""
    reason = " ".join(text.split())
    if len(reason) > MAX_REASON_LENGTH or escape_lines(reason) != reason:
        raise CommandError(f"The reason is one line of at most {MAX_REASON_LENGTH} characters.")
    return reason


def _told(loss: Loss) -> str:
    newest = loss.newest.checkpoint
    if loss.count is None:
        return (
            f"The backup is from before the ledger's present origin, {newest.origin}, which has "
            f"{newest.size} entries: all that it added after entry {loss.kept} is lost, and what "
            "the backup holds besides was lost once already."
        )
    return (
        f"Lost: {loss.count} ledger entries, from {loss.kept + 1} to {newest.size}, which the "
        f"checkpoint in {loss.newest.place} covers, with whatever they tell of."
    )
