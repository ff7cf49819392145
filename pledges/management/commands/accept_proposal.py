"""The operator is the second person where there is no other; only on the server."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from pledges import wording
from pledges.access import SYSTEM
from pledges.actions import deciding
from pledges.core import refusals
from pledges.management.visible import VisibleCommand
from pledges.models import Organisation, Proposal


class Command(VisibleCommand):
    help = (
        "Accept a change that an administrator or compliance officer proposed, where nobody else "
        "can, as when the other administrator is to be deactivated. Without a number, list them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, nargs="?", help="which proposal")

    def handle(self, **options: Any) -> None:
        waiting = Proposal.objects.filter(outcome=Proposal.Outcome.OPEN)
        waiting = waiting.select_related("person", "template", "proposer").order_by("pk")
        if options["number"] is None:
            for each in waiting:
                self.stdout.write(_line(each))
            return
        proposal = waiting.filter(pk=options["number"]).first()
        if proposal is None:
            raise CommandError(f"No proposal with the number {options['number']} waits.")
        try:
            deciding.accept(proposal, actor=SYSTEM, at=timezone.now())
        except refusals.Refusal as error:
            raise CommandError(wording.refusal(error)) from error
        self.stdout.write(f"Accepted: {_line(proposal)}")


def _line(proposal: Proposal) -> str:
    when = Organisation.current().localtime(proposal.proposed_at)
    about = proposal.person or proposal.template or "two people"
    return (
        f"{proposal.pk}  {about}: {proposal.before} → {proposal.after}, "
        f"proposed by {proposal.proposer} on {when:%Y-%m-%d %H:%M}"
    )
