"""The commands: templates in and out, the built-in ones, the ledger, the demo people."""

import csv
import stat
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pledges.actions import templates
from pledges.core.lifecycle import Role, VersionState
from pledges.core.template import template_file
from pledges.management.commands import create_administrator
from pledges.models import Department, LedgerEntry, Organisation, Person, Pledge, TemplateVersion
from tests import baseline

FILE = baseline.BUILTIN / "personal-code.pledge"


def run(command, *args, **options):
    out, err = StringIO(), StringIO()
    call_command(command, *args, stdout=out, stderr=err, **options)
    return out.getvalue() + err.getvalue()


def test_a_template_goes_out_and_comes_back_unchanged(db, tmp_path):
    text = run("export_template", "contract")
    file = tmp_path / "contract.pledge"
    file.write_text(text, encoding="utf-8")
    before = LedgerEntry.objects.count()
    assert "already there" in run("import_template", str(file), publish=True)
    assert LedgerEntry.objects.count() == before
    assert TemplateVersion.objects.filter(template__slug="contract").count() == 1


def test_a_changed_template_becomes_the_next_draft_and_is_published_when_asked(db, tmp_path):
    text = FILE.read_text(encoding="utf-8").replace("slug: personal-code", "slug: own-code")
    file = tmp_path / "own.pledge"
    file.write_text(text, encoding="utf-8")
    run("import_template", str(file))
    versions = TemplateVersion.objects.filter(template__slug="own-code")
    assert versions.get().status == VersionState.DRAFT
    with pytest.raises(CommandError):
        run("export_template", "own-code")
    assert template_file.parse(run("export_template", "own-code", number=1))[0] is not None
    run("import_template", str(file), publish=True)
    assert versions.get().status == VersionState.PUBLISHED


def test_a_broken_file_is_told_line_by_line_and_nothing_is_imported(db, tmp_path, capsys):
    lines = FILE.read_text(encoding="utf-8").split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("二、"))
    lines[at] = lines[at].replace("二、", "五、")
    file = tmp_path / "broken.pledge"
    file.write_text("\n".join(lines), encoding="utf-8")
    err = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("import_template", str(file), stderr=err)
    assert exit_.value.code == 1
    first = err.getvalue().splitlines()[0]
    assert first.startswith(f"{file}:{at + 1}:1: ")
    assert "二、" in first
    assert TemplateVersion.objects.count() == 3


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_an_unreadable_file_is_named(db, tmp_path, content):
    file = tmp_path / "none.pledge"
    if content:
        file.write_bytes(content)
    with pytest.raises(CommandError, match=r"none\.pledge"):
        run("import_template", str(file))


def test_unknown_templates_are_not_exported(db):
    with pytest.raises(CommandError, match="nothing-such"):
        run("export_template", "nothing-such")


def states(slug):
    versions = TemplateVersion.objects.filter(template__slug=slug).order_by("number")
    return list(versions.values_list("number", "status"))


def test_a_new_installation_has_both_versions_of_the_built_in_pledges_published(db):
    baseline.wipe()
    assert run("load_builtin").count("published") == 3
    for slug in ("contract", "general-standards", "personal-code"):
        assert states(slug) == [(1, VersionState.PUBLISHED), (2, VersionState.PUBLISHED)]
    current = TemplateVersion.objects.current(date(2026, 12, 1))
    assert [version.number for version in current] == [2, 2, 2]


def test_an_installation_with_version_1_is_offered_version_2_once(db):
    said = run("load_builtin")
    assert said.count("version 2 is there as a draft, for compliance to look at and publish") == 3
    assert states("contract") == [(1, VersionState.PUBLISHED), (2, VersionState.DRAFT)]
    before = LedgerEntry.objects.count()
    assert run("load_builtin").count("already there") == 3
    assert LedgerEntry.objects.count() == before
    assert TemplateVersion.objects.published().count() == 3
    # Who has version 1 in force is asked nothing, and who opens a pledge opens version 1.
    current = TemplateVersion.objects.current(date(2026, 12, 1))
    assert [version.number for version in current] == [1, 1, 1]


def test_what_an_organisation_wrote_or_retired_is_followed_by_nothing(db, version, chenjing, now):
    own = templates.revise(version("contract"), actor=chenjing, at=now)
    TemplateVersion.objects.filter(pk=own.pk).update(
        change_note_zh="本单位修订。", change_note_en="Our own.", title_zh="本单位承诺书"
    )
    templates.retire(version("personal-code"), actor=chenjing, at=now)
    run("load_builtin")
    assert states("contract") == [(1, VersionState.PUBLISHED), (2, VersionState.DRAFT)]
    assert TemplateVersion.objects.get(pk=own.pk).title_zh == "本单位承诺书"
    templates.publish(own, actor=chenjing, at=now)
    run("load_builtin")
    assert states("contract") == [(1, VersionState.PUBLISHED), (2, VersionState.PUBLISHED)]
    assert states("personal-code") == [(1, VersionState.RETIRED)]


