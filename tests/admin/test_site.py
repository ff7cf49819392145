"""The admin site: who comes in, what is there, and that it keeps to the strict CSP."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from pledges import audit
from pledges.admin import words
from pledges.admin.base import AccessModelAdmin
from pledges.models import Pledge

LIST = "/admin/pledges/{}/"
# page: who may see it
PAGES = {
    "pledge": {"chenjing", "zhoumin", "wuying"},
    "templateversion": {"chenjing", "wuying"},
    "person": {"chenjing", "zhoumin", "wuying", "admin"},
    "department": {"chenjing", "zhoumin", "wuying", "admin"},
    "roster": {"zhoumin", "wuying", "admin"},
    "invitationrun": {"zhoumin", "admin"},
    "organisation": {"admin"},
    "ledgerentry": {"wuying"},
    "ledgercheckpoint": {"wuying"},
    "reading": {"wuying"},
    "acceptancebatch": {"chenjing", "wuying"},
    "signingtask": {"chenjing", "zhoumin", "wuying"},
    "paperpledge": {"chenjing", "zhoumin", "wuying"},
    "paperbatch": {"zhoumin"},
    "calendarday": {"chenjing", "zhoumin", "wuying", "admin"},
    "noticeswitch": {"chenjing", "zhoumin", "wuying", "admin"},
    "proposal": {"chenjing", "wuying", "admin"},
}
# Followed once, from where it was begun.
NOT_ON_THE_INDEX = {"invitationrun"}
BACK_OFFICE = ("chenjing", "zhoumin", "wuying", "admin")


def test_a_stranger_is_sent_to_the_one_sign_in(client, db):
    there = client.get("/admin/", follow=True)
    assert there.redirect_chain[-1][0].startswith(reverse("account_login"))
    straight = client.get("/admin/login/?next=/admin/pledges/pledge/")
    assert straight.url == f"{reverse('account_login')}?next=/admin/pledges/pledge/"


def test_a_manager_is_refused_and_not_sent_to_sign_in_again(as_, liming):
    for path in ("/admin/", LIST.format("pledge"), "/admin/pledges/pledge/export/"):
        assert as_(liming).get(path).status_code == 403


def test_somebody_deactivated_does_not_come_in(as_, chenjing):
    client = as_(chenjing)
    chenjing.is_active = False
    chenjing.save()
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("username", BACK_OFFICE)
@pytest.mark.parametrize("page", PAGES)
def test_each_role_sees_its_own_lists_and_no_other(as_, request, username, page):
    client = as_(request.getfixturevalue(username))
    allowed = username in PAGES[page]
    response = client.get(LIST.format(page), follow=True)
    assert response.status_code == (200 if allowed else 403)
    index = client.get("/admin/").content.decode()
    assert (LIST.format(page) in index) is (allowed and page not in NOT_ON_THE_INDEX)


def test_nothing_is_registered_that_does_not_follow_the_rules_of_access(db):
    assert set(PAGES) == {model._meta.model_name for model in admin.site._registry}
    for page in admin.site._registry.values():
        assert isinstance(page, AccessModelAdmin)
    assert not admin.site.is_registered(Group)


def test_django_permissions_open_nothing(as_, liming):
    liming.is_staff = liming.is_superuser = True
    liming.save()
    assert as_(liming).get(LIST.format("pledge")).status_code == 403


@pytest.mark.parametrize("path", ["/admin/password_change/", "/admin/password_change/done/"])
def test_the_password_is_changed_where_everybody_changes_it(as_, chenjing, path):
    assert as_(chenjing).get(path).url == reverse("account_change_password")


def test_signing_out_is_where_everybody_signs_out(as_, chenjing):
    assert as_(chenjing).get("/admin/logout/").url == reverse("account_logout")


@pytest.mark.parametrize("what", ["delete", "history"])
def test_there_are_no_pages_to_delete_or_for_djangos_own_log(as_, admin, accepted, what):
    assert as_(admin).get(f"/admin/pledges/person/{admin.pk}/{what}/").status_code in (302, 404)
    assert as_(admin).post(f"/admin/pledges/person/{admin.pk}/{what}/").status_code != 200
    admin.refresh_from_db()


@pytest.mark.parametrize(
    ("username", "paths"),
    [
        ("chenjing", ["/admin/", LIST.format("pledge"), LIST.format("templateversion")]),
        ("zhoumin", [LIST.format("pledge") + "?state=all", LIST.format("person")]),
        ("wuying", [LIST.format("ledgerentry"), LIST.format("ledgerentry") + "1/change/"]),
        ("admin", ["/admin/pledges/person/add/", "/admin/pledges/organisation/1/change/"]),
    ],
)
def test_pages_need_no_inline_script_or_style(as_, request, signed, username, paths):
    signed()
    client = as_(request.getfixturevalue(username))
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200
        html = response.content.decode()
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", html), path
        assert not re.search(r"<script(?![^>]*\bsrc=)", html), path
        assert "'unsafe" not in response["Content-Security-Policy"]


def test_the_first_page_counts_what_waits(as_, chenjing, signed, wangfang):
    signed()
    signed(person=wangfang, satisfaction_target="80")
    desk = as_(chenjing).get("/admin/").context["dashboard"]
    assert [figure.count for figure in desk][:3] == [2, 1, 0]
    assert Pledge.objects.awaiting_review().count() == 2


def test_every_event_of_the_ledger_has_words():
    assert set(words.EVENTS) == set(audit.EVENTS)
