"""Tries at passwords and codes: who is braked, who is not, and what nobody learns from it."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges.actions import attempts
from pledges.actions.attempts import Account, What
from pledges.core import refusals
from pledges.models import Person, RequestCount
from pledges.notices import accounts
from pledges.proof.passkeys.ceremony import unbase64
from tests import baseline
from tests.serving import server, work_off
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.1"
SIGN_IN, RESET = "/accounts/login/", "/accounts/password/reset/"
LOCKED = "尝试次数过多"
NEW = "ochre-lantern-by-the-lake-3"


def sign_in(name="chenjing", password=baseline.PASSWORD, *, address=HERE, browser=None, **more):
    """Post the form; gives `in`, `wrong` or `locked`."""
    typed = {"login": name, "password": password}
    answer = (browser or Client()).post(SIGN_IN, typed, REMOTE_ADDR=address, **more)
    if answer.status_code == 302:
        return "in"
    return "locked" if LOCKED in answer.content.decode() else "wrong"


def lock(name="chenjing", *, address=HERE):
    assert [sign_in(name, "wrong", address=address) for _ in range(11)] == ["wrong"] * 10 + [
        "locked"
    ]


def time_passes(by: timedelta) -> None:
    RequestCount.objects.update(until=F("until") - by)


def mails(event):
    queued = DBTaskResult.objects.filter(task_path=accounts.send.module_path)
    return [each for each in queued if each.args_kwargs["args"][0] == event]


# --- What locks ----------------------------------------------------------------------------------
def test_an_account_is_locked_from_one_network_and_from_no_other():
    lock()
    assert sign_in() == "locked"
    assert sign_in(address=ELSEWHERE) == "in"
    assert sign_in("sunhao") == "in"
    time_passes(timedelta(minutes=15))
    assert sign_in() == "in"


def test_the_port_that_a_request_names_makes_no_difference(settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    ports = range(8001, 8015)
    answers = [sign_in(password="wrong", HTTP_HOST=f"localhost:{port}") for port in ports]
    assert answers == ["wrong"] * 10 + ["locked"] * 4


def test_what_a_person_is_called_makes_no_difference():
    names = ["chenjing", "chenjing@example.com", "CHENJING", " chenjing ", "ｃｈｅｎｊｉｎｇ"] * 2
    assert {sign_in(name, "wrong") for name in names} == {"wrong"}
    assert sign_in() == sign_in("chenjing@example.com") == "locked"


def test_a_name_of_nobody_is_counted_in_all_its_spellings():
    names = ["nobody", "NOBODY", "ｎｏｂｏｄｙ", " nobody", "NoBody"] * 2
    assert {sign_in(name, "wrong") for name in names} == {"wrong"}
    assert sign_in("nobody") == "locked" and sign_in("somebody") == "wrong"
    assert "nobody" not in "".join(RequestCount.objects.values_list("key", flat=True))


def test_right_passwords_are_not_counted():
    assert {sign_in() for _ in range(30)} == {"in"}
    assert {sign_in(password="wrong") for _ in range(9)} == {"wrong"}
    assert {sign_in() for _ in range(9)} == {"in"}


def test_a_network_that_tries_many_accounts_is_locked(settings):
    settings.ATTEMPTS_PER_NETWORK = 12
    assert {sign_in(f"nobody{each}", "wrong") for each in range(12)} == {"wrong"}
    assert sign_in() == sign_in("sunhao") == "locked"
    assert sign_in(address=ELSEWHERE) == "in"


def test_a_whole_network_of_version_six_is_one():
    answers = [sign_in(password="wrong", address=f"2001:db8::{each:x}") for each in range(11)]
    assert answers == ["wrong"] * 10 + ["locked"]
    assert sign_in(address="2001:db8::ffff") == "locked"
    assert sign_in(address="2001:db8:0:1::1") == "in"


@pytest.mark.parametrize(
    ("proxies", "locked"), [(0, True), (1, False)], ids=["no proxy", "behind a proxy"]
)
def test_only_our_own_proxies_say_where_a_request_came_from(settings, proxies, locked):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    answers = [
        sign_in(password="wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{each}") for each in range(11)
    ]
    assert (answers[-1] == "locked") == locked


def test_what_a_stranger_puts_before_our_proxy_is_not_believed(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for each in range(11):
        forwarded = f"203.0.113.{each}, {ELSEWHERE}"
        answer = sign_in(password="wrong", HTTP_X_FORWARDED_FOR=forwarded)
    assert answer == "locked"


# --- What slows -----------------------------------------------------------------------------------
def test_tries_from_everywhere_slow_an_account_down_and_do_not_lock_it(settings):
    settings.ATTEMPTS_PER_ACCOUNT = 6
    networks = iter(f"203.0.113.{each}" for each in range(1, 100))
    assert {sign_in(password="wrong", address=next(networks)) for _ in range(6)} == {"wrong"}
    # From now on one try at a time; what was not let in does not count as one.
    answers = [sign_in(password="wrong", address=ELSEWHERE) for _ in range(4 + 30)]
    assert answers == ["wrong"] * 4 + ["locked"] * 30
    assert sign_in(address=ELSEWHERE) == "locked"
    time_passes(timedelta(seconds=30))
    assert sign_in(address=ELSEWHERE) == "in"


def test_whoever_takes_every_turn_keeps_the_owner_out_of_no_new_browser(settings):
    settings.ATTEMPTS_PER_ACCOUNT = 6
    for each in range(1, 40):
        sign_in(password="wrong", address=f"203.0.113.{each % 9}")
    assert sign_in(password="wrong", address="203.0.113.1") == "locked"
    for _each in range(5):
        assert sign_in(address=ELSEWHERE) == "in"


def test_codes_have_no_tries_beside_the_pace(settings, liming):
    settings.ATTEMPTS_PER_ACCOUNT = 2
    answers = []
    for each in range(5):
        try:
            attempts.begin(
                What.CODE, Account.of(liming), address=f"203.0.113.{each}", at=timezone.now()
            )
            answers.append("judged")
        except refusals.TooManyAttempts:
            answers.append("locked")
    assert answers == ["judged"] * 3 + ["locked"] * 2


@pytest.mark.parametrize("what", ["password", "reset"])
def test_a_locked_network_leaves_no_row_for_the_names_that_it_types(settings, what):
    settings.ATTEMPTS_PER_NETWORK = settings.RESETS_PER_NETWORK = 3
    kept = []
    for each in range(9):
        if what == "password":
            sign_in(f"nobody-{each}", "wrong")
        else:
            answers_of(f"nobody-{each}@example.com")
        kept.append(RequestCount.objects.count())
    assert kept[2] == kept[-1] == 7


# --- Who passes -----------------------------------------------------------------------------------
@pytest.fixture
def known(db, settings):
    """The cookie of a browser in which Chen Jing signed in before."""
    browser = Client()
    assert sign_in(browser=browser) == "in"
    return browser.cookies[settings.KNOWN_BROWSER_COOKIE_NAME]


def with_cookie(value):
    browser = Client()
    browser.cookies["browser"] = value
    return browser


def test_a_browser_that_signed_in_before_is_not_locked_out(known):
    lock()
    assert sign_in(browser=with_cookie(known.value)) == "in"


def test_nor_is_it_slowed_down_or_locked_with_its_network(known, settings):
    settings.ATTEMPTS_PER_NETWORK = settings.ATTEMPTS_PER_ACCOUNT = 3
    for each in range(9):
        sign_in(password="wrong", address=f"203.0.113.{each}")
        sign_in(f"nobody{each}", "wrong")
    assert sign_in() == "locked"
    assert sign_in(browser=with_cookie(known.value)) == "in"


def test_it_has_tries_of_its_own_and_they_end(known):
    # Its own ten, then those of any browser here.
    tries = [sign_in(password="wrong", browser=with_cookie(known.value)) for _ in range(21)]
    assert tries == ["wrong"] * 20 + ["locked"]
    assert sign_in(browser=with_cookie(known.value)) == "locked"


@pytest.mark.parametrize(
    "bend", [lambda kept: kept[:-1] + ("a" if kept[-1] != "a" else "b"), str.upper]
)
def test_a_cookie_that_somebody_made_does_not_help(known, bend):
    lock()
    assert sign_in(browser=with_cookie(bend(known.value))) == "locked"


def test_anothers_cookie_does_not_help(known):
    lock("sunhao")
    assert sign_in("sunhao", browser=with_cookie(known.value)) == "locked"


def test_after_a_new_password_every_browser_is_a_new_one(known, chenjing):
    chenjing.set_password(NEW)
    chenjing.save()
    lock()
    assert sign_in(password=NEW, browser=with_cookie(known.value)) == "locked"


def test_a_passkey_passes_where_codes_are_locked(client, liming, passkey):
    key = passkey(liming)
    assert sign_in("liming", browser=client) == "in"
    page = reverse("mfa_authenticate")
    answers = [client.post(page, {"code": "000000"}).content.decode() for _ in range(11)]
    assert [LOCKED in answer for answer in answers] == [False] * 10 + [True]
    code = baseline.fresh_code(liming, timezone.now())
    assert LOCKED in client.post(page, {"code": code}).content.decode()
    assert len(mails("locked")) == 1
    asked = client.get(page).context["js_data"]["request_options"]["publicKey"]
    answer = json.dumps(key.answer(unbase64(asked["challenge"])))
    assert client.post(page, {"credential": answer}).status_code == 302
    assert client.session["_auth_user_id"] == str(liming.pk)


# --- The other doors ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("page", "field"),
    [("account_reauthenticate", "password"), ("account_change_password", "oldpassword")],
)
def test_who_finds_an_open_page_has_no_more_tries(client, liming, page, field):
    # Whoever has a second factor is asked for that, and not for the password.
    Authenticator.objects.filter(user=liming).delete()
    client.force_login(liming)
    typed = {field: "wrong", "password1": NEW, "password2": NEW}
    answers = [client.post(reverse(page), typed).content.decode() for _ in range(11)]
    assert [LOCKED in answer for answer in answers] == [False] * 10 + [True]
    right = client.post(reverse(page), {**typed, field: baseline.PASSWORD})
    assert right.status_code == 200 and LOCKED in right.content.decode()


def test_a_code_confirms_as_often_as_anything_else(client, liming):
    client.force_login(liming)
    page = reverse("mfa_reauthenticate")
    answers = [client.post(page, {"code": "000000"}).content.decode() for _ in range(11)]
    assert [LOCKED in answer for answer in answers] == [False] * 10 + [True]


def test_a_code_lets_in_once_whatever_process_is_asked(liming):
    code = baseline.fresh_code(liming, timezone.now())
    answers = []
    for _ in range(2):
        browser = Client()
        assert sign_in("liming", browser=browser) == "in"
        answers.append(browser.post(reverse("mfa_authenticate"), {"code": code}).status_code)
        Authenticator.objects.update(last_used_at=None)
    assert answers == [302, 200]


# --- What the owner learns, and a stranger does not ----------------------------------------------
def test_the_owner_is_told_once_an_hour(chenjing, mailoutbox):
    lock()
    assert {sign_in(password="wrong") for _ in range(5)} == {"locked"}
    lock(address=ELSEWHERE)
    (queued,) = mails("locked")
    assert queued.args_kwargs["args"][1] == chenjing.pk
    time_passes(timedelta(hours=1))
    lock(address=ELSEWHERE)
    assert len(mails("locked")) == 2
    work_off()
    assert HERE in mailoutbox[0].body and mailoutbox[0].to == [chenjing.email]


def test_a_sign_in_from_a_new_browser_is_told(known, chenjing, mailoutbox):
    assert sign_in(browser=with_cookie(known.value)) == "in"
    assert len(mails("new_browser")) == 1
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0"
    assert sign_in(address=ELSEWHERE, HTTP_USER_AGENT=agent) == "in"
    assert len(mails("new_browser")) == 2
    work_off()
    assert "Edge, Windows" in mailoutbox[-1].body and ELSEWHERE in mailoutbox[-1].body


def test_a_wrong_password_makes_no_browser_known(settings):
    browser = Client()
    assert sign_in(password="wrong", browser=browser) == "wrong"
    assert settings.KNOWN_BROWSER_COOKIE_NAME not in browser.cookies


def test_the_second_factor_comes_before_a_browser_is_known(client, liming, settings):
    assert sign_in("liming", browser=client) == "in"
    assert settings.KNOWN_BROWSER_COOKIE_NAME not in client.cookies and not mails("new_browser")
    code = baseline.fresh_code(liming, timezone.now())
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert settings.KNOWN_BROWSER_COOKIE_NAME in client.cookies
    assert len(mails("new_browser")) == 1


def test_the_cookie_is_out_of_reach_of_scripts_and_says_no_name(known):
    assert known["httponly"] and known["samesite"] == "Lax" and known["max-age"]
    assert "chenjing" not in known.value


# What differs between two runs of the same: values, and names of cursors and savepoints.
VALUES = re.compile(r"""'[^']*'|\b\d+(?:\.\d+)?\b|\bNULL\b|"(?:_django_curs_|s\d)\w*\"""")


