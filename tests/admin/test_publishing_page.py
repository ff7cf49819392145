"""The page on which a version is published: what it asks, what it counts, what it refuses."""

from dataclasses import replace
from datetime import date

import pytest

from pledges.actions import templates
from pledges.core.languages import Localized
from pledges.models import Pledge, PledgeTemplate, Proposal, TemplateVersion, VersionStep
from tests.admin.conftest import TODAY

URL = "/admin/pledges/templateversion/"
TODAYS = TODAY.date().isoformat()
CHOSEN = {"kind": "material", "drafts": "moved", "effective_on": TODAYS}


@pytest.fixture
def made(version, chenjing, now):
    """The next version, of which only the term or the title differs."""

    def make(**changes):
        draft = templates.revise(version(), actor=chenjing, at=now)
        before = draft.definition()
        after = replace(before, change_note=Localized("说明", "Note"), **changes)
        base = templates.file_digest(before)
        return templates.save_draft(draft, after, actor=chenjing, at=now, base=base)

    return make


def page(client, version, data=None, name="publish", **options):
    address = f"{URL}{version.pk}/{name}/"
    return client.post(address, data, **options) if data is not None else client.get(address)


def stored(version):
    return TemplateVersion.objects.get(pk=version.pk)


def test_its_numbers_are_the_lists_behind_them(
    as_, chenjing, made, draft, signed, accepted, wangfang, zhaolei
):
    draft(), accepted(person=wangfang), signed(person=zhaolei), draft("contract")
    client, version = as_(chenjing), made(term_months=12)
    context = page(client, version).context
    assert (context["open_drafts"], context["in_force"]) == (1, 1)
    for count, address in (("open_drafts", "open_drafts_list"), ("in_force", "in_force_list")):
        listed = client.get(context[address]).context["cl"]
        assert listed.result_count == context[count]
    retiring = client.get(f"{URL}{version.pk}/retire/")
    assert retiring.status_code == 302  # a draft is not retired


def test_it_says_why_a_change_is_material_and_takes_no_other_word_for_it(as_, chenjing, made):
    client, version = as_(chenjing), made(term_months=12)
    assert page(client, version).context["binding"]
    refused = page(client, version, {**CHOSEN, "kind": "editorial"})
    assert refused.context["form"].non_field_errors()
    assert stored(version).status == "draft" and not VersionStep.objects.exists()


def test_the_effective_date_is_today_and_a_past_one_is_asked_about(as_, chenjing, made):
    client, version = as_(chenjing), made(term_months=12)
    form = page(client, version).context["form"]
    assert form["effective_on"].value() == TODAY.date() and not form.asks_about_the_past
    past = {**CHOSEN, "effective_on": "2026-11-01"}
    asked = page(client, version, past)
    assert asked.context["form"].errors["past"] and 'name="past"' in asked.content.decode()
    assert page(client, version, {**past, "past": "on"}).status_code == 302
    assert stored(version).effective_on == date(2026, 11, 1)


def test_what_was_chosen_is_kept_and_shown(as_, chenjing, wuying, made, told):
    client, version = as_(chenjing), made(term_months=12)
    until = {"drafts": "until", "drafts_until": "2026-12-10", "sign_again_by": "2026-12-31"}
    for wrong in ({"drafts_until": ""}, {"drafts_until": "2026-11-01"}, {"kind": ""}):
        assert page(client, version, {**CHOSEN, **until, **wrong}).context["form"].errors
    answer = page(client, version, {**CHOSEN, **until}, follow=True)
    assert told(answer)
    step = VersionStep.objects.get()
    assert (step.made_by, step.confirmed_by) == (chenjing, None)
    shown = as_(wuying).get(f"{URL}{version.pk}/change/").content.decode()
    assert "2026年12月10日" in shown and "2026年12月31日" in shown


def test_an_editorial_change_waits_for_a_second_officer_and_is_told_in_full(
    as_, chenjing, sunhao, made
):
    version = made(title=Localized("承诺书（修订）", "Pledge"))
    editorial = {**CHOSEN, "kind": "editorial"}
    page(as_(chenjing), version, editorial)
    assert stored(version).status == "draft"
    proposal = Proposal.objects.get(kind="editorial")
    address = f"/admin/pledges/proposal/{proposal.pk}/"
    shown = as_(sunhao).get(f"{address}change/").content.decode()
    assert str(version) in shown and "2026年11月26日" in shown
    as_(sunhao).post(f"{address}accept/")
    assert stored(version).status == "published"


def test_a_first_version_only_begins(as_, chenjing, version, now):
    definition = replace(version().definition(), slug="another")
    first, _new = templates.import_definition(definition, actor=chenjing, at=now)
    shown = page(as_(chenjing), first)
    assert list(shown.context["form"].fields) == ["effective_on", "past"]
    page(as_(chenjing), first, {"effective_on": TODAYS})
    assert stored(first).status == "published" and not VersionStep.objects.exists()


def test_retiring_says_what_becomes_of_drafts(as_, chenjing, draft, version):
    draft()
    shown = as_(chenjing).get(f"{URL}{version().pk}/retire/")
    assert (shown.context["open_drafts"], shown.context["moves_to"]) == (1, None)
    listed = as_(chenjing).get(shown.context["open_drafts_list"]).context["cl"]
    assert listed.result_count == 1


def test_a_draft_version_is_discarded_after_asking(as_, chenjing, wuying, made):
    version = made(term_months=12)
    assert page(as_(wuying), version, {}, name="discard").status_code == 403
    assert page(as_(chenjing), version, name="discard").status_code == 200
    page(as_(chenjing), version, {}, name="discard")
    assert not TemplateVersion.objects.filter(pk=version.pk).exists()
    assert PledgeTemplate.objects.filter(pk=version.template_id).exists()


def test_compliance_withdraws_with_a_reason_and_the_signer_is_told(
    as_, chenjing, wuying, signed, draft, liming, told
):
    pledge, fresh = signed(), draft("contract")
    for each in (pledge, fresh):
        address = f"/admin/pledges/pledge/{each.pk}/withdraw/"
        assert as_(wuying).get(address).status_code == 403
        assert (
            address
            in as_(chenjing).get(f"/admin/pledges/pledge/{each.pk}/change/").content.decode()
        )
        assert as_(chenjing).post(address, {"reason": " "}).context["form"].errors
        assert told(as_(chenjing).post(address, {"reason": "发错了人"}, follow=True))
    assert [each.status for each in Pledge.objects.all()] == ["withdrawn"]
    shown = as_(wuying).get(f"/admin/pledges/pledge/{pledge.pk}/change/").content.decode()
    assert "发错了人" in shown
    listed = as_(wuying).get("/admin/pledges/pledge/?state=withdrawn").context["cl"]
    assert listed.result_count == 1
