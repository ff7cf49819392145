"""Every kind of file keeps PDF/A-3a and PDF/UA-1, and each rule notices when it is broken."""

from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from pledges.proof.signatures import event_loop
from tests.rendering import accessible_rules, archival_rules, damages
from tests.rendering.kinds import KINDS, PLEDGES, made
from tests.rendering.rules import File, Rule, Rules

STANDARDS = {
    "PDF/A-3a": (archival_rules.RULES, damages.ARCHIVAL),
    "PDF/UA-1": (accessible_rules.RULES, damages.ACCESSIBLE),
}


def finished() -> bytes:
    return made("contract", "zh-hans")["finished"]


def broken(rules: Rules, data: bytes) -> set[str]:
    file = File(data)
    return {rule.check.__name__ for rule in rules if list(rule.check(file))}


def each_rule() -> list[object]:
    return [
        pytest.param(standard, rule, id=f"{standard} {rule.check.__name__}")
        for standard, (rules, _) in STANDARDS.items()
        for rule in rules
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("slug", "language"), PLEDGES)
@pytest.mark.parametrize("standard", STANDARDS)
def test_every_file_conforms(standard, slug, language, kind):
    rules, _ = STANDARDS[standard]
    assert rules.broken(File(made(slug, language)[kind])) == []


@pytest.mark.parametrize(("standard", "rule"), each_rule())
def test_every_rule_can_be_broken(standard, rule: Rule):
    rules, harm = STANDARDS[standard]
    name = rule.check.__name__
    assert name in broken(rules, harm[name](finished()))
    # Damaging it meant saving it anew, which moves what its signatures cover and breaks no other.
    assert name == "signatures" or name not in broken(rules, damages.untouched(finished()))


def test_later_revisions_leave_the_structure_as_it_was_read():
    """Both /Form elements stand in revision 0, with their words, and the rest of the tree too."""
    for kinds in (made(*pledge) for pledge in PLEDGES):
        read = structure(kinds["rendered"])
        assert len([alt for kind, alt, _ in read if kind == "/Form" and alt]) == 2
        assert all(structure(kinds[kind]) == read for kind in KINDS)


def structure(data: bytes) -> list[tuple[str, str, tuple[int, int]]]:
    file = File(data)
    return [(str(each.S), str(each.get("/Alt", "")), each.objgen) for each in file.elements]


@pytest.mark.parametrize("kind", ["finished", "renewed"])
@pytest.mark.parametrize(("slug", "language"), PLEDGES)
def test_pyhanko_takes_every_later_change_for_a_permitted_one(slug, language, kind):
    """Its difference analysis follows the structure tree to the widgets that are filled."""
    manager, company = PdfFileReader(
        BytesIO(made(slug, language)[kind])
    ).embedded_regular_signatures
    filled, maintained = (difference(each) for each in (manager, company))
    assert filled.modification_level is ModificationLevel.FORM_FILLING
    last = ModificationLevel.LTA_UPDATES if kind == "renewed" else ModificationLevel.NONE
    assert maintained.modification_level is last
    assert filled.docmdp_ok and maintained.docmdp_ok


def difference(embedded):
    nobody = ValidationContext(trust_roots=[], allow_fetching=False)
    return event_loop.run(async_validate_pdf_signature(embedded, nobody))