def statements(work):
    """The statements that `work` has the database run, without the values in them."""
    with CaptureQueriesContext(connection) as found:
        work()
    return [VALUES.sub("?", each["sql"]) for each in found]


def test_a_sign_in_asks_the_database_the_same_for_somebody_and_for_nobody():
    """The password is hashed either way, until it is not looked at any more."""
    for _ in range(12):
        somebody = statements(lambda: sign_in("chenjing", "wrong"))
        assert somebody == statements(lambda: sign_in("nobody", "wrong")) != []
    assert sign_in("chenjing") == sign_in("nobody") == "locked"


@pytest.mark.parametrize("name", ["chenjing", "{email}", "nobody", "nobody@example.com"])
def test_a_wrong_password_is_hashed_once_whoever_it_is_tried_for(name, chenjing, monkeypatch):
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, *given, **more: hashed.append(given) or encode(self, *given, **more),
    )
    assert sign_in(name.format(email=chenjing.email), "wrong") == "wrong"
    assert len(hashed) == 1


def test_an_address_signs_in_however_it_is_written(chenjing):
    Person.objects.filter(pk=chenjing.pk).update(email="Chen.Jing@Example.com")
    for typed in ("Chen.Jing@Example.com", "chen.jing@example.com", "CHEN.JING@EXAMPLE.COM"):
        assert sign_in(typed) == "in", typed


