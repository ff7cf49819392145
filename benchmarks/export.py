"""How fast, and in how much memory, thousands of signed pledges leave as one ZIP.

`python -m benchmarks.export [-n 5000] [--json]` works in a scratch installation of its own. One
pledge is really filled, signed and accepted; the others are copies of its rows, each with a file
of its own size and content.
"""

import argparse
import copy
import gc
import json
import sys
import time
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.installation import load_average, scratch

if TYPE_CHECKING:
    from pledges.actions.signing import SigningRequest
    from pledges.models import Person, Pledge

ANSWERS = {
    "pledgor_type": "individual",
    "surveys_per_month": "2",
    "satisfaction_target": "92.5",
    "complaint_response_hours": "24",
    "complaint_resolution_days": "5",
    "training_hours_per_year": "40",
    "assessed_indicators": "3",
}
PASSWORD = "only-for-this-benchmark"


@dataclass(frozen=True)
class Result:
    """Sizes in bytes, memory in MiB; `growth` is what the export added to the resident peak.

    `first_byte` is how many seconds passed until the browser had something to show.
    """

    pledges: int
    archive_bytes: int
    first_byte: float
    seconds: float
    pledges_per_second: float
    megabytes_per_second: float
    peak_before: float
    peak_after: float
    growth: float


def peak_memory() -> float:
    """The highest resident memory of this process since `forget_peak`, in MiB."""
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def forget_peak() -> None:
    """Let the peak begin anew at what is resident now (Linux, proc(5): clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


def people() -> "list[Person]":
    """One manager, one officer, one of HR."""
    from django.utils import timezone

    from pledges.access import SYSTEM
    from pledges.actions.people import save_person
    from pledges.core.lifecycle import Role
    from pledges.models import Department, Person

    department = Department.objects.create(name_zh="华东零售部", name_en="East China Retail")
    made = []
    for role in (Role.MANAGER, Role.COMPLIANCE, Role.HR):
        person = Person(
            username=role, name="李明", employee_number=role.upper(), department=department
        )
        person.set_password(PASSWORD)
        save_person(person, actor=SYSTEM, at=timezone.now(), roles=[role])
        made.append(person)
    return made


def request_of(manager: "Person", at: datetime) -> "SigningRequest":
    """What a manager does who does everything right, by password and code."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import (
        TOTP,
        format_hotp_value,
        generate_totp_secret,
        hotp_value,
    )
    from allauth.mfa.utils import decrypt
    from django.core.cache import cache

    from pledges.actions import apps
    from pledges.actions.authenticating import PasswordAndCode
    from pledges.actions.signing import SigningRequest
    from pledges.rendering import SignatureImage

    if not Authenticator.objects.filter(user=manager).exists():
        TOTP.activate(manager, generate_totp_secret())
        apps.register(actor=manager, at=at)
    # Used codes are remembered by their digits for minutes; of hundreds, two may be the same.
    cache.clear()
    secret = decrypt(Authenticator.objects.get(user=manager).data["secret"])
    code = format_hotp_value(hotp_value(secret, int(at.timestamp()) // 30))
    proof = PasswordAndCode(PASSWORD, code)
    return SigningRequest(image=SignatureImage(typed="李明"), consented=True, proof=proof)


def one_accepted(manager: "Person", officer: "Person") -> "Pledge":
    """A pledge that went the whole way."""
    from django.utils import timezone

    from pledges.actions import answers, preparing, review, signing
    from pledges.models import TemplateVersion

    at = timezone.now()
    version = TemplateVersion.objects.filter(template__slug="general-standards").latest("number")
    draft = answers.open_pledge(version, actor=manager, at=at, language="zh-hans")
    answers.save(draft, actor=manager, at=at, typed=ANSWERS, revision=draft.answers_revision)
    intent = preparing.prepare(draft, actor=manager, at=at)
    signed = signing.sign(intent, actor=manager, at=at, request=request_of(manager, at))
    return review.accept(signed, actor=officer, at=at + timedelta(seconds=1))


def multiply(pledge: "Pledge", count: int) -> None:
    """`count` pledges in all, every copy with a stored file of its own."""
    from pledges.models import Document, Pledge
    from pledges.storage import document_store

    issued = pledge.documents.get(revision=Document.Revision.ACCEPTED)
    content = document_store.get(issued.sha256)
    copies: list[Pledge] = []
    documents: list[Document] = []
    for number in range(2, count + 1):
        twin = copy.copy(pledge)
        twin.pk, twin.number = uuid.uuid4(), f"{str(pledge.number)[:-6]}{number:06d}"
        varied = content + b"%" + b"x" * (number % 997) + str(number).encode() + b"\n"
        copies.append(twin)
        documents.append(
            Document(
                pledge_id=twin.pk,
                revision=Document.Revision.ACCEPTED,
                sha256=document_store.put(varied),
                size=len(varied),
                created_at=issued.created_at,
            )
        )
    Pledge.objects.bulk_create(copies, batch_size=500)
    Document.objects.bulk_create(documents, batch_size=500)


def measure(hr: "Person") -> Result:
    """Consume the whole stream as a web server would, keeping nothing."""
    from django.utils import timezone

    from pledges.actions import exporting
    from pledges.models import Pledge

    gc.collect()
    forget_peak()
    before = peak_memory()
    started = time.perf_counter()
    chunks = iter(exporting.export(Pledge.objects.all(), actor=hr, at=timezone.now()))
    size = len(next(chunks))
    first_byte = time.perf_counter() - started
    size += sum(len(chunk) for chunk in chunks)
    seconds = time.perf_counter() - started
    count = Pledge.objects.issued().count()
    after = peak_memory()
    return Result(
        pledges=count,
        archive_bytes=size,
        first_byte=round(first_byte, 2),
        seconds=round(seconds, 2),
        pledges_per_second=round(count / seconds, 1),
        megabytes_per_second=round(size / seconds / 1e6, 1),
        peak_before=round(before, 1),
        peak_after=round(after, 1),
        growth=round(after - before, 1),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=5000, help="number of pledges")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with scratch():
        manager, officer, hr = people()
        multiply(one_accepted(manager, officer), options.n)
        result = asdict(measure(hr))
    if options.json:
        json.dump(result, sys.stdout, indent=2)
        print()
        return
    for name, value in result.items():
        print(f"{name:22}{value:>16,}")
    print(load_average())


if __name__ == "__main__":
    main()
