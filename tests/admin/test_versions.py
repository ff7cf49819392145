"""Template versions in the admin: preview, editing a draft, publishing, retiring, the next one."""

from datetime import date
from decimal import Decimal

import pytest

from pledges.actions import templates
from pledges.core.lifecycle import VersionState
from pledges.core.template.blanks import Range
from pledges.models import LedgerEntry, Organisation, TemplateVersion

URL = "/admin/pledges/templateversion/"
CHOSEN = {"kind": "material", "drafts": "moved", "effective_on": "2026-11-26"}


@pytest.fixture
def next_version(version, chenjing, now):
    return templates.revise(version(), actor=chenjing, at=now)


@pytest.fixture
def typed(as_, chenjing, next_version):
    """What the browser sends when the form is saved as it came, with `changes`."""

    def values(**changes):
        form = as_(chenjing).get(f"{URL}{next_version.pk}/edit/").context["form"]
        sent = {field.html_name: field.value() for field in form}
        sent = {name: "" if value is None else str(value) for name, value in sent.items()}
        note = {"change_note_zh": "放宽办结时限。", "change_note_en": "Longer to resolve."}
        return {**sent, **note, **changes}

    return values


def stored(version):
    return TemplateVersion.objects.get(pk=version.pk)


def test_a_version_is_shown_as_its_sheet_with_lines_for_blanks(as_, wuying, version):
    shown = version()
    page = as_(wuying).get(f"{URL}{shown.pk}/change/").content.decode()
    assert page.count(">未填</span>") == 7
    assert "≥ 90 %" in page
    assert shown.digest in page
    english = as_(wuying).get(f"{URL}{shown.pk}/change/?language=en").content.decode()
    assert shown.title_en in english.replace("&#x27;", "'")


def test_who_only_reads_has_no_buttons_and_no_way(as_, wuying, version):
    shown = version()
    page = as_(wuying).get(f"{URL}{shown.pk}/change/").content.decode()
    for step in ("edit", "publish", "retire", "revise"):
        assert f"{URL}{shown.pk}/{step}/" not in page
        assert as_(wuying).post(f"{URL}{shown.pk}/{step}/").status_code == 403
    assert stored(shown).status == VersionState.PUBLISHED


def test_the_next_version_begins_as_a_copy_once(as_, chenjing, version):
    current = version()
    for _click in range(2):
        response = as_(chenjing).post(f"{URL}{current.pk}/revise/")
    draft = TemplateVersion.objects.get(template=current.template, status=VersionState.DRAFT)
    assert response.url == f"{URL}{draft.pk}/edit/"
    assert draft.number == current.number + 1
    assert draft.definition().content() == current.definition().content()
    assert LedgerEntry.objects.filter(event="version.drafted").count() == 1


def test_ranges_are_changed_in_a_form(as_, chenjing, next_version, typed):
    changes = {
        "complaint_resolution_days__expected_maximum": "7",
        "satisfaction_target__expected_minimum": "",
        "pledgor_type__expected_option": "",
    }
    response = as_(chenjing).post(f"{URL}{next_version.pk}/edit/", typed(**changes))
    assert response.status_code == 302
    draft = stored(next_version)
    assert draft.blank("complaint_resolution_days").expected == Range(maximum=Decimal(7))
    assert draft.blank("complaint_resolution_days").hard == Range(Decimal(1), Decimal(60))
    assert draft.blank("satisfaction_target").expected == Range()
    assert draft.blank("pledgor_type").expected_option == ""
    assert draft.change_note_zh == "放宽办结时限。"


def test_saving_unchanged_changes_only_what_was_typed(as_, chenjing, next_version, typed):
    before = next_version.definition()
    as_(chenjing).post(f"{URL}{next_version.pk}/edit/", typed())
    after = stored(next_version).definition()
    assert after.content() == before.content()
    assert after.effective_on == before.effective_on


def test_a_term_is_set_shown_and_kept_for_the_version_after(as_, chenjing, next_version, typed):
    as_(chenjing).post(f"{URL}{next_version.pk}/edit/", typed(term_months="12"))
    draft = stored(next_version)
    assert draft.term_months == 12
    page = as_(chenjing).get(f"{URL}{draft.pk}/change/").content.decode()
    assert "自签订之日起 12 个月" in page and "本承诺书自签订之日起" in page
    form = as_(chenjing).get(f"{URL}{draft.pk}/edit/").context["form"]
    assert form["term_months"].value() == 12
    for wrong in ("0", "601", "x", "1.5"):
        answer = as_(chenjing).post(f"{URL}{draft.pk}/edit/", typed(term_months=wrong))
        assert answer.context["form"].errors["term_months"]


def test_a_fault_in_the_text_is_shown_at_its_text_and_line(as_, chenjing, next_version, typed):
    source = next_version.source_zh.replace("（3）", "（5）", 1)
    line = next(
        number for number, text in enumerate(source.split("\n"), 1) if text.startswith("（5）")
    )
    response = as_(chenjing).post(f"{URL}{next_version.pk}/edit/", typed(source_zh=source))
    assert response.status_code == 200
    first = response.context["form"].errors["source_zh"][0]
    assert str(line) in first
    assert "（3）" in first
    assert "source_en" not in response.context["form"].errors
    assert stored(next_version).source_zh == next_version.source_zh
    assert "（5）" in response.content.decode()


