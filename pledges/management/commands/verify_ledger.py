"""Check the ledger: recompute its chain from the first entry and say what is wrong, and where."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pledges import audit
from pledges.models import LedgerEntry


class Command(BaseCommand):
    help = "Recompute the hash chain of the ledger; exit status 1 if anything is wrong."

    def handle(self, **options: Any) -> None:
        faults = 0
        for fault in audit.verify():
            faults += 1
            self.stdout.write(f"entry {fault.sequence}: {fault.kind}")
        if faults:
            raise CommandError(f"The ledger is not as it was written: {faults} faults.")
        last = LedgerEntry.objects.order_by("-sequence").first()
        if last is None:
            self.stdout.write("The ledger is empty.")
        else:
            self.stdout.write(f"{last.sequence} entries, in order. Chain: {last.chain_hash}")
