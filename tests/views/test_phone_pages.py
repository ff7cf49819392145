"""The QR code on one device, the page that it opens on the other, and who sees what of them."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from pledges.actions import pending, phones
from pledges.models import Organisation, PhoneLink, Session
from pledges.proof.passkeys.ceremony import Party, introduction_challenge
from pledges.views.accounts import site_name
from tests.authenticator import Passkey
from tests.fresh import prove

pytestmark = pytest.mark.django_db

ADD = reverse("mfa_add_phone")
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)


def browser(person=None, **headers):
    client = Client(headers=headers)
    client.cookies["django_language"] = "en"
    if person is not None:
        client.force_login(person)
        prove(client, person)
    return client


def text(answer):
    return answer.content.decode()


class Journey:
    """Li Ming's desk, and a phone in which nobody is signed in."""

    def __init__(self, first, settings):
        self.first, self.settings = first, settings
        self.desk, self.phone = browser(self.first.person), browser(**{"user-agent": IPHONE})

    def begin(self):
        answer = self.desk.post(ADD)
        self.link = PhoneLink.objects.latest("created_at")
        self.shown = reverse("mfa_phone", args=[self.link.pk])
        self.opened = reverse("phone", args=[self.link.pk, self.link.key()])
        return answer

    def register(self, client=None):
        party = Party.at(self.settings.PUBLIC_URL)
        made = Passkey(rp_id=party.id, origin=party.origin)
        answer = json.dumps(made.register(self.link.challenge()))
        return (client or self.phone).post(self.opened, {"credential": answer}, follow=True)

    @property
    def waiting(self):
        (found,) = pending.waiting(self.first.person, timezone.now())
        return found

    def confirm(self, number, client=None):
        vouched = self.first.answer(introduction_challenge(self.waiting.digest))
        sent = {"assertion": json.dumps(vouched), "number": number}
        page = reverse("mfa_confirm_passkey", args=[self.waiting.digest])
        return (client or self.desk).post(page, sent, follow=True)


@pytest.fixture
def journey(passkey, liming, settings):
    first = passkey(liming)
    first.person = liming
    return Journey(first, settings)


def test_from_the_code_on_the_screen_to_a_phone_that_signs(journey):
    assert journey.begin().url == journey.shown
    page = text(journey.desk.get(journey.shown))
    assert journey.settings.PUBLIC_URL + journey.opened in page and "<svg" in page
    opened = text(journey.phone.get(journey.opened))
    assert "李明" in opened and pending.waiting(journey.first.person, timezone.now()) == []
    done = text(journey.register())
    number = journey.waiting.record.number
    assert number in done and "Safari on iPhone" in done
    asked = text(journey.desk.get(journey.shown))
    assert "Safari on iPhone" in asked and number not in asked
    answer = journey.confirm(number)
    assert answer.redirect_chain[-1][0] == journey.shown
    assert "You can now sign documents on your phone" in text(answer)
    assert "You can now sign on this phone" in text(journey.phone.get(journey.opened))


def test_the_phone_is_told_whose_site_it_is_as_every_device_is(journey):
    journey.begin()
    options = journey.phone.get(journey.opened).context["options"]
    party = Party.at(journey.settings.PUBLIC_URL)
    with translation.override("en"):
        assert options["rp"] == {"id": party.id, "name": site_name()}
        assert str(Organisation.current()) in site_name()


def test_a_second_phone_of_the_same_make_has_a_name_of_its_own(journey):
    for name in ("Safari on iPhone", "Safari on iPhone 2"):
        journey.begin()
        journey.register(browser(**{"user-agent": IPHONE}))
        assert journey.waiting.record.name == name
        journey.confirm(journey.waiting.record.number)


def test_opening_the_link_uses_nothing_up_and_signs_nobody_in(journey):
    journey.begin()
    for _each in range(3):
        answer = journey.phone.get(journey.opened)
        assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    journey.register()
    assert journey.phone.get("/").status_code == 302
    assert not Session.objects.filter(session_key=journey.phone.session.session_key).exclude(
        person_id=None
    )


def test_the_number_is_shown_to_the_browser_alone_that_registered(journey):
    journey.begin()
    journey.register()
    number = journey.waiting.record.number
    for other in (browser(), journey.desk):
        answer = other.get(journey.opened)
        assert answer.status_code == 404 and number not in text(answer)
    assert journey.register(browser()).status_code == 404
    assert number in text(journey.phone.get(journey.opened))


