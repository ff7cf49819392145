"""Sensitive steps ask who it is; what was typed and chosen is carried along."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from pledges.access import SYSTEM
from pledges.actions import apps, invitations, templates
from pledges.models import EnrolledApp, LedgerEntry, Person, Pledge, TemplateVersion
from pledges.proof.passkeys.ceremony import unbase64
from tests import baseline
from tests.admin.test_people import facts, of
from tests.fresh import prove

pytestmark = pytest.mark.django_db

TEN_MINUTES = 600
LIST = "/admin/pledges/pledge/"
VERSION = "/admin/pledges/templateversion/"


def asks(response):
    return "admin/confirm_identity.html" in [used.name for used in response.templates]


def signed_in(person, *, seconds_ago):
    client = Client()
    client.force_login(person)
    prove(client, person, seconds_ago=seconds_ago)
    return client


@pytest.fixture
def late():
    """A browser in which somebody proved who they are, a second too long ago."""
    return lambda person: signed_in(person, seconds_ago=TEN_MINUTES + 1)


def chosen(pledge, action, **more):
    return {
        **{"index": "0", "select_across": "0", "_selected_action": [str(pledge.pk)]},
        **{"action": action, **more},
    }


STEPS = {
    "accept": ("chenjing", LIST + "{waiting}/accept/"),
    "return": ("chenjing", LIST + "{waiting}/return/"),
    "revoke": ("chenjing", LIST + "{in_force}/revoke/"),
    "accept many": ("chenjing", LIST + "?state=signed"),
    "export some": ("zhoumin", LIST + "?state=all"),
    "commitments of some": ("zhoumin", LIST + "?state=all"),
    "export all": ("zhoumin", LIST + "export/?state=all"),
    "commitments of all": ("chenjing", LIST + "commitments/?state=all"),
    "roles": ("admin", "/admin/pledges/person/{liming}/change/"),
    "a new person": ("admin", "/admin/pledges/person/add/"),
    "a first password": ("admin", "/admin/pledges/person/{liming}/password/"),
    "invite": ("admin", "/admin/pledges/person/{newcomer}/invite/"),
    "withdraw": ("admin", "/admin/pledges/person/{newcomer}/withdraw-invitation/"),
    "confirm": ("chenjing", "/admin/pledges/person/{liming}/confirm/{waiting_app}/"),
    "publish": ("chenjing", VERSION + "{draft}/publish/"),
    "retire": ("chenjing", VERSION + "{version}/retire/"),
    "retention": ("chenjing", VERSION + "{version}/retention/"),
}


def _invited(department):
    person = Person.objects.create_user("newcomer", "newcomer@example.com", department=department)
    invitations.invite(person, actor=SYSTEM, at=timezone.now())
    return person


def _has_to_be_met(person):
    EnrolledApp.objects.filter(authenticator__user=person).delete()
    person.handover = Person.Handover.PASSWORD
    person.save(update_fields=["handover"])
    return apps.register(actor=person, at=timezone.now())


@pytest.fixture(params=STEPS)
def step(request, signed, accepted, version, chenjing, liming, now):
    """A sensitive step: whose it is, its address, what is posted."""
    waiting, in_force, current = signed("contract"), accepted(), version()
    typed = {
        "return": {
            **{"reasons-TOTAL_FORMS": "1", "reasons-INITIAL_FORMS": "0"},
            **{"reasons-0-clause": "", "reasons-0-text": "请改正\n第二行 <b>。"},
        },
        "revoke": {"reason": "离职。"},
        "accept many": chosen(waiting, "accept_plain", confirmed="1"),
        "export some": chosen(waiting, "export_selected"),
        "commitments of some": chosen(waiting, "commitments_selected"),
        "roles": of(liming, roles=["hr", "manager"]),
        "a new person": facts(first_password="paper-desk-ink-42"),
        "a first password": {"first_password": "paper-desk-ink-42"},
        "retention": {"retention_years": "7"},
    }
    named = {
        "waiting": waiting.pk,
        "in_force": in_force.pk,
        "liming": liming.pk,
        "newcomer": _invited(liming.department).pk,
        "waiting_app": _has_to_be_met(liming).digest,
        "version": current.pk,
        "draft": templates.revise(current, actor=chenjing, at=now).pk,
    }
    noted = {"change_note_zh": "改", "change_note_en": "x"}
    TemplateVersion.objects.filter(pk=named["draft"]).update(**noted)
    username, address = STEPS[request.param]
    person = request.getfixturevalue(username)
    return person, address.format(**named), typed.get(request.param, {})


def carried(response):
    """What the page that asks sends along, as a browser would."""
    sent = {}
    for name, value in response.context["carried"]:
        sent.setdefault(name, []).append(value)
    return sent


def test_a_step_is_refused_until_the_person_has_confirmed_and_then_nothing_is_lost(step, late):
    person, address, typed = step
    client, entries = late(person), LedgerEntry.objects.count()
    refused = client.post(address, typed)
    assert (asks(refused), refused.status_code) == (True, 403)
    assert LedgerEntry.objects.count() == entries
    again = client.post(address, {**carried(refused), "confirm-password": "not mine"})
    assert asks(again) and again.context["forms"]["password"].errors
    assert carried(again) == carried(refused)
    done = client.post(address, {**carried(again), "confirm-password": baseline.PASSWORD})
    b"".join(done) if done.streaming else done
    assert done.status_code in (200, 302) and not asks(done)
    assert LedgerEntry.objects.count() > entries
    assert carried(refused) == {
        name: value if isinstance(value, list) else [str(value)] for name, value in typed.items()
    }


def test_a_step_goes_straight_on_within_ten_minutes(step):
    person, address, typed = step
    entries = LedgerEntry.objects.count()
    done = signed_in(person, seconds_ago=TEN_MINUTES - 60).post(address, typed)
    b"".join(done) if done.streaming else done
    assert not asks(done) and LedgerEntry.objects.count() > entries


@pytest.mark.parametrize("name", ["accept", "return"])
def test_the_page_before_asks_too_and_opens_once_it_is_confirmed(late, chenjing, signed, name):
    address = f"{LIST}{signed().pk}/{name}/"
    client = late(chenjing)
    page = client.get(address)
    assert (asks(page), page.status_code) == (True, 200)
    sent = {**carried(page), "confirm-password": baseline.PASSWORD}
    opened = client.post(address, sent, follow=True)
    assert opened.redirect_chain == [(address, 302)] and not asks(opened)
    assert Pledge.objects.get().status == "signed"


def test_so_do_the_pages_before_a_first_password_and_a_second_persons_word(
    late, admin, chenjing, liming
):
    person, waits = f"/admin/pledges/person/{liming.pk}/", _has_to_be_met(liming).digest
    for actor, address in ((admin, f"{person}password/"), (chenjing, f"{person}confirm/{waits}/")):
        assert asks(late(actor).get(address)) and not asks(late(actor).get(f"{person}change/"))


def test_reading_a_pledge_asks_for_nothing(late, chenjing, signed):
    assert not asks(late(chenjing).get(f"{LIST}{signed().pk}/change/"))


def test_signing_in_counts(chenjing, signed):
    client = Client()
    client.post("/accounts/login/", {"login": "chenjing", "password": baseline.PASSWORD})
    assert not asks(client.get(f"{LIST}{signed().pk}/accept/"))


def test_who_has_an_app_is_asked_for_its_code_and_the_password_says_nothing(chenjing, signed):
    address = f"{LIST}{signed().pk}/accept/"
    client = Client()
    client.post("/accounts/login/", {"login": "chenjing", "password": baseline.PASSWORD})
    code = baseline.fresh_code(chenjing, timezone.now())
    refused = client.post(address)
    assert asks(refused) and set(refused.context["forms"]) == {"code"}
    assert asks(client.post(address, {"confirm-password": baseline.PASSWORD}))
    assert asks(client.post(address, {"confirm-code": "000000"}))
    assert not asks(client.post(address, {"confirm-code": code}))
    assert Pledge.objects.get().status == "accepted"


def test_who_has_a_passkey_is_asked_for_that(late, chenjing, signed, passkey):
    address = f"{LIST}{signed().pk}/accept/"
    made, other = passkey(chenjing), passkey(chenjing)
    client = Client()
    client.force_login(chenjing)
    refused = client.post(address)
    assert asks(refused) and set(refused.context["forms"]) == {"credential"}
    for key, holds in ((other, False), (made, True)):
        options = client.post(address).context["js_data"]["request_options"]["publicKey"]
        answer = key.answer(unbase64(options["challenge"]))
        done = client.post(address, {"confirm-credential": json.dumps(answer)})
        assert asks(done) is not holds
    assert Pledge.objects.get().status == "accepted"


def test_recovery_codes_left_alone_are_no_factor(late, chenjing, signed):
    Authenticator.objects.create(
        user=chenjing, type="recovery_codes", data={"seed": "0" * 80, "used_mask": 0}
    )
    refused = late(chenjing).post(f"{LIST}{signed().pk}/accept/")
    assert set(refused.context["forms"]) == {"password"}


def test_a_step_without_consequence_is_free_and_its_name_opens_no_other(
    late, chenjing, zhoumin, liming, signed
):
    pledge = signed()
    free = {**chosen(liming, "assign"), "_selected_action": [str(liming.pk)]}
    assert not asks(late(chenjing).post("/admin/pledges/person/", free))
    assert asks(late(chenjing).post(f"{LIST}{pledge.pk}/accept/", {"action": "assign"}))
    several = {**chosen(pledge, "x"), "action": ["export_selected", "assign"]}
    assert asks(late(zhoumin).post(LIST + "?state=all", several))


@pytest.mark.parametrize(
    ("came", "back"),
    [
        ("http://testserver/admin/pledges/pledge/?state=all", None),
        ("http://evil.example/", "/admin/"),
        ("", "/admin/"),
    ],
)
def test_the_way_back_is_ours(late, zhoumin, signed, came, back):
    signed()
    page = late(zhoumin).post(LIST + "export/?state=all", headers={"referer": came})
    assert page.context["back"] == (back or came)
