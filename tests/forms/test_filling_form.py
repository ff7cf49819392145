"""A draft as a form: every clause on the sheet, every blank an input, notes where they belong."""

import re

import pytest
from django.template import Context, Template
from django.utils import translation

from pledges.actions.answers import profile_answers
from pledges.forms.filling import FillingForm, typed_from
from pledges.forms.notes import ERROR, FLAG, RETURNED, SOURCE
from tests.cast import FILLED

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def form(draft):
    def make(slug="general-standards", *, language="zh-hans", strict=False, reasons=(), **changes):
        pledge = draft(slug, language=language, **changes)
        profile = profile_answers(pledge.version, pledge.person)
        return FillingForm(pledge, profile=profile, reasons=reasons, strict=strict)

    return make


def rendered(form) -> str:
    html = Template("{% load crispy_forms_tags %}{% crispy form %}").render(Context({"form": form}))
    return str(html)


def words(html: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]*>", "", html))


@pytest.mark.parametrize("slug", FILLED)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_clause_and_every_blank_stands_on_the_sheet(form, version, slug, language):
    html = rendered(form(slug, language=language))
    outline, said = version(slug).outline(language), words(html).replace("&#x27;", "'")
    for _depth, clause in outline.walk():
        assert f'id="clause-{clause.key}"' in html
        for text in re.split(r"\{\{.*?\}\}", clause.text):
            assert re.sub(r"\s+", "", text.rstrip("。；，;,.")) in said
    for blank in version(slug).blank_list:
        assert f'data-code="{blank.code}"' in html
        assert (f'name="answer-{blank.code}"' in html) is blank.filled_by_manager


def test_ids_are_unique(form):
    for slug in FILLED:
        ids = re.findall(r' id="([^"]+)"', rendered(form(slug, strict=True)))
        assert len(ids) == len(set(ids))


def test_no_inline_style_or_script(form):
    html = rendered(form("personal-code"))
    assert not re.findall(r"<script|<style|<[^>]*\s(?:style|on\w+)=", html)


def test_wrong_answers_stand_as_typed_and_numbers_as_understood(form):
    html = rendered(form(surveys_per_month="３ 次", training_hours_per_year='many "hours"'))
    assert 'value="3"' in html
    assert 'value="many &quot;hours&quot;"' in html


def test_a_wrong_answer_has_its_error_at_its_clause_and_is_tied_to_it(form):
    made = form(complaint_resolution_days="90")
    (note,) = made.notes.errors()
    assert note.code == "complaint_resolution_days"
    assert note in made.notes.at("1.2.2")
    html = rendered(made)
    field = re.search(r'<input[^>]*name="answer-complaint_resolution_days"[^>]*>', html)[0]
    assert 'aria-invalid="true"' in field
    assert f'aria-describedby="{note.element_id}"' in field
    assert html.index("answer-complaint_resolution_days") < html.index(f'id="{note.element_id}"')


def test_an_unusual_answer_has_a_calm_note_and_no_error(form):
    made = form(satisfaction_target="85")
    (note,) = made.notes.about("satisfaction_target")
    assert note.kind == FLAG
    assert not made.notes.errors()


def test_what_is_merely_empty_is_an_error_only_when_signing_was_asked_for(form):
    assert not form(surveys_per_month="").notes.errors()
    (note,) = form(surveys_per_month="", strict=True).notes.errors()
    assert (note.kind, note.code) == (ERROR, "surveys_per_month")


def test_reasons_of_a_return_stand_at_their_clauses(form):
    made = form(reasons=[("1.2.1", "Too few."), ("", "Check it all."), ("9.9", "Gone clause.")])
    assert made.notes.at("1.2.1")[-1].text == "Too few."
    assert {n.text for n in made.notes.at("")} == {"Check it all.", "Gone clause."}
    assert all(note.kind == RETURNED for note in made.notes.at(""))


def test_profile_blanks_say_where_they_are_from(form):
    made = form("personal-code", position="首席客户经理", department="华东零售部", contact="")
    said = {code: made.notes.about(code)[-1] for code in ("signer_name", "position", "department")}
    assert all(note.kind == SOURCE for note in said.values())
    assert said["signer_name"].text == "From your record."
    assert "高级客户经理" in said["position"].text
    assert said["department"].text == "From your record. You may correct it for this pledge."


def test_the_name_stands_fixed_and_the_number_is_promised(form):
    assert ">李明</b>" in rendered(form("personal-code"))
    assert "assigned when the document is prepared" in rendered(form("contract"))


def test_punctuation_is_never_parted_from_its_blank(form):
    html = rendered(form("contract"))
    assert re.search(r'<span class="unbroken">《<input[^>]*governing_law', html)


@pytest.mark.parametrize(
    ("slug", "total", "labels"),
    [
        (
            "general-standards",
            7,
            [
                "承诺方类型",
                "一、基本准则",
                "1. 承诺事项",
                "2. 实施标准",
                "3. 监督考核",
                "4. 生效变更",
            ],
        ),
        ("contract", 5, None),
        ("personal-code", 5, None),
    ],
)
def test_progress_counts_every_blank_once(form, slug, total, labels):
    progress = form(slug).progress
    assert (progress.filled, progress.total) == (total, total)
    assert sum(entry.total for entry in progress.entries) == total
    assert progress.remaining_words() == "Every blank is filled in."
    if labels:
        assert [entry.label for entry in progress.entries] == labels


def test_progress_says_what_is_left(form):
    progress = form(surveys_per_month="", complaint_resolution_days="90").progress
    assert (progress.filled, progress.empty, progress.wrong) == (5, 1, 1)
    said = progress.remaining_words()
    assert said == "1 blank is still empty. 1 answer needs correcting."
    entry = next(entry for entry in progress.entries if "实施标准" in entry.label)
    assert (entry.filled, entry.total, entry.is_done) == (3, 5, False)


def test_a_choice_without_its_other_text_is_not_filled(form):
    progress = form(pledgor_type="other").progress
    assert (progress.filled, progress.wrong) == (6, 1)


def test_only_what_was_sent_is_taken(version):
    blanks = version().blank_list
    data = {
        "answer-surveys_per_month": "2\r\n3",
        "answer-pledgor_type.other": "社团",
        "answer-unknown": "x",
        "surveys_per_month": "9",
    }
    assert typed_from(data, blanks) == {"surveys_per_month": "2\n3", "pledgor_type.other": "社团"}
