"""The review page and its three steps, as compliance walks them."""

from datetime import timedelta

import pytest

from pledges import audit, issued_files
from pledges.actions import answers, people, preparing, review, signing
from pledges.core import refusals
from pledges.core.lifecycle import PledgeState, Role
from pledges.models import Document, LedgerEntry, Pledge
from pledges.rendering import page_images
from tests.cast import request_by_code


def url(pledge, step="change"):
    return f"/admin/pledges/pledge/{pledge.pk}/{step}/"


def reasons(*given):
    rows = {
        "reasons-TOTAL_FORMS": len(given),
        "reasons-INITIAL_FORMS": 0,
    }
    for number, (clause, text) in enumerate(given):
        rows |= {f"reasons-{number}-clause": clause, f"reasons-{number}-text": text}
    return rows


def state(pledge):
    return Pledge.objects.get(pk=pledge.pk).status


def test_the_page_shows_all_that_helps_to_judge(as_, chenjing, signed):
    pledge = signed(satisfaction_target="80")
    response = as_(chenjing).get(url(pledge))
    page = response.content.decode()
    digests = [document.sha256 for document in pledge.documents.all()]
    for said in (
        *("客户经理职业操守承诺书", pledge.number, "李明", "≥ 90 %", pledge.document_digest),
        *(pledge.content_digest, pledge.version.digest, f"/pledges/{pledge.pk}/document.pdf"),
        *digests,
    ):
        assert said in page
    assert [step.event for step in response.context["trail"]] == [
        str(step) for step in map(_event, audit.trail(pledge))
    ]
    assert len(response.context["trail"]) == 3
    assert response.context["trail"][-1].actor.startswith("李明")


@pytest.mark.parametrize("step", ["change", "accept", "return"])
def test_who_judges_reads_the_pages_of_the_very_file(as_, chenjing, signed, step):
    pledge = signed(satisfaction_target="80")
    client = as_(chenjing)
    response = client.get(url(pledge, step))
    page, file = response.content.decode(), pledge.documents.get()
    shown = response.context["pages"]
    assert len(shown) == len(page_images.sizes(issued_files.read(file), file.sha256)) > 1
    for each in shown:
        assert each.address == f"/pledges/{pledge.pk}/pages/{file.sha256}/{each.number}.png"
        assert each.address in page
        assert client.get(each.address)["Content-Type"] == "image/png"
    assert '<article class="sheet visually-hidden"' in page
    # The place of an unusual answer is one in the text, with a script and without.
    key = response.context["unusual"][0].clause
    assert f'href="?as=text#clause-{key}"' in page
    assert (
        '<article class="sheet"' in client.get(url(pledge, step), {"as": "text"}).content.decode()
    )


def test_where_no_page_can_be_drawn_the_text_is_judged(as_, chenjing, signed, monkeypatch):
    def refuse(*given, **options):
        raise refusals.TooBusy

    monkeypatch.setattr(page_images, "sizes", refuse)
    page = as_(chenjing).get(url(signed())).content.decode()
    assert '<article class="sheet"' in page and "data-pages-failed" in page
    assert "data-view" not in page


def _event(entry):
    from pledges.admin import words

    return words.event(entry.event)


def test_an_unusual_answer_stands_under_its_own_clause(as_, chenjing, signed):
    pledge = signed(satisfaction_target="80")
    response = as_(chenjing).get(url(pledge))
    (found,) = response.context["unusual"]
    outline = pledge.version.outline(pledge.language)
    clause = outline.find(found.clause)
    assert "satisfaction_target" in clause.text
    page = response.content.decode()
    within = page.split(f'id="clause-{found.clause}"', 1)[1].split('id="clause-', 1)[0]
    assert 'class="margin-note note-unusual"' in within
    assert page.count("margin-note") == 1