def test_nobody_elses_window_shows_or_confirms_it(journey, wangfang, liming):
    journey.begin()
    for other in (browser(wangfang), browser(liming)):
        assert other.get(journey.shown).url == ADD
    assert browser().get(journey.shown).status_code == 302
    journey.register()
    number = journey.waiting.record.number
    answer = journey.confirm(number, browser(wangfang))
    assert "no longer awaiting confirmation" in text(answer)
    # In another session of one's own the ordinary page asks for the number as well.
    page = text(browser(liming).get(reverse("mfa_confirm_passkey", args=[journey.waiting.digest])))
    assert 'name="number"' in page and number not in page
    digest = journey.waiting.digest
    journey.confirm(number, browser(liming))
    assert phones.is_enrolled(digest, liming)


def test_a_wrong_number_is_said_and_the_third_removes_the_phone(journey):
    journey.begin()
    journey.register()
    wrong = f"{(int(journey.waiting.record.number) + 1) % 10_000:04}"
    for _each in range(2):
        answer = journey.confirm(wrong)
        assert answer.status_code == 422 and 'role="alert"' in text(answer)
        assert 'name="number"' in text(answer)
    assert "A wrong number was entered three times" in text(journey.confirm(wrong))
    assert "has been removed" in text(journey.desk.get(journey.shown))
    assert "no longer valid" in text(journey.phone.get(journey.opened))


@pytest.mark.parametrize("key", ["x", "another"])
def test_another_key_and_another_id_are_answered_alike(journey, key):
    journey.begin()
    unknown = reverse("phone", args=["00000000-0000-4000-8000-000000000000", journey.link.key()])
    wrong = reverse("phone", args=[journey.link.pk, key])
    pages = [journey.phone.get(address) for address in (unknown, wrong)]
    assert [page.status_code for page in pages] == [404, 404]
    assert "李明" not in text(pages[0]) + text(pages[1])


@pytest.mark.parametrize("sent", ["", "{", "[]", '{"id": 1}', json.dumps({"id": "AAAA"})])
def test_what_no_browser_sends_is_refused_and_the_link_still_works(journey, sent):
    journey.begin()
    answer = journey.phone.post(journey.opened, {"credential": sent})
    assert answer.status_code == 422 and 'role="alert"' in text(answer)
    assert "Enter this number" in text(journey.register())


def test_the_log_has_no_link_that_is_still_open(journey, caplog):
    journey.begin()
    journey.phone.post(journey.opened, {"credential": "{"})
    said = caplog.text  # of a record that has been through the site's own handler
    assert f"Unprocessable Entity: /phone/{journey.link.pk}/…/" in said
    assert journey.link.key() not in said
    assert "Enter this number" in text(journey.register())


def test_signing_out_at_the_desk_ends_the_link(journey):
    journey.begin()
    journey.desk.post(reverse("account_logout"))
    assert journey.phone.get(journey.opened).status_code == 404
    assert journey.register().status_code == 404
    assert pending.waiting(journey.first.person, timezone.now()) == []


def test_a_code_is_made_by_who_has_just_proved_who_they_are(journey):
    prove(journey.desk, journey.first.person, seconds_ago=601)
    assert "reauthenticate" in journey.desk.post(ADD).url
    assert not PhoneLink.objects.exists()


def test_the_page_that_asks_again_is_told_when_nothing_is_new(journey):
    journey.begin()
    seen = journey.shown + "?seen=open"
    assert journey.desk.get(seen).status_code == 204
    journey.register()
    assert journey.desk.get(seen).status_code == 200
    assert journey.phone.get(journey.opened + "?seen=registered").status_code == 204


def test_who_has_no_passkey_is_told_what_comes_first(liming):
    page = browser(liming).get(ADD)
    assert (
        reverse("mfa_add_webauthn") in text(page)
        and "<form method" not in text(page).split('id="phone"')[1].split("</section>")[0]
    )
    assert browser(liming).post(ADD).status_code == 422


def test_too_many_codes_are_said_calmly(journey):
    for _each in range(phones.MAX_LINKS):
        journey.begin()
    assert "Too many attempts" in text(journey.desk.post(ADD))


def test_ones_own_list_leads_there(journey):
    assert ADD in text(journey.desk.get(reverse("mfa_list_webauthn")))
