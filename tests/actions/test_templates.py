"""Versions: importing, publishing, retiring, and that what is signed stays on its own."""

import dataclasses

import pytest

from pledges import access
from pledges.actions import templates
from pledges.core.lifecycle import Forbidden, VersionState
from pledges.models import TemplateVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def revised(version):
    """The definition of a next version: one word more in each language."""
    definition = version().definition()
    source = dataclasses.replace(
        definition.source,
        zh=definition.source.zh.replace("承诺", "郑重承诺", 1),
        en=definition.source.en + "",
    )
    return dataclasses.replace(definition, source=source)


def test_importing_twice_changes_nothing(version, chenjing, now):
    before = TemplateVersion.objects.count()
    same, changed = templates.import_definition(version().definition(), actor=chenjing, at=now)
    assert (same, changed) == (version(), False)
    assert TemplateVersion.objects.count() == before


def test_a_new_version_leaves_drafts_and_signed_pledges_on_theirs(
    revised, draft, signed, wangfang, chenjing, now
):
    kept, done = draft(), signed(person=wangfang)
    newer, changed = templates.import_definition(revised, actor=chenjing, at=now)
    assert changed and newer.status == VersionState.DRAFT and newer.number == 2
    templates.publish(newer, actor=chenjing, at=now)
    kept.refresh_from_db()
    done.refresh_from_db()
    assert kept.version.number == done.version.number == 1
    current = TemplateVersion.objects.current(now.date())
    assert current.get(template=newer.template).number == 2


def test_a_draft_version_takes_the_new_content(revised, chenjing, now):
    first, _changed = templates.import_definition(revised, actor=chenjing, at=now)
    other = dataclasses.replace(
        revised, title=dataclasses.replace(revised.title, zh="职业操守承诺书")
    )
    second, changed = templates.import_definition(other, actor=chenjing, at=now)
    assert changed and second.pk == first.pk
    assert second.title_zh == "职业操守承诺书"


def test_publishing_gives_digest_font_and_name(revised, chenjing, now):
    version, _changed = templates.import_definition(revised, actor=chenjing, at=now)
    published = templates.publish(version, actor=chenjing, at=now)
    assert len(published.digest) == 64
    assert published.published_by == chenjing
    assert bytes(published.font.serif)[:4] == b"OTTO"
    with pytest.raises(Forbidden):
        templates.publish(published, actor=chenjing, at=now)


def test_the_digest_covers_ranges(version, chenjing, now):
    definition = version().definition()
    blanks = tuple(
        dataclasses.replace(blank, expected=dataclasses.replace(blank.expected, minimum=None))
        for blank in definition.blanks
    )
    changed = dataclasses.replace(definition, blanks=blanks)
    newer, is_new = templates.import_definition(changed, actor=chenjing, at=now)
    assert is_new and newer.number == 2


@pytest.mark.parametrize("name", ["liming", "zhoumin", "wuying", "admin"])
def test_only_compliance_writes_templates(request, version, name, now):
    with pytest.raises(access.Denied):
        templates.retire(version(), actor=request.getfixturevalue(name), at=now)