def answers_of(address):
    answer = Client().post(RESET, {"email": address}, REMOTE_ADDR=HERE)
    return answer.status_code, answer.headers.get("Location"), LOCKED in answer.content.decode()


def test_asking_for_a_reset_is_the_same_for_somebody_and_for_nobody(chenjing):
    for _ in range(5):
        answers = []
        somebody = statements(lambda into=answers: into.append(answers_of(chenjing.email)))
        nobody = statements(lambda into=answers: into.append(answers_of("nobody@example.com")))
        assert somebody == nobody and answers[0] == answers[1]
    queued = [each.args_kwargs for each in mails("password_reset")]
    wanted = [["password_reset", key, {}] for key in [chenjing.pk, None] * 3]
    assert sorted((each["args"] for each in queued), key=str) == sorted(wanted, key=str)
    assert {tuple(each["kwargs"]) for each in queued} == {("message_id",)}


# --- Asking for a new password -------------------------------------------------------------------
def test_many_anonymous_resets_take_no_count_away():
    lock()
    for each in range(420):
        Client().post(
            RESET, {"email": f"x{each}@example.com"}, REMOTE_ADDR=f"203.0.113.{each % 250}"
        )
    assert sign_in() == "locked"


def test_one_network_is_braked_and_others_are_not(settings):
    settings.RESETS_PER_NETWORK = 4
    for each in range(4):
        assert not answers_of(f"x{each}@example.com")[2]
    assert answers_of("x5@example.com")[2]
    answer = Client().post(RESET, {"email": "x6@example.com"}, REMOTE_ADDR=ELSEWHERE)
    assert answer.status_code == 302


