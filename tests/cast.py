"""Fixtures that every test may name: the people, the versions, ready-made pledges."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.test import TransactionTestCase

from pledges import crash_points
from pledges.actions import answers, enrolling, preparing, review, signing
from pledges.actions.authenticating import PasskeyAnswer, PasswordAndCode
from pledges.actions.pending import Waiting
from pledges.core.lifecycle import VersionState
from pledges.models import Person, Pledge, TemplateVersion
from pledges.proof.passkeys.ceremony import Party, ToBeSigned
from pledges.rendering import SignatureImage
from tests import baseline, remembered
from tests.authenticator import Passkey

FILLED = {
    "general-standards": {
        "pledgor_type": "individual",
        "surveys_per_month": "2",
        "satisfaction_target": "92.5",
        "complaint_response_hours": "24",
        "complaint_resolution_days": "5",
        "training_hours_per_year": "40",
        "assessed_indicators": "3",
    },
    "contract": {
        "service_name": "企业现金管理服务",
        "technical_parameter_term": "清算时效",
        "ethics_term": "服务操守",
        "governing_law": "中华人民共和国商业银行",
        "governing_article": "29",
    },
    "personal-code": {
        "position": "高级客户经理",
        "department": "华东零售部",
        "contact": "021-5555 0100",
        "process_steps": "一、受理登记\n二、核对身份\n三、回访确认",
        "reply_days": "3",
    },
}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        baseline.wipe()
        baseline.load()
        baseline.keep()


@pytest.fixture(autouse=True, scope="session")
def _restore_after_transactional_tests():
    """A transactional test leaves the database as it found it, triggers notwithstanding."""

    def teardown(self):
        baseline.put_back()

    original = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = original


@pytest.fixture(autouse=True)
def _own_documents_folder(settings, tmp_path):
    storages = {**settings.STORAGES}
    storages["documents"] = {
        **storages["documents"],
        "OPTIONS": {"location": str(tmp_path / "documents")},
    }
    storages["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = storages


@pytest.fixture(autouse=True)
def _own_checkpoints_folder(settings, tmp_path):
    settings.CHECKPOINTS_DIR, settings.CHECKPOINT_MAIL = tmp_path / "checkpoints", []


@pytest.fixture(autouse=True)
def _own_quarantine(settings, tmp_path):
    settings.QUARANTINE_DIR = tmp_path / "quarantine"


@pytest.fixture
def now():
    return baseline.START


class Killed(BaseException):
    """Nothing but a `finally` notices it; where that matters too, a process is killed instead."""


@pytest.fixture
def killed_at(monkeypatch):
    """What is done within it ends at a point, as if the process had been killed there."""

    @contextmanager
    def kill(point):
        def reach(name):
            if name == point:
                raise Killed

        with monkeypatch.context() as context, pytest.raises(Killed):
            context.setattr(crash_points, "reach", reach)
            yield

    return kill


def _person(username):
    @pytest.fixture(name=username)
    def fixture(db):
        return Person.objects.get(username=username)

    return fixture


liming = _person("liming")
wangfang = _person("wangfang")
zhaolei = _person("zhaolei")
chenjing = _person("chenjing")
sunhao = _person("sunhao")
zhoumin = _person("zhoumin")
wuying = _person("wuying")
admin = _person("admin")


@pytest.fixture
def version(db):
    """The published version of a template, by slug."""

    def find(slug="general-standards"):
        return TemplateVersion.objects.get(template__slug=slug, status=VersionState.PUBLISHED)

    return find


@pytest.fixture
def draft(version, liming, now):
    """A draft with every blank filled (or `changes` over that)."""
    names = remembered.keys()

    def make(slug="general-standards", *, person=None, language="zh-hans", at=now, **changes):
        who = person or liming
        with remembered.pledges_named(names):
            pledge = answers.open_pledge(version(slug), actor=who, at=at, language=language)
        answers.save(
            pledge,
            actor=who,
            at=at,
            typed={**FILLED[slug], **changes},
            revision=pledge.answers_revision,
        )
        pledge.refresh_from_db()
        return pledge

    return make


IMAGE = SignatureImage(strokes=(((0.1, 0.1), (0.4, 0.2), (0.7, 0.1)), ((0.2, 0.3), (0.8, 0.3))))


def request_by_code(person=None, *, at=baseline.START, **changes):
    """What `person` (Li Ming) does who does everything right, by password and code."""
    who = person or Person.objects.get(username="liming")
    code = changes.pop("code", None) or baseline.fresh_code(who, at)
    proof = PasswordAndCode(changes.pop("password", baseline.PASSWORD), code)
    return signing.SigningRequest(**{"image": IMAGE, "consented": True, "proof": proof, **changes})


@pytest.fixture
def passkey(settings):
    """Give a person a passkey in software: a first one is enrolled, any later one waits."""

    def make(person, *, at=baseline.START, **wrong):
        party = Party.at(settings.PUBLIC_URL)
        made = Passkey(rp_id=party.id, origin=party.origin)
        came = enrolling.register(made.register(**wrong), name="Key", actor=person, at=at)
        made.waiting = came if isinstance(came, Waiting) else None
        made.row = None if made.waiting else came.authenticator
        return made

    return make


def request_by_passkey(passkey, intent, *, wrong=None, **changes):
    """What a signer does who does everything right, by passkey; `wrong` bends the ceremony."""
    document = ToBeSigned(
        document_sha256=intent.document_digest,
        version_digest=intent.version_digest,
        person_id=intent.person_id,
        nonce=intent.nonce,
        created_at=intent.created_at,
        expires_at=intent.expires_at,
    )
    proof = PasskeyAnswer(passkey.answer(document.challenge(), **(wrong or {})))
    return signing.SigningRequest(**{"image": IMAGE, "consented": True, "proof": proof, **changes})


@pytest.fixture
def signed(draft, now):
    """A signed pledge that waits for review."""

    def make(slug="general-standards", *, at=now, **options):
        pledge = draft(slug, at=at, **options)
        with remembered.rendering():
            intent = preparing.prepare(pledge, actor=pledge.person, at=at)
        # A code serves once: who signs many documents at once does so minutes apart.
        moments = (at + timedelta(minutes=minutes) for minutes in range(1, 10))
        then = next(each for each in moments if baseline.fresh_code(pledge.person, each))
        done = request_by_code(pledge.person, at=then)
        return signing.sign(intent, actor=pledge.person, at=then, request=done)

    return make


@pytest.fixture
def accepted(signed, chenjing, now):
    """A pledge in force."""

    def make(slug="general-standards", **options) -> Pledge:
        return review.accept(signed(slug, **options), actor=chenjing, at=now + timedelta(hours=1))

    return make
