"""A signed pledge's page and its file."""

import hashlib
from datetime import timedelta

import pytest

from pledges.actions import review
from pledges.models import Document
from pledges.storage import document_store


def file_of(pledge):
    return f"/pledges/{pledge.pk}/document.pdf"


def newest(pledge):
    return Document.objects.filter(pledge=pledge).latest("revision")


def test_the_newest_file_is_given_byte_for_byte(client, liming, accepted):
    pledge = accepted()
    client.force_login(liming)
    response = client.get(file_of(pledge))
    digest = newest(pledge).sha256
    assert newest(pledge).revision == Document.Revision.ACCEPTED
    assert hashlib.sha256(response.content).hexdigest() == digest
    assert response["Content-Type"] == "application/pdf"
    assert response["ETag"] == f'"{digest}"'
    assert response["Content-Disposition"] == f'inline; filename="{pledge.number}.pdf"'
    assert response["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_it_can_be_kept_and_is_not_sent_twice(client, liming, signed):
    pledge = signed()
    client.force_login(liming)
    kept = client.get(file_of(pledge), {"download": "1"})
    assert kept["Content-Disposition"].startswith("attachment;")
    again = client.get(file_of(pledge), headers={"if-none-match": kept["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("liming", 200),
        ("chenjing", 200),
        ("zhoumin", 200),
        ("wuying", 200),
        ("wangfang", 404),
        ("admin", 404),
    ],
)
def test_only_its_owner_and_the_readers_get_it(client, request, signed, who, status):
    pledge = signed()
    client.force_login(request.getfixturevalue(who))
    assert client.get(file_of(pledge)).status_code == status


def test_a_stranger_signs_in_first_and_a_draft_has_no_file(client, liming, draft):
    pledge = draft()
    assert client.get(file_of(pledge))["Location"].startswith("/accounts/login/")
    client.force_login(liming)
    assert client.get(file_of(pledge)).status_code == 404


@pytest.mark.parametrize("trouble", [document_store.Missing, document_store.Corrupt])
def test_a_damaged_file_is_not_given_out(client, liming, signed, monkeypatch, caplog, trouble):
    pledge = signed()

    def fail(sha256):
        raise trouble(sha256)

    monkeypatch.setattr("pledges.verification.document_store.get", fail)
    client.force_login(liming)
    response = client.get(file_of(pledge))
    assert response.status_code == 503
    assert response["Content-Type"].startswith("text/html")
    assert str(pledge.pk) in caplog.text


def test_the_page_shows_what_was_signed_not_the_record_of_today(client, liming, signed):
    pledge = signed("personal-code")
    liming.name = "李新名"
    liming.save()
    client.force_login(liming)
    page = client.get(f"/pledges/{pledge.pk}/").content.decode()
    sheet = page[page.index("<article") : page.index("</article>")]
    assert "李明" in sheet and "李新名" not in sheet
    assert pledge.document_digest in page and newest(pledge).sha256 in page
    assert file_of(pledge) in page


def test_a_returned_pledge_leads_to_its_correction_and_back(client, liming, signed, chenjing, now):
    pledge = signed()
    correction = review.return_to_manager(
        pledge, actor=chenjing, at=now, reasons=[review.ClauseReason("请核对", "1.2.1")]
    )
    client.force_login(liming)
    page = client.get(f"/pledges/{pledge.pk}/").content.decode()
    assert f'href="/pledges/{correction.pk}/"' in page
    assert "请核对" in page and "一、2.（1）" in page


def test_the_path_of_what_is_not_in_force_says_so(client, liming, accepted, chenjing, now):
    pledge = accepted()
    client.force_login(liming)

    def last_step():
        page = client.get(f"/pledges/{pledge.pk}/").content.decode()
        return page[page.index('class="path"') : page.index("</ol>")].rsplit("<li", 1)[1]

    assert 'class="done"><span>生效</span>' in last_step()
    review.revoke(pledge, actor=chenjing, at=now, reason="岗位变动。")
    assert 'aria-current="step"><span>已撤销</span>' in last_step()


def test_a_revoked_pledge_tells_why(client, liming, accepted, chenjing, now):
    pledge = accepted()
    review.revoke(pledge, actor=chenjing, at=now + timedelta(days=2), reason="调离岗位")
    client.force_login(liming)
    assert "调离岗位" in client.get(f"/pledges/{pledge.pk}/").content.decode()