def test_markup_in_an_answer_stays_text(as_, chenjing, signed):
    pledge = signed("contract", service_name="</p><script>alert(1)</script>")
    page = as_(chenjing).get(url(pledge)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_earlier_pledge_is_compared_answer_by_answer(
    as_, chenjing, signed, liming, now, version
):
    first = signed(satisfaction_target="92.5")
    draft = review.return_to_manager(
        first, actor=chenjing, at=now + timedelta(hours=1), reasons=[review.ClauseReason("改")]
    )
    later = now + timedelta(days=1)
    answers.save(
        draft,
        actor=liming,
        at=later,
        typed={"satisfaction_target": "95"},
        revision=draft.answers_revision,
    )
    second = signing.sign(
        preparing.prepare(draft, actor=liming, at=later),
        actor=liming,
        at=later,
        request=request_by_code(at=later),
    )
    response = as_(chenjing).get(url(second))
    assert response.context["earlier"] == first
    changed = [(row.before, row.now) for row in response.context["compared"] if row.changed]
    assert changed == [("92.5 %", "95 %")]
    assert response.context["pledge"].corrects == first
    assert as_(chenjing).get(url(first)).context["corrected_by"] == second


def test_accepting_takes_a_confirmation_and_goes_on_to_the_next(
    as_, chenjing, signed, wangfang, told
):
    first, second = signed(), signed(person=wangfang)
    client = as_(chenjing)
    assert client.get(url(first, "accept")).status_code == 200
    assert state(first) == PledgeState.SIGNED
    response = client.post(url(first, "accept"), follow=True)
    assert state(first) == PledgeState.ACCEPTED
    assert response.redirect_chain[-1][0] == url(second)
    assert any(first.number in message for message in told(response))
    assert client.post(url(second, "accept")).url == "/admin/pledges/pledge/"


def test_a_double_click_accepts_once(as_, chenjing, signed):
    pledge = signed()
    client = as_(chenjing)
    for _click in range(2):
        assert client.post(url(pledge, "accept"), follow=True).status_code == 200
    assert LedgerEntry.objects.filter(event="pledge.accepted").count() == 1
    assert pledge.documents.filter(revision=Document.Revision.ACCEPTED).count() == 1


@pytest.mark.parametrize("step", ["accept", "return"])
def test_a_stale_page_is_told_and_nothing_happens_twice(
    as_, chenjing, sunhao, accepted, told, step
):
    pledge = accepted()
    before = LedgerEntry.objects.count()
    for page in (as_(sunhao).get, as_(sunhao).post):
        response = page(url(pledge, step), reasons(("", "晚了")), follow=True)
        assert response.redirect_chain[-1][0] == url(pledge)
        assert told(response)
    assert state(pledge) == PledgeState.ACCEPTED
    assert LedgerEntry.objects.count() == before


def test_returning_ties_reasons_to_clauses(as_, chenjing, signed):
    pledge = signed(satisfaction_target="80")
    client = as_(chenjing)
    form = client.get(url(pledge, "return")).context["reasons"]
    key = form[0].initial["clause"]
    assert "satisfaction_target" in pledge.version.outline("zh-hans").find(key).text
    given = reasons((key, "请不低于 90%。"), ("", "请与主管沟通。"), (key, "   "))
    client.post(url(pledge, "return"), given)
    assert state(pledge) == PledgeState.RETURNED
    kept = list(pledge.return_reasons.values_list("clause", "text"))
    assert kept == [(key, "请不低于 90%。"), ("", "请与主管沟通。")]
    new = Pledge.objects.get(corrects=pledge)
    assert new.status == PledgeState.DRAFT
    assert new.answers["satisfaction_target"] == "80"
    page = client.get(url(pledge)).content.decode()
    assert "note-returned" in page
    assert "请与主管沟通。" in page


def offered(form, *, without=()):
    """What the browser sends of the rows that the page offers, but for those left out."""
    sent = {"reasons-TOTAL_FORMS": len(form.forms), "reasons-INITIAL_FORMS": 0}
    for place, row in enumerate(form.forms):
        facts = {**row.initial, **({"chosen": ""} if place in without else {})}
        sent |= {f"reasons-{place}-{name}": value for name, value in facts.items() if value}
    return sent


def test_each_unusual_answer_is_offered_with_its_sentence_and_may_be_left_out(
    as_, chenjing, signed
):
    pledge = signed(satisfaction_target="80", complaint_response_hours="100")
    client = as_(chenjing)
    page = client.get(url(pledge, "return"), headers={"accept-language": "en"})
    form = page.context["reasons"]
    assert [row.initial["text"] for row in form if row.initial] == [
        "客户满意度目标填写为“80 %”。公司期望不低于 90 %。请修改。",
        "投诉首次答复时限填写为“100 小时”。公司期望不超过 24 小时。请修改。",
    ]
    none = client.post(url(pledge, "return"), offered(form, without=(0, 1)))
    assert none.status_code == 200 and state(pledge) == PledgeState.SIGNED
    client.post(url(pledge, "return"), offered(form, without=(1,)))
    (kept,) = pledge.return_reasons.all()
    assert (kept.clause, kept.text) == (form[0].initial["clause"], form[0].initial["text"])


@pytest.mark.parametrize(
    "given",
    [
        reasons(("", "")),
        reasons(("1.2.1", "   ")),
        reasons(("9.9.9", "没有这一条")),
        reasons(("", "长" * 2001)),
        {},
    ],
    ids=["none", "blank", "no such clause", "too long", "no form at all"],
)
def test_a_return_without_a_good_reason_is_refused_and_keeps_what_was_typed(
    as_, chenjing, signed, given
):
    pledge = signed()
    response = as_(chenjing).post(url(pledge, "return"), given)
    assert response.status_code == 200
    assert state(pledge) == PledgeState.SIGNED
    assert response.context["reasons"].total_error_count() > 0


def test_revoking_takes_a_reason(as_, chenjing, accepted, told):
    pledge = accepted()
    client = as_(chenjing)
    whole = {"reason": "离职。", "afterwards": "for-good"}
    for missing in ({"reason": "  "}, {"afterwards": ""}, {"afterwards": "never"}):
        assert client.post(url(pledge, "revoke"), {**whole, **missing}).status_code == 200
    assert state(pledge) == PledgeState.ACCEPTED
    response = client.post(url(pledge, "revoke"), whole, follow=True)
    assert state(pledge) == PledgeState.REVOKED
    assert "离职。" in response.content.decode() and "不再签署" in response.content.decode()
    pledge.refresh_from_db()
    assert pledge.revoked_for_good
    assert told(client.post(url(pledge, "revoke"), whole, follow=True))
    assert LedgerEntry.objects.filter(event="pledge.revoked").count() == 1


def test_nobody_judges_their_own(as_, admin, liming, signed, now):
    people.save_person(liming, actor=admin, at=now, roles=[Role.MANAGER, Role.COMPLIANCE])
    pledge = signed()
    page = as_(liming).get(url(pledge))
    assert page.status_code == 200
    for step in ("accept", "return"):
        assert url(pledge, step) not in page.content.decode()
        assert as_(liming).get(url(pledge, step)).status_code == 403
        assert as_(liming).post(url(pledge, step), reasons(("", "x"))).status_code == 403
    assert state(pledge) == PledgeState.SIGNED


@pytest.mark.parametrize("username", ["zhoumin", "wuying"])
def test_those_who_only_read_have_no_steps(as_, request, signed, username):
    pledge = signed()
    client = as_(request.getfixturevalue(username))
    page = client.get(url(pledge))
    assert page.status_code == 200
    for step in ("accept", "return", "revoke"):
        assert url(pledge, step) not in page.content.decode()
        assert client.post(url(pledge, step), reasons(("", "x"))).status_code == 403
    assert client.post(url(pledge)).status_code == 405


def test_an_administrator_sees_no_pledge(as_, admin, signed):
    pledge = signed()
    for step in ("change", "accept"):
        assert as_(admin).get(url(pledge, step)).status_code in (403, 404)


def test_what_is_no_pledge_is_not_found(as_, chenjing):
    for key in ("1", "x", "00000000-0000-0000-0000-000000000000"):
        assert as_(chenjing).get(f"/admin/pledges/pledge/{key}/change/").status_code == 404
