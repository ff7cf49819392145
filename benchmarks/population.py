"""The people and templates of a benchmark's installation; to be imported when Django is set up."""

import dataclasses
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from benchmarks import samples
from benchmarks.export import PASSWORD
from benchmarks.manager import handwriting
from pledges.access import SYSTEM
from pledges.actions import departments, enrolling, people, templates
from pledges.actions.authenticating import PasskeyAnswer
from pledges.actions.signing import SigningRequest
from pledges.core.lifecycle import Role
from pledges.forms.strokes import read_strokes
from pledges.models import Department, Person, SigningIntent
from pledges.proof.passkeys.ceremony import Party, ToBeSigned
from pledges.rendering import SignatureImage
from tests.authenticator import Passkey

NAMES = ("李明", "王芳", "赵磊", "欧阳镕", "张伟", "刘洋", "陈静", "杨帆", "黄丽", "周强")


def managers(count: int, *, prefix: str) -> list[Person]:
    """So many managers, with one password for all: to hash it is slow on purpose."""
    hashed = make_password(PASSWORD)
    return [
        _person(f"{prefix}{number}", NAMES[number % len(NAMES)], Role.MANAGER, hashed)
        for number in range(count)
    ]


def officer() -> Person:
    """The one compliance officer."""
    return _person("officer", "孙浩", Role.COMPLIANCE, make_password(PASSWORD))


def _person(username: str, name: str, role: Role, hashed: str) -> Person:
    at = timezone.now()
    department = Department.objects.first() or departments.save_department(
        Department(name_zh="华东零售部", name_en="East China Retail"), actor=SYSTEM, at=at
    )
    person = Person(
        username=username,
        name=name,
        email=f"{username}@example.com",
        employee_number=username.upper(),
        position="高级客户经理",
        contact="021-5555 0100",
        department=department,
        password=hashed,
    )
    return people.save_person(person, actor=SYSTEM, at=at, roles=[role])


def copies(slug: str, count: int) -> Iterator[str]:
    """The slugs of so many published copies of a built-in template: each can be signed once."""
    definition = samples.definition(slug)
    for number in range(count):
        copy = dataclasses.replace(definition, slug=f"{slug}-{number}")
        at = timezone.now()
        version, _new = templates.import_definition(copy, actor=SYSTEM, at=at)
        templates.publish(version, actor=SYSTEM, at=at)
        yield copy.slug


def enrol(person: Person) -> Passkey:
    """Give a person a passkey without a browser."""
    party = Party.at(settings.PUBLIC_URL)
    passkey = Passkey(rp_id=party.id, origin=party.origin)
    enrolling.register(passkey.register(), name="Key", actor=person, at=timezone.now())
    return passkey


def signing_request(passkey: Passkey, intent: SigningIntent) -> SigningRequest:
    """What a manager does who does everything right."""
    document = ToBeSigned(
        document_sha256=intent.document_digest,
        version_digest=intent.version_digest,
        person_id=intent.person_id,
        nonce=intent.nonce,
        created_at=intent.created_at,
        expires_at=intent.expires_at,
    )
    return SigningRequest(
        image=SignatureImage(strokes=read_strokes(handwriting(1))),
        consented=True,
        proof=PasskeyAnswer(passkey.answer(document.challenge())),
    )
