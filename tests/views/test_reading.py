"""A signed pledge's page and its file."""

import hashlib
import html
import re
from datetime import timedelta
from urllib.parse import quote

import pytest

from pledges.actions import review, templates
from pledges.core.lifecycle import PledgeState
from pledges.models import Document, Organisation
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
    name = quote(f"承诺书-通用准则型-李明-{pledge.number}.pdf")
    told = f"inline; filename=\"{pledge.number}.pdf\"; filename*=UTF-8''{name}"
    assert response["Content-Disposition"] == told
    assert response["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_it_can_be_kept_and_is_not_sent_twice(client, liming, signed):
    pledge = signed()
    client.force_login(liming)
    kept = client.get(file_of(pledge), {"download": "1"})
    assert kept["Content-Disposition"].startswith("attachment;")
    assert quote(f"-{pledge.number}-公司未确认.pdf") in kept["Content-Disposition"]
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

    monkeypatch.setattr("pledges.issued_files.document_store.get", fail)
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


def test_the_separate_proof_is_called_after_its_file(client, liming, accepted):
    pledge = accepted()
    client.force_login(liming)
    told = client.get(f"/pledges/{pledge.pk}/proof.json")["Content-Disposition"]
    assert told.startswith(f'attachment; filename="{pledge.number}.proof.json"')
    assert quote(f"李明-{pledge.number}.proof.json") in told


# --- The whole document ---------------------------------------------------------------------------
def sheet_of(client, pledge):
    page = client.get(f"/pledges/{pledge.pk}/").content.decode()
    return page[page.index("<article") : page.index("</article>")]


def boxes(sheet):
    """What stands in the two boxes: the words of each, and how many lines and letters it has."""
    found = re.findall(r'<figure class="sheet-box">(.*?)</figure>', sheet, re.DOTALL)
    label = re.compile(r'aria-label="([^"]*)"')
    return [("".join(label.findall(each)), each.count("<path")) for each in found]


def test_the_sheet_ends_as_the_file_does(client, liming, signed, chenjing, now):
    pledge = signed()
    client.force_login(liming)
    waiting = sheet_of(client, pledge)
    assert pledge.signature.consent_text in html.unescape(waiting)
    (signature, drawn), company = boxes(waiting)
    assert signature == "承诺人签名、签订日期：李明，签订日期：2026年11月23日"
    # Two strokes, the name, the label and the date.
    assert drawn == 2 + len("李明") + len("签订日期：2026年11月23日")
    assert company == ("", 0)
    review.accept(pledge, actor=chenjing, at=now + timedelta(days=1))
    own, (stamp, lines) = boxes(sheet_of(client, pledge))
    assert own == (signature, drawn)
    assert stamp.startswith("公司确认：电子确认，自签订之日起生效，编号 " + pledge.number)
    assert "2026年11月24日" in stamp and lines > 30


def test_a_box_that_cannot_be_drawn_is_told_in_words(client, liming, accepted, monkeypatch, caplog):
    pledge = accepted()
    monkeypatch.setattr("pledges.proof.pdf.appearances.MAX_UNPACKED", 10)
    client.force_login(liming)
    sheet = sheet_of(client, pledge)
    assert "<svg" not in sheet and "电子确认<br>自签订之日起生效<br>编号" in sheet
    assert "李明<br>签订日期：2026年11月23日" in sheet
    assert str(pledge.pk) in caplog.text


def test_officers_see_it_to_its_end_too(client, chenjing, accepted):
    pledge = accepted()
    client.force_login(chenjing)
    page = client.get(f"/admin/pledges/pledge/{pledge.pk}/change/").content.decode()
    assert len(boxes(page)) == 2 and all(lines for _label, lines in boxes(page))


# --- When it takes effect, and what comes next ----------------------------------------------------
STANDING = {
    PledgeState.SIGNED: "确认后，承诺书自签订之日（2026年11月23日）起生效；如被退回，则自始不生效",
    PledgeState.ACCEPTED: "确认，承诺书自签订之日（2026年11月23日）起生效",
    PledgeState.RETURNED: "退回，承诺书自始不生效",
    PledgeState.REVOKED: "自签订之日（2026年11月23日）起生效，已于2026年11月25日",
}


@pytest.fixture
def at_state(signed, chenjing, now):
    def make(state):
        pledge, later = signed(), now + timedelta(days=1)
        if state == PledgeState.RETURNED:
            reasons = [review.ClauseReason("请核对")]
            review.return_to_manager(pledge, actor=chenjing, at=later, reasons=reasons)
        elif state != PledgeState.SIGNED:
            review.accept(pledge, actor=chenjing, at=later)
        if state == PledgeState.REVOKED:
            review.revoke(pledge, actor=chenjing, at=now + timedelta(days=2), reason="调离")
        return pledge

    return make


@pytest.mark.parametrize("state", STANDING)
def test_every_state_says_since_when_it_is_in_effect(client, liming, at_state, state):
    pledge = at_state(state)
    client.force_login(liming)
    assert STANDING[state] in client.get(f"/pledges/{pledge.pk}/").content.decode()


def actions(client, pledge):
    """The one button in the accent, and the others."""
    page = client.get(f"/pledges/{pledge.pk}/").content.decode()
    part = page[page.index('class="actions"') :]
    part = part[: part.index("</div>")]
    links = re.findall(r'class="btn (btn-\w+)" href="([^"]*)">([^<]*)<', part)
    primary = [(href, words) for look, href, words in links if look == "btn-primary"]
    assert len(primary) == 1
    return primary[0], [href for look, href, _ in links if look != "btn-primary"]


def test_after_a_signing_the_next_one_waits_or_the_way_leads_back(client, liming, signed, draft):
    first = signed()
    client.force_login(liming)
    (href, words), others = actions(client, first)
    assert (href, words) == ("/", "返回我的承诺书")
    soon, late = draft("contract"), draft("personal-code")
    type(late).objects.filter(pk=late.pk).update(due_on="2026-12-24")
    (href, words), others = actions(client, first)
    assert (href, words) == (f"/pledges/{late.pk}/", "签署下一份（还有 2 份）")
    assert "/" in others and file_of(first) + "?download=1" in others
    type(soon).objects.filter(pk=soon.pk).update(due_on="2026-12-01")
    assert actions(client, first)[0][0] == f"/pledges/{soon.pk}/"


def test_what_can_no_longer_be_signed_is_not_the_next(client, liming, signed, draft, chenjing, now):
    first, other = signed(), draft("contract")
    templates.retire(other.version, actor=chenjing, at=now)
    client.force_login(liming)
    assert actions(client, first)[0][0] == "/"


def test_in_force_the_document_is_what_to_take_and_returned_the_correction(
    client, liming, at_state, draft
):
    client.force_login(liming)
    accepted = at_state(PledgeState.ACCEPTED)
    draft("contract")
    assert actions(client, accepted)[0][0] == file_of(accepted) + "?download=1"


def test_a_returned_one_leads_to_its_correction(client, liming, at_state, draft):
    client.force_login(liming)
    returned = at_state(PledgeState.RETURNED)
    draft("contract")
    assert actions(client, returned)[0] == (
        f"/pledges/{returned.corrected_by.pk}/",
        "修改并重新签署",
    )


def test_whom_to_ask_stands_there_once_somebody_has_said_it(client, liming, signed):
    pledge = signed()
    client.force_login(liming)
    assert "有疑问，请联系" not in client.get(f"/pledges/{pledge.pk}/").content.decode()
    Organisation.objects.update(pledge_contact="合规部 <8> 021-5555, compliance@example.com")
    page = client.get(f"/pledges/{pledge.pk}/").content.decode()
    assert "有疑问，请联系" in page and "合规部 &lt;8&gt; 021-5555" in page
    assert '<a href="mailto:compliance@example.com">' in page