def test_an_impossible_range_and_a_missing_text_are_refused(as_, chenjing, next_version, typed):
    address = f"{URL}{next_version.pk}/edit/"
    crossed = typed(satisfaction_target__hard_minimum="80", satisfaction_target__hard_maximum="70")
    for wrong in (
        crossed,
        typed(source_en=""),
        typed(source_zh="一、{{unknown}}"),
        typed(change_note_zh=""),
        typed(effective_on="32.13.2026"),
        typed(satisfaction_target__hard_minimum="x"),
    ):
        response = as_(chenjing).post(address, wrong)
        assert response.status_code == 200
        assert response.context["form"].errors
    assert stored(next_version).blank("satisfaction_target").hard.minimum == 0


@pytest.mark.parametrize(
    ("bounds", "field"),
    [
        ({"hard_minimum": "80", "hard_maximum": "70"}, "hard_minimum"),
        ({"expected_minimum": "80", "expected_maximum": "70"}, "expected_minimum"),
        ({"expected_minimum": "80", "hard_maximum": "70"}, "expected_minimum"),
        ({"expected_maximum": "60", "hard_minimum": "70"}, "expected_maximum"),
    ],
)
def test_bounds_that_leave_no_answer_are_named_at_their_field(
    as_, chenjing, next_version, typed, bounds, field
):
    empty = dict.fromkeys(
        f"{whose}_{end}" for whose in ("hard", "expected") for end in ("minimum", "maximum")
    )
    sent = {f"satisfaction_target__{name}": value or "" for name, value in (empty | bounds).items()}
    form = as_(chenjing).post(f"{URL}{next_version.pk}/edit/", typed(**sent)).context["form"]
    (said,) = form.errors.pop(f"satisfaction_target__{field}")
    assert all(f"({bound})" in said or f"（{bound}）" in said for bound in bounds.values())
    assert not form.errors


def test_two_editors_do_not_overwrite_each_other(as_, chenjing, sunhao, next_version, typed):
    address = f"{URL}{next_version.pk}/edit/"
    mine, theirs = typed(title_zh="甲"), typed(title_zh="乙")
    assert as_(sunhao).post(address, theirs).status_code == 302
    assert as_(chenjing).post(address, mine).status_code == 200
    assert stored(next_version).title_zh == "乙"


def test_publishing_is_confirmed_and_happens_once(as_, chenjing, next_version, typed, version):
    current = version()
    client = as_(chenjing)
    assert client.get(f"{URL}{next_version.pk}/publish/").status_code == 200
    assert stored(next_version).status == VersionState.DRAFT
    client.post(f"{URL}{next_version.pk}/edit/", typed())
    for _click in range(2):
        client.post(f"{URL}{next_version.pk}/publish/", CHOSEN, follow=True)
    published = stored(next_version)
    assert published.status == VersionState.PUBLISHED
    assert published.published_by == chenjing
    assert stored(current).status == VersionState.PUBLISHED
    entries = LedgerEntry.objects.filter(event="version.published", actor_id=chenjing.pk)
    assert entries.count() == 1


def test_a_character_without_a_glyph_stops_publishing(as_, chenjing, next_version, typed):
    client = as_(chenjing)
    saved = client.post(f"{URL}{next_version.pk}/edit/", typed(subtitle_zh="\U00013000型"))
    assert saved.status_code == 302
    response = client.post(f"{URL}{next_version.pk}/publish/", CHOSEN, follow=True)
    assert stored(next_version).status == VersionState.DRAFT
    assert "U+13000" in response.context["form"].non_field_errors()[0]


def test_retiring_is_confirmed(as_, chenjing, version, told):
    current = version()
    client = as_(chenjing)
    assert client.get(f"{URL}{current.pk}/retire/").status_code == 200
    assert stored(current).status == VersionState.PUBLISHED
    client.post(f"{URL}{current.pk}/retire/")
    assert stored(current).status == VersionState.RETIRED
    assert told(client.post(f"{URL}{current.pk}/retire/", follow=True))


def test_a_published_version_has_no_form(as_, chenjing, version, typed):
    current = version()
    response = as_(chenjing).post(f"{URL}{current.pk}/edit/", typed(title_zh="改"))
    assert response.status_code == 302
    assert stored(current).title_zh == current.title_zh
    assert stored(current).effective_on == date(2026, 11, 1) or stored(current).effective_on


def test_unknown_versions_are_not_found(as_, chenjing):
    for key in ("999999", "x", "9" * 30):
        assert as_(chenjing).get(f"{URL}{key}/change/").status_code == 404
    assert as_(chenjing).get(f"{URL}999999/edit/").status_code == 404


def test_how_long_pledges_are_kept_is_set_by_compliance_and_told(
    as_, chenjing, wuying, version, told
):
    Organisation.objects.update(two_people=False)
    shown = version("contract")
    url, overview = f"{URL}{shown.pk}/retention/", f"{URL}{shown.pk}/change/"
    done = as_(chenjing).post(url, {"retention_years": "7"}, follow=True)
    assert done.redirect_chain[-1][0] == overview and len(told(done)) == 1
    assert 'value="7"' in done.content.decode()
    as_(chenjing).post(url, {"retention_years": "7"})
    entry = LedgerEntry.objects.get(event="template.retention_set")
    assert '"after":7' in entry.leaf and '"before":10' in entry.leaf
    for wrong in ("0", "101", "many", ""):
        assert told(as_(chenjing).post(url, {"retention_years": wrong}, follow=True))
    assert as_(wuying).post(url, {"retention_years": "1"}).status_code == 403
    assert stored(shown).template.retention_years == 7
    assert url not in as_(wuying).get(overview).content.decode()
