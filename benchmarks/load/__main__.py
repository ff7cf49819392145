"""Many people at once: real sessions over HTTP and real passkeys, against the served site.

`python -m benchmarks.load [--filling 50] [--signing 20] [--seconds 120] [--faults [--rounds 10]]
[--json]`. Fifty people save while twenty sign and one accepts, in a scratch installation of its
own. It prints how long they waited, and at the end compares every act that was acknowledged with
rows, files, ledger and the mails that arrived. With `--faults`, twelve things go wrong meanwhile,
one after the other, and so in each round; they need root, for the disk that fills up is mounted.
The exit code is 1 when something was lost or doubled.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.acts import SLUG
from benchmarks.export import PASSWORD
from benchmarks.installation import load_average, scratch
from benchmarks.load import crowd, faults, figures, neighbours
from benchmarks.load.crowd import Filler, Journal, Life, Monitor, Reviewer, Signer
from benchmarks.load.figures import Figures
from benchmarks.load.neighbours import MailServer
from benchmarks.manager import Manager
from benchmarks.officer import Officer
from benchmarks.site import Site, served

if TYPE_CHECKING:
    from benchmarks.load.reckoning import Balance, Fault

MAX_PLEDGES = 30
"""How many pledges each of those who sign may sign at most; each round has people of its own."""
MAILS_WITHIN = 20 * 60.0
"""Seconds: longer than until a killed worker's tasks are taken up by another."""


@dataclass(frozen=True)
class Outcome:
    """How long people waited, what became of what was acknowledged, and what it cost."""

    rows: Sequence[figures.Row]
    balances: "Sequence[Balance]"
    found: "Sequence[Fault]"
    given_up: Mapping[str, str]
    cpu: float


@dataclass(frozen=True)
class Crowd:
    """Who comes, and how they are watched."""

    site: Site
    journal: Journal
    heard: Figures
    options: argparse.Namespace
    slugs: Sequence[str]
    officer: Officer

    def come(self, round_: int) -> list[Life]:
        """People who are new in this round sign in and add a passkey; what each of them does."""
        from django.db import connections

        from benchmarks import population

        # The database may have been killed under the connection of this process.
        connections.close_all()
        count, options = self.options.filling + self.options.signing, self.options
        people = population.managers(count, prefix=f"m{round_}-")
        managers = [
            Manager(person.username, person.name, self.site.port, self.heard.heard, seed)
            for seed, person in enumerate(people, round_ * count)
        ]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(_enter, managers))
        fill, sign = managers[: options.filling], managers[options.filling :]
        return [
            *(Filler(each, SLUG, options.think_filling, self.journal) for each in fill),
            *(Signer(each, self.slugs, options.think_signing, self.journal) for each in sign),
            Reviewer(self.officer, options.think_accepting, self.journal),
            Monitor(self.site.port, self.heard),
        ]


def _enter(manager: Manager) -> None:
    manager.sign_in(PASSWORD)
    manager.add_passkey(PASSWORD)


def open_doors(site: Site, journal: Journal, heard: Figures, options: argparse.Namespace) -> Crowd:
    """What everybody finds: pledges to sign, and an officer who has signed in."""
    from benchmarks import population

    slugs = list(population.copies(SLUG, MAX_PLEDGES))
    officer = Officer(population.officer().username, site.port, heard.heard)
    officer.sign_in(PASSWORD)
    return Crowd(site, journal, heard, options, slugs, officer)


def work(var_dir: Path, options: argparse.Namespace) -> Outcome:
    """The whole run: people, load, faults, reckoning."""
    journal, heard = Journal(), Figures()
    with ExitStack() as stack:
        mail = stack.enter_context(neighbours.mail_server())
        settings = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(mail.port)}
        settings["STAFF_SECOND_FACTOR"] = "0"
        if options.faults:
            authority = stack.enter_context(neighbours.timestamp_authority(var_dir / "tsa"))
            disk = stack.enter_context(neighbours.disk(var_dir / "documents"))
            settings |= {"TSA_URL": authority.url, "TSA_ROOTS": str(authority.roots)}
        site = stack.enter_context(served(var_dir, settings))

        def meanwhile() -> None:
            heard.running = True
            if options.faults:
                found = faults.troubles(site, mail, authority, disk)
                faults.go_through(found, site, journal)
            else:
                time.sleep(options.seconds)
            heard.running = False

        people, used = open_doors(site, journal, heard, options), 0.0
        for round_ in range(options.rounds):
            doing = people.come(round_)
            before = site.cpu_seconds()
            crowd.run(doing, meanwhile)
            used += site.cpu_seconds() - before
        return Outcome([*heard.rows()], *_reckon(journal, mail), journal.given_up, used)


def _reckon(journal: Journal, mail: MailServer) -> "tuple[list[Balance], list[Fault]]":
    from django.db import connections

    from benchmarks.load import reckoning

    # The database may have been killed under the connection of this process.
    connections.close_all()
    reckoning.wait_for_mails(MAILS_WITHIN)
    return reckoning.reckon(journal, mail.taken)


def table(outcome: Outcome) -> str:
    """How long people waited, then what was acknowledged and what became of it."""
    heads = f"{'saves':>7}{'prepared':>10}{'signed':>8}{'accepted':>10}{'lost':>6}{'doubled':>9}"
    lines = [figures.table(outcome.rows), f"{'acknowledged while wrong was':42}{heads}"]
    lines += [
        f"{each.during:42}{each.saves:>7}{each.prepared:>10}{each.signed:>8}"
        f"{each.accepted:>10}{each.lost:>6}{each.doubled:>9}"
        for each in outcome.balances
    ]
    lines += [f"  {each.during}: {each.what}" for each in outcome.found]
    lines += [f"  given up, {pledge}: {why}" for pledge, why in outcome.given_up.items()]
    acts, lost, doubled = (
        sum(part)
        for part in zip(
            *((each.acts, each.lost, each.doubled) for each in outcome.balances),
            strict=True,
        )
    )
    gave_up = len(outcome.given_up)
    lines.append(f"acknowledged {acts}, lost {lost}, doubled {doubled}, given up {gave_up}")
    lines.append(f"the site's processes used {outcome.cpu:.1f} CPU seconds; {load_average()}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--filling", type=int, default=50, help="people who fill in")
    parser.add_argument("--signing", type=int, default=20, help="people who sign")
    parser.add_argument("--think-filling", type=float, default=5.0, help="seconds between savings")
    parser.add_argument("--think-signing", type=float, default=8.0, help="seconds between steps")
    parser.add_argument("--think-accepting", type=float, default=1.0, help="seconds a pledge")
    parser.add_argument("--seconds", type=float, default=120.0, help="for how long, without faults")
    parser.add_argument("--faults", action="store_true", help="let things go wrong meanwhile")
    parser.add_argument("--rounds", type=int, default=1, help="how often, with new people each")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    if options.faults and not neighbours.Disk.can_be_made():
        parser.error("--faults needs root and mount(8): a disk is mounted to be filled")
    with scratch() as var_dir:
        outcome = work(var_dir, options)
    print(json.dumps(asdict(outcome)) if options.json else table(outcome))
    return 1 if outcome.found else 0


if __name__ == "__main__":
    sys.exit(main())