def test_the_offered_version_can_be_published_as_it_is(db, chenjing, now):
    run("load_builtin")
    for slug in ("contract", "general-standards", "personal-code"):
        draft = TemplateVersion.objects.get(template__slug=slug, number=2)
        templates.publish(draft, actor=chenjing, at=now)
    assert run("load_builtin").count("already there") == 3


@pytest.fixture
def demo(db, settings, tmp_path):
    """An installation with no people and no name of its own yet."""
    settings.VAR_DIR = tmp_path / "var"
    Person.objects.all().delete()
    Organisation.objects.update(name_zh=Organisation.UNNAMED)
    return settings.VAR_DIR / "demo-accounts.csv"


def accounts(file):
    with file.open(encoding="utf-8", newline="") as stream:
        return {row["username"]: row for row in csv.DictReader(stream)}


def test_the_demo_has_somebody_for_every_role_and_pledges_to_sign(demo):
    run("create_demo")
    rows = accounts(demo)
    roles = sorted(row["role"] for row in rows.values())
    assert roles == sorted(
        [Role.MANAGER] * 3 + [Role.COMPLIANCE] * 2 + [Role.HR, Role.AUDITOR, Role.ADMINISTRATOR]
    )
    for row in rows.values():
        person = Person.objects.get(username=row["username"])
        assert person.check_password(row["password"])
        assert person.roles == {row["role"]}
        # Whoever tries the demonstration changes nothing first, and is met by nobody.
        assert not person.must_change_password and not person.must_be_met
    assert not Organisation.current().meet_invited
    assert stat.S_IMODE(demo.stat().st_mode) == 0o600
    managers = Person.objects.filter(groups__name=Role.MANAGER)
    assert managers.values("department").distinct().count() == 2
    assert Pledge.objects.drafts().filter(due_on__isnull=False).count() == 9


def test_the_demo_made_again_leaves_everything_as_it_is(demo):
    run("create_demo")
    before, entries = demo.read_bytes(), LedgerEntry.objects.count()
    run("create_demo")
    assert demo.read_bytes() == before
    assert LedgerEntry.objects.count() == entries


def test_lost_passwords_are_not_replaced_unasked(demo):
    run("create_demo")
    old = Person.objects.get(username="liming").password
    demo.unlink()
    assert "--reset-passwords" in run("create_demo")
    assert not demo.exists()
    assert Person.objects.get(username="liming").password == old
    run("create_demo", reset_passwords=True)
    row = accounts(demo)["liming"]
    assert Person.objects.get(username="liming").check_password(row["password"])
    assert row["role"] == "manager"


def test_production_gets_no_demo(demo, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        run("create_demo")
    assert not Person.objects.exists()


def make_administrator(monkeypatch, *typed, username="first", department="信息技术部"):
    answers = iter(typed)
    monkeypatch.setattr(create_administrator, "getpass", lambda prompt: next(answers))
    facts = {"email": f"{username}@example.com", "name": "郑强", "employee_number": "S9100"}
    return run("create_administrator", username=username, department=department, **facts)


def test_the_first_administrator_is_made_with_a_department_and_the_ledger_tells(db, monkeypatch):
    said = make_administrator(monkeypatch, baseline.PASSWORD, baseline.PASSWORD, department="总部")
    assert "first may now sign in" in said
    made = Person.objects.get(username="first")
    assert made.roles == {Role.ADMINISTRATOR} and made.check_password(baseline.PASSWORD)
    assert made.must_change_password and made.must_be_met
    told = dict(LedgerEntry.objects.order_by("-sequence").values_list("event", "subject")[:3])
    assert told == {
        "password.set": f"person:{made.pk}",
        "department.changed": f"department:{made.department_id}",
        "person.created": f"person:{made.pk}",
    }


@pytest.mark.parametrize("typed", [("one long password", "another one"), ("short", "short")])
def test_without_a_good_password_nobody_is_made(db, monkeypatch, typed):
    before = LedgerEntry.objects.count()
    with pytest.raises(CommandError):
        make_administrator(monkeypatch, *typed, department="总部")
    assert not Person.objects.filter(username="first").exists()
    assert not Department.objects.filter(name_zh="总部").exists()
    assert LedgerEntry.objects.count() == before


def test_nobody_is_made_by_nearly_anothers_name(liming, monkeypatch):
    Person.objects.filter(pk=liming.pk).update(email="")
    with pytest.raises(CommandError):
        make_administrator(monkeypatch, baseline.PASSWORD, baseline.PASSWORD, username="LiMing")
    assert not Person.objects.filter(username="LiMing").exists()