def test_others_cannot_keep_the_owner_from_asking_nor_flood_their_mailbox(chenjing):
    for each in range(20):
        typed = {"email": chenjing.email}
        answer = Client().post(RESET, typed, REMOTE_ADDR=f"203.0.113.{each}")
        assert answer.status_code == 302
    assert len(mails("password_reset")) == 5
    assert answers_of(chenjing.email) == (302, reverse("account_reset_password_done"), False)


def link_in(mail):
    return re.search(r"https?://\S+/password/reset/key/\S+", mail.body)[0]


def test_a_link_is_made_when_it_is_sent_and_leads_to_our_own_address(
    settings, chenjing, mailoutbox
):
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL = ["*"], "https://pledges.example.com"
    Client().post(RESET, {"email": "ChenJing@example.com"}, HTTP_HOST="evil.example:8000")
    (queued,) = mails("password_reset")
    assert queued.args_kwargs["args"] == ["password_reset", chenjing.pk, {}]
    assert not mailoutbox
    work_off()
    (mail,) = mailoutbox
    assert link_in(mail).startswith("https://pledges.example.com/accounts/password/reset/key/")
    assert "evil" not in mail.body and mail.to == ["chenjing@example.com"]


def test_whoever_sets_a_new_password_begins_anew(chenjing, mailoutbox):
    lock()
    browser = Client()
    browser.post(RESET, {"email": chenjing.email})
    work_off()
    (mail,) = [each for each in mailoutbox if "/password/reset/key/" in each.body]
    form = browser.get(link_in(mail).removeprefix("http://localhost:8000"), follow=True)
    typed = {"password1": NEW, "password2": NEW}
    browser.post(form.redirect_chain[-1][0], typed)
    assert Person.objects.get(pk=chenjing.pk).check_password(NEW)
    assert sign_in(password=NEW) == "in"
    # The link has served.
    again = Client().get(link_in(mail).removeprefix("http://localhost:8000"))
    assert again.status_code == 200


def test_somebody_deactivated_meanwhile_gets_no_link(chenjing, mailoutbox):
    Client().post(RESET, {"email": chenjing.email})
    Client().post(RESET, {"email": "nobody@example.com"})
    Person.objects.filter(pk=chenjing.pk).update(is_active=False)
    work_off()
    assert not mailoutbox and not DBTaskResult.objects.failed()


# --- With real processes --------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_processes_and_machines_count_together():
    with server() as one, server() as other:
        found = [Visitor(each).sign_in("chenjing", "wrong") for each in (one, other) * 6]
        last = Visitor(one).sign_in("chenjing", baseline.PASSWORD)
    assert found == ["wrong"] * 10 + ["locked"] * 2
    assert last == "locked"


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_are_as_many_as_one_after_the_other():
    with server(workers=2, threads=4) as address, ThreadPoolExecutor(12) as people:
        visitors = [Visitor(address) for _ in range(24)]
        found = list(people.map(lambda each: each.sign_in("chenjing", "wrong"), visitors))
    assert sorted(found) == ["locked"] * 14 + ["wrong"] * 10
