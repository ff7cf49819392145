"""No regular expression of the verifier can be made to work for long by whoever sends a file."""

import re
from types import ModuleType

import pytest

from tests.attacks.ambiguity import faults
from tests.attacks.expressions import ENTRY, Unknown, expressions, modules, of_module
from tests.attacks.pumping import slow

FOUND = expressions()


# --- The verifier ---------------------------------------------------------------------------------
@pytest.mark.parametrize("found", FOUND, ids=str)
def test_no_repeat_is_ambiguous(found):
    assert faults(found.pattern, found.flags) == []


@pytest.mark.parametrize("found", FOUND, ids=str)
def test_eight_times_the_bytes_cost_about_eight_times_as_much(found):
    assert slow(found.pattern, found.flags, found.methods) is None


def test_all_expressions_are_found():
    places = {each.place for each in FOUND}
    assert {
        "proof.pdf.syntax:_TOKEN",
        "proof.pdf.xref_precheck:HEADER",
        "proof.signatures.signed_ranges:_RANGE",
        "proof.passkeys.webauthn:_BASE64URL",
    } <= places
    assert {ENTRY, "pledges.proof.judging", "pledges.proof.evidence"} <= set(modules())


def test_expressions_are_found_wherever_they_stand():
    """In a mapping, in a tuple, and given to a function of re."""
    module = ModuleType("pledges.made")
    module.NUMBER = {"size": re.compile("s")}
    module.PATTERNS = (re.compile("p"),)
    found = of_module(module, "import re\nre.sub('u', '', '')\n")
    assert {each.pattern for each in found} == {"s", "p", "u"}


# --- The rule ------------------------------------------------------------------------------------
AMBIGUOUS = [
    rb"(a+)+", rb"(a*)*", rb"(a?)*", rb"(.*)*", rb"(x+x+)+y", rb"(?:a+b?)+", rb"((a|b)+c?)*",
    rb"\s*\s*", rb"\d+\d+", rb"a?a?", rb"a?a*", rb"[a-z]+[0-9a-f]+", r"\w+\d+", rb".*x.*y",
    rb"(?:a|b|ab)+c", rb"(?:a.|.b)*", rb"(?:ab?|b)*c", rb"(?:x{1,3}){2}", rb"(?:.a|a.){20}",
    # Of an index of a cross-reference table: 315 bytes took a minute.
    rb"/Index\s*\[\s*((?:\d{1,7} \d{1,7}\s*)+)\]",
    rb"\d+(?![\d ]*R)", rb"(?=(a+)+b)", rb"(?>(a+)+b)", rb"(?:(a+)+b)*+", rb"(a)\1*",
    r"(?i:A)*a", "(?i)A*a*", r"\d*[٠-٩]*", r"(?:\s| )*\u3000+",
]  # fmt: skip
CLEAR = [
    rb"\d+ \d+", rb"[a-z]+(?:-[a-z]+)*", rb"(?:a|b)*c", rb"(?:ab|ac)*", rb"(?:st|nd|rd)? +x",
    rb"\d{4}\d{2}", rb'[^"]*"', rb"(?:[^\\/]|\\.)*/", rb"a{3}(?:b+c)*", r"[一-十]+[0-9]*",
    # Possessive repeats and atomic groups go back no more.
    rb"a*+a*+", rb"(?>a+)a", rb"(?:a+)++", rb"(?:a+b)*+",
    rb"/Index\s*+\[\s*+((?:\d{1,7}+ \d{1,7}+\s*+)++)\]",
    # One repeat of single characters, and nothing of a changing width behind it.
    rb"\d*\d", rb"<<(.*?)>>", rb"<(.*)>\n(?=[ab])",
]  # fmt: skip


@pytest.mark.parametrize("pattern", AMBIGUOUS, ids=repr)
def test_what_is_ambiguous_is_refused(pattern):
    assert faults(pattern) != []


@pytest.mark.parametrize("pattern", CLEAR, ids=repr)
def test_what_is_clear_passes_and_is_quick(pattern):
    assert faults(pattern) == []
    assert slow(pattern, 0, ["match"]) is None


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (rb"(a+)+b", "match"),
        (rb"(?:\d{1,7} \d{1,7}\s*)+\]", "match"),
        (rb"\s*\s*x", "match"),
        (r"\d+(?![\d ]*R)", "match"),
        # Clear at one place, but begun anew at each.
        (rb"/ID \[.*?\]\n", "search"),
        (r"\s+x", "search"),
    ],
    ids=repr,
)
def test_what_takes_long_is_found_by_its_cost(pattern, method):
    assert slow(pattern, 0, [method], seconds=1) is not None


@pytest.mark.parametrize(
    "line",
    [
        "def f(a): return re.match(a, '')",
        "def f(a): return re.sub(f'{a}+', '', '')",
        "def f(a): return re.compile('x' + a)",
        "def f(a): return re.compile('x', a)",
        "def f(a): return re.search('x', '', flags=a)",
        "def f(): return re.search()",
        "from re import match",
        "import re as other",
    ],
)
def test_a_pattern_that_cannot_be_read_is_a_fault(line):
    with pytest.raises(Unknown):
        list(of_module(ModuleType("pledges.made"), f"import re\n{line}\n"))


def test_the_methods_of_a_pattern_are_those_that_it_is_used_with():
    module = ModuleType("pledges.made")
    module.ONE, module.MANY, module.PASSED = re.compile("a"), {1: re.compile("b")}, re.compile("c")
    source = "ONE.match('')\nMANY[1].sub('', '')\nONE.fullmatch('')\nprint(PASSED)\n"
    used = {each.pattern: each.methods for each in of_module(module, source)}
    assert used["a"] == {"match", "fullmatch"} and used["b"] == {"search"}
    assert used["c"] == {"match", "fullmatch", "search"}
