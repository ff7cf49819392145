"""Staff enrol a second factor before anything else, where the setting says so."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import Group
from django.core.checks import run_checks
from django.urls import reverse
from django.utils import timezone

from pledges.actions import enrolling, enrolment
from pledges.models import Person
from tests import baseline
from tests.authenticator import Passkey

pytestmark = pytest.mark.django_db

INDEX = "/accounts/2fa/"


@pytest.fixture(autouse=True)
def _asked(settings):
    settings.STAFF_SECOND_FACTOR = True


def test_the_way_in_is_short_and_leads_on_to_the_page_that_was_wanted(client, chenjing, signed):
    wanted = f"/admin/pledges/pledge/{signed().pk}/change/"
    client.cookies["django_language"] = "en"
    typed = {"login": "chenjing", "password": baseline.PASSWORD}
    answer = client.post(f"/accounts/login/?next={wanted}", typed, follow=True)
    assert answer.redirect_chain[-1][0] == INDEX
    page = answer.content.decode()
    assert "Your role requires a second factor" in page
    assert 'href="/admin/"' not in page
    client.post("/accounts/reauthenticate/", {"password": baseline.PASSWORD})
    form = client.get("/accounts/2fa/totp/activate/").context["form"]
    code = code_of(form.secret)
    done = client.post("/accounts/2fa/totp/activate/", {"code": code}, follow=True)
    assert done.redirect_chain[-1][0] == "/accounts/2fa/recovery-codes/"
    assert f'href="{wanted}"' in done.content.decode()
    assert client.get(wanted).status_code == 200
    assert wanted not in client.get(INDEX).content.decode()


def code_of(secret):
    """What an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_a_role_granted_while_somebody_is_signed_in_takes_effect_with_the_next_request(
    client, liming
):
    Authenticator.objects.filter(user=liming).delete()
    client.force_login(liming)
    assert client.get("/").status_code == 200
    liming.groups.add(Group.objects.get(name="hr"))
    assert client.get("/")["Location"] == INDEX
    liming.groups.remove(Group.objects.get(name="hr"))
    assert client.get("/").status_code == 200


def test_recovery_codes_are_no_factor_and_the_last_factor_removed_counts_at_once(client, chenjing):
    client.force_login(chenjing)
    RecoveryCodes.activate(chenjing)
    assert client.get("/admin/")["Location"] == INDEX
    app = TOTP.activate(chenjing, baseline.totp_secret("chenjing")).instance
    assert client.get("/admin/").status_code == 200
    app.delete()
    assert client.get("/admin/")["Location"] == INDEX


def test_managers_and_strangers_are_not_held_up(client, liming):
    assert client.get("/accounts/login/").status_code == 200
    assert client.get("/verify/").status_code == 200
    Authenticator.objects.filter(user=liming).delete()
    client.force_login(liming)
    assert client.get("/").status_code == 200


def test_a_part_of_a_page_makes_the_whole_page_go(client, chenjing):
    client.force_login(chenjing)
    answer = client.get("/admin/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, INDEX)


@pytest.mark.parametrize("asked", [True, False])
def test_the_sign_in_page_says_so_where_it_is_off(client, settings, asked):
    settings.STAFF_SECOND_FACTOR = asked
    client.cookies["django_language"] = "en"
    page = client.get(reverse("account_login")).content.decode()
    assert ("can sign in without a second factor" in page) is not asked


@pytest.mark.parametrize("asked", [True, False])
def test_the_check_before_going_live_warns_where_it_is_off(settings, asked):
    settings.STAFF_SECOND_FACTOR = asked
    found = run_checks(tags=["security"], include_deployment_checks=True)
    assert ("shounuo.W020" in {each.id for each in found}) is not asked


def test_who_has_just_enrolled_an_app_is_not_asked_for_its_next_code(client, chenjing, signed):
    """The code that activated it has served, so they would wait for half a minute."""
    client.post("/accounts/login/", {"login": "chenjing", "password": baseline.PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": baseline.PASSWORD})
    form = client.get("/accounts/2fa/totp/activate/").context["form"]
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(form.secret)})
    step = client.get(f"/admin/pledges/pledge/{signed().pk}/accept/")
    assert "admin/confirm_identity.html" not in [used.name for used in step.templates]


def test_who_has_yet_to_be_met_is_told_how_to_go_on(client, chenjing, passkey):
    Person.objects.filter(pk=chenjing.pk).update(handover=Person.Handover.PASSWORD)
    client.force_login(Person.objects.get(pk=chenjing.pk))
    made = Passkey(rp_id=enrolment.party().id, origin=enrolment.party().origin)
    actor = Person.objects.get(pk=chenjing.pk)
    enrolling.register(made.register(), name="手机", actor=actor, at=timezone.now())
    page = client.get(INDEX).content.decode()
    assert "您的通行密钥正在等待他人确认" in page and "您的角色须先设置两步验证" not in page


def test_no_link_leads_back_to_where_they_are(client, chenjing):
    client.force_login(chenjing)
    page = client.get(INDEX).content.decode()
    assert "/accounts/sessions/" not in page and "/accounts/email/" not in page
