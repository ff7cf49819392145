"""Each page, mail and file speaks one language: no English is left in Chinese, nor the reverse."""

import csv
import io
import re

import pytest
from django.core import mail
from django.utils import timezone, translation

from pledges import notices
from pledges.actions import answers, preparing, review
from pledges.models import LedgerEntry, Person, TemplateVersion
from tests import baseline
from tests.visible import texts

pytestmark = pytest.mark.django_db

MINE = ("/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/logout/", "/none/")
OWN = {
    "": ("/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/"),
    "liming": (
        *MINE,
        *("/accounts/reauthenticate/", "/pledges/{draft}/", "/pledges/{draft}/?check=1"),
        *("/pledges/{signed}/", "/pledges/{accepted}/", "/pledges/{returned}/"),
        *("/pledges/{draft}/sign/{intent}/", "/verify/{accepted}/", "/verify/{returned}/"),
    ),
    "chenjing": (
        *("/admin/", "/admin/pledges/pledge/", "/admin/pledges/pledge/?state=all"),
        "/admin/pledges/pledge/{signed}/change/",
        *("/admin/pledges/pledge/{signed}/accept/", "/admin/pledges/pledge/{signed}/return/"),
        *("/admin/pledges/pledge/{accepted}/change/", "/admin/pledges/pledge/{accepted}/revoke/"),
        *("/admin/pledges/pledge/{returned}/change/", "/admin/pledges/pledge/{draft}/change/"),
        *("/admin/pledges/templateversion/", "/admin/pledges/templateversion/{version}/change/"),
        "/admin/pledges/templateversion/{version}/retire/",
        *("/admin/pledges/person/", "/admin/pledges/pledge/?q=zzz"),
    ),
    "zhoumin": ("/admin/", "/admin/pledges/pledge/", "/admin/pledges/pledge/{accepted}/change/"),
    "wuying": (
        *("/admin/", "/admin/pledges/ledgerentry/", "/admin/pledges/ledgerentry/{entry}/change/"),
        "/admin/pledges/person/{person}/change/",
    ),
    "admin": (
        *("/admin/", "/admin/pledges/person/", "/admin/pledges/person/add/"),
        *("/admin/pledges/person/{person}/change/", "/admin/pledges/organisation/1/change/"),
        *("/admin/pledges/department/", "/admin/pledges/department/add/"),
    ),
}
PAGES = [(username, page) for username, pages in OWN.items() for page in pages]

# Names of things, which are the same in every language, and what people entered.
NAMES = {
    *("Shounuo", "English", "Linux", "macOS", "Windows", "Asia", "Shanghai", "JavaScript"),
    *("file", "reading"),  # values of data attributes, which scripts read
    *baseline.CAST,
    *(word for name in baseline.ENGLISH.values() for word in name.split()),
    *("example", "Example", "Bank"),
}
ENGLISH_WORD = re.compile(r"[A-Za-z]{4,}")
NO_WORDS = re.compile(
    r"https?://\S+|/\S*|\S+@\S+|[\w.]*-[\w-]+|\w+:[\w-]+|\b[a-z]+(?:_[a-z]+)+\b|SHA-?256\S*"
)
HAN = re.compile("[\u3400-\u9fff]+")


@pytest.fixture
def kept(signed, accepted, chenjing, liming, now):
    """One pledge of each state, all of them liming's, by what pages call them."""
    returned = signed("contract")
    open_one = review.return_to_manager(
        returned,
        actor=chenjing,
        at=now,
        reasons=[review.Reason(clause="1.1.1", text="请写全称。")],
    )
    signed_one = signed("personal-code", reply_days="30")
    in_force = accepted("general-standards", satisfaction_target="80")
    intent = preparing.prepare(open_one, actor=liming, at=timezone.now())
    return {
        "draft": open_one.pk,
        "signed": signed_one.pk,
        "accepted": in_force.pk,
        "returned": returned.pk,
        "intent": intent.pk,
        "version": TemplateVersion.objects.get(template__slug="contract").pk,
        "entry": LedgerEntry.objects.order_by("-sequence").values_list("pk", flat=True)[0],
        "person": liming.pk,
    }


def english_in(text):
    return [word for word in ENGLISH_WORD.findall(NO_WORDS.sub(" ", text)) if word not in NAMES]


def test_the_search_finds_what_it_is_for():
    assert english_in("等待 review 的承诺书 CN-2026-000001，liming") == ["review"]
    page = '<html lang="en"><p title="题">one <b lang="zh-Hans">二</b></p><code>三</code>'
    assert texts(page, "en") == ["题", "one"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_speak_one_language(client, kept, language):
    found = []
    for username, page in PAGES:
        client.logout()
        client.cookies["django_language"] = language
        if username:
            client.force_login(Person.objects.get(username=username))
        address = page.format(**kept)
        html = client.get(address, follow=True).content.decode()
        assert f'<html lang="{language}"' in html, address
        for text in texts(html, language):
            if strange := strangers(text, language):
                found.append((username, page, strange, text[:80]))
    open(f"/tmp/tr/found-{language}.txt","w").write("\n".join(map(str,found)))
    assert not found


def strangers(text, language):
    if language == "zh-hans":
        return english_in(text)
    return [word for word in HAN.findall(text) if word not in CHINESE_NAMES]


CHINESE_NAMES = {
    "中文",
    *(word for person in baseline.CAST.values() for word in person[:1] + person[2:4]),
    "请写全称",
}
