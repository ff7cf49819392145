"""`manage.py backup DIR`: everything that the installation keeps, while people go on signing."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from pledges.backups import layout, saving
from pledges.backups.layout import Manifest
from pledges.backups.postgres_tools import ToolFailed, ToolMissing
from pledges.core.refusals import StorageUnavailable
from pledges.management.passphrases import read_passphrase
from pledges.management.visible import VisibleCommand


class Command(VisibleCommand):
    help = (
        "Back up checkpoints, database, documents and keys into a new or empty folder, while "
        "people go on signing. Without SHA256SUMS in it, the folder is no backup."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument(
            "--passphrase-file",
            metavar="FILE",
            type=Path,
            help="holds the passphrase that seals the keys; without it the command asks",
        )
        parser.add_argument(
            "--since",
            metavar="EARLIER",
            type=Path,
            help="an earlier backup on the same disk: documents that it holds are not copied again",
        )

    def handle(self, **options: Any) -> None:
        passphrase = read_passphrase(options["passphrase_file"], twice=True)
        folder, since = options["folder"].absolute(), options["since"]
        try:
            made = saving.save(
                folder,
                passphrase=passphrase,
                at=timezone.now(),
                since=since.absolute() if since else None,
            )
        except (ToolMissing, layout.Occupied) as error:
            raise CommandError(f"Nothing was written: {error}") from error
        except layout.NoBackup as error:
            raise CommandError(f"Nothing was written: of {since}, {error}.") from error
        except (ToolFailed, StorageUnavailable, OSError) as error:
            raise CommandError(f"There is no finished backup in {folder}: {error}") from error
        self._tell(folder, made)
        if made.missing:
            raise CommandError(
                f"The backup is whole, the store of documents is not. Missing or damaged: "
                f"{len(made.missing)}, named in {layout.MANIFEST}."
            )

    def _tell(self, folder: Path, made: Manifest) -> None:
        self.stdout.write(
            f"{folder}: {made.files} documents and records, {made.ledger['size']} ledger entries."
        )
        for name, place in made.keys_elsewhere.items():
            self.stdout.write(f"Not in it, for you to keep: the key {name} at {place}")
        self.stdout.write(
            "Keep apart from it: the passphrase that seals the keys, and the settings."
        )
