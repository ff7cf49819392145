"""Make the keys and certificates of this installation, or renew one of them."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from pledges import keyring
from pledges.access import SYSTEM
from pledges.actions import people
from pledges.core.refusals import KeysUnusable
from pledges.models import Organisation
from pledges.proof.keys import pki, private_keys
from pledges.proof.keys.certificates import PublicKey
from pledges.proof.keys.hierarchy import (
    COMPANY_CA,
    COMPANY_SEAL,
    EVENT_CA,
    RENEWABLE,
)


class Command(BaseCommand):
    help = "Make the keys and certificates that seal pledges; never overwrites any."
    # The checks complain about the very keys that this command is there to make.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--renew",
            choices=RENEWABLE,
            help="a new key and certificate under the same root; the old certificate is kept",
        )
        parser.add_argument(
            "--if-missing", action="store_true", help="do nothing when there are keys already"
        )
        parser.add_argument(
            "--organisation",
            metavar="NAME",
            help="the name that the certificates carry, where the organisation has none yet: "
            "without keys nobody gets as far as the page on which it is given",
        )

    def handle(self, **options: Any) -> None:
        try:
            _name(options["organisation"], timezone.now())
            if not options["if_missing"] and _organisation() == Organisation.UNNAMED:
                raise CommandError(
                    "Certificates carry the organisation's name: give it with --organisation NAME."
                )
            if options["renew"]:
                self._renew(options["renew"])
            elif not self._create(quietly=options["if_missing"]):
                return
            # What was made is opened once, with everything else that is configured.
            keyring.store()
        except KeysUnusable as error:
            raise CommandError(f"The keys cannot be used: {error.reason}.") from error
        except pki.PkiFault as error:
            raise CommandError(f"Nothing was changed: {error}.") from error
        except OSError as error:
            raise CommandError(f"{keyring.folder()} cannot be used: {error.strerror}.") from error

    def _create(self, *, quietly: bool) -> bool:
        try:
            pki.create(
                keyring.folder(),
                organisation=_organisation(),
                passphrase=keyring.passphrase(),
                at=timezone.now(),
                public_keys=_kept_elsewhere(),
            )
        except pki.PkiExists as error:
            if quietly:
                return False
            raise CommandError(f"{error}; nothing was changed. --renew replaces one.") from error
        self.stdout.write(f"Keys and certificates are in {keyring.folder()}")
        self.stdout.write("Back that folder up, and its passphrase elsewhere.")
        self.stdout.write("root.key.pem is not needed in daily work: take it off this machine.")
        return True

    def _renew(self, name: str) -> None:
        if name in (COMPANY_SEAL, COMPANY_CA) and keyring.is_licensed():
            raise CommandError(
                "The company seal is certified by another authority: renew it there."
            )
        pki.renew(
            keyring.folder(),
            name,
            organisation=_organisation(),
            passphrase=keyring.passphrase(),
            at=timezone.now(),
            public_keys=_kept_elsewhere(),
        )
        self.stdout.write(f"{name} is new; the certificate before is in {pki.RETIRED}/")


def _name(name: str | None, at: datetime) -> None:
    """Give the organisation its first name; every other one is given in the admin."""
    organisation = Organisation.current()
    if name is None or name == organisation.name_zh:
        return
    if organisation.name_zh != Organisation.UNNAMED:
        raise CommandError(f"The organisation is named {organisation}: the admin changes that.")
    organisation.name_zh = name
    try:
        organisation.full_clean()
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    people.save_organisation(organisation, actor=SYSTEM, at=at)


def _organisation() -> str:
    return Organisation.current().name_zh


def _kept_elsewhere() -> dict[str, PublicKey]:
    """The public halves of configured keys that are ours to certify."""
    found: dict[str, PublicKey] = {}
    for name in (EVENT_CA, COMPANY_SEAL):
        source = keyring.source(name)
        if source and not (name == COMPANY_SEAL and keyring.is_licensed()):
            found[name] = private_keys.load(source)[0].public_key()
    return found
