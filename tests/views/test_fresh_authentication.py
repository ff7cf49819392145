"""Sensitive steps ask who it is; what was typed and chosen is carried along."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
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
        "revoke": {"reason": "离职。", "afterwards": "again"},
        "accept many": chosen(waiting, "accept_plain", confirmed="1"),
        "export some": chosen(waiting, "export_selected"),
        "commitments of some": chosen(waiting, "commitments_selected"),
        "roles": of(liming, roles=["hr", "manager"]),
        "a new person": facts(first_password="paper-desk-ink-42"),
        "a first password": {"first_password": "paper-desk-ink-42"},
        "retention": {"retention_years": "7"},
        "publish": {
            **{"kind": "material", "drafts": "moved"},
            "effective_on": timezone.localdate().isoformat(),
        },
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


def typed_of(response):
    """Of that, what the person typed and chose."""
    sent = carried(response).items()
    return {name: value for name, value in sent if not name.startswith("confirm-")}


def fetched(client, answer):
    """What comes after confirming; a file comes from a page of its own."""
    if "admin/confirmed_download.html" in [used.name for used in answer.templates]:
        answer = client.post(answer.context["action"], carried(answer))
    b"".join(answer) if answer.streaming else answer
    return answer


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
    done = fetched(client, done)
    assert done.status_code in (200, 302) and not asks(done)
    assert LedgerEntry.objects.count() > entries
    assert typed_of(refused) == {
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


def test_a_step_without_consequence_is_free_and_its_name_opens_no_other(late, chenjing, signed):
    pledge = signed()
    assert not asks(late(chenjing).post("/admin/pledges/signingtask/add/", {}))
    assert asks(late(chenjing).post(f"{LIST}{pledge.pk}/accept/", {"action": "add"}))


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


@pytest.mark.parametrize("name", ["return", "accept"])
def test_the_way_back_leads_out_of_the_step(late, chenjing, signed, name):
    """Not to the page that asks, which would ask once more, and without what was typed."""
    pledge = f"{LIST}{signed().pk}"
    address, client = f"{pledge}/{name}/", late(chenjing)
    itself = {"headers": {"referer": "http://testserver" + address}}
    sent = {"reasons-TOTAL_FORMS": "1", "reasons-INITIAL_FORMS": "0", "reasons-0-text": "请改正"}
    first = client.post(address, sent, **itself)
    wrong = client.post(address, {**carried(first), "confirm-password": "x"}, **itself)
    for page in (client.get(address, **itself), first, wrong):
        assert page.context["back"] == f"{pledge}/change/"


def test_the_way_back_is_still_known_after_a_wrong_password(late, zhoumin, signed):
    signed()
    came, client = "http://testserver/admin/pledges/pledge/?state=all", late(zhoumin)
    address = LIST + "export/?state=all"
    first = client.post(address, headers={"referer": came})
    sent = {**carried(first), "confirm-password": "x"}
    wrong = client.post(address, sent, headers={"referer": "http://testserver" + address})
    assert wrong.context["back"] == came


def test_what_is_carried_is_not_lost_by_another_language(late, chenjing, signed):
    """The switch opens the page anew; where something is carried there is none."""
    address = f"{LIST}{signed().pk}/return/"
    assert 'name="language"' in late(chenjing).get(address).content.decode()
    assert 'name="language"' not in late(chenjing).post(address).content.decode()


@pytest.mark.parametrize("address", [LIST + "export/?state=all", LIST + "?state=all"])
def test_a_file_comes_from_a_page_that_says_so_and_leads_back(late, zhoumin, signed, address):
    """A download leaves the browser where it is: that must not be the page that asks."""
    some = chosen(signed(), "export_selected")
    typed, client = ({} if "export" in address else some), late(zhoumin)
    refused = client.post(address, typed, headers={"referer": "http://testserver/admin/"})
    done = client.post(address, {**carried(refused), "confirm-password": baseline.PASSWORD})
    assert not done.streaming and done.status_code == 200 and not asks(done)
    page = done.content.decode()
    assert "下载文件" in page and 'href="http://testserver/admin/"' in page
    for _time in range(2):
        file = client.post(address, carried(done))
        assert file["Content-Disposition"].startswith("attachment") and b"".join(file)


def test_a_code_confirms_once(chenjing, signed):
    """Whoever saw it over somebody's shoulder can do nothing with it."""
    client = Client()
    client.force_login(chenjing)
    code = baseline.fresh_code(chenjing, timezone.now())
    address = f"{LIST}{signed().pk}/accept/"
    assert not asks(client.post(address, {"confirm-code": code}))
    other = Client()
    other.force_login(chenjing)
    Authenticator.objects.update(last_used_at=None)
    assert asks(other.post(f"{LIST}{signed('contract').pk}/accept/", {"confirm-code": code}))


def test_codes_are_not_guessed_here_either(chenjing, signed):
    client, address = Client(), f"{LIST}{signed().pk}/accept/"
    client.force_login(chenjing)
    code = baseline.fresh_code(chenjing, timezone.now())
    pages = [client.post(address, {"confirm-code": "000000"}).content.decode() for _ in range(11)]
    assert ["尝试次数过多" in page for page in pages] == [False] * 10 + [True]
    assert asks(client.post(address, {"confirm-code": code}))


def test_who_has_no_app_is_asked_for_a_recovery_code(chenjing, signed, passkey):
    passkey(chenjing)
    Authenticator.objects.filter(user=chenjing, type="totp").delete()
    RecoveryCodes.activate(chenjing)
    client = Client()
    client.force_login(chenjing)
    asked = client.post(f"{LIST}{signed().pk}/accept/")
    assert asked.context["forms"]["code"].fields["code"].label == "恢复码"
    assert "用恢复码确认" in asked.content.decode()
    page = client.get("/accounts/2fa/webauthn/reauthenticate/").content.decode()
    assert "使用恢复码" in page
